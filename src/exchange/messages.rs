//! Messages of a chat as OpenAI's chat completions have them, and what many other tools write alike.

use serde_json::{Map, Value, json};

use super::{
    names,
    notes::{Notes, listed, shown},
};
use crate::prompt::{Message, MessageRole};

/// Reads a list of messages; `convert` makes a template of each text.
pub(super) fn read(list: &[Value], notes: &mut Notes, mut convert: impl FnMut(&str, &mut Notes) -> String) -> Vec<Message> {
    let read = |(at, item): (usize, &Value)| match item.as_object() {
        Some(item) => message(at + 1, item, notes, &mut convert),
        None => {
            notes.say(format!("Message {} is none and is left out.", at + 1));
            None
        }
    };
    list.iter().enumerate().filter_map(read).collect()
}

/// Whether this looks like a list of messages.
pub(super) fn are(value: &Value) -> bool {
    let is_message = |item: &Value| item.get("role").is_some_and(Value::is_string) || item.get("type").and_then(Value::as_str) == Some("placeholder");
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_message))
}

fn message(number: usize, item: &Map<String, Value>, notes: &mut Notes, convert: &mut impl FnMut(&str, &mut Notes) -> String) -> Option<Message> {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let said = text("role").unwrap_or_default();
    if text("type") == Some("placeholder") || said == "placeholder" {
        return placeholder(text("name").or_else(|| text("content")).unwrap_or_default(), notes);
    }
    let role = role(said).unwrap_or_else(|| {
        notes.say(format!("The role {} of message {number} is “user” now.", shown(said)));
        MessageRole::User
    });
    let content = item.get("content").map(|content| self::content(content, notes)).unwrap_or_default();
    let mut message = Message::new(role, convert(&content, notes));
    match item.get("tool_calls") {
        Some(Value::Array(calls)) => message.tool_calls.clone_from(calls),
        None | Some(Value::Null) => {}
        Some(_) => notes.say(format!("The tool calls of message {number} are no list and are left out.")),
    }
    if let Some(call) = item.get("function_call").filter(|call| call.is_object()) {
        // The older form has no ids: a function is called and answers under its name.
        message.tool_calls.push(json!({"id": call.get("name"), "type": "function", "function": call}));
    }
    message.tool_call_id = text("tool_call_id").or_else(|| text("name").filter(|_| said == "function")).map(str::to_owned);
    let known = ["role", "content", "tool_calls", "tool_call_id", "function_call", "type"];
    let is_known = |key: &str| known.contains(&key) || (said == "function" && key == "name");
    let other: Vec<&str> = item.iter().filter(|(key, value)| !is_known(key) && !value.is_null()).map(|(key, _)| key.as_str()).collect();
    if !other.is_empty() {
        notes.say(format!("Of message {number} this is not carried over: {}.", listed(other)));
    }
    Some(message)
}

/// The place of messages, named by a variable.
pub(super) fn placeholder(wanted: &str, notes: &mut Notes) -> Option<Message> {
    let Some(name) = names::variable(wanted) else {
        notes.say(format!("The placeholder {} has no name that a variable can have, and is left out.", shown(wanted)));
        return None;
    };
    if name != wanted.trim() {
        notes.say(format!("The placeholder {} is named {} now.", shown(wanted), shown(&name)));
    }
    Some(Message::new(MessageRole::Placeholder, name))
}

/// Our role for one of theirs.
pub(super) fn role(said: &str) -> Option<MessageRole> {
    Some(match said.to_lowercase().as_str() {
        "system" | "developer" => MessageRole::System,
        "user" | "human" => MessageRole::User,
        "assistant" | "ai" | "model" => MessageRole::Assistant,
        "tool" | "function" => MessageRole::Tool,
        _ => return None,
    })
}

/// The text of a content: itself, or its parts below each other.
pub(super) fn content(content: &Value, notes: &mut Notes) -> String {
    let Value::Array(parts) = content else {
        return match content {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
    };
    let mut texts = Vec::new();
    for part in parts {
        match part.as_str().or_else(|| part.get("text").and_then(Value::as_str)) {
            Some(text) => texts.push(text),
            None => {
                let kind = part.get("type").and_then(Value::as_str).unwrap_or("unknown");
                let what = if kind.contains("image") {
                    "An image in a message is left out: messages hold text.".to_owned()
                } else {
                    format!("A part of a message is left out, as it is no text: {}.", shown(kind))
                };
                notes.say(what);
            }
        }
    }
    texts.join("\n")
}
