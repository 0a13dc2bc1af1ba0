//! SentencePiece's kind of vocabulary: neighbours are joined as long as they form a piece, the best score first, as in llama.cpp
//! (`llm_tokenizer_spm`). What is in no piece is written byte by byte.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashMap},
};

use crate::local::{gguf::Source, problem::Problem};

/// What stands for a space.
const SPACE: char = '▁';

pub struct Pieces {
    /// With the score of each.
    tokens: HashMap<Box<str>, (u32, f32)>,
    /// The tokens that write one byte.
    bytes: Vec<Option<u32>>,
    unknown: Option<u32>,
    /// Whether a text is read as if a space came before it.
    pub spaced: bool,
}

/// Two neighbours that may be joined; the greatest is the best score, the first of equals.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Of the text that was to be joined: who has grown since is another.
    length: usize,
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(Reverse(self.left).cmp(&Reverse(other.left)))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pair {}

/// A stretch of the text, in a list that shrinks while stretches are joined.
struct Stretch {
    start: usize,
    /// 0 once it is part of its neighbour on the left.
    length: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl Pieces {
    /// `tokens` are those that a text may be split into.
    ///
    /// # Errors
    /// No scores.
    pub fn read<'a>(source: &Source, tokens: impl Iterator<Item = (&'a str, u32)>) -> Result<Self, Problem> {
        let scores = source.list("tokenizer.ggml.scores").ok_or_else(|| Problem::Vocabulary("its vocabulary has no scores".to_owned()))?;
        let score = |token: u32| scores.get(token as usize).and_then(|score| score.to_f32().ok()).unwrap_or(f32::NEG_INFINITY);
        let tokens: HashMap<Box<str>, (u32, f32)> = tokens.map(|(text, token)| (text.into(), (token, score(token)))).collect();
        let bytes = (0..=255u8).map(|byte| tokens.get(byte_text(byte).as_str()).map(|(token, _)| *token)).collect();
        let unknown = source.size("tokenizer.ggml.unknown_token_id").and_then(|token| u32::try_from(token).ok());
        Ok(Self { tokens, bytes, unknown, spaced: source.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true) })
    }

    pub fn encode(&self, text: &str) -> Vec<u32> {
        let text: String = self.spaced.then_some(' ').into_iter().chain(text.chars()).map(|c| if c == ' ' { SPACE } else { c }).collect();
        let mut stretches: Vec<Stretch> = text
            .char_indices()
            .zip(0usize..)
            .map(|((start, c), at)| Stretch { start, length: c.len_utf8(), before: at.checked_sub(1), after: Some(at + 1) })
            .collect();
        if let Some(last) = stretches.last_mut() {
            last.after = None;
        }
        let mut pairs: BinaryHeap<Pair> = (1..stretches.len()).filter_map(|right| self.pair(&text, &stretches, right - 1, right)).collect();
        while let Some(Pair { left, right, length, .. }) = pairs.pop() {
            if stretches[left].length == 0 || stretches[right].length == 0 || stretches[left].length + stretches[right].length != length {
                continue;
            }
            stretches[left].length = length;
            stretches[right].length = 0;
            let after = stretches[right].after;
            stretches[left].after = after;
            if let Some(after) = after {
                stretches[after].before = Some(left);
                pairs.extend(self.pair(&text, &stretches, left, after));
            }
            if let Some(before) = stretches[left].before {
                pairs.extend(self.pair(&text, &stretches, before, left));
            }
        }
        let mut tokens = Vec::new();
        for Stretch { start, length, .. } in stretches.iter().filter(|stretch| stretch.length > 0) {
            self.write(&text[*start..start + length], &mut tokens);
        }
        tokens
    }

    fn pair(&self, text: &str, stretches: &[Stretch], left: usize, right: usize) -> Option<Pair> {
        let (start, length) = (stretches[left].start, stretches[left].length + stretches[right].length);
        let (_, score) = self.tokens.get(&text[start..start + length])?;
        Some(Pair { score: *score, left, right, length })
    }

    fn write(&self, piece: &str, to: &mut Vec<u32>) {
        match self.tokens.get(piece) {
            Some((token, _)) => to.push(*token),
            None => to.extend(piece.bytes().filter_map(|byte| self.bytes[usize::from(byte)].or(self.unknown))),
        }
    }
}

fn byte_text(byte: u8) -> String {
    format!("<0x{byte:02X}>")
}

/// What a piece writes.
pub fn written(text: &str) -> Box<[u8]> {
    text.replace(SPACE, " ").into_bytes().into()
}

/// What a byte's token writes.
pub fn written_byte(text: &str) -> Option<Box<[u8]>> {
    let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(digits, 16).ok().map(|byte| [byte].into())
}
