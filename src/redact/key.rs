//! Keys, seen from the last byte of how they begin.

use super::{BLOB, Hit, Scan, WORD, is};

const MARK: &str = "[key]";

/// The fewest characters behind a beginning.
const LEAST: usize = 16;

const DASHES: &[u8] = b"-----";

impl Scan<'_> {
    pub(super) fn key(&mut self, at: usize) -> Option<Hit> {
        match self.text[at] {
            b'B' | b'b' => self.bearer(at),
            b'J' => self.web_token(at),
            b'K' => self.amazon(at),
            b'z' => self.google(at),
            b'-' if self.text[at..].starts_with(b"-----BEGIN ") => self.private(at),
            b'-' | b'_' => self.known(at),
            _ => None,
        }
    }

    /// `AKIA` and sixteen behind it.
    fn amazon(&self, at: usize) -> Option<Hit> {
        let start = at.checked_sub(1).filter(|start| *start >= self.from)?;
        let right = self.text[start..].starts_with(b"AKIA") && self.begins(start);
        let length = self.count(start, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        (right && length > 19).then_some(Hit { start, end: start + 20, mark: MARK })
    }

    /// `AIza` and 35 behind it.
    fn google(&mut self, at: usize) -> Option<Hit> {
        let start = at.checked_sub(2).filter(|start| *start >= self.from)?;
        let right = self.text[start..].starts_with(b"AIza") && self.begins(start);
        let length = if right { self.token(start) } else { 0 };
        (39..=BLOB).contains(&length).then_some(Hit { start, end: start + length, mark: MARK })
    }

    /// The length of a word with hyphens and underscores. Measured once, however many of its parts look like a beginning.
    fn token(&mut self, at: usize) -> usize {
        if at >= self.word {
            self.word = at + unblocked(&self.text[at..at + self.run(at, WORD)]);
        }
        self.word - at
    }

    fn known(&mut self, at: usize) -> Option<Hit> {
        let tail: &[u8; 3] = self.text.get(at.checked_sub(2)?..=at)?.try_into().ok()?;
        for beginning in beginnings(tail) {
            let Some(start) = (at + 1).checked_sub(beginning.len()).filter(|start| *start >= self.from) else { continue };
            if self.text[start..=at] != **beginning || !self.begins(start) {
                continue;
            }
            let length = self.token(at + 1);
            if (LEAST..=BLOB).contains(&length) && is_random(&self.text[at + 1..=at + length]) {
                return Some(Hit { start, end: at + 1 + length, mark: MARK });
            }
        }
        None
    }

    /// `eyJ….….…`, encrypted ones with their five parts too.
    fn web_token(&mut self, at: usize) -> Option<Hit> {
        let start = at.checked_sub(2).filter(|start| *start >= self.from)?;
        if self.text[start..at] != *b"ey" || !self.begins(start) {
            return None;
        }
        let header = self.token(start);
        let (mut end, mut parts, mut long) = (start + header, 1, false);
        while parts < 5 && self.byte(end) == Some(b'.') {
            let length = self.token(end + 1);
            long |= length > 7;
            end += 1 + length;
            parts += 1;
        }
        // The point of a sentence is no part.
        if self.text[..end].ends_with(b".") && parts > 3 {
            end -= 1;
        }
        (header > 10 && parts > 2 && long).then_some(Hit { start, end, mark: MARK })
    }

    /// The token behind `Bearer`; the word stays, it says what was there.
    fn bearer(&self, at: usize) -> Option<Hit> {
        if !self.text.get(at..at + 6)?.eq_ignore_ascii_case(b"bearer") || !self.begins(at) {
            return None;
        }
        let blanks = self.count(at + 6, |byte| *byte == b' ');
        let start = at + 6 + blanks;
        let length = self.count(start, |byte| is(*byte, WORD) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'='));
        let token = &self.text[start..start + length];
        let token = &token[..unblocked(token)];
        // Without the point of a sentence.
        let token = &token[..token.len() - token.iter().rev().take_while(|byte| **byte == b'.').count()];
        (blanks > 0 && token.len() > 15 && is_random(token)).then_some(Hit { start, end: start + token.len(), mark: MARK })
    }

    /// To the line that ends it; where that is missing, as far as its base64 goes.
    fn private(&self, start: usize) -> Option<Hit> {
        let name = start + DASHES.len() + 6;
        let body = name + self.count(name, is_name) + DASHES.len();
        let private = self.text.get(name..body - DASHES.len())?.windows(11).any(|word| word == b"PRIVATE KEY");
        if !private || self.text.get(body - DASHES.len()..body)? != DASHES {
            return None;
        }
        // Another one's beginning bounds the search, so that many beginnings cost no more than one; so does a mark of ours.
        let rest = &self.text[body..];
        let mut from = 0;
        while let Some(found) = rest[from..].windows(5).position(|five| five == DASHES || five[0] == b'[').map(|found| from + found) {
            let after = &rest[found + 5..];
            if rest[found] == b'[' || after.starts_with(b"BEGIN ") {
                break;
            }
            if after.starts_with(b"END ") {
                let tail = body + found + 9;
                let name = self.count(tail, is_name);
                return Some(Hit { start, end: tail + name + self.count(tail + name, |byte| *byte == b'-').min(5), mark: MARK });
            }
            from = found + 5;
        }
        let length = self.count(body, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\\'));
        (length > 15).then_some(Hit { start, end: body + length, mark: MARK })
    }
}

/// How keys begin, by the last three bytes of that.
fn beginnings(tail: &[u8; 3]) -> &'static [&'static [u8]] {
    match tail {
        b"sk-" => &[b"sk-"],
        b"ai-" => &[b"xai-"],
        b"at-" => &[b"glpat-"],
        b"xb-" | b"xp-" | b"xa-" | b"xr-" | b"xs-" => &[b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xoxs-"],
        b"pp-" => &[b"xapp-"],
        b"tl_" => &[b"atl_"],
        b"hf_" => &[b"hf_"],
        b"sk_" => &[b"gsk_"],
        b"at_" => &[b"github_pat_"],
        b"hp_" | b"ho_" | b"hu_" | b"hs_" | b"hr_" => &[b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"],
        b"ve_" => &[b"sk_live_", b"rk_live_"],
        b"st_" => &[b"sk_test_"],
        _ => &[],
    }
}

/// How long a token is in which a PEM block begins: to there.
fn unblocked(token: &[u8]) -> usize {
    token.windows(10).position(|ten| ten == b"-----BEGIN").unwrap_or(token.len())
}

/// The name in the first and last line of a PEM block.
fn is_name(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || *byte == b' '
}

/// Whether nobody would write this as words: a digit, and a capital or a long piece without a hyphen; or capitals within a piece.
fn is_random(token: &[u8]) -> bool {
    let digit = token.iter().any(u8::is_ascii_digit);
    let capital = token.iter().any(u8::is_ascii_uppercase);
    let long = token.split(|byte| matches!(byte, b'-' | b'_')).any(|piece| piece.len() > 15 && piece.iter().any(u8::is_ascii_digit));
    let within = token.windows(2).filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase()).count();
    digit && (capital || long) || within > 2
}
