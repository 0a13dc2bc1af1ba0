//! Answers in Anthropic's words: events, whole messages, and complaints.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::{error_text, parse, streamed::Events};
use crate::gateway::{
    chat::{Delta, Finish, Usage},
    faults::{self, About, Complaint, Failure},
    sse::Event,
};

/// Unknown events, blocks and pieces are let pass, as Anthropic asks of its clients.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    MessageStart {
        message: Whole,
    },
    ContentBlockStart {
        index: u64,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u64,
        delta: Piece,
    },
    MessageDelta {
        delta: Ending,
        usage: Option<Tokens>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    model: Option<String>,
    content: Vec<Block>,
    #[serde(flatten)]
    ending: Ending,
    usage: Option<Tokens>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ending {
    stop_reason: Option<String>,
    stop_details: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    thinking_tokens: Option<u64>,
}

impl Tokens {
    /// Later counts replace earlier ones; what a later event leaves out stays.
    fn update(&mut self, later: Self) {
        let keep = |now: &mut Option<u64>, later: Option<u64>| *now = later.or(*now);
        keep(&mut self.input_tokens, later.input_tokens);
        keep(&mut self.cache_read_input_tokens, later.cache_read_input_tokens);
        keep(&mut self.cache_creation_input_tokens, later.cache_creation_input_tokens);
        keep(&mut self.output_tokens, later.output_tokens);
        self.output_tokens_details = later.output_tokens_details.or(self.output_tokens_details.take());
    }

    fn usage(&self) -> Usage {
        let [fresh, cached, cache_write] = [self.input_tokens, self.cache_read_input_tokens, self.cache_creation_input_tokens].map(Option::unwrap_or_default);
        let reasoning = self.output_tokens_details.as_ref().and_then(|details| details.thinking_tokens).unwrap_or_default();
        // Anthropic counts what its cache read or wrote apart; we count it in.
        let input = fresh.saturating_add(cached).saturating_add(cache_write);
        Usage { input, cached, cache_write, output: self.output_tokens.unwrap_or_default(), reasoning, ..Usage::default() }
    }
}

#[derive(Default)]
pub(super) struct Message {
    tokens: Tokens,
    /// The number of a call by its block's.
    calls: BTreeMap<u64, u32>,
    stopped: bool,
}

impl Events for Message {
    fn event(&mut self, event: &Event, out: &mut Vec<Delta>) -> Result<(), Failure> {
        match serde_json::from_str(&event.data).map_err(|error| faults::malformed(error_text(&error)))? {
            Said::MessageStart { message } => {
                out.extend(message.model.map(Delta::Model));
                self.usage(message.usage, out);
            }
            Said::ContentBlockStart { index, content_block } => self.block(index, content_block, out),
            Said::ContentBlockDelta { index, delta } => self.piece(index, delta, out),
            Said::MessageDelta { delta, usage } => {
                self.usage(usage, out);
                delta.write(out);
            }
            Said::MessageStop => self.stopped = true,
            Said::Error { error } => return Err(complaint(&serde_json::json!({"error": error}), None).into()),
            Said::Other => {}
        }
        Ok(())
    }

    fn complete(&self) -> bool {
        self.stopped
    }
}

impl Message {
    fn usage(&mut self, usage: Option<Tokens>, out: &mut Vec<Delta>) {
        if let Some(usage) = usage {
            self.tokens.update(usage);
            out.push(Delta::Usage(self.tokens.usage()));
        }
    }

    fn block(&mut self, index: u64, block: Block, out: &mut Vec<Delta>) {
        match block {
            Block::Text { text } if !text.is_empty() => out.push(Delta::Text(text)),
            Block::Thinking { thinking } if !thinking.is_empty() => out.push(Delta::Reasoning(thinking)),
            Block::ToolUse { id, name, input } => {
                let number = self.calls.len() as u32;
                let number = *self.calls.entry(index).or_insert(number);
                // A stream begins with an empty object and brings the arguments in pieces.
                let arguments = if input.as_object().is_none_or(serde_json::Map::is_empty) { String::new() } else { input.to_string() };
                out.push(Delta::ToolCall { index: number, id: Some(id), name: Some(name), arguments, signature: None });
            }
            _ => {}
        }
    }

    fn piece(&mut self, index: u64, piece: Piece, out: &mut Vec<Delta>) {
        match (piece, self.calls.get(&index)) {
            (Piece::TextDelta { text }, _) if !text.is_empty() => out.push(Delta::Text(text)),
            (Piece::ThinkingDelta { thinking }, _) if !thinking.is_empty() => out.push(Delta::Reasoning(thinking)),
            // Those of Anthropic's own tools, which it calls itself, are of no block that we know.
            (Piece::InputJsonDelta { partial_json }, Some(number)) if !partial_json.is_empty() => {
                out.push(Delta::ToolCall { index: *number, id: None, name: None, arguments: partial_json, signature: None });
            }
            _ => {}
        }
    }
}

impl Ending {
    fn write(self, out: &mut Vec<Delta>) {
        let Some(reason) = self.stop_reason else { return };
        let why = self.stop_details.as_ref().and_then(|details| details.get("explanation")).and_then(Value::as_str);
        if let (Some(why), "refusal") = (why, reason.as_str()) {
            out.push(Delta::Refusal(why.to_owned()));
        }
        out.push(Delta::Finish(match reason.as_str() {
            "end_turn" | "stop_sequence" => Finish::Stop,
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "tool_use" => Finish::ToolCalls,
            "refusal" => Finish::Refusal,
            _ => Finish::Other(reason),
        }));
    }
}

pub(super) fn answer(body: &[u8]) -> Result<Vec<Delta>, Failure> {
    let whole: Whole = parse(body)?;
    if let Some(error) = whole.error {
        return Err(complaint(&serde_json::json!({"error": error}), None).into());
    }
    if whole.ending.stop_reason.is_none() {
        return Err(faults::malformed("an answer without an end").into());
    }
    let mut out: Vec<Delta> = whole.model.map(Delta::Model).into_iter().collect();
    let mut message = Message::default();
    for (index, block) in (0..).zip(whole.content) {
        let call = matches!(block, Block::ToolUse { .. });
        message.block(index, block, &mut out);
        // Here an empty object is all there is.
        if let (true, Some(Delta::ToolCall { arguments, .. })) = (call, out.last_mut())
            && arguments.is_empty()
        {
            arguments.push_str("{}");
        }
    }
    message.usage(whole.usage, &mut out);
    whole.ending.write(&mut out);
    Ok(out)
}

pub(super) fn complaint(said: &Value, status: Option<u16>) -> Complaint {
    let error = said.get("error");
    let text = |name| error.and_then(|error| error.get(name)).and_then(Value::as_str);
    let message = text("message").map(str::to_owned);
    let lower = message.as_deref().unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let about = match (text("type"), status) {
        (Some("authentication_error"), _) => About::Key,
        (Some("permission_error"), _) => About::Right,
        (Some("billing_error"), _) => About::Quota,
        (Some("not_found_error"), _) if says(&["model"]) => About::Model,
        (Some("rate_limit_error"), _) => About::TooMany,
        (Some("overloaded_error"), _) => About::Overloaded,
        (Some("timeout_error"), _) => About::TimeOut,
        (Some("request_too_large"), _) => About::TooLong,
        (Some("invalid_request_error"), _) if says(&["prompt is too long", "exceed context limit", "context window"]) => About::TooLong,
        // A limit of spending comes as a bad request.
        (Some("invalid_request_error"), _) if says(&["credit balance", "usage limits", "spend limit"]) => About::Quota,
        (Some("invalid_request_error"), _) if says(&["content filtering policy"]) => About::Filtered,
        (Some("invalid_request_error"), None) => About::Request,
        (_, Some(status)) => About::status(status),
        (_, None) => About::Itself,
    };
    Complaint { about, message, status, retry_after: None }
}
