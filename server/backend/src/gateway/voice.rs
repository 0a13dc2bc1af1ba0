//! Whoever answers a call, near or far: pieces of an answer, with the bytes where they can go to the client as they are.

use atelier_domain::{
    completion::{Event, Finish as Ended, Request},
    fault::Fault,
    prompt::{Message, MessageRole},
};
use bytes::Bytes;
use http::HeaderMap;

use super::{Answering, Chat, Delta, Failure, Finish, Piece, Provider as _, Remote, Role, Turn, Usage, faults};
use crate::local;

pub enum Voice {
    Local(local::Answer),
    Remote(Box<Answering>),
}

impl Voice {
    /// Asks the model of this machine.
    ///
    /// # Errors
    /// Limited where its queue is full; Invalid for what it cannot do.
    pub fn local(model: &local::LocalModel, chat: Chat) -> Result<Self, Failure> {
        let messages = chat.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        let request = Request { messages, params: chat.params, tools: chat.tools, response_format: chat.response_format };
        Ok(Voice::Local(model.ask(request)?))
    }

    /// Asks a provider in our words.
    ///
    /// # Errors
    /// What it says, or the way there.
    pub async fn remote(remote: &Remote, chat: Chat, stream: bool) -> Result<Self, Failure> {
        Ok(Voice::Remote(Box::new(remote.chat(chat, stream).await?.passed_on())))
    }

    /// Asks a provider in the client's words.
    ///
    /// # Errors
    /// As [`Voice::remote`].
    pub async fn forward(remote: &Remote, body: Bytes, headers: HeaderMap, stream: bool) -> Result<Self, Failure> {
        Ok(Voice::Remote(Box::new(remote.forward(body, headers, stream).await?.passed_on())))
    }

    pub async fn next(&mut self) -> Option<Result<Piece, Failure>> {
        match self {
            Voice::Remote(answering) => answering.next().await,
            Voice::Local(answer) => loop {
                let deltas = match answer.next().await? {
                    Event::Queued { .. } | Event::Started { .. } => continue,
                    Event::Text { text } => vec![Delta::Text(text)],
                    Event::Reasoning { text } => vec![Delta::Reasoning(text)],
                    Event::ToolCalls { calls } => (0..).zip(calls).map(|(index, call)| tool_call(index, &call)).collect(),
                    Event::Failed { fault } => return Some(Err(fault.into())),
                    Event::Done { finish, measure } => vec![Delta::Finish(finish_of(finish)), Delta::Usage(Usage { cached: 0, ..measure.usage() })],
                };
                return Some(Ok(Piece { raw: Bytes::new(), deltas }));
            },
        }
    }

    /// Whether the answer comes as events; a server that cannot stream answers as a whole.
    pub fn is_streamed(&self) -> bool {
        match self {
            Voice::Local(_) => true,
            Voice::Remote(answering) => answering.is_streamed(),
        }
    }

    pub fn retries(&self) -> u32 {
        match self {
            Voice::Local(_) => 0,
            Voice::Remote(answering) => answering.retries(),
        }
    }
}

fn message(turn: &Turn) -> Result<Message, Fault> {
    let role = match turn.role {
        Role::System | Role::Developer => MessageRole::System,
        Role::User => MessageRole::User,
        Role::Assistant => MessageRole::Assistant,
        Role::Tool => MessageRole::Tool,
    };
    let text = turn
        .text()
        .ok_or_else(|| faults::cannot("messages", "The models of this machine read text alone. Leave images and files out, or choose another model."))?;
    Ok(Message { tool_calls: turn.tool_calls.clone(), tool_call_id: turn.tool_call_id.clone(), ..Message::new(role, text) })
}

fn tool_call(index: u32, call: &serde_json::Value) -> Delta {
    let text = |path| call.pointer(path).and_then(serde_json::Value::as_str).map(str::to_owned);
    Delta::ToolCall { index, id: text("/id"), name: text("/function/name"), arguments: text("/function/arguments").unwrap_or_default(), signature: None }
}

fn finish_of(finish: Ended) -> Finish {
    match finish {
        Ended::Stop | Ended::Cancelled => Finish::Stop,
        Ended::Length => Finish::Length,
        Ended::ToolCalls => Finish::ToolCalls,
        Ended::ContentFilter => Finish::ContentFilter,
        Ended::Refusal => Finish::Refusal,
    }
}
