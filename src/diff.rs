//! Differences: of two texts by lines and by words inside changed lines, and of two versions.
//!
//! A diff holds both sides to the byte, takes bounded time on any input, is empty where the sides are equal, and seen from the other
//! side it is its own mirror.

mod changes;
mod count;
mod matching;
mod message;
mod myers;
mod note;
mod pair;
mod piece;
mod row;
mod setting;
mod similarity;
#[cfg(test)]
mod tests;
mod version;
#[cfg(test)]
mod version_tests;
mod view;
mod word;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

pub use count::Count;
pub use message::MessageDiff;
pub(crate) use message::matches;
pub use piece::Piece;
pub use row::Row;
pub use setting::{Change, Setting, SettingDiff};
pub use version::{Side, VersionDiff};
pub use view::{Cell, Line, Op, Part, Span, fold, side_by_side, unified};

/// What leads from one text to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextDiff {
    pub rows: Vec<Row>,
}

impl TextDiff {
    pub fn new(old: &str, new: &str) -> Self {
        // One order for both directions: what is ambiguous is decided once, so that each is the other's mirror.
        if old <= new { Self { rows: row::rows(old, new) } } else { Self { rows: row::rows(new, old) }.mirror() }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Row::is_same)
    }

    pub fn count(&self) -> Count {
        Count::of(&self.rows)
    }

    /// The diff from new to old.
    pub fn mirror(self) -> Self {
        let mut rows: Vec<Row> = self.rows.into_iter().map(Row::mirror).collect();
        row::settle(&mut rows);
        Self { rows }
    }

    pub fn old_text(&self) -> String {
        text(self.rows.iter().filter_map(|row| row.old_line().map(|line| line.spans)))
    }

    pub fn new_text(&self) -> String {
        text(self.rows.iter().filter_map(|row| row.new_line().map(|line| line.spans)))
    }

    /// The new text, from the old one.
    ///
    /// # Errors
    /// Conflict where `old` is not the text that the diff was made from.
    pub fn apply(&self, old: &str) -> Result<String, Fault> {
        if self.old_text() == old {
            Ok(self.new_text())
        } else {
            Err(Fault::conflict("diff_base_changed", "The text changed since this diff was made. Compare again."))
        }
    }
}

fn text<'a>(lines: impl Iterator<Item = Vec<Span<'a>>>) -> String {
    let lines: Vec<String> = lines.map(|spans| spans.into_iter().map(|span| span.text).collect()).collect();
    lines.join("\n")
}
