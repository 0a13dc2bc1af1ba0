//! The client's body for a provider that speaks Anthropic's protocol too.

use atelier_domain::fault::Fault;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::gateway::{
    adapter::Anthropic,
    chat::{Role, Turn},
    front::{
        Lead,
        raw::{Raw, Rewrite, in_words_of},
    },
};

pub(in crate::gateway::front) fn forward(body: &Raw, model: &str, lead: &Lead, stream: bool) -> Result<Bytes, Fault> {
    let mut out = Rewrite::new(body);
    let mut said = if lead.is_empty() { Map::new() } else { written(lead, model)? };
    let before = match said.shift_remove("messages") {
        Some(Value::Array(turns)) => turns,
        _ => Vec::new(),
    };
    let client = body.list("messages")?;
    if may_be_ours(client) {
        let mut messages = before;
        if let Some(Value::Array(turns)) = body.some(&["messages"])?.shift_remove("messages") {
            messages.extend(turns.into_iter().filter_map(cleared));
        }
        out.set("messages", messages);
    } else if !before.is_empty() {
        out.join("messages", &before, client);
    }
    for (name, value) in said {
        match (name.as_str(), value) {
            ("model" | "stream", _) => {}
            ("system", Value::Array(blocks)) => match body.some(&["system"])?.shift_remove("system") {
                // An empty block is refused.
                Some(Value::String(text)) if !text.is_empty() => out.set(name, [blocks, vec![json!({"type": "text", "text": text})]].concat()),
                Some(Value::Array(_)) => out.join("system", &blocks, body.list("system")?),
                _ => out.set(name, blocks),
            },
            ("output_config", Value::Object(mut config)) => {
                if let Some(Value::Object(client)) = body.some(&["output_config"])?.shift_remove("output_config") {
                    config.extend(client);
                }
                out.set(name, config);
            }
            (_, value) if !out.says(&name) => out.set(name, value),
            _ => {}
        }
    }
    out.set("model", model);
    out.set("stream", stream);
    Ok(out.write())
}

/// The protocol wants a message of the user, which a lead may leave to the call: one is added, and taken away again.
fn written(lead: &Lead, model: &str) -> Result<Map<String, Value>, Fault> {
    let mut said = in_words_of(&Anthropic, lead, Some(Turn::new(Role::User, "-")), model)?;
    if let Some(Value::Array(messages)) = said.get_mut("messages")
        && let Some(Value::Array(blocks)) = messages.last_mut().and_then(|last| last.get_mut("content"))
    {
        blocks.pop();
        if blocks.is_empty() {
            messages.pop();
        }
    }
    Ok(said)
}

/// A first look for what [`cleared`] is for. A name within a text has its quotation marks escaped.
fn may_be_ours(messages: &[u8]) -> bool {
    const SIGNATURE: &str = "\"signature\"";
    let Ok(messages) = str::from_utf8(messages) else { return false };
    let is_empty = |(at, _): (usize, &str)| {
        let value = messages[at + SIGNATURE.len()..].trim_start().strip_prefix(':');
        value.is_some_and(|value| value.trim_start().starts_with("\"\""))
    };
    // `contains` is several times faster than a search for places.
    messages.contains("\"extra_content\"") || messages.contains(SIGNATURE) && messages.match_indices(SIGNATURE).any(is_empty)
}

/// A message without what we wrote into it as an answer of a provider of another protocol, for Anthropic refuses both: thoughts without a
/// signature, and signatures of Gemini's. `None` where nothing is left.
fn cleared(mut message: Value) -> Option<Value> {
    let Some(Value::Array(blocks)) = message.get_mut("content") else { return Some(message) };
    let before = blocks.len();
    blocks.retain(|block| {
        let is_thought = block.get("type").and_then(Value::as_str) == Some("thinking");
        !is_thought || block.get("signature").and_then(Value::as_str).is_some_and(|signature| !signature.is_empty())
    });
    for block in blocks.iter_mut().filter_map(Value::as_object_mut) {
        block.shift_remove("extra_content");
    }
    (before == 0 || !blocks.is_empty()).then_some(message)
}
