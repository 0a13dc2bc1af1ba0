//! Answers in OpenAI's words: chunks, whole ones, and complaints.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{error_text, parse, streamed::Events};
use crate::gateway::{
    chat::{Delta, Finish, Usage},
    faults::{self, About, Complaint, Failure},
    sse::Event,
};

/// A chunk, or a whole answer: both have the same fields, but for `delta` and `message`.
#[derive(Deserialize)]
struct Chunk {
    model: Option<String>,
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    usage: Option<Tokens>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    #[serde(alias = "message")]
    delta: Option<Message>,
    finish_reason: Option<String>,
    logprobs: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<Value>,
    refusal: Option<String>,
    /// vLLM, DeepSeek, llama.cpp.
    reasoning_content: Option<String>,
    /// OpenRouter, Ollama, and newer vLLM.
    reasoning: Option<Value>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    index: Option<u32>,
    id: Option<String>,
    function: Option<Function>,
    /// Where Gemini keeps its signature when it speaks this protocol.
    extra_content: Option<Value>,
}

#[derive(Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<Details>,
    completion_tokens_details: Option<Details>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    image_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let (input, output) = (tokens.prompt_tokens_details.unwrap_or_default(), tokens.completion_tokens_details.unwrap_or_default());
        Self {
            input: tokens.prompt_tokens.unwrap_or_default(),
            cached: input.cached_tokens.or(tokens.prompt_cache_hit_tokens).unwrap_or_default(),
            cache_write: input.cache_write_tokens.unwrap_or_default(),
            image: input.image_tokens.unwrap_or_default(),
            output: tokens.completion_tokens.unwrap_or_default(),
            reasoning: output.reasoning_tokens.unwrap_or_default(),
        }
    }
}

#[derive(Default)]
pub(super) struct Chunks {
    model: bool,
    refused: bool,
    finished: bool,
    done: bool,
}

impl Events for Chunks {
    fn event(&mut self, event: &Event, out: &mut Vec<Delta>) -> Result<(), Failure> {
        if event.data.trim() == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let chunk = serde_json::from_str(&event.data).map_err(|error| faults::malformed(error_text(&error)))?;
        self.chunk(chunk, out)
    }

    fn complete(&self) -> bool {
        self.done
    }

    fn whole(&self) -> bool {
        // Not everybody who speaks this protocol says [DONE].
        self.done || self.finished
    }
}

impl Chunks {
    fn chunk(&mut self, chunk: Chunk, out: &mut Vec<Delta>) -> Result<(), Failure> {
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(complaint(&json!({"error": error}), None).into());
        }
        if let Some(model) = chunk.model.filter(|model| !self.model && !model.is_empty()) {
            self.model = true;
            out.push(Delta::Model(model));
        }
        // Only one answer was asked for; where a caller asked for more, the others pass by unread.
        for choice in chunk.choices.into_iter().flatten().filter(|choice| choice.index == 0) {
            self.choice(choice, out);
        }
        out.extend(chunk.usage.map(|usage| Delta::Usage(usage.into())));
        Ok(())
    }

    fn choice(&mut self, choice: Choice, out: &mut Vec<Delta>) {
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let message = choice.delta.unwrap_or_default();
        let reasoning = some(message.reasoning_content).or_else(|| some(message.reasoning.as_ref().and_then(Value::as_str).map(str::to_owned)));
        out.extend(reasoning.map(Delta::Reasoning));
        out.extend(some(message.content.as_ref().map(content)).map(Delta::Text));
        if let Some(refusal) = some(message.refusal) {
            self.refused = true;
            out.push(Delta::Refusal(refusal));
        }
        for (at, call) in (0..).zip(message.tool_calls.into_iter().flatten()) {
            let Function { name, arguments } = call.function.unwrap_or(Function { name: None, arguments: None });
            let signature = call.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature")).and_then(Value::as_str);
            out.push(Delta::ToolCall {
                index: call.index.unwrap_or(at),
                id: some(call.id),
                name: some(name),
                arguments: arguments.as_ref().map(json_text).unwrap_or_default(),
                signature: signature.map(str::to_owned),
            });
        }
        out.extend(choice.logprobs.filter(Value::is_object).map(Delta::Logprobs));
        if let Some(word) = some(choice.finish_reason) {
            self.finished = true;
            out.push(Delta::Finish(self.finish(word)));
        }
    }

    fn finish(&self, word: String) -> Finish {
        match word.as_str() {
            "stop" if self.refused => Finish::Refusal,
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            "content_filter" => Finish::ContentFilter,
            _ => Finish::Other(word),
        }
    }
}

/// Text, or a list of parts as some servers write it.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    }
}

fn json_text(arguments: &Value) -> String {
    match arguments {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn answer(body: &[u8]) -> Result<Vec<Delta>, Failure> {
    let mut out = Vec::new();
    let mut chunks = Chunks::default();
    chunks.chunk(parse(body)?, &mut out)?;
    if chunks.finished { Ok(out) } else { Err(faults::malformed("an answer without an end").into()) }
}

/// Everybody writes errors a little differently: an object, a text, FastAPI's `detail`.
pub(super) fn complaint(said: &Value, status: Option<u16>) -> Complaint {
    let error = said.get("error").unwrap_or(said);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = error.get("message").and_then(text).or_else(|| text(error)).or_else(|| said.get("detail").and_then(text));
    let code = error.get("code");
    let status = status.or_else(|| code.and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code)));
    let words = [code, error.get("type")].map(|word| word.and_then(Value::as_str).unwrap_or_default());
    let lower = message.as_deref().unwrap_or_default().to_lowercase();
    let about = about(words, &lower, status);
    Complaint { about, message, status, retry_after: None }
}

fn about(words: [&str; 2], lower: &str, status: Option<u16>) -> About {
    for word in words {
        match word {
            "invalid_api_key" | "authentication_error" => return About::Key,
            "insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active" => return About::Quota,
            "model_not_found" | "DeploymentNotFound" => return About::Model,
            "context_length_exceeded" | "exceed_context_size_error" | "string_above_max_length" => return About::TooLong,
            "content_filter" | "content_policy_violation" => return About::Filtered,
            "rate_limit_exceeded" => return About::TooMany,
            "server_error" | "internal_error" if status.is_none() => return About::Itself,
            "service_unavailable" | "overloaded_error" => return About::Overloaded,
            _ => {}
        }
    }
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match status {
        Some(404) if says(&["model", "deployment"]) => About::Model,
        Some(400 | 413 | 422) if says(&["context length", "context window", "context size", "too many tokens", "maximum context"]) => About::TooLong,
        Some(400) if says(&["model"]) && says(&["does not exist", "not found", "not a valid model"]) => About::Model,
        Some(status) => About::status(status),
        None => About::Itself,
    }
}
