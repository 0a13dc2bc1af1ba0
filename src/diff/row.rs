//! A diff's rows: lines that stay, come, go or change.

use serde::{Deserialize, Serialize};

use super::{
    changes::{Hunk, Numbers, Side, hunks},
    pair::pair,
    piece::{Piece, pieces},
    similarity::Line,
};

/// One row of a side-by-side view; `Change` is two lines of a unified one. `old` and `new` are line numbers from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Row {
    Same { old: u32, new: u32, text: String },
    Delete { old: u32, text: String },
    Add { new: u32, text: String },
    Change { old: u32, new: u32, pieces: Vec<Piece> },
}

impl Row {
    pub fn is_same(&self) -> bool {
        matches!(self, Row::Same { .. })
    }

    /// The same with the sides exchanged.
    pub fn mirror(self) -> Self {
        match self {
            Row::Same { old, new, text } => Row::Same { old: new, new: old, text },
            Row::Delete { old, text } => Row::Add { new: old, text },
            Row::Add { new, text } => Row::Delete { old: new, text },
            Row::Change { old, new, pieces } => {
                let mut pieces: Vec<Piece> = pieces.into_iter().map(Piece::mirror).collect();
                let came_first = |pair: &[Piece]| matches!(pair, [Piece::Add(_), Piece::Delete(_)]);
                (1..pieces.len()).for_each(|at| {
                    if came_first(&pieces[at - 1..=at]) {
                        pieces.swap(at - 1, at);
                    }
                });
                Row::Change { old: new, new: old, pieces }
            }
        }
    }
}

/// The lines of a text as an editor counts them: what ends in a line break has an empty line after it. No text, no line.
pub fn lines(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('\n').collect() }
}

/// The rows that lead from `old` to `new`.
pub fn rows(old: &str, new: &str) -> Vec<Row> {
    let (old, new) = (lines(old), lines(new));
    let mut numbers = Numbers::default();
    let found = hunks(&numbers.all(&old), &numbers.all(&new), |side, at| cut(if side == Side::Old { &old } else { &new }, at));
    let mut out = Rows { old: &old, new: &new, words: Numbers::default(), rows: Vec::with_capacity(old.len().max(new.len())) };
    let (mut x, mut y) = (0, 0);
    for hunk in found {
        out.same(x..hunk.old.start, y);
        (x, y) = (hunk.old.end, hunk.new.end);
        out.hunk(hunk);
    }
    out.same(x..old.len(), y);
    out.rows
}

/// In every stretch of whole lines, what went comes before what came.
pub fn settle(rows: &mut [Row]) {
    for stretch in rows.chunk_by_mut(|a, b| whole(a) && whole(b)) {
        stretch.sort_by_key(|row| matches!(row, Row::Add { .. }));
    }
}

fn whole(row: &Row) -> bool {
    matches!(row, Row::Delete { .. } | Row::Add { .. })
}

/// How well a reader likes a change to begin or end before line `at`: at an end of the text, after a blank line, before a heading,
/// at little indentation, and never before what closes a block.
fn cut(lines: &[&str], at: usize) -> i32 {
    let (Some(before), Some(line)) = (at.checked_sub(1).map(|before| lines[before]), lines.get(at)) else { return 12 };
    let text = line.trim_start();
    let indent = (line.len() - text.len()).min(8) as i32;
    let blank = if before.trim().is_empty() { 10 } else { 0 };
    let opens = if text.starts_with('#') || text.starts_with('<') { 3 } else { 0 };
    let closes = if text.is_empty() || text.starts_with(['}', ')', ']']) || text.starts_with("</") { 6 } else { 0 };
    blank + opens - closes - indent / 2
}

struct Rows<'a> {
    old: &'a [&'a str],
    new: &'a [&'a str],
    words: Numbers<'a>,
    rows: Vec<Row>,
}

impl<'a> Rows<'a> {
    fn same(&mut self, old: std::ops::Range<usize>, new: usize) {
        let first = old.start;
        self.rows.extend(old.map(|at| Row::Same { old: number(at), new: number(new + at - first), text: self.old[at].to_owned() }));
    }

    fn hunk(&mut self, hunk: Hunk) {
        let mut read = |lines: &'a [&'a str]| -> Vec<Line<'a>> { lines.iter().map(|line| Line::new(line, &mut self.words)).collect() };
        let pure = hunk.old.is_empty() || hunk.new.is_empty();
        let (olds, news) = if pure { (vec![], vec![]) } else { (read(&self.old[hunk.old.clone()]), read(&self.new[hunk.new.clone()])) };
        let bags = |lines: &[Line]| -> Vec<_> { lines.iter().map(Line::bag).collect() };
        let first = self.rows.len();
        let (mut x, mut y) = (hunk.old.start, hunk.new.start);
        for (i, j) in pair(&bags(&olds), &bags(&news)) {
            if let Some(pieces) = pieces(&olds[i], &news[j]) {
                let (i, j) = (hunk.old.start + i, hunk.new.start + j);
                self.whole(x..i, y..j);
                self.rows.push(Row::Change { old: number(i), new: number(j), pieces });
                (x, y) = (i + 1, j + 1);
            }
        }
        self.whole(x..hunk.old.end, y..hunk.new.end);
        settle(&mut self.rows[first..]);
    }

    fn whole(&mut self, old: std::ops::Range<usize>, new: std::ops::Range<usize>) {
        self.rows.extend(old.map(|at| Row::Delete { old: number(at), text: self.old[at].to_owned() }));
        self.rows.extend(new.map(|at| Row::Add { new: number(at), text: self.new[at].to_owned() }));
    }
}

/// Line numbers start at 1.
fn number(at: usize) -> u32 {
    at as u32 + 1
}
