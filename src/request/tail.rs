//! What a call said after its prompt's own messages, to go on with elsewhere.

use serde_json::{Value, json};

use super::text_of;
use crate::prompt::{Message, MessageRole};

/// The messages of a chat body in either protocol, without the first `own`, which its prompt brought. Those of the system are
/// counted and left out where the protocol has them apart.
pub fn tail(request: &Value, own: &[Message]) -> Vec<Message> {
    let apart = request.get("system").is_some_and(|system| !system.is_null());
    let own = own.iter().filter(|message| !(apart && message.role == MessageRole::System)).count();
    let messages = request.get("messages").and_then(Value::as_array).into_iter().flatten();
    messages.skip(own).flat_map(said).collect()
}

fn string(value: &Value, path: &str) -> String {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One message; Anthropic's tools answer within a user's, each in a message of its own here.
fn said(message: &Value) -> Vec<Message> {
    let role = match message.get("role").and_then(Value::as_str) {
        Some("assistant") => MessageRole::Assistant,
        Some("system" | "developer") => MessageRole::System,
        Some("tool") => MessageRole::Tool,
        _ => MessageRole::User,
    };
    let mut said = Message::new(role, String::new());
    said.tool_calls = message.get("tool_calls").and_then(Value::as_array).cloned().unwrap_or_default();
    said.tool_call_id = message.get("tool_call_id").and_then(Value::as_str).map(str::to_owned);
    let mut answers = Vec::new();
    match message.get("content") {
        Some(Value::String(text)) => said.content.clone_from(text),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| match part.get("type").and_then(Value::as_str) {
            Some("text" | "input_text") => said.content.push_str(&string(part, "/text")),
            Some("image_url") => said.images.push(string(part, "/image_url/url")),
            Some("image") => said.images.push(match string(part, "/source/url") {
                url if url.is_empty() => format!("data:{};base64,{}", string(part, "/source/media_type"), string(part, "/source/data")),
                url => url,
            }),
            Some("tool_use") => {
                let function = json!({"name": string(part, "/name"), "arguments": part.get("input").map(Value::to_string).unwrap_or_default()});
                said.tool_calls.push(json!({"id": string(part, "/id"), "type": "function", "function": function}));
            }
            Some("tool_result") => {
                let content = part.get("content").map(text_of).unwrap_or_default();
                answers.push(Message { tool_call_id: Some(string(part, "/tool_use_id")), ..Message::new(MessageRole::Tool, content) });
            }
            _ => {}
        }),
        _ => {}
    }
    let empty = said.content.is_empty() && said.images.is_empty() && said.tool_calls.is_empty();
    if !empty || answers.is_empty() {
        answers.push(said);
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_after_the_prompts_own_messages_is_kept_in_either_protocol() {
        let own = [Message::new(MessageRole::System, "Be kind."), Message::new(MessageRole::User, "Hello.")];
        let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}});
        let wanted = vec![
            Message { tool_calls: vec![call.clone()], ..Message::new(MessageRole::Assistant, "") },
            Message { tool_call_id: Some("c".into()), ..Message::new(MessageRole::Tool, "21") },
            Message { images: vec!["data:image/png;base64,AA".into()], ..Message::new(MessageRole::User, "And this?") },
        ];
        let openai = json!({"messages": [
            {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": null, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "21"},
            {"role": "user", "content": [{"type": "text", "text": "And this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
        ]});
        assert_eq!(tail(&openai, &own), wanted);
        let anthropic = json!({"system": "Be kind.", "messages": [
            {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "21"}, {"type": "text", "text": "And this?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]},
        ]});
        assert_eq!(tail(&anthropic, &own), wanted);
        assert_eq!(tail(&json!({"messages": []}), &own), []);
    }
}
