//! Which model has which price: a table that comes with the program, and an owner's own entries over it.
//!
//! `prices.json` is made by `tools/prices.py` and says how old it is. It may be behind; the owner's entries are there for that.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::ModelEntry;

/// Models by name, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Unsorted")]
pub struct Table {
    /// The day, `2026-11-12`, of the lists that it was made from.
    pub as_of: String,
    /// Where the prices are from, for people.
    pub source: String,
    /// Sorted by name, for the search.
    entries: Vec<ModelEntry>,
}

#[derive(Deserialize)]
struct Unsorted {
    as_of: String,
    source: String,
    entries: Vec<ModelEntry>,
}

impl From<Unsorted> for Table {
    fn from(Unsorted { as_of, source, entries }: Unsorted) -> Self {
        Self::new(as_of, source, entries)
    }
}

impl Table {
    /// The table that comes with the program, read once.
    pub fn builtin() -> &'static Self {
        // A file that does not parse is a failing test, not a start that fails: no price is known then.
        static BUILTIN: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(include_str!("prices.json")).unwrap_or_default());
        &BUILTIN
    }

    /// Of entries with one name the last stays.
    pub fn new(as_of: String, source: String, mut entries: Vec<ModelEntry>) -> Self {
        entries.reverse();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        entries.dedup_by(|later, kept| later.name == kept.name);
        Self { as_of, source, entries }
    }

    /// This table under an owner's entries: each replaces the one of its name, whole, or is added. An entry without a price says
    /// that none is known, whatever stood there.
    #[must_use]
    pub fn with(&self, own: Vec<ModelEntry>) -> Self {
        let entries = self.entries.iter().cloned().chain(own).collect();
        Self::new(self.as_of.clone(), self.source.clone(), entries)
    }

    /// In the order of their names.
    pub fn entries(&self) -> &[ModelEntry] {
        &self.entries
    }

    /// What is known of a model, by its name with the provider.
    ///
    /// 1. The entry of that very name: `openai/gpt-4o-2024-05-13` costs what it costs, `mistral/mistral-large-latest` has its own entry.
    /// 2. Else the name without its date or `-latest`: `openai/gpt-4o-mini-2024-07-18`, `anthropic/claude-haiku-4-5-20251001` and
    ///    `anthropic/claude-3-5-haiku-latest` are what their undated entries say.
    ///
    /// Nothing else is guessed: a fine-tuned model (`openai/ft:gpt-4o-mini:acme::1`) costs more than its base, a short date (`-2512`)
    /// is a model of its own, and one provider's price is not another's. The entry's name tells which rule it was.
    pub fn find(&self, name: &str) -> Option<&ModelEntry> {
        self.exact(name).or_else(|| self.exact(undated(name)?))
    }

    fn exact(&self, name: &str) -> Option<&ModelEntry> {
        let at = self.entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }
}

/// The name without `-latest`, `-20251001` or `-2024-07-18` at its end.
fn undated(name: &str) -> Option<&str> {
    name.strip_suffix("-latest").or_else(|| without(name, "-00000000")).or_else(|| without(name, "-0000-00-00"))
}

/// The name without an end of this shape, in which a 0 stands for any digit.
fn without<'a>(name: &'a str, shape: &str) -> Option<&'a str> {
    let (base, end) = name.split_at_checked(name.len().checked_sub(shape.len())?)?;
    let fits = |(byte, model): (u8, u8)| if model == b'0' { byte.is_ascii_digit() } else { byte == model };
    end.bytes().zip(shape.bytes()).all(fits).then_some(base)
}

#[cfg(test)]
mod tests;
