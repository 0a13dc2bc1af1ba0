//! How much changed.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{piece::Piece, row::Row, word::words};

/// Lines and words that came and went; a changed line counts on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub lines_added: u32,
    pub lines_deleted: u32,
    pub words_added: u32,
    pub words_deleted: u32,
}

impl Count {
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut count = Self::default();
        rows.iter().for_each(|row| count.row(row));
        count
    }

    fn row(&mut self, row: &Row) {
        match row {
            Row::Same { .. } => {}
            Row::Add { text, .. } => {
                self.lines_added += 1;
                self.words_added += counted(text);
            }
            Row::Delete { text, .. } => {
                self.lines_deleted += 1;
                self.words_deleted += counted(text);
            }
            Row::Change { pieces, .. } => {
                self.lines_added += 1;
                self.lines_deleted += 1;
                pieces.iter().for_each(|piece| self.piece(piece));
            }
        }
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Same(_) => {}
            Piece::Add(text) => self.words_added += counted(text),
            Piece::Delete(text) => self.words_deleted += counted(text),
        }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.lines_added += other.lines_added;
        self.lines_deleted += other.lines_deleted;
        self.words_added += other.words_added;
        self.words_deleted += other.words_deleted;
    }
}

fn counted(text: &str) -> u32 {
    words(text).filter(|word| word.counts()).count() as u32
}
