//! Server-sent events, read as they come: any split, bounded memory, each byte looked at once.

#[cfg(test)]
mod tests;

use std::{fmt, mem};

/// The longest line, and the most data of one event, in bytes.
pub const LIMIT: usize = 8 << 20;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Empty where the stream names none.
    pub event: String,
    pub data: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A line or an event is over [`LIMIT`].
    TooLong,
    Utf8,
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Wrong::TooLong => "an event over 8 MiB",
            Wrong::Utf8 => "text that is not UTF-8",
        })
    }
}

/// Reads events from pieces of a stream.
#[derive(Debug, Default)]
pub struct Sse {
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was CR: a LF right after it ends no further line.
    after_cr: bool,
    /// A byte order mark may only stand before the first line.
    begun: bool,
}

impl Sse {
    /// Adds the events that end within `bytes`.
    ///
    /// # Errors
    /// What came before is in `out`; feed no more afterwards.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<Event>) -> Result<(), Wrong> {
        while let Some(first) = bytes.first() {
            if mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.keep(bytes)?;
                return Ok(());
            };
            self.after_cr = bytes[end] == b'\r';
            if end > LIMIT {
                return Err(Wrong::TooLong);
            }
            if self.line.is_empty() {
                self.line(&bytes[..end], out)?;
            } else {
                self.keep(&bytes[..end])?;
                let line = mem::take(&mut self.line);
                self.line(&line, out)?;
            }
            bytes = &bytes[end + 1..];
        }
        Ok(())
    }

    /// What the stream left without the empty line that ends an event: many a server leaves its last one so.
    pub fn end(mut self) -> Option<Event> {
        let mut out = Vec::new();
        let line = mem::take(&mut self.line);
        self.line(&line, &mut out).ok()?;
        self.line(b"", &mut out).ok()?;
        out.pop()
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        if self.line.len() + bytes.len() > LIMIT {
            return Err(Wrong::TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<Event>) -> Result<(), Wrong> {
        let line = std::str::from_utf8(line).map_err(|_| Wrong::Utf8)?;
        let line = if mem::replace(&mut self.begun, true) { line } else { line.strip_prefix('\u{feff}').unwrap_or(line) };
        if line.is_empty() {
            let event = mem::take(&mut self.event);
            if mem::take(&mut self.has_data) {
                out.push(event);
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.event.data.len() + value.len() >= LIMIT {
                    return Err(Wrong::TooLong);
                }
                if mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.event),
            // A comment (its field is empty), an id, a retry time: nothing that an answer needs.
            _ => {}
        }
        Ok(())
    }
}
