//! What a client asks of the gateway and how it is answered, in the words of the API that it called; pure, the mirror of [`adapter`](super::adapter).
//!
//! A provider of the client's own protocol gets the client's body as it came ([`Inbound::forward`]), and its answer goes back as it comes ([`Filter`]).
//! Any other gets the neutral chat ([`Inbound::translate`]), and its answer is written anew ([`Dialect::whole`], [`Encoder`]).

mod anthropic;
pub mod embeddings;
mod error;
mod fields;
mod filter;
mod lead;
mod openai;
mod raw;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use atelier_domain::{
    fault::{Fault, Kind},
    prompt::Params,
};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::{
    chat::{Answer, Chat, Delta, Turn, Usage},
    faults,
};

pub use filter::Filter;

use raw::Raw;

/// What a client asked. The conversation itself is read when somebody has to know it: a provider of the same protocol checks it anyway.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    dialect: Dialect,
    /// As the client wrote it: `openai/gpt-4o-mini`, `prompt/NAME@LABEL`.
    pub model: String,
    pub stream: bool,
    /// Whether a stream's end tells the usage.
    pub include_usage: bool,
    /// How many answers; above 1 only a provider of the same protocol can be asked.
    pub n: u32,
    /// The end user, where the body itself names one.
    pub user: Option<String>,
    /// The studio's extras, as they came.
    pub atelier: Option<Value>,
    body: Raw,
    neutral: OnceLock<Result<Neutral, Fault>>,
}

/// What stands beside the conversation.
struct Ask {
    model: String,
    stream: bool,
    include_usage: bool,
    n: u32,
    user: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Neutral {
    chat: Chat,
    /// Why only the client's own protocol can say this.
    own: Option<Fault>,
}

impl Inbound {
    /// The body as it came, the studio's extras too.
    pub fn body(&self) -> &Bytes {
        self.body.bytes()
    }

    fn neutral(&self) -> Result<&Neutral, Fault> {
        let read = || {
            let body = self.body.all()?;
            match self.dialect {
                Dialect::OpenAi => openai::read(body),
                Dialect::Anthropic => anthropic::read(body),
            }
        };
        self.neutral.get_or_init(read).as_ref().map_err(Fault::clone)
    }

    /// In no protocol's words; `model` is as the client wrote it, and `extra` holds what is unknown here. Read once.
    ///
    /// # Errors
    /// Invalid naming the field that has another shape than the protocol's.
    pub fn chat(&self) -> Result<&Chat, Fault> {
        Ok(&self.neutral()?.chat)
    }

    /// For a provider of another protocol, under the provider's own name of the model.
    ///
    /// # Errors
    /// As [`chat`](Self::chat), and Invalid where there is nothing to answer, several answers are wanted, or another protocol has no words for it.
    pub fn translate(&self, model: &str, lead: &Lead) -> Result<Chat, Fault> {
        let Neutral { chat, own } = self.neutral()?;
        if let Some(fault) = own {
            return Err(fault.clone());
        }
        if self.n > 1 {
            return Err(faults::cannot("n", "This model gives one answer to a request. Leave “n” out, or ask several times."));
        }
        let mut chat = chat.clone();
        model.clone_into(&mut chat.model);
        lead.apply(&mut chat);
        if chat.messages.is_empty() { Err(no_messages()) } else { Ok(chat) }
    }

    /// The body for a provider of the same protocol: all that the client said, under the provider's own name of the model, behind what `lead` brings.
    ///
    /// # Errors
    /// Invalid where there is nothing to answer, or the protocol has no words for what `lead` brings.
    pub fn forward(&self, model: &str, lead: &Lead, stream: bool) -> Result<Bytes, Fault> {
        if lead.turns.is_empty() && self.body.list("messages")?.is_empty() {
            return Err(no_messages());
        }
        match self.dialect {
            Dialect::OpenAi => openai::forward(&self.body, model, lead, stream),
            Dialect::Anthropic => anthropic::forward(&self.body, model, lead, stream),
        }
    }
}

fn no_messages() -> Fault {
    Fault::field("messages", "Send at least one message.")
}

/// The protocol that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Chat completions.
    OpenAi,
    /// Messages.
    Anthropic,
}

impl Dialect {
    /// Understands what a client sent, but for its conversation.
    ///
    /// # Errors
    /// `malformed` for what is no JSON object; Invalid naming the field that has another shape than the protocol's.
    pub fn read(self, body: impl Into<Bytes>) -> Result<Inbound, Fault> {
        let body = Raw::parse(body.into())?;
        let Ask { model, stream, include_usage, n, user } = match self {
            Dialect::OpenAi => openai::head(&body)?,
            Dialect::Anthropic => anthropic::head(&body)?,
        };
        let atelier = body.some(&["atelier"])?.shift_remove("atelier");
        Ok(Inbound { dialect: self, model, stream, include_usage, n, user, atelier, body, neutral: OnceLock::new() })
    }

    /// A whole answer.
    pub fn whole(self, head: &Head, answer: &Answer, usage: &Usage) -> Bytes {
        match self {
            Dialect::OpenAi => openai::whole(head, answer, usage),
            Dialect::Anthropic => anthropic::whole(head, answer, usage),
        }
    }

    /// For one answer that comes as deltas. Anthropic's streams tell the usage either way.
    pub fn encoder(self, head: Head, include_usage: bool) -> Encoder {
        Encoder(match self {
            Dialect::OpenAi => Events::OpenAi(openai::Stream::new(head, include_usage)),
            Dialect::Anthropic => Events::Anthropic(anthropic::Stream::new(head)),
        })
    }

    /// For one stream of a provider that speaks the same protocol.
    pub fn filter(self, include_usage: bool) -> Filter {
        Filter::new(self == Dialect::OpenAi && !include_usage)
    }

    /// The status and the body that tell of a fault.
    pub fn error(self, fault: &Fault, request_id: &str) -> (u16, Bytes) {
        match self {
            Dialect::OpenAi => error::openai(fault),
            Dialect::Anthropic => error::anthropic(fault, request_id),
        }
    }
}

/// What an answer begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `chatcmpl-…`, `msg_…`.
    pub id: String,
    pub model: String,
    /// Seconds since 1970.
    pub created: i64,
}

/// What a prompt of the studio brings to a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lead {
    pub turns: Vec<Turn>,
    pub params: Params,
    pub tools: Vec<Value>,
    pub response_format: Option<Value>,
}

/// Writes a streamed answer as server-sent events: `start` once, `push` for each delta, then either `finish` or `fail`.
#[derive(Debug)]
pub struct Encoder(Events);

#[derive(Debug)]
enum Events {
    OpenAi(openai::Stream),
    Anthropic(anthropic::Stream),
}

impl Encoder {
    pub fn start(&mut self, out: &mut Vec<u8>) {
        match &mut self.0 {
            Events::OpenAi(stream) => stream.start(out),
            Events::Anthropic(stream) => stream.start(out),
        }
    }

    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match &mut self.0 {
            Events::OpenAi(stream) => stream.push(delta, out),
            Events::Anthropic(stream) => stream.push(delta, out),
        }
    }

    pub fn finish(&mut self, usage: &Usage, out: &mut Vec<u8>) {
        match &mut self.0 {
            Events::OpenAi(stream) => stream.finish(usage, out),
            Events::Anthropic(stream) => stream.finish(usage, out),
        }
    }

    /// Ends with an error instead; nothing follows that could pass for a whole answer's end.
    pub fn fail(&mut self, fault: &Fault, request_id: &str, out: &mut Vec<u8>) {
        let (name, (_, body)) = match &self.0 {
            Events::OpenAi(_) => (None, error::openai(fault)),
            Events::Anthropic(_) => (Some("error"), error::anthropic(fault, request_id)),
        };
        event(name, |out| out.extend_from_slice(&body), out);
    }
}

/// One server-sent event; `data` writes a single line.
fn event(name: Option<&str>, data: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
    for part in name.iter().flat_map(|name| ["event: ", name, "\n"]) {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"data: ");
    data(out);
    out.extend_from_slice(b"\n\n");
}

/// Appends JSON. Only keys that are no text could fail, and nobody here has such.
fn json(value: &impl Serialize, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(Kind::Invalid, "malformed", message)
}
