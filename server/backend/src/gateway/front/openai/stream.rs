//! Streamed answers in OpenAI's words.

use serde::Serialize;
use serde_json::Value;

use super::write::{Call, Function, Logprobs, Tokens, finish_reason, signature};
use crate::gateway::{
    chat::{Delta, Finish, Usage},
    front::{Head, event, json},
};

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'a str,
    choices: &'a [Choice<'a>],
    /// Null until the end where the client asks for it, absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Tokens>>,
}

#[derive(Default, Serialize)]
struct Choice<'a> {
    index: u32,
    delta: Piece<'a>,
    logprobs: Option<Logprobs<'a>>,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Piece<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[Call<'a>; 1]>,
}

#[derive(Debug)]
pub(in crate::gateway::front) struct Stream {
    head: Head,
    include_usage: bool,
    /// The provider's number of each call. Ours is its place here: clients take it for the place in a list.
    calls: Vec<u32>,
    refused: bool,
    finish: Option<Finish>,
}

impl Stream {
    pub fn new(head: Head, include_usage: bool) -> Self {
        Self { head, include_usage, calls: Vec::new(), refused: false, finish: None }
    }

    pub fn start(&self, out: &mut Vec<u8>) {
        self.piece(Piece { role: Some("assistant"), content: Some(""), ..Piece::default() }, out);
    }

    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        let piece = match delta {
            Delta::Text(text) => Piece { content: Some(text), ..Piece::default() },
            Delta::Reasoning(text) => Piece { reasoning_content: Some(text), ..Piece::default() },
            Delta::Refusal(text) => {
                self.refused = true;
                Piece { refusal: Some(text), ..Piece::default() }
            }
            Delta::ToolCall { index, id, name, arguments, signature } => {
                return self.call(*index, id.as_deref(), name.as_deref(), arguments, signature.as_deref(), out);
            }
            Delta::Logprobs(logprobs) => return self.logprobs(logprobs, out),
            // Told at the end, whatever follows it here.
            Delta::Finish(finish) => return self.finish = Some(finish.clone()),
            Delta::Model(_) | Delta::Usage(_) => return,
        };
        self.piece(piece, out);
    }

    pub fn finish(&self, usage: &Usage, out: &mut Vec<u8>) {
        let reason = finish_reason(self.finish.as_ref(), !self.calls.is_empty(), self.refused);
        self.chunk(&[Choice { finish_reason: Some(reason), ..Choice::default() }], None, out);
        if self.include_usage {
            self.chunk(&[], Some(Tokens(*usage)), out);
        }
        event(None, |out| out.extend_from_slice(b"[DONE]"), out);
    }

    fn call(&mut self, number: u32, id: Option<&str>, name: Option<&str>, arguments: &str, signed: Option<&str>, out: &mut Vec<u8>) {
        let known = self.calls.iter().position(|known| *known == number);
        let index = known.unwrap_or(self.calls.len());
        let made_up = format!("call_{index}");
        let id = if known.is_some() { id } else { id.or(Some(&made_up)) };
        let call = Call { index: Some(index), id, kind: id.map(|_| "function"), function: Function { name, arguments }, extra_content: signed.map(signature) };
        self.piece(Piece { tool_calls: Some([call]), ..Piece::default() }, out);
        if known.is_none() {
            self.calls.push(number);
        }
    }

    fn logprobs(&self, logprobs: &Value, out: &mut Vec<u8>) {
        let list = |name| logprobs.get(name).and_then(Value::as_array).map(Vec::as_slice);
        let logprobs = Logprobs { content: list("content").unwrap_or_default(), refusal: list("refusal") };
        self.chunk(&[Choice { logprobs: Some(logprobs), ..Choice::default() }], None, out);
    }

    fn piece(&self, delta: Piece<'_>, out: &mut Vec<u8>) {
        self.chunk(&[Choice { delta, ..Choice::default() }], None, out);
    }

    fn chunk(&self, choices: &[Choice<'_>], usage: Option<Tokens>, out: &mut Vec<u8>) {
        let Head { id, model, created } = &self.head;
        let usage = self.include_usage.then_some(usage);
        let chunk = Chunk { id, object: "chat.completion.chunk", created: *created, model, choices, usage };
        event(None, |out| json(&chunk, out), out);
    }
}
