//! Redaction: what a text says of a person or gives away, replaced before anything is stored.
//!
//! One pass over the bytes. A redacted text redacted again stays as it is; a text without hits is borrowed. What counts:
//!
//! - **E-mail** → `[e-mail]`: `local@label.tld`, the last label of two letters or more. Letters with accents, Greek, Cyrillic, Hebrew and
//!   Arabic count; those of scripts without spaces don't, else a sentence before an address would go too. Not `git@host`, not `icon@2x.png`.
//! - **Card** → `[card]`: 13 to 19 digits in one piece or grouped by one blank or hyphen as on cards (4-4-4-4 and so on), with the first
//!   digits and length of an issuer and Luhn's check digit. Letters may touch it; a decimal point before it makes it a fraction.
//! - **Phone** → `[phone]`: `+` and 8 to 15 digits, or `00` and 9 to 15 (10 where nothing separates them), the first no 0; an area code in
//!   parentheses; `415-555-0132` (with blanks or dots where North America has such numbers); a single leading 0 with a separator after the area code and 9 to
//!   12 digits in all; `01 23 45 67 89`. Seven digits alone and digits without separators are any number, and stay.
//! - **Key** → `[key]`: the beginnings that providers give their keys, with what looks random behind it; JSON web tokens; the token after
//!   `Bearer`; a private key in PEM, to its end.
//!
//! A run of more than 255 base64 characters is an image or a sound: nothing in it is touched, and its bytes cost little.

mod email;
mod key;
mod number;
mod phone;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is redacted; all of it unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Kinds {
    pub email: bool,
    pub phone: bool,
    pub card: bool,
    pub key: bool,
}

impl Kinds {
    pub const ALL: Self = Self { email: true, phone: true, card: true, key: true };
    pub const NONE: Self = Self { email: false, phone: false, card: false, key: false };
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

/// The text without what `kinds` names.
pub fn redact(text: &str, kinds: Kinds) -> Cow<'_, str> {
    if kinds == Kinds::NONE {
        return Cow::Borrowed(text);
    }
    let mut scan = Scan { text: text.as_bytes(), kinds, from: 0, measured: 0, word: 0 };
    let mut kept = String::new();
    let mut at = 0;
    while let Some(pivot) = scan.pivot(at) {
        match scan.look(pivot) {
            Look::Hit(hit) => {
                if kept.is_empty() {
                    kept.reserve(text.len());
                }
                kept.push_str(text.get(scan.from..hit.start).unwrap_or_default());
                kept.push_str(hit.mark);
                (scan.from, at) = (hit.end, hit.end);
            }
            Look::On(next) => at = next,
        }
    }
    if scan.from == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(scan.from..).unwrap_or_default());
    Cow::Owned(kept)
}

/// The same for every string in a value. Names of fields stay.
pub fn redact_value(value: &mut Value, kinds: Kinds) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(redacted) = redact(text, kinds) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact_value(item, kinds)),
        Value::Object(fields) => fields.values_mut().for_each(|field| redact_value(field, kinds)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// From one byte to another, and what stands there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hit {
    start: usize,
    end: usize,
    mark: &'static str,
}

enum Look {
    Hit(Hit),
    /// Nothing up to here.
    On(usize),
}

/// A byte at which something could be: rare ones, so that plain text passes quickly.
const PIVOT: u8 = 1;
/// What a token consists of, and base64 in addresses.
const WORD: u8 = 2;
const BASE64: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        if matches!(byte, b'0'..=b'9' | b'@' | b'+' | b'(' | b'-' | b'_' | b'K' | b'z' | b'J' | b'B' | b'b') {
            classes[at] |= PIVOT;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            classes[at] |= WORD;
        }
        if classes[at] & WORD != 0 || matches!(byte, b'+' | b'/' | b'=') {
            classes[at] |= BASE64;
        }
        at += 1;
    }
    classes
};

fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Longer runs of base64 are no text and no key.
const BLOB: usize = 255;

#[derive(Clone, Copy)]
struct Scan<'a> {
    text: &'a [u8],
    kinds: Kinds,
    /// Behind the last hit. What lies before is a mark in the redacted text, and so no context.
    from: usize,
    /// Up to here no long run of base64 begins.
    measured: usize,
    /// Where the word ends that was measured last.
    word: usize,
}

impl Scan<'_> {
    /// The next byte to look at.
    fn pivot(&self, mut at: usize) -> Option<usize> {
        while let Some(eight) = self.text.get(at..at + 8) {
            if eight.iter().fold(0, |any, byte| any | CLASSES[usize::from(*byte)]) & PIVOT != 0 {
                break;
            }
            at += 8;
        }
        self.text.get(at..)?.iter().position(|byte| is(*byte, PIVOT)).map(|found| at + found)
    }

    fn look(&mut self, at: usize) -> Look {
        let hit = match self.text[at] {
            b'@' if self.kinds.email => self.email(at),
            b'0'..=b'9' => return self.digits(at),
            b'+' if self.kinds.phone => self.international(at),
            b'(' if self.kinds.phone => self.area(at),
            b'-' | b'_' | b'K' | b'z' | b'J' | b'B' | b'b' if self.kinds.key => self.key(at),
            _ => None,
        };
        hit.map_or(Look::On(at + 1), Look::Hit)
    }

    fn digits(&mut self, at: usize) -> Look {
        let end = at + self.count(at, u8::is_ascii_digit);
        if let Some(hit) = self.number(at, end) {
            return Look::Hit(hit);
        }
        // Digits beside letters, as base64 has them all over.
        let letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic());
        if end > self.measured && (letter(self.before(at)) || letter(self.byte(end))) {
            let run = self.run(at, BASE64);
            if run > BLOB {
                return Look::On(at + run);
            }
            self.measured = at + run;
        }
        Look::On(end)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The byte before, unless a hit ends there.
    fn before(&self, at: usize) -> Option<u8> {
        if at > self.from { self.byte(at - 1) } else { None }
    }

    /// How many bytes from here on are such.
    fn count(&self, at: usize, such: impl Fn(&u8) -> bool) -> usize {
        self.text.get(at..).map_or(0, |rest| rest.iter().position(|byte| !such(byte)).unwrap_or(rest.len()))
    }

    /// How many bytes from here on are of this class.
    fn run(&self, mut at: usize, class: u8) -> usize {
        let start = at;
        while let Some(eight) = self.text.get(at..at + 8) {
            if eight.iter().fold(class, |all, byte| all & CLASSES[usize::from(*byte)]) == 0 {
                break;
            }
            at += 8;
        }
        at - start + self.count(at, |byte| is(*byte, class))
    }

    /// Whether a word can begin here. In JSON inside a string, `\n` ends with a letter, and is none.
    fn begins(&self, at: usize) -> bool {
        match self.before(at) {
            Some(b'n' | b'r' | b't') if self.before(at - 1) == Some(b'\\') => true,
            Some(byte) => !byte.is_ascii_alphanumeric(),
            None => true,
        }
    }
}
