//! Words inside a changed line: what stayed, what went, what came.

use serde::{Deserialize, Serialize};

use super::{
    changes::{Hunk, Side, hunks},
    similarity::Line,
    word::Kind,
};

/// Between two changes so many words stay a stretch of their own, however large the changes are.
const WORDS_KEPT: usize = 3;
/// A line of dashes between two changes stays; a comma does not. In bytes.
const MARKS_KEPT: usize = 8;

/// A part of a changed line. Between two parts that stay, what went comes before what came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Same(String),
    Delete(String),
    Add(String),
}

impl Piece {
    pub fn text(&self) -> &str {
        match self {
            Piece::Same(text) | Piece::Delete(text) | Piece::Add(text) => text,
        }
    }

    /// The same with the sides exchanged.
    pub fn mirror(self) -> Self {
        match self {
            Piece::Same(text) => Piece::Same(text),
            Piece::Delete(text) => Piece::Add(text),
            Piece::Add(text) => Piece::Delete(text),
        }
    }
}

/// The pieces of `old` and `new`; `None` where so little stays that a reader would rather see two whole lines.
pub fn pieces(old: &Line, new: &Line) -> Option<Vec<Piece>> {
    let hunks = tidy(word_hunks(old, new), old, new);
    let gone: usize = hunks.iter().map(|hunk| size(old, hunk.old.start, hunk.old.end)).sum();
    let same = old.text.len() - gone;
    if 10 * same <= old.text.len() + new.text.len() {
        return None;
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    for hunk in &hunks {
        push(&mut pieces, Piece::Same(old.slice(at, hunk.old.start).to_owned()));
        push(&mut pieces, Piece::Delete(old.slice(hunk.old.start, hunk.old.end).to_owned()));
        push(&mut pieces, Piece::Add(new.slice(hunk.new.start, hunk.new.end).to_owned()));
        at = hunk.old.end;
    }
    push(&mut pieces, Piece::Same(old.slice(at, old.ids.len()).to_owned()));
    Some(pieces)
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    if !piece.text().is_empty() {
        pieces.push(piece);
    }
}

fn size(line: &Line, from: usize, to: usize) -> usize {
    line.starts[to] - line.starts[from]
}

/// The stretches of words that differ. White space has no vote in what matches: it follows the words around it.
fn word_hunks(old: &Line, new: &Line) -> Vec<Hunk> {
    let solid = |line: &Line| -> Vec<usize> { (0..line.ids.len()).filter(|at| line.kinds[*at] != Kind::Space).collect() };
    let (olds, news) = (solid(old), solid(new));
    let ids = |line: &Line, at: &[usize]| -> Vec<u32> { at.iter().map(|at| line.ids[*at]).collect() };
    let found = hunks(&ids(old, &olds), &ids(new, &news), |side, at| match side {
        Side::Old => cut(old, &olds, at),
        Side::New => cut(new, &news, at),
    });
    let mut gaps = Vec::with_capacity(found.len() + 1);
    let mut add = |gap| gaps.extend(Some(trim(gap, old, new)).filter(|gap| !(gap.old.is_empty() && gap.new.is_empty())));
    let (mut x, mut y) = (0, 0);
    let (mut i, mut j) = (0, 0);
    for hunk in found.iter().chain([&Hunk { old: olds.len()..olds.len(), new: news.len()..news.len() }]) {
        while i < hunk.old.start {
            add(Hunk { old: x..olds[i], new: y..news[j] });
            (x, y) = (olds[i] + 1, news[j] + 1);
            (i, j) = (i + 1, j + 1);
        }
        (i, j) = (hunk.old.end, hunk.new.end);
    }
    add(Hunk { old: x..old.ids.len(), new: y..new.ids.len() });
    gaps
}

/// Without the words that both sides begin or end with.
fn trim(Hunk { old: mut a, new: mut b }: Hunk, old: &Line, new: &Line) -> Hunk {
    while !a.is_empty() && !b.is_empty() && old.ids[a.start] == new.ids[b.start] {
        (a.start, b.start) = (a.start + 1, b.start + 1);
    }
    while !a.is_empty() && !b.is_empty() && old.ids[a.end - 1] == new.ids[b.end - 1] {
        (a.end, b.end) = (a.end - 1, b.end - 1);
    }
    Hunk { old: a, new: b }
}

/// How well a reader likes a change to begin or end before the word at `place`: after a sentence, else after a clause, else at a space.
fn cut(line: &Line, solid: &[usize], place: usize) -> i32 {
    let (Some(before), Some(at)) = (place.checked_sub(1).map(|before| solid[before]), solid.get(place)) else { return 4 };
    if before + 1 == *at {
        return 0;
    }
    match line.slice(before, before + 1) {
        "." | "!" | "?" | "。" => 3,
        "," | ";" | ":" => 2,
        _ => 1,
    }
}

/// Joins changes that only a short match keeps apart, so that no confetti remains.
fn tidy(hunks: Vec<Hunk>, old: &Line, new: &Line) -> Vec<Hunk> {
    let mut tidied: Vec<Hunk> = Vec::with_capacity(hunks.len());
    for mut hunk in hunks {
        while let Some(before) = tidied.pop_if(|before| weak(before, &hunk, old, new)) {
            hunk = Hunk { old: before.old.start..hunk.old.end, new: before.new.start..hunk.new.end };
        }
        tidied.push(hunk);
    }
    tidied
}

/// Whether what stays between two changes is too little to help a reader.
fn weak(left: &Hunk, right: &Hunk, old: &Line, new: &Line) -> bool {
    let between = left.old.end..right.old.start;
    let length = size(old, between.start, between.end);
    if between.clone().any(|at| old.kinds[at] == Kind::Tag) {
        return false;
    }
    let change = |hunk: &Hunk| size(old, hunk.old.start, hunk.old.end).max(size(new, hunk.new.start, hunk.new.end));
    match between.filter(|at| old.kinds[*at] == Kind::Plain).take(WORDS_KEPT).count() {
        0 => length < MARKS_KEPT,
        WORDS_KEPT => false,
        _ => length <= change(left) && length <= change(right),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::changes::Numbers, *};

    fn shown(old: &str, new: &str) -> String {
        let mut numbers = Numbers::default();
        let (old, new) = (Line::new(old, &mut numbers), Line::new(new, &mut numbers));
        let Some(pieces) = pieces(&old, &new) else { return "two lines".to_owned() };
        let mark = |piece: &Piece| match piece {
            Piece::Same(text) => text.clone(),
            Piece::Delete(text) => format!("[-{text}-]"),
            Piece::Add(text) => format!("[+{text}+]"),
        };
        pieces.iter().map(mark).collect()
    }

    #[test]
    fn changes_inside_a_line_read_as_somebody_would_tell_them() {
        for (old, new, said) in [
            ("Be kind.", "Be kind. Be short.", "Be kind.[+ Be short.+]"),
            ("Be kind. Be short.", "Be kind. Be brave. Be short.", "Be kind. [+Be brave. +]Be short."),
            ("the red big house", "the blue small house", "the [-red big-][+blue small+] house"),
            ("Use {{a}} and {{b}} here.", "Use {{a}} and {{c}} here.", "Use {{a}} and [-{{b}}-][+{{c}}+] here."),
            ("  indented", "    indented", "[-  -][+    +]indented"),
            ("temperature: 0.4", "temperature: 0.2", "temperature: 0.[-4-][+2+]"),
            ("end", "end\r", "end[+\r+]"),
            ("one thing", "another matter", "two lines"),
            (
                "Open with a friendly greeting that thanks the customer for getting in touch, then the answer.",
                "Open with one warm sentence, then the answer, then one next step. Name the policy you rely on.",
                "Open with [-a friendly greeting that thanks the customer for getting in touch-][+one warm sentence+], then the answer[+, then one next step. Name the policy you rely on+].",
            ),
        ] {
            assert_eq!(shown(old, new), said);
        }
    }
}
