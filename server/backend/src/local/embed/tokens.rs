//! Text to tokens, up to a model's window and no further: a book costs no more than its first pages.

use candle_core::Result;
use tokenizers::Tokenizer;

/// Bytes that are read at once, to the next white space but not to twice as many. A cut there changes no token: every pre-tokenizer that
/// is read here splits at white space.
const PIECE: usize = 4_096;
/// Bytes of a text that may be read for each token of the window: white space and unknown characters give few.
const BYTES: usize = 64;

pub struct Tokens {
    pub ids: Vec<u32>,
    /// Whether the text went on.
    pub cut: bool,
}

pub struct Reader {
    tokenizer: Tokenizer,
    window: usize,
    /// Before and behind each text.
    marks: Option<[u32; 2]>,
    /// What is left out.
    skipped: Option<u32>,
}

impl Reader {
    /// Reads `[CLS] text [SEP]`.
    ///
    /// # Errors
    /// The vocabulary has no such marks.
    pub fn marked(tokenizer: Tokenizer, window: usize) -> Result<Self> {
        let id = |mark: &str| tokenizer.token_to_id(mark).ok_or_else(|| candle_core::Error::Msg(format!("the vocabulary has no {mark}")));
        let marks = Some([id("[CLS]")?, id("[SEP]")?]);
        Ok(Self { tokenizer, window, marks, skipped: None })
    }

    /// Reads what the vocabulary knows, and nothing around it.
    pub fn known(tokenizer: Tokenizer, window: usize) -> Self {
        let skipped = tokenizer.token_to_id("[UNK]");
        Self { tokenizer, window, marks: None, skipped }
    }

    /// # Errors
    /// None that is known: the vocabularies have a token for what they don't know.
    pub fn read(&self, text: &str) -> Result<Tokens> {
        let room = self.window - self.marks.map_or(0, |marks| marks.len());
        let (mut rest, beyond) = text.split_at(text.floor_char_boundary(BYTES * self.window));
        let mut ids: Vec<u32> = self.marks.map(|[start, _]| start).into_iter().collect();
        let start = ids.len();
        while !rest.is_empty() && ids.len() - start <= room {
            let (piece, after) = rest.split_at(end(rest));
            let encoding = self.tokenizer.encode_fast(piece, false).map_err(candle_core::Error::wrap)?;
            ids.extend(encoding.get_ids().iter().filter(|id| Some(**id) != self.skipped));
            rest = after;
        }
        let cut = ids.len() - start > room || !beyond.is_empty();
        ids.truncate(start + room);
        ids.extend(self.marks.map(|[_, end]| end));
        Ok(Tokens { ids, cut })
    }
}

fn end(text: &str) -> usize {
    let (least, most) = (text.floor_char_boundary(PIECE), text.floor_char_boundary(2 * PIECE));
    text[least..most].find(char::is_whitespace).map_or(most, |at| least + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_before_white_space_or_at_a_character() {
        for (text, expected) in [
            ("short".to_owned(), 5),
            ("a ".repeat(5_000), 4_097),
            ("ab".repeat(9_000), 8_192),
            (format!("{} and more", "é".repeat(2_500)), 5_000),
            ("世".repeat(9_000), 8_190),
        ] {
            assert_eq!(end(&text), expected, "{}", &text.chars().take(4).collect::<String>());
        }
    }
}
