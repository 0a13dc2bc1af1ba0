//! What stands around a prompt while people work on it: drafts, tokens, and who uses it.

use serde::{Deserialize, Serialize};

use super::{DraftForm, LabelName, PromptName};
use crate::{id::PromptId, timestamp::Timestamp};

/// A draft that saved itself: one person's, no version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDraft {
    pub form: DraftForm,
    pub updated_at: Timestamp,
}

/// Tokens of a prompt's texts, includes put in, variables as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// Of each text, in order.
    pub each: Vec<u32>,
    pub total: u32,
    /// Counted by another model's vocabulary: this model's is not known here.
    pub estimate: bool,
    /// What the model can read at once, where that is known.
    pub window: Option<u32>,
}

/// A prompt that a version includes, and where it would be fixed if the version were saved now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    pub prompt: PromptId,
    pub name: PromptName,
    pub label: Option<LabelName>,
    /// Nothing for one that is typed and not saved yet.
    pub pinned: Option<u32>,
    pub current: u32,
}

impl Inclusion {
    pub fn moved_on(&self) -> bool {
        self.pinned.is_some_and(|pinned| pinned != self.current)
    }
}

/// A prompt whose newest version includes this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Includer {
    pub prompt: PromptId,
    pub name: PromptName,
    /// Its newest version.
    pub version: u32,
    pub label: Option<LabelName>,
    pub pinned: u32,
    /// Where it would be fixed if it were saved now.
    pub current: u32,
}

/// A key that pulled a prompt lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    pub key: String,
    /// The label that it asked for; empty for a version by number, or whatever is published.
    pub label: String,
    pub pulls: u64,
    pub last_at: Timestamp,
}

/// Who would notice a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub includers: Vec<Includer>,
    /// Of the last seven days.
    pub keys: Vec<KeyUse>,
}

/// A model that a prompt can name, with what people choose it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFacts {
    pub name: String,
    /// Tokens that it reads at once; 0 while that is not known.
    pub window: u32,
    /// "free: it runs on this machine", or what a million tokens cost.
    pub price: String,
    /// What it cannot do: "tools", "structured output".
    pub lacks: Vec<String>,
}
