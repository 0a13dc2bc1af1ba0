//! Addresses, seen from their `@`.

use super::{Hit, Scan};

/// What follows an `@` in the name of a picture.
const PICTURES: [&[u8]; 6] = [b"png", b"jpg", b"jpeg", b"webp", b"gif", b"svg"];

impl Scan<'_> {
    pub(super) fn email(&self, at: usize) -> Option<Hit> {
        let start = self.local(at)?;
        let end = self.domain(at + 1)?;
        let host = &self.text[at + 1..end];
        let picture = host.get(1) == Some(&b'x') && host[0].is_ascii_digit() && PICTURES.iter().any(|kind| host.ends_with(kind));
        let git = &self.text[start..at] == b"git";
        (!picture && !git).then_some(Hit { start, end, mark: "[e-mail]" })
    }

    /// Where the part before the `@` begins.
    fn local(&self, at: usize) -> Option<usize> {
        let mut start = at;
        while let Some(byte) = self.before(start) {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'') {
                start -= 1;
            } else if self.letter(start - 1, self.from) {
                start -= 2;
            } else {
                break;
            }
        }
        if self.before(start) == Some(b'\\') {
            start += match self.byte(start) {
                Some(b'n' | b'r' | b't' | b'b' | b'f') => 1,
                Some(b'u') if self.count(start + 1, u8::is_ascii_hexdigit) > 3 => 5,
                _ => 0,
            };
        }
        // What is left of it is no sentence's end, no quotation mark.
        start += self.count(start, |byte| matches!(byte, b'.' | b'\'' | b'%' | b'+' | b'-'));
        (start < at).then_some(start)
    }

    /// Whether a letter of two bytes ends here, not before `from`: Latin with accents, Greek, Cyrillic, Hebrew, Arabic.
    fn letter(&self, last: usize, from: usize) -> bool {
        last > from && matches!(self.text[last], 0x80..=0xBF) && matches!(self.text[last - 1], 0xC3..=0xDF)
    }

    /// Where the last label that can be a top one ends.
    fn domain(&self, start: usize) -> Option<usize> {
        let (mut at, mut found, mut first) = (start, None, true);
        loop {
            let end = at + self.label(at);
            let label = &self.text[at..end];
            // Or its first letters, where somebody wrote on: `a@b.com-today`.
            let letters = self.count(at, |byte| byte.is_ascii_alphabetic() || *byte >= 0x80).min(label.len());
            if !first && label.starts_with(b"xn--") {
                found = Some(end);
            } else if !first && letters > 1 {
                found = Some(at + letters);
            }
            if label.is_empty() || self.byte(end) != Some(b'.') {
                return found;
            }
            (at, first) = (end + 1, false);
        }
    }

    fn label(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            end += self.count(end, |byte| byte.is_ascii_alphanumeric() || *byte == b'-');
            if end + 1 < self.text.len() && self.letter(end + 1, end) {
                end += 2;
            } else {
                return end - start;
            }
        }
    }
}
