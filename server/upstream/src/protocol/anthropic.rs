//! Anthropic's shapes, from its API reference: messages/create, messages/streaming, models/list.

use serde_json::{Value, json};

use super::{Ask, texts};

pub(super) fn read(ask: &mut Ask, body: &Value) {
    let messages = body.get("messages").and_then(Value::as_array);
    let last = messages.and_then(|messages| messages.iter().rev().find(|message| message.get("role").and_then(Value::as_str) == Some("user")));
    ask.said = texts(last.and_then(|message| message.get("content")));
    ask.limit = body.get("max_tokens").and_then(Value::as_u64);
    ask.schema = body.pointer("/output_config/format/schema").is_some();
    let answered = last.and_then(|message| message.pointer("/content/0/type")).and_then(Value::as_str) == Some("tool_result");
    if !answered {
        ask.tool = body.pointer("/tools/0/name").and_then(Value::as_str).map(str::to_owned);
    }
}

fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn usage(words: usize) -> Value {
    json!({"input_tokens": 10, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 8, "output_tokens": words, "service_tier": "standard"})
}

fn message(ask: &Ask, content: &Value, stop: &Value, usage: &Value) -> Value {
    json!({
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": ask.model, "content": content, "stop_reason": stop,
        "stop_sequence": null, "usage": usage,
    })
}

pub(super) fn events(ask: &Ask, words: &[String]) -> Vec<String> {
    let begin = json!({"type": "message_start", "message": message(ask, &json!([]), &Value::Null, &usage(1))});
    let mut events = vec![
        event("message_start", &begin),
        event("content_block_start", &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
        event("ping", &json!({"type": "ping"})),
    ];
    let delta = |word: &String| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}});
    events.extend(words.iter().map(|word| event("content_block_delta", &delta(word))));
    events.push(event("content_block_stop", &json!({"type": "content_block_stop", "index": 0})));
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": words.len()}});
    events.push(event("message_delta", &end));
    events.push(event("message_stop", &json!({"type": "message_stop"})));
    events
}

pub(super) fn whole(ask: &Ask, text: &str, words: usize) -> Value {
    message(ask, &json!([{"type": "text", "text": text}]), &"end_turn".into(), &usage(words))
}

pub(super) fn models(after: Option<&str>) -> Value {
    let model = |id: &str, lifecycle: &str| {
        json!({
            "type": "model", "id": id, "display_name": "Echo", "created_at": "2026-02-04T00:00:00Z", "lifecycle": lifecycle,
            "max_input_tokens": 200_000, "max_tokens": 64_000,
        })
    };
    let page = |models: [Value; 2], more: bool| {
        let id = |at: usize| models[at].get("id").cloned();
        json!({"first_id": id(0), "last_id": id(1), "has_more": more, "data": models})
    };
    match after {
        None => page([model("echo", "active"), model("echo-1000tps", "active")], true),
        Some(_) => page([model("tool", "deprecated"), model("echo-old", "retired")], false),
    }
}
