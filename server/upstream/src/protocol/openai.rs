//! OpenAI's shapes, from its API reference: chat/create, chat/streaming, models/list, embeddings/create.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Ask, Kind, texts};

const CREATED: u64 = 1_763_800_000;

pub(super) fn read(ask: &mut Ask, body: &Value) {
    let messages: &[Value] = body.get("messages").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let of = |role: &str| messages.iter().rev().find(|message| message.get("role").and_then(Value::as_str) == Some(role));
    ask.said = texts(of("user").and_then(|message| message.get("content")));
    ask.limit = ["max_tokens", "max_completion_tokens"].iter().find_map(|name| body.get(*name)).and_then(Value::as_u64);
    ask.schema = body.pointer("/response_format/json_schema/schema").is_some();
    if of("tool").is_none() {
        ask.tool = body.pointer("/tools/0/function/name").and_then(Value::as_str).map(str::to_owned);
    }
    if ask.kind == Kind::Embed {
        ask.base64 = body.get("encoding_format").and_then(Value::as_str) == Some("base64");
        ask.inputs = body.get("input").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    }
}

fn usage(words: usize) -> Value {
    json!({
        "prompt_tokens": 20, "completion_tokens": words, "total_tokens": 20 + words,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    })
}

fn chunk(ask: &Ask, choices: &Value, usage: &Value) -> String {
    let chunk = json!({
        "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG", "object": "chat.completion.chunk", "created": CREATED, "model": ask.model, "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb", "choices": choices, "usage": usage, "obfuscation": "x7Yq",
    });
    format!("data: {chunk}\n\n")
}

pub(super) fn events(ask: &Ask, words: &[String]) -> Vec<String> {
    let choice = |delta: Value, finish: Value| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    let mut events = vec![chunk(ask, &choice(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null), &Value::Null)];
    events.extend(words.iter().map(|word| chunk(ask, &choice(json!({"content": word}), Value::Null), &Value::Null)));
    events.push(chunk(ask, &choice(json!({}), "stop".into()), &Value::Null));
    events.push(chunk(ask, &json!([]), &usage(words.len())));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

pub(super) fn whole(ask: &Ask, text: &str, words: usize) -> Value {
    json!({
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": CREATED, "model": ask.model,
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text, "refusal": null, "annotations": []}, "logprobs": null, "finish_reason": "stop",
        }],
        "usage": usage(words), "service_tier": "default", "system_fingerprint": "fp_44709d6fcb",
    })
}

pub(super) fn models() -> Value {
    let model = |id: &str| json!({"id": id, "object": "model", "created": CREATED, "owned_by": "system"});
    // The second as vLLM lists it, the third as OpenRouter does.
    let vllm = json!({"id": "echo-1000tps", "object": "model", "created": CREATED, "owned_by": "vllm", "root": "echo", "max_model_len": 32_768});
    let openrouter =
        json!({"id": "echo/router", "name": "Echo", "context_length": 128_000, "top_provider": {"context_length": 128_000, "max_completion_tokens": 16_384}});
    json!({"object": "list", "data": [model("echo"), vllm, openrouter, model("text-embedding-echo")]})
}

pub(super) fn embeddings(ask: &Ask, vectors: &[Vec<f64>]) -> Value {
    // In another order: `index` is what counts.
    let written = |vector: &Vec<f64>| {
        if ask.base64 { STANDARD.encode(vector.iter().flat_map(|number| (*number as f32).to_le_bytes()).collect::<Vec<u8>>()).into() } else { json!(vector) }
    };
    let data: Vec<Value> =
        vectors.iter().enumerate().rev().map(|(index, vector)| json!({"object": "embedding", "index": index, "embedding": written(vector)})).collect();
    json!({"object": "list", "data": data, "model": ask.model, "usage": {"prompt_tokens": 5, "total_tokens": 5}})
}
