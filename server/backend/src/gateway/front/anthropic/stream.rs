//! Streamed answers in Anthropic's words: blocks, one after the other.

use serde::Serialize;
use serde_json::Map;

use super::write::{Block, Ending, Message, Tokens, signature, stop_reason};
use crate::gateway::{
    chat::{Delta, Finish, Usage},
    front::{Head, event, json},
};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event<'a> {
    MessageStart { message: Message<'a> },
    ContentBlockStart { index: usize, content_block: Block<'a> },
    ContentBlockDelta { index: usize, delta: Piece<'a> },
    ContentBlockStop { index: usize },
    MessageDelta { delta: Ending<'a>, usage: Tokens },
    MessageStop,
}

impl Event<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        let name = match self {
            Event::MessageStart { .. } => "message_start",
            Event::ContentBlockStart { .. } => "content_block_start",
            Event::ContentBlockDelta { .. } => "content_block_delta",
            Event::ContentBlockStop { .. } => "content_block_stop",
            Event::MessageDelta { .. } => "message_delta",
            Event::MessageStop => "message_stop",
        };
        event(Some(name), |out| json(self, out), out);
    }
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum Piece<'a> {
    #[serde(rename = "text_delta")]
    Text { text: &'a str },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: &'a str },
    #[serde(rename = "input_json_delta")]
    Json { partial_json: &'a str },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    /// By the provider's number of the call.
    Call(u32),
}

#[derive(Debug)]
pub(in crate::gateway::front) struct Stream {
    head: Head,
    /// Every block so far, at its index.
    blocks: Vec<Kind>,
    /// Whether the last of them is open.
    open: bool,
    finish: Option<Finish>,
}

impl Stream {
    pub fn new(head: Head) -> Self {
        Self { head, blocks: Vec::new(), open: false, finish: None }
    }

    /// The usage stands at the end: it is not known before.
    pub fn start(&self, out: &mut Vec<u8>) {
        Event::MessageStart { message: Message::new(&self.head) }.write(out);
    }

    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            // Anthropic has no other place for the model's own words.
            Delta::Text(text) | Delta::Refusal(text) => {
                let index = self.block(Kind::Text, || Block::Text { text: "" }, out);
                Event::ContentBlockDelta { index, delta: Piece::Text { text } }.write(out);
            }
            Delta::Reasoning(thinking) => {
                let index = self.block(Kind::Thinking, || Block::Thinking { thinking: "", signature: "" }, out);
                Event::ContentBlockDelta { index, delta: Piece::Thinking { thinking } }.write(out);
            }
            Delta::ToolCall { index, id, name, arguments, signature: signed } => {
                let made_up = format!("toolu_{index}");
                let block = || Block::ToolUse {
                    id: id.as_deref().unwrap_or(&made_up),
                    name: name.as_deref().unwrap_or_default(),
                    input: Map::new(),
                    extra_content: signed.as_deref().map(signature),
                };
                let index = self.block(Kind::Call(*index), block, out);
                if !arguments.is_empty() {
                    Event::ContentBlockDelta { index, delta: Piece::Json { partial_json: arguments } }.write(out);
                }
            }
            Delta::Finish(finish) => self.finish = Some(finish.clone()),
            Delta::Model(_) | Delta::Usage(_) | Delta::Logprobs(_) => {}
        }
    }

    pub fn finish(&mut self, usage: &Usage, out: &mut Vec<u8>) {
        self.close(out);
        let calls = self.blocks.iter().any(|kind| matches!(kind, Kind::Call(_)));
        let delta = Ending { stop_reason: Some(stop_reason(self.finish.as_ref(), calls)), stop_sequence: None };
        Event::MessageDelta { delta, usage: Tokens(*usage) }.write(out);
        Event::MessageStop.write(out);
    }

    /// The index of the block that takes this; a new one where the last is of another kind.
    fn block<'a>(&mut self, kind: Kind, block: impl FnOnce() -> Block<'a>, out: &mut Vec<u8>) -> usize {
        let known = match kind {
            // A late piece of an earlier call still belongs to its block, though it is closed: clients go by the index.
            Kind::Call(_) => self.blocks.iter().position(|known| *known == kind),
            Kind::Text | Kind::Thinking => self.blocks.len().checked_sub(1).filter(|last| self.blocks.get(*last) == Some(&kind)),
        };
        if let Some(index) = known {
            return index;
        }
        self.close(out);
        let index = self.blocks.len();
        Event::ContentBlockStart { index, content_block: block() }.write(out);
        self.blocks.push(kind);
        self.open = true;
        index
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if let (true, Some(index)) = (std::mem::take(&mut self.open), self.blocks.len().checked_sub(1)) {
            Event::ContentBlockStop { index }.write(out);
        }
    }
}
