//! Prompts: names, labels, tags, and versions that never change.

mod body;
mod draft;
mod filter;
mod form;
mod ids;
mod label;
mod lint;
mod names;
mod render;
#[cfg(test)]
mod tests;
mod variable;
mod version;
mod work;

use serde::{Deserialize, Serialize};

use crate::{
    fault::{Fault, Kind},
    id::{ProjectId, PromptId},
    timestamp::Timestamp,
};

pub use body::{Body, Message, MessageRole, PromptType};
pub use draft::{CONTENT_MAX, Draft, MESSAGE_MAX, MESSAGES_MAX, Params};
pub use filter::{Filter, Outline, Sort};
pub use form::DraftForm;
pub use ids::with_ids;
pub use label::{Label, LabelMove, PRODUCTION, Selector};
pub use lint::{Fix, Warning, lint, unused};
pub use names::{LabelName, PromptName, Tag, tidy_tags};
pub use render::{render, suggested};
pub use variable::{DECLARED_MAX, Variable, VariableType, messages, shown};
pub use version::{Pin, Resolved, Saving, Summary, VARIABLES_MAX, Version, content_hash};
pub use work::{Includer, Inclusion, KeyUse, ModelFacts, StoredDraft, TokenCount, Usage};

/// A prompt without its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    pub id: PromptId,
    pub project: ProjectId,
    pub name: PromptName,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    pub description: String,
    pub tags: Vec<Tag>,
    /// The newest version's number; 0 before the first.
    pub latest: u32,
    pub labels: Vec<Label>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub updated_by: String,
    /// Out of lists, closed to changes; what code pulls goes on working.
    pub archived_at: Option<Timestamp>,
}

impl Prompt {
    pub fn label(&self, name: &str) -> Option<u32> {
        self.labels.iter().find(|label| label.label.as_str() == name).map(|label| label.version)
    }

    /// The number that `selector` means here.
    ///
    /// # Errors
    /// NotFound, saying what there is.
    pub fn resolve(&self, selector: &Selector) -> Result<u32, Fault> {
        let found = match selector {
            Selector::Published => self.label(PRODUCTION).or(Some(self.latest)),
            Selector::Latest => Some(self.latest),
            Selector::Label(label) => self.label(label.as_str()),
            Selector::Version(number) => (*number <= self.latest).then_some(*number),
        };
        match (found.filter(|number| *number > 0), selector) {
            (Some(number), _) => Ok(number),
            (None, Selector::Label(label)) => Err(Fault::new(Kind::NotFound, "label_not_found", format!("“{}” has no label “{label}”.", self.name))),
            (None, Selector::Version(number)) => Err(Fault::new(Kind::NotFound, "version_not_found", format!("“{}” has no version {number}.", self.name))),
            (None, _) => Err(Fault::new(Kind::NotFound, "version_not_found", format!("“{}” has no version yet.", self.name))),
        }
    }

    /// # Errors
    /// Conflict where the prompt is archived.
    pub fn check_open(&self) -> Result<(), Fault> {
        match self.archived_at {
            None => Ok(()),
            Some(_) => Err(Fault::conflict("prompt_archived", "This prompt is archived. Bring it back before you change it.")),
        }
    }
}

/// What a prompt is made with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPrompt {
    pub name: String,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub tags: Vec<String>,
}
