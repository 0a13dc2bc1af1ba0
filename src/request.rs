//! Requests: what came through the gateway and what it took. Everything here is as it is stored, redacted already.

mod curl;
mod filter;
mod query;
mod tail;
mod turn;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    cost::{Nanos, Usage},
    fault::Fault,
    id::{KeyId, ProjectId, PromptId, RequestId, RunId},
    prompt::PromptName,
    timestamp::Timestamp,
};

pub use curl::curl;
pub use filter::{RequestFilter, WITHIN};
pub use query::RequestQuery;
pub use tail::tail;
pub use turn::{Part, Turn, call, turns};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$of])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in the database and on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Where somebody asked.
    Source {
        #[default]
        Gateway = "gateway",
        /// `POST /api/v1/prompts/…/run`.
        Api = "api",
        /// A page of the studio: playground or prompt.
        Studio = "studio",
        Grid = "grid",
    }
}

words! {
    Endpoint {
        #[default]
        Chat = "chat",
        /// Anthropic's.
        Messages = "messages",
        Embeddings = "embeddings",
    }
}

words! {
    /// How it ended.
    Outcome {
        #[default]
        Answered = "answered",
        /// The provider, or the way there.
        Failed = "failed",
        /// The client left before the end.
        Left = "left",
        /// The studio: a budget, a limit, a model that is not there.
        Refused = "refused",
    }
}

words! {
    /// What the cache did.
    CacheVerdict {
        #[default]
        Off = "off",
        Miss = "miss",
        Exact = "exact",
        Semantic = "semantic",
    }
}

/// Microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// In the studio, before anybody was asked: limits, and the local model's queue.
    pub queue: u64,
    /// From the question to the provider until its answer's end.
    pub upstream: u64,
    /// From the request to the first piece of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// From the request to the last byte.
    pub whole: u64,
}

/// One request but for its texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub id: RequestId,
    pub project: ProjectId,
    /// When it came.
    pub at: Timestamp,
    pub source: Source,
    pub endpoint: Endpoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The end user, as the caller names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptId>,
    /// 0 for a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The key of the experiment that decided which variant answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// By its key; `None` where the unit takes no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Whom the experiment assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of the experiment, by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
    /// `attribute=value`, of the attributes that the experiment's results are sliced by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<String>,
    /// The run that has the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Provider and model that were asked; what the caller named where none was found.
    pub model: String,
    pub outcome: Outcome,
    /// What the caller was answered with, of HTTP.
    pub status: u16,
    /// A stable code where it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub streamed: bool,
    pub cache: CacheVerdict,
    pub usage: Usage,
    /// The provider told no tokens, so they were counted.
    pub estimated: bool,
    /// `None` where no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Nanos>,
    /// What the cache saved.
    pub saved: Nanos,
    pub times: Times,
    pub retries: u32,
}

/// What was said, where the project keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub variables: Map<String, Value>,
    /// The body as it went to the model, in the words of the API that was called.
    pub request: Value,
    #[serde(default)]
    pub answer: Said,
    /// The sentence, where it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Something was too long to be kept whole.
    #[serde(default)]
    pub cut: bool,
}

/// An answer, folded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub refusal: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish: Option<String>,
}

/// What is written to the journal, and from there to the database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub facts: Facts,
    /// What was asked, in a line; empty where bodies are not kept.
    #[serde(default)]
    pub asked: String,
    /// `None` where bodies are not kept.
    #[serde(default)]
    pub exchange: Option<Exchange>,
}

/// A request in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub facts: Facts,
    pub asked: String,
    /// As it is called now; `None` where it was of none.
    pub prompt_name: Option<PromptName>,
    pub key_name: Option<String>,
}

/// Characters of the line that says what was asked.
pub const ASKED: usize = 160;

/// The last thing that the user said, in a line: the messages of a chat body of either protocol, or what was to be embedded.
pub fn asked(request: &Value) -> String {
    let last_user = || {
        let messages = request.get("messages")?.as_array()?;
        messages.iter().rev().find(|message| message.get("role").and_then(Value::as_str) == Some("user")).or(messages.last())?.get("content")
    };
    let mut out = String::new();
    let words = last_user().or_else(|| request.get("input")).map(text_of).unwrap_or_default();
    for word in words.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > ASKED * 4 {
            break;
        }
    }
    match out.char_indices().nth(ASKED) {
        Some((end, _)) => format!("{}…", out[..end].trim_end()),
        None => out,
    }
}

/// A content as text: itself, or its text parts.
pub fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text").and_then(Value::as_str)));
            texts.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The most tags of a request, and the longest of its words from outside, in bytes.
pub const TAGS_MAX: usize = 20;
pub const WORD_MAX: usize = 200;

/// The longest name of a model, in bytes: a prompt's and its label fit in.
pub const MODEL_MAX: usize = 400;

/// A user, session, trace or tag as callers send them.
///
/// # Errors
/// Invalid on `field`.
pub fn word(field: &str, text: &str) -> Result<String, Fault> {
    bounded(field, text, WORD_MAX)
}

/// Whether this can be a model's name.
///
/// # Errors
/// Invalid on `model`.
pub fn check_model(text: &str) -> Result<(), Fault> {
    bounded("model", text, MODEL_MAX).map(drop)
}

fn bounded(field: &str, text: &str, most: usize) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() || text.len() > most || text.chars().any(char::is_control) {
        return Err(Fault::field(field, format!("Between 1 and {most} bytes, no control characters.")));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_asked_is_the_last_thing_that_the_user_said() {
        let long = "word ".repeat(100);
        let cases = [
            (json!({"messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]}), "one"),
            (json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a\n b"}, {"type": "image_url"}]}]}), "a b"),
            (json!({"messages": [{"role": "system", "content": "only this"}]}), "only this"),
            (json!({"input": ["one", "two"]}), "one two"),
            (json!({"messages": []}), ""),
            (json!([]), ""),
        ];
        for (request, wanted) in cases {
            assert_eq!(asked(&request), wanted, "{request}");
        }
        let cut = asked(&json!({"input": long}));
        assert!(cut.ends_with('…') && cut.chars().count() <= ASKED + 1, "{cut}");
    }

    #[test]
    fn a_record_survives_its_journal() {
        let facts = Facts { tags: vec!["a".into()], cost: Some(Nanos(5)), times: Times { first: Some(3), ..Times::default() }, ..Facts::default() };
        let exchange = Exchange { request: json!({"model": "m"}), answer: Said { text: "hi".into(), ..Said::default() }, ..Exchange::default() };
        let record = Record { facts, asked: "x".into(), exchange: Some(exchange) };
        assert_eq!(serde_json::from_slice::<Record>(&serde_json::to_vec(&record).unwrap()).unwrap(), record);
    }
}
