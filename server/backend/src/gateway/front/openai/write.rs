//! Whole answers in OpenAI's words, and what chunks share with them.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::gateway::{
    chat::{Answer, Finish, Usage},
    front::{Head, json},
};

#[derive(Serialize)]
struct Whole<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Tokens,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Message<'a>,
    logprobs: Option<Logprobs<'a>>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
}

/// A call, or a piece of one.
#[derive(Serialize)]
pub(super) struct Call<'a> {
    /// Of pieces alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub function: Function<'a>,
    /// See [`signature`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Function<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    pub arguments: &'a str,
}

#[derive(Serialize)]
pub(super) struct Logprobs<'a> {
    pub content: &'a [Value],
    pub refusal: Option<&'a [Value]>,
}

pub(super) struct Tokens(pub Usage);

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Usage { input, cached, cache_write, image, output, reasoning } = self.0;
        let mut usage = json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input.saturating_add(output),
            "prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": reasoning},
        });
        if let Some(Value::Object(details)) = usage.get_mut("prompt_tokens_details") {
            let told = [("cache_write_tokens", cache_write), ("image_tokens", image)].into_iter().filter(|(_, tokens)| *tokens > 0);
            details.extend(told.map(|(name, tokens)| (name.to_owned(), tokens.into())));
        }
        usage.serialize(to)
    }
}

/// Gemini's, as Google's own OpenAI door writes it.
pub(super) fn signature(signature: &str) -> Value {
    json!({"google": {"thought_signature": signature}})
}

/// One of the five words that OpenAI's clients know. `refusal` is whether the model said why it would not.
pub(super) fn finish_reason(finish: Option<&Finish>, calls: bool, refusal: bool) -> &'static str {
    match finish {
        None if calls => "tool_calls",
        // An empty answer that looks finished would tell the client nothing.
        Some(Finish::Refusal) if !refusal => "content_filter",
        None | Some(Finish::Stop | Finish::Refusal | Finish::Other(_)) => "stop",
        Some(Finish::Length) => "length",
        Some(Finish::ToolCalls) => "tool_calls",
        Some(Finish::ContentFilter) => "content_filter",
    }
}

pub(in crate::gateway::front) fn whole(head: &Head, answer: &Answer, usage: &Usage) -> Bytes {
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let refusal = some(answer.refusal.as_str());
    let calls = answer.tool_calls.values().map(|call| Call {
        index: None,
        id: Some(&call.id),
        kind: Some("function"),
        function: Function { name: Some(&call.name), arguments: &call.arguments },
        extra_content: call.signature.as_deref().map(signature),
    });
    let tool_calls: Vec<_> = calls.collect();
    let silent = answer.text.is_empty() && (refusal.is_some() || !tool_calls.is_empty());
    let choice = Choice {
        index: 0,
        finish_reason: finish_reason(answer.finish.as_ref(), !tool_calls.is_empty(), refusal.is_some()),
        message: Message {
            role: "assistant",
            content: Some(answer.text.as_str()).filter(|_| !silent),
            refusal,
            reasoning_content: some(&answer.reasoning),
            tool_calls,
        },
        logprobs: Some(answer.logprobs.as_slice()).filter(|list| !list.is_empty()).map(|content| Logprobs { content, refusal: None }),
    };
    let whole = Whole { id: &head.id, object: "chat.completion", created: head.created, model: &head.model, choices: [choice], usage: Tokens(*usage) };
    let mut out = Vec::with_capacity(answer.text.len() + 1_024);
    json(&whole, &mut out);
    out.into()
}
