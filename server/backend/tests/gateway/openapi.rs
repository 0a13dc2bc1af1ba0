//! What we send to OpenAI, against OpenAI's own description.

use std::{fs::File, io::Read, path::Path};

use atelier_backend::gateway::Part;
use serde_json::{Value, json};

use super::*;

/// A validator for one of the description's schemas; `None` where the description is not at hand, which CI does not forgive.
fn validator(schema: &str) -> Option<jsonschema::Validator> {
    let shared = std::env::var("ATELIER_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let description = Path::new(&shared).join("data/openai_openapi/openapi.json.gz");
    if !description.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", description.display());
        println!("skipped: {} is missing", description.display());
        return None;
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(description).unwrap()).read_to_string(&mut text).unwrap();
    let description: Value = serde_json::from_str(&text).unwrap();
    let root = json!({"$ref": format!("#/components/schemas/{schema}"), "components": description.get("components").unwrap()});
    Some(jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&root).unwrap())
}

fn check(validator: &jsonschema::Validator, body: &Value) {
    let errors: Vec<String> = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{body:#}");
}

#[tokio::test]
async fn every_request_to_openai_is_valid_by_its_own_description() {
    let Some(validator) = validator("CreateChatCompletionRequest") else { return };
    assert!(!validator.is_valid(&json!({"model": "gpt-5", "messages": [{"role": "nobody"}]})));
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let image = Part::Image { url: "data:image/png;base64,iVBORw0KGgo=".to_owned(), detail: Some("low".to_owned()) };
    let schema = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let plain = chat("gpt-4o-mini", "Hello");
    let mut full = chat("gpt-5-mini", "Hello");
    full.messages.extend([
        Turn { parts: vec![Part::Text("See".to_owned()), image.clone()], ..Turn::new(Role::User, "") },
        Turn { parts: Vec::new(), tool_calls: vec![call.clone()], ..Turn::new(Role::Assistant, "") },
        Turn { tool_call_id: Some("call_1".to_owned()), ..Turn::new(Role::Tool, "21") },
        Turn { parts: vec![image], name: Some("ada".to_owned()), ..Turn::new(Role::User, "") },
        Turn { tool_calls: vec![call], ..Turn::new(Role::Assistant, "Well") },
        Turn::new(Role::Developer, "Mind this."),
    ]);
    full.tools = vec![
        json!({"name": "f", "description": "Does.", "parameters": schema}),
        json!({"type": "function", "function": {"name": "g", "strict": true, "parameters": schema}}),
    ];
    full.tool_choice = Some(json!({"type": "function", "function": {"name": "f"}}));
    full.response_format = Some(json!({"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": true}}));
    full.params =
        serde_json::from_value(json!({"temperature": 1.0, "top_p": 0.5, "max_tokens": 10, "stop": ["END"], "seed": 7, "reasoning_effort": "low"})).unwrap();
    full.extra = json!({"user": "u", "stream_options": {"include_obfuscation": false}}).as_object().unwrap().clone();
    for chat in [plain, full] {
        for stream in [true, false] {
            check(&validator, &serde_json::from_slice(&OpenAi::default().chat(&chat, stream).unwrap().body).unwrap());
        }
    }
    let embeddings = self::validator("CreateEmbeddingRequest").unwrap();
    check(&embeddings, &serde_json::from_slice(&OpenAi::default().embed("text-embedding-3-small", &["a".to_owned()]).unwrap().body).unwrap());
}

#[tokio::test]
async fn what_the_fake_upstream_answers_is_valid_by_openai_s_description() {
    let Some(whole) = validator("CreateChatCompletionResponse") else { return };
    let chunk = validator("CreateChatCompletionStreamResponse").unwrap();
    let upstream = upstream().await;
    for model in ["echo", "tool", "fault-refusal", "fault-filter"] {
        for stream in [true, false] {
            let mut chat = chat(model, "a b");
            chat.tools = vec![json!({"name": "f"})];
            let mut answering = remote(Arc::new(OpenAi::default()), &upstream.url()).chat(chat, stream).await.unwrap();
            answering.answer().await.unwrap();
            let raw = String::from_utf8(answering.raw().to_vec()).unwrap();
            if stream {
                let events = raw.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
                events.for_each(|data| {
                    // The real API writes null until there is something; the description says so in words alone.
                    let mut data: Value = serde_json::from_str(data).unwrap();
                    data.as_object_mut().unwrap().retain(|name, value| name != "usage" || !value.is_null());
                    for choice in data.get_mut("choices").and_then(Value::as_array_mut).unwrap() {
                        let choice = choice.as_object_mut().unwrap();
                        choice.retain(|name, value| name != "logprobs" || !value.is_null());
                        choice.entry("finish_reason").and_modify(|reason| *reason = if reason.is_null() { "stop".into() } else { reason.take() });
                    }
                    check(&chunk, &data);
                });
            } else {
                check(&whole, &serde_json::from_str(&raw).unwrap());
            }
        }
    }
}
