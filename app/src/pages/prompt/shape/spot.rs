//! Where a node stands in the form.

use atelier_domain::schema::{Path, Step};
use leptos::prelude::*;

use super::lean::memo;

/// The node's path, which changes as fields move, and its name to people.
#[derive(Clone, Copy)]
pub struct Spot {
    pub path: Memo<Path>,
    /// `order.items`; empty for the root.
    pub place: Memo<String>,
    pub depth: usize,
}

impl Spot {
    pub fn root() -> Self {
        Self { path: memo(Path::default), place: memo(String::new), depth: 0 }
    }

    pub fn property(self, at: Memo<usize>, name: Memo<String>) -> Self {
        self.below(Some(at), name)
    }

    /// What a list holds. No field of the list's own has a name, so "item" is unmistakable.
    pub fn items(self) -> Self {
        self.below(None, memo(|| "item".to_owned()))
    }

    fn below(self, at: Option<Memo<usize>>, name: Memo<String>) -> Self {
        let path = memo(move || {
            let mut path = self.path.get();
            path.0.push(at.map_or(Step::Items, |at| Step::Property(at.get())));
            path
        });
        let place = memo(move || {
            let (above, name) = (self.place.get(), name.get());
            if above.is_empty() { name } else { format!("{above}.{name}") }
        });
        Self { path, place, depth: self.depth + 1 }
    }

    /// "Type of" becomes "Type of field order.items".
    pub fn label(self, words: &'static str) -> Signal<String> {
        Signal::derive(move || {
            let place = self.place.get();
            if place.is_empty() { format!("{words} the whole") } else { format!("{words} field {place}") }
        })
    }
}
