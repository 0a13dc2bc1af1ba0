//! Asking a model: the request, what streams back, and what is measured.

use serde::{Deserialize, Serialize};

use crate::{
    fault::Fault,
    prompt::{Message, Params},
};

/// The model that answers with no key: it runs in this process.
pub const LOCAL_MODEL: &str = "local/smollm2-135m-instruct";

/// The answer's length where a prompt sets none, in tokens.
pub const DEFAULT_MAX_TOKENS: u32 = 256;

/// What a model is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub messages: Vec<Message>,
    pub params: Params,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model had finished, or a stop text came.
    Stop,
    /// `max_tokens` or the context window was reached.
    Length,
    /// Somebody stopped it.
    Cancelled,
}

impl Finish {
    pub fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::Cancelled => "cancelled",
        }
    }
}

/// What an answer took. Times are microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Tokens of the whole prompt.
    pub input_tokens: u32,
    /// Of these, not computed again: an earlier prompt began the same way.
    pub reused_tokens: u32,
    pub output_tokens: u32,
    /// From the request to its place on the model's thread.
    pub queued_us: u64,
    /// From the request to the first token, the queue included.
    pub first_token_us: Option<u64>,
    /// From the request to the end.
    pub total_us: u64,
}

impl Measure {
    /// Decoding speed after the first token, in tokens a second.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let first = self.first_token_us?;
        let decoding = self.total_us.checked_sub(first).filter(|us| *us > 0)?;
        (self.output_tokens > 1).then(|| f64::from(self.output_tokens - 1) * 1e6 / decoding as f64)
    }
}

/// What streams back while a model answers: `Queued`* `Started` `Text`* then `Done` or `Failed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// So many requests are answered first.
    Queued {
        ahead: usize,
    },
    Started {
        input_tokens: u32,
        reused_tokens: u32,
    },
    /// More of the answer.
    Text {
        text: String,
    },
    Done {
        finish: Finish,
        measure: Measure,
    },
    Failed {
        fault: Fault,
    },
}
