//! A body of either protocol as a conversation to read: texts, pictures, and what was asked of tools.

use serde_json::Value;

use super::text_of;

/// What one side said.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// In the words of the protocol; `input` for what was to be embedded.
    pub role: String,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    Thought(String),
    /// A `data:` URL, or an address.
    Image(String),
    Call {
        name: String,
        arguments: String,
    },
    /// What a tool answered to the call with this id.
    Answer {
        of: String,
        text: String,
    },
    /// What we have no name for, as JSON.
    Other(String),
}

/// The messages of a chat body, the system's first; or what was to be embedded.
pub fn turns(request: &Value) -> Vec<Turn> {
    let system = request.get("system").filter(|system| !system.is_null()).map(|system| Turn { role: "system".to_owned(), parts: parts(system) });
    let messages = request.get("messages").and_then(Value::as_array).into_iter().flatten().map(turn);
    let input = request.get("input").map(|input| match input {
        Value::Array(texts) if texts.iter().all(Value::is_string) => texts.iter().map(text_of).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    });
    let input = input.into_iter().flatten().map(|text| Turn { role: "input".to_owned(), parts: vec![Part::Text(text)] });
    system.into_iter().chain(messages).chain(input).collect()
}

fn turn(message: &Value) -> Turn {
    let role = string(message, "role");
    let mut parts = message.get("content").map(parts).unwrap_or_default();
    if role == "tool" {
        let text = message.get("content").map(text_of).unwrap_or_default();
        parts = vec![Part::Answer { of: string(message, "tool_call_id"), text }];
    }
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    parts.extend(calls.map(call));
    Turn { role, parts }
}

/// What an assistant asked of a tool, as OpenAI writes it.
pub fn call(call: &Value) -> Part {
    let function = call.get("function").unwrap_or(call);
    Part::Call { name: string(function, "name"), arguments: string(function, "arguments") }
}

fn parts(content: &Value) -> Vec<Part> {
    match content {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![Part::Text(text.clone())],
        Value::Array(all) => all.iter().map(part).collect(),
        other => vec![Part::Other(other.to_string())],
    }
}

fn part(part: &Value) -> Part {
    match part.get("type").and_then(Value::as_str).unwrap_or_default() {
        "text" | "input_text" => Part::Text(string(part, "text")),
        "thinking" => Part::Thought(string(part, "thinking")),
        "image_url" => {
            let url = part.get("image_url").unwrap_or(&Value::Null);
            Part::Image(url.as_str().map_or_else(|| string(url, "url"), str::to_owned))
        }
        "image" => Part::Image(picture(part.get("source").unwrap_or(&Value::Null))),
        "tool_use" => Part::Call { name: string(part, "name"), arguments: part.get("input").map(Value::to_string).unwrap_or_default() },
        "tool_result" => Part::Answer { of: string(part, "tool_use_id"), text: part.get("content").map(text_of).unwrap_or_default() },
        _ => Part::Other(part.as_str().map_or_else(|| part.to_string(), str::to_owned)),
    }
}

/// As Anthropic writes it.
fn picture(source: &Value) -> String {
    match source.get("type").and_then(Value::as_str) {
        Some("base64") => format!("data:{};base64,{}", string(source, "media_type"), string(source, "data")),
        _ => string(source, "url"),
    }
}

fn string(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(role: &str, text: &str) -> Turn {
        Turn { role: role.into(), parts: vec![Part::Text(text.into())] }
    }

    #[test]
    fn both_protocols_are_read_as_one_conversation() {
        let openai = json!({"messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "find", "arguments": "{\"a\":1}"}}]},
            {"role": "tool", "tool_call_id": "1", "content": "a lamp"},
        ]});
        let anthropic = json!({"system": "Be kind.", "messages": [
            {"role": "user", "content": [{"type": "text", "text": "What is it?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "find", "input": {"a": 1}}]},
            {"role": "tool", "content": [], "tool_call_id": "1"},
        ]});
        let call = Part::Call { name: "find".into(), arguments: "{\"a\":1}".into() };
        let picture = vec![Part::Text("What is it?".into()), Part::Image("data:image/png;base64,AA".into())];
        for (body, answer) in [(openai, "a lamp"), (anthropic, "")] {
            let wanted = vec![
                text("system", "Be kind."),
                Turn { role: "user".into(), parts: picture.clone() },
                Turn { role: "assistant".into(), parts: vec![call.clone()] },
                Turn { role: "tool".into(), parts: vec![Part::Answer { of: "1".into(), text: answer.into() }] },
            ];
            assert_eq!(turns(&body), wanted);
        }
    }

    #[test]
    fn what_was_to_be_embedded_and_what_is_unknown_is_shown() {
        assert_eq!(turns(&json!({"input": ["a", "b"]})), [text("input", "a"), text("input", "b")]);
        assert_eq!(turns(&json!({"input": "a"})), [text("input", "a")]);
        let odd = json!({"messages": [{"role": "user", "content": [{"type": "document", "x": 1}]}]});
        assert_eq!(turns(&odd)[0].parts, [Part::Other("{\"type\":\"document\",\"x\":1}".into())]);
        assert_eq!(turns(&Value::Null), []);
    }
}
