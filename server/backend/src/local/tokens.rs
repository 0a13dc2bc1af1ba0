//! Text to tokens and back, by the vocabulary inside the model's file; and its chat template.
//! Control tokens come from the template alone: what people write is never read as one.

mod marks;
mod pieces;
mod template;
mod words;

use std::borrow::Cow;

use atelier_domain::prompt::Message;
use candle_core::quantized::gguf_file::Value;
use tokenizers::Tokenizer;

use self::{
    marks::{Marks, Part},
    pieces::Pieces,
    template::Template,
};
use super::{gguf::Source, problem::Problem};

/// Keeps what people write from being read as a control token; a character that stands for none, so no text needs it.
const GUARD: char = '\u{fdd0}';
/// The entries that name tokens at which an answer ends.
const ENDS: [&str; 3] = ["eos_token_id", "eot_token_id", "eom_token_id"];

// What the file says of a token.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
/// Added by the model's makers, and found in any text.
const ADDED: i32 = 4;
const BYTE: i32 = 6;

pub struct Vocabulary {
    splitter: Splitter,
    controls: Marks,
    added: Marks,
    /// What each token writes; `None` where it ends the answer.
    bytes: Vec<Option<Box<[u8]>>>,
    /// The most bytes that one token writes.
    longest: usize,
    /// What every chat begins with, unless its template says so already.
    begin: Option<u32>,
    /// Whether spaces after a control token are no part of the text.
    strips: bool,
    template: Template,
}

enum Splitter {
    Words(Box<Tokenizer>),
    Pieces(Pieces),
}

impl Vocabulary {
    /// # Errors
    /// None, one of another kind, or a template that cannot be read.
    pub fn read(source: &Source) -> Result<Self, Problem> {
        let kind = kind(source)?;
        let texts = source.list("tokenizer.ggml.tokens").unwrap_or_default().iter().map(|text| text.to_string().map(String::as_str).unwrap_or_default());
        let texts: Vec<&str> = texts.collect();
        let kinds = source.list("tokenizer.ggml.token_type").unwrap_or_default();
        let kind_of = |token: u32| kinds.get(token as usize).map_or(NORMAL, |kind: &Value| kind.to_i32().unwrap_or(NORMAL));
        let all = || texts.iter().copied().zip(0u32..);
        let of = |wanted: i32| all().filter(move |(_, token)| kind_of(*token) == wanted);
        let plain = all().filter(|(_, token)| !matches!(kind_of(*token), CONTROL | ADDED));
        let splitter = match kind {
            "gpt2" => Splitter::Words(Box::new(words::read(source, plain)?)),
            _ => Splitter::Pieces(Pieces::read(source, plain)?),
        };
        let id = |name: &str| source.size(&format!("tokenizer.ggml.{name}")).and_then(|token| u32::try_from(token).ok());
        let ends = ENDS.map(id);
        let bytes = |(text, token): (&str, u32)| match kind_of(token) {
            _ if ends.contains(&Some(token)) => None,
            NORMAL if kind == "gpt2" => Some(words::written(text)),
            NORMAL => Some(pieces::written(text)),
            ADDED => Some(text.as_bytes().into()),
            BYTE => pieces::written_byte(text),
            _ => None,
        };
        let bytes: Vec<_> = all().map(bytes).collect();
        let begins = source
            .flag("tokenizer.ggml.add_bos_token")
            .unwrap_or_else(|| kind == "llama" || source.text("tokenizer.ggml.pre").is_some_and(words::knows_whole_words));
        let text_of = |name: &str| id(name).and_then(|token| texts.get(token as usize)).copied().unwrap_or_default().to_owned();
        let template = Template::new(source.text("tokenizer.chat_template"), text_of("bos_token_id"), text_of("eos_token_id"));
        Ok(Self {
            longest: bytes.iter().flatten().map(|bytes| bytes.len()).max().unwrap_or(1),
            // One that is a single character could not be guarded.
            controls: Marks::new(of(CONTROL).filter(|(text, _)| text.chars().nth(1).is_some())),
            added: Marks::new(of(ADDED)),
            begin: id("bos_token_id").filter(|_| begins),
            strips: kind == "llama" && source.text("general.architecture") == Some("phi3"),
            template: template.map_err(|error| Problem::Vocabulary(format!("its chat template cannot be read ({error})")))?,
            splitter,
            bytes,
        })
    }

    /// The tokens of a plain text.
    ///
    /// # Errors
    /// None that is known: the vocabulary holds every byte.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let mut tokens = Vec::new();
        for part in self.added.split(text) {
            match (part, &self.splitter) {
                (Part::Mark(_, token), _) => tokens.push(token),
                (Part::Text(text), Splitter::Words(words)) => tokens.extend(words.encode_fast(text, false).map_err(|error| error.to_string())?.get_ids()),
                (Part::Text(text), Splitter::Pieces(pieces)) => tokens.extend(pieces.encode(text)),
            }
        }
        Ok(tokens)
    }

    /// The tokens of a chat that the model is to go on with. Not every template shows tools.
    ///
    /// # Errors
    /// What the template says against this chat.
    pub fn chat(&self, messages: &[Message], tools: &[serde_json::Value]) -> Result<Vec<u32>, String> {
        let messages: Vec<Message> = messages.iter().map(|message| self.guarded(message)).collect();
        let tools: Vec<_> = tools.iter().map(|tool| self.guarded_value(tool)).collect();
        let text = self.template.render(&messages, &tools)?;
        let mut tokens = Vec::new();
        for part in self.controls.split(&text) {
            match part {
                Part::Mark(_, token) => tokens.push(token),
                Part::Text(text) => {
                    let text = if self.strips && !tokens.is_empty() { text.trim_start() } else { text };
                    tokens.extend(self.encode(&text.replace(GUARD, ""))?);
                }
            }
        }
        if self.begin.is_some() && tokens.first().copied() != self.begin {
            tokens.splice(0..0, self.begin);
        }
        Ok(tokens)
    }

    /// A text in which no control token is found, until the guards are taken out again.
    fn guard<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let parts = self.controls.split(text);
        if !parts.iter().any(|part| matches!(part, Part::Mark(..))) {
            return Cow::Borrowed(text);
        }
        let mut guarded = String::new();
        for part in parts {
            match part {
                Part::Text(text) => guarded.push_str(text),
                Part::Mark(text, _) => text.chars().for_each(|c| guarded.extend([c, GUARD])),
            }
        }
        Cow::Owned(guarded)
    }

    fn guarded(&self, message: &Message) -> Message {
        Message {
            content: self.guard(&message.content).into_owned(),
            tool_calls: message.tool_calls.iter().map(|call| self.guarded_value(call)).collect(),
            tool_call_id: message.tool_call_id.as_deref().map(|id| self.guard(id).into_owned()),
            ..message.clone()
        }
    }

    fn guarded_value(&self, value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value::{Array, Object, String};
        match value {
            String(text) => self.guard(text).into(),
            Array(values) => values.iter().map(|value| self.guarded_value(value)).collect(),
            Object(fields) => fields.iter().map(|(key, value)| (self.guard(key).into_owned(), self.guarded_value(value))).collect(),
            other => other.clone(),
        }
    }

    /// What a token writes; `None` where it ends the answer instead.
    pub fn bytes(&self, token: u32) -> Option<&[u8]> {
        self.bytes.get(token as usize)?.as_deref()
    }

    /// Whether an answer's first space is how its first word is written, and no part of the answer.
    pub fn is_spaced(&self) -> bool {
        matches!(&self.splitter, Splitter::Pieces(pieces) if pieces.spaced)
    }

    /// A number of tokens that the chat has at least, without reading it.
    pub fn at_least(&self, messages: &[Message]) -> usize {
        messages.iter().map(|message| message.content.len() / self.longest).sum()
    }
}

/// The kind of vocabulary: gpt2 or llama.
///
/// # Errors
/// None, or another kind.
pub fn kind(source: &Source) -> Result<&str, Problem> {
    let kind = source.text("tokenizer.ggml.model").filter(|_| source.list("tokenizer.ggml.tokens").is_some_and(|tokens| !tokens.is_empty()));
    match kind {
        Some(kind @ ("gpt2" | "llama")) => Ok(kind),
        Some(other) => Err(Problem::Vocabulary(format!("its vocabulary is of the kind “{other}”; gpt2 and llama are read"))),
        None => Err(Problem::Vocabulary("it has no vocabulary".to_owned())),
    }
}

/// Joins what tokens write into text, and holds back characters that are not whole yet.
#[derive(Default)]
pub struct Joiner(Vec<u8>);

impl Joiner {
    /// The text that is whole now. Bytes that can never become a character give U+FFFD.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.0.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = self.0.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(good) => {
                    text.push_str(good);
                    rest = &[];
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(good));
                    rest = bad;
                    if let Some(length) = error.error_len() {
                        text.push(char::REPLACEMENT_CHARACTER);
                        rest = &bad[length..];
                        continue;
                    }
                }
            }
            break;
        }
        self.0 = rest.to_vec();
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stream_never_breaks_a_character(text in any::<String>(), step in 1usize..5) {
            let mut joiner = Joiner::default();
            let joined: String = text.as_bytes().chunks(step).map(|bytes| joiner.push(bytes)).collect();
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn broken_bytes_read_as_they_do_at_once(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut joiner = Joiner::default();
            let joined: String = bytes.chunks(1).map(|byte| joiner.push(byte)).collect();
            let whole = String::from_utf8_lossy(&bytes);
            prop_assert!(whole.starts_with(&joined) && whole.len() - joined.len() <= 3, "{:?} for {:?}", joined, whole);
        }
    }
}
