//! Gemini's shapes, from Google's API reference: generateContent, streamGenerateContent, models.list, batchEmbedContents.

use serde_json::{Value, json};

use super::{Ask, Kind, texts};

pub(super) fn read(ask: &mut Ask, path: &str, body: &Value) {
    let (resource, method) = path.rsplit_once(':').unwrap_or((path, ""));
    ask.model = resource.rsplit('/').next().unwrap_or_default().to_owned();
    ask.stream = method == "streamGenerateContent";
    let contents = body.get("contents").and_then(Value::as_array);
    let last = contents.and_then(|contents| contents.iter().rev().find(|content| content.get("role").and_then(Value::as_str) == Some("user")));
    ask.said = texts(last.and_then(|content| content.get("parts")));
    ask.limit = body.pointer("/generationConfig/maxOutputTokens").and_then(Value::as_u64);
    ask.schema = body.pointer("/generationConfig/responseJsonSchema").is_some();
    if last.and_then(|content| content.pointer("/parts/0/functionResponse")).is_none() {
        ask.tool = body.pointer("/tools/0/functionDeclarations/0/name").and_then(Value::as_str).map(str::to_owned);
    }
    if ask.kind == Kind::Embed {
        let requests = body.get("requests").and_then(Value::as_array);
        ask.inputs = requests.into_iter().flatten().map(|request| texts(request.pointer("/content/parts"))).collect();
    }
}

fn response(ask: &Ask, text: &str, words: usize, finish: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}, "index": 0});
    if let (Some(finish), Some(map)) = (finish, candidate.as_object_mut()) {
        map.insert("finishReason".to_owned(), finish.into());
    }
    json!({
        "candidates": [candidate], "modelVersion": ask.model, "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
        "usageMetadata": {
            "promptTokenCount": 20, "cachedContentTokenCount": 8, "candidatesTokenCount": words, "totalTokenCount": 20 + words,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
        },
    })
}

pub(super) fn events(ask: &Ask, words: &[String]) -> Vec<String> {
    // Lines end in CR LF, as Google's do.
    let event = |data: Value| format!("data: {data}\r\n\r\n");
    let mut events: Vec<String> = words.iter().enumerate().map(|(at, word)| event(response(ask, word, at + 1, None))).collect();
    events.push(event(response(ask, "", words.len(), Some("STOP"))));
    events
}

pub(super) fn whole(ask: &Ask, text: &str, words: usize) -> Value {
    response(ask, text, words, Some("STOP"))
}

pub(super) fn models(page: Option<&str>) -> Value {
    let model = |name: &str, methods: Value| {
        json!({
            "name": format!("models/{name}"), "version": "001", "displayName": "Echo", "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
            "supportedGenerationMethods": methods, "temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2,
        })
    };
    match page {
        None => json!({"models": [model("echo", json!(["generateContent", "countTokens"]))], "nextPageToken": "Ch9tb2RlbHM"}),
        Some(_) => json!({"models": [model("gemini-embedding-echo", json!(["embedContent"])), model("imagen-echo", json!(["predict"]))]}),
    }
}

pub(super) fn embeddings(vectors: &[Vec<f64>]) -> Value {
    let embeddings: Vec<Value> = vectors.iter().map(|vector| json!({"values": vector})).collect();
    json!({"embeddings": embeddings})
}
