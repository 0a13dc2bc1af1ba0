//! Rows as a reader sees them: unified or side by side, with what did not change folded.

use serde::Serialize;

use super::{piece::Piece, row::Row};

/// Folding a single line would save nothing.
const FOLD_MIN: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Same,
    Delete,
    Add,
}

/// A stretch of a line's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span<'a> {
    /// Whether the other side of a changed line lacks it; a whole line that came or went is one span.
    pub changed: bool,
    pub text: &'a str,
}

/// A line of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell<'a> {
    pub op: Op,
    /// From 1.
    pub line: u32,
    pub spans: Vec<Span<'a>>,
}

/// A line of the unified view, with its numbers on the sides that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line<'a> {
    pub op: Op,
    pub old: Option<u32>,
    pub new: Option<u32>,
    pub spans: Vec<Span<'a>>,
}

impl Row {
    /// The line of the old side.
    pub fn old_line(&self) -> Option<Cell<'_>> {
        match self {
            Row::Same { old, text, .. } => Some(Cell::whole(Op::Same, *old, text)),
            Row::Delete { old, text } => Some(Cell::whole(Op::Delete, *old, text)),
            Row::Add { .. } => None,
            Row::Change { old, pieces, .. } => Some(Cell { op: Op::Delete, line: *old, spans: spans(pieces, |piece| !matches!(piece, Piece::Add(_))) }),
        }
    }

    /// The line of the new side.
    pub fn new_line(&self) -> Option<Cell<'_>> {
        match self {
            Row::Same { new, text, .. } => Some(Cell::whole(Op::Same, *new, text)),
            Row::Add { new, text } => Some(Cell::whole(Op::Add, *new, text)),
            Row::Delete { .. } => None,
            Row::Change { new, pieces, .. } => Some(Cell { op: Op::Add, line: *new, spans: spans(pieces, |piece| !matches!(piece, Piece::Delete(_))) }),
        }
    }
}

impl<'a> Cell<'a> {
    fn whole(op: Op, line: u32, text: &'a str) -> Self {
        Self { op, line, spans: vec![Span { changed: op != Op::Same, text }] }
    }
}

fn spans(pieces: &[Piece], on_side: impl Fn(&Piece) -> bool) -> Vec<Span<'_>> {
    pieces.iter().filter(|piece| on_side(piece)).map(|piece| Span { changed: !matches!(piece, Piece::Same(_)), text: piece.text() }).collect()
}

/// One column: a changed line is its old line, then its new one.
pub fn unified(rows: &[Row]) -> Vec<Line<'_>> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        if let Row::Same { old, new, text } = row {
            lines.push(Line { op: Op::Same, old: Some(*old), new: Some(*new), spans: vec![Span { changed: false, text }] });
            continue;
        }
        lines.extend(row.old_line().map(|cell| Line { op: cell.op, old: Some(cell.line), new: None, spans: cell.spans }));
        lines.extend(row.new_line().map(|cell| Line { op: cell.op, old: None, new: Some(cell.line), spans: cell.spans }));
    }
    lines
}

/// Two columns: whole lines that went stand beside those that came in their place.
pub fn side_by_side(rows: &[Row]) -> Vec<(Option<Cell<'_>>, Option<Cell<'_>>)> {
    let whole = |row: &Row| matches!(row, Row::Delete { .. } | Row::Add { .. });
    let mut out = Vec::with_capacity(rows.len());
    for stretch in rows.chunk_by(|a, b| whole(a) && whole(b)) {
        let mut news = stretch.iter().filter_map(Row::new_line);
        let olds = stretch.iter().filter_map(Row::old_line).map(Some);
        out.extend(olds.map(|old| (old, news.next())));
        let beyond = stretch.iter().filter_map(Row::new_line).skip(stretch.iter().filter_map(Row::old_line).count());
        out.extend(beyond.map(|new| (None, Some(new))));
    }
    out
}

/// What is shown, and what stands behind a fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<'a> {
    Rows(&'a [Row]),
    /// Unchanged rows, to unfold.
    Folded(&'a [Row]),
}

/// Folds what did not change, but for `context` rows around each change. Where nothing changed, all is folded.
pub fn fold(rows: &[Row], context: usize) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut shown = 0;
    let mut at = 0;
    for run in rows.chunk_by(|a, b| a.is_same() == b.is_same()) {
        let (start, end) = (at, at + run.len());
        at = end;
        if run.first().is_some_and(Row::is_same) {
            let from = if start == 0 { 0 } else { (start + context).min(end) };
            let to = if end == rows.len() { end } else { end.saturating_sub(context) };
            if to >= from + FOLD_MIN {
                parts.extend((shown < from).then(|| Part::Rows(&rows[shown..from])));
                parts.push(Part::Folded(&rows[from..to]));
                shown = to;
            }
        }
    }
    parts.extend((shown < rows.len()).then(|| Part::Rows(&rows[shown..])));
    parts
}
