//! Whole answers in Anthropic's words, and what events share with them.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::gateway::{
    chat::{Answer, Finish, Usage},
    front::{Head, json},
};

#[derive(Serialize)]
pub(super) struct Message<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub role: &'static str,
    pub model: &'a str,
    pub content: Vec<Block<'a>>,
    #[serde(flatten)]
    pub ending: Ending<'a>,
    pub usage: Tokens,
}

impl<'a> Message<'a> {
    pub fn new(head: &'a Head) -> Self {
        let ending = Ending { stop_reason: None, stop_sequence: None };
        Self { id: &head.id, kind: "message", role: "assistant", model: &head.model, content: Vec::new(), ending, usage: Tokens(Usage::default()) }
    }
}

#[derive(Serialize)]
pub(super) struct Ending<'a> {
    pub stop_reason: Option<&'a str>,
    /// Providers do not say which one it was.
    pub stop_sequence: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        text: &'a str,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    ToolUse {
        id: &'a str,
        name: &'a str,
        input: Map<String, Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        extra_content: Option<Value>,
    },
}

/// Gemini's. Anthropic has no place for one; a client that sends the block back unchanged brings it home.
pub(super) fn signature(signature: &str) -> Value {
    json!({"google": {"thought_signature": signature}})
}

/// Anthropic counts what its cache read or wrote apart; we count it in.
pub(super) struct Tokens(pub Usage);

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Usage { input, cached, cache_write, image: _, output, reasoning } = self.0;
        let fresh = input.saturating_sub(cached).saturating_sub(cache_write);
        let mut usage = json!({"input_tokens": fresh, "cache_creation_input_tokens": cache_write, "cache_read_input_tokens": cached, "output_tokens": output});
        if let (true, Value::Object(map)) = (reasoning > 0, &mut usage) {
            map.insert("output_tokens_details".to_owned(), json!({"thinking_tokens": reasoning}));
        }
        usage.serialize(to)
    }
}

pub(super) fn stop_reason(finish: Option<&Finish>, calls: bool) -> &'static str {
    match finish {
        Some(Finish::ToolCalls) => "tool_use",
        None if calls => "tool_use",
        Some(Finish::Length) => "max_tokens",
        Some(Finish::ContentFilter | Finish::Refusal) => "refusal",
        // From Anthropic itself, kept for a later answer.
        Some(Finish::Other(word)) if word == "pause_turn" => "pause_turn",
        None | Some(Finish::Stop | Finish::Other(_)) => "end_turn",
    }
}

pub(in crate::gateway::front) fn whole(head: &Head, answer: &Answer, usage: &Usage) -> Bytes {
    let mut content = Vec::new();
    if !answer.reasoning.is_empty() {
        content.push(Block::Thinking { thinking: &answer.reasoning, signature: "" });
    }
    let texts = [&answer.text, &answer.refusal].into_iter().filter(|text| !text.is_empty());
    content.extend(texts.map(|text| Block::Text { text }));
    content.extend(answer.tool_calls.values().map(|call| Block::ToolUse {
        id: &call.id,
        name: &call.name,
        input: input(&call.arguments),
        extra_content: call.signature.as_deref().map(signature),
    }));
    let ending = Ending { stop_reason: Some(stop_reason(answer.finish.as_ref(), !answer.tool_calls.is_empty())), stop_sequence: None };
    let mut out = Vec::with_capacity(answer.text.len() + 1_024);
    json(&Message { content, ending, usage: Tokens(*usage), ..Message::new(head) }, &mut out);
    out.into()
}

/// A model may write wrong JSON. The client then finds its text, and no argument that it asked for.
fn input(arguments: &str) -> Map<String, Value> {
    match arguments.trim() {
        "" => Map::new(),
        text => serde_json::from_str(text).unwrap_or_else(|_| Map::from_iter([("arguments".to_owned(), text.into())])),
    }
}
