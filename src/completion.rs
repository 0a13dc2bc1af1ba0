//! Asking a model: the request, what streams back, and what is measured.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cost::{Nanos, Usage},
    fault::Fault,
    prompt::{Message, Params},
};

/// The model that answers with no key: it runs in this process.
pub const LOCAL_MODEL: &str = "local/smollm2-135m-instruct";

/// The answer's length where a prompt sets none, in tokens.
pub const DEFAULT_MAX_TOKENS: u32 = 256;

/// What a model is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub messages: Vec<Message>,
    #[serde(default)]
    pub params: Params,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Value>,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model had finished, or a stop text came.
    Stop,
    /// `max_tokens` or the context window was reached.
    Length,
    /// The model asks tools, and waits for their answers.
    ToolCalls,
    /// The provider withheld the rest.
    ContentFilter,
    /// The model would not.
    Refusal,
    /// Somebody stopped it.
    Cancelled,
}

impl Finish {
    pub fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ToolCalls => "tool_calls",
            Finish::ContentFilter => "content_filter",
            Finish::Refusal => "refusal",
            Finish::Cancelled => "cancelled",
        }
    }
}

/// What an answer took. Times are microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Tokens of the whole prompt.
    pub input_tokens: u32,
    /// Of these, not computed again: an earlier prompt began the same way, here or in the provider's cache.
    pub reused_tokens: u32,
    /// Of these, written to the provider's cache.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cache_write_tokens: u32,
    /// Of the prompt's, pictures.
    #[serde(default, skip_serializing_if = "is_default")]
    pub image_tokens: u32,
    pub output_tokens: u32,
    /// Of these, thought and not shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reasoning_tokens: u32,
    /// The provider told no tokens: they are counted by another model's vocabulary.
    #[serde(default, skip_serializing_if = "is_default")]
    pub estimated: bool,
    /// What it cost, where a price was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Nanos>,
    /// How often the provider was asked again before it answered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retries: u32,
    /// From the request to its place on the model's thread.
    pub queued_us: u64,
    /// From the request to the first token, the queue included.
    pub first_token_us: Option<u64>,
    /// From the request to the end.
    pub total_us: u64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Measure {
    /// The tokens, for a price.
    pub fn usage(&self) -> Usage {
        Usage {
            input: self.input_tokens.into(),
            cached: self.reused_tokens.into(),
            cache_write: self.cache_write_tokens.into(),
            image: self.image_tokens.into(),
            output: self.output_tokens.into(),
            reasoning: self.reasoning_tokens.into(),
        }
    }

    /// Decoding speed after the first token, in tokens a second.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let first = self.first_token_us?;
        let decoding = self.total_us.checked_sub(first).filter(|us| *us > 0)?;
        (self.output_tokens > 1).then(|| f64::from(self.output_tokens - 1) * 1e6 / decoding as f64)
    }
}

/// What streams back while a model answers: `Queued`* `Started` (`Text` or `Reasoning`)* `ToolCalls`? then `Done` or `Failed`.
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
    /// More of what the model thinks aloud.
    Reasoning {
        text: String,
    },
    /// What the model asks of tools, as OpenAI writes it; once, before the end.
    ToolCalls {
        calls: Vec<Value>,
    },
    Done {
        finish: Finish,
        measure: Measure,
    },
    Failed {
        fault: Fault,
    },
}
