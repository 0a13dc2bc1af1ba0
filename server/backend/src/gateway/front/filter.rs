//! A provider's own stream on its way to a client of the same protocol: as it comes, without the usage that only we asked for.

use std::mem;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, de::IgnoredAny};

use crate::gateway::sse::{LIMIT, Sse, Wrong};

/// Lets events pass as soon as they are complete, so that an error can be told after any of them.
#[derive(Debug)]
pub struct Filter {
    /// Whether the usage has to go.
    drops: bool,
    /// An event whose end has not come.
    held: BytesMut,
    lines: Lines,
}

impl Filter {
    pub(super) fn new(drops: bool) -> Self {
        Self { drops, held: BytesMut::new(), lines: Lines { seen: 0, blank: true, after_cr: None } }
    }

    /// What the client gets now: the same bytes, uncopied, where all of them pass and nothing was held back.
    ///
    /// # Errors
    /// [`Wrong::TooLong`] for an event over [`LIMIT`]; feed no more afterwards.
    pub fn feed(&mut self, bytes: Bytes) -> Result<Bytes, Wrong> {
        let mut passes = Passes { all: !self.drops, ..Passes::default() };
        let whole = if self.held.is_empty() {
            let end = self.lines.scan(&bytes, &mut passes);
            self.held.extend_from_slice(&bytes[end..]);
            bytes
        } else {
            self.held.extend_from_slice(&bytes);
            let end = self.lines.scan(&self.held, &mut passes);
            self.held.split_to(end).freeze()
        };
        self.lines.seen = self.held.len();
        if self.held.len() > LIMIT { Err(Wrong::TooLong) } else { Ok(passes.of(&whole)) }
    }

    /// What the stream left without the empty line that ends an event.
    pub fn end(self) -> Bytes {
        if self.drops && is_usage(&self.held) { Bytes::new() } else { self.held.freeze() }
    }
}

/// Where in its lines a stream stands.
#[derive(Debug)]
struct Lines {
    /// How much of an event without its end was looked at.
    seen: usize,
    /// Nothing stands in the current line yet.
    blank: bool,
    /// The last byte was a CR; whether what it ended passed.
    after_cr: Option<bool>,
}

impl Lines {
    /// Where the last complete event ends.
    fn scan(&mut self, bytes: &[u8], passes: &mut Passes) -> usize {
        let (mut event, mut at) = (0, self.seen);
        while let Some(byte) = bytes.get(at) {
            if let (Some(passed), b'\n') = (self.after_cr.take(), byte) {
                at += 1;
                // The CR ended an event: the LF goes where that went.
                if event + 1 == at {
                    passes.add(event..at, passed);
                    event = at;
                }
                continue;
            }
            let Some(length) = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.blank = false;
                break;
            };
            let blank = mem::replace(&mut self.blank, true) && length == 0;
            at += length + 1;
            let mut passed = true;
            if blank {
                passed = passes.all || !is_usage(&bytes[event..at]);
                passes.add(event..at, passed);
                event = at;
            }
            self.after_cr = (bytes[at - 1] == b'\r').then_some(passed);
        }
        event
    }
}

/// Which bytes pass.
#[derive(Default)]
struct Passes {
    /// The usage too.
    all: bool,
    ranges: Vec<std::ops::Range<usize>>,
}

impl Passes {
    fn add(&mut self, range: std::ops::Range<usize>, passed: bool) {
        match self.ranges.last_mut() {
            _ if !passed => {}
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    fn of(self, bytes: &Bytes) -> Bytes {
        match self.ranges.as_slice() {
            [] => Bytes::new(),
            [one] => bytes.slice(one.clone()),
            many => many.iter().flat_map(|range| &bytes[range.clone()]).copied().collect(),
        }
    }
}

#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<IgnoredAny>>,
    usage: Option<IgnoredAny>,
}

/// Whether an event tells the usage and nothing else.
fn is_usage(event: &[u8]) -> bool {
    if !has_no_choices(event) {
        return false;
    }
    let (mut sse, mut events) = (Sse::default(), Vec::new());
    if sse.feed(event, &mut events).is_err() {
        return false;
    }
    events.extend(sse.end());
    let chunk = events.first().and_then(|event| serde_json::from_str::<Chunk>(&event.data).ok());
    chunk.is_some_and(|chunk| chunk.usage.is_some() && chunk.choices.is_some_and(|choices| choices.is_empty()))
}

/// A first look, for nearly all events are of another kind. Within a text the name's second quotation mark would be escaped.
fn has_no_choices(event: &[u8]) -> bool {
    const NAME: &[u8] = b"\"choices\"";
    let Some(at) = event.windows(NAME.len()).position(|window| window == NAME) else { return false };
    let mut rest = event[at + NAME.len()..].iter().filter(|byte| !byte.is_ascii_whitespace());
    rest.next() == Some(&b':') && rest.next() == Some(&b'[') && rest.next() == Some(&b']')
}
