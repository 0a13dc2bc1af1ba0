//! Prompts as files: the studio's own, and those that other tools write.
//!
//! [`export`] gives every prompt with all its versions, without what belongs to one studio: ids, authors, times. What
//! [`read`] gets from it makes the same prompts again, and exported again they are the same file to the byte.
//!
//! Of foreign files as much is carried over as fits; of the rest a note says what and in which prompt. Every draft that
//! is read passes [`Draft::check`]; a prompt that cannot is left out, with a note that says why.
//!
//! Versions are numbered from 1 as an empty project will number them, so one that repeats the version before is no
//! version: labels and pins on it go to that one.

mod file;
mod langchain;
mod langfuse;
mod messages;
mod model;
mod names;
mod notes;
mod openai;
mod order;
mod own;
mod pins;
mod plan;
mod promptfoo;
mod recognise;
mod settings;
mod syntax;
#[cfg(test)]
mod tests;
mod tidy;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fault::Fault,
    prompt::{Draft, PromptType},
};

pub use file::{FORMAT, File, FileInclude, FilePrompt, FileVersion, export, to_json};
pub use order::order;
pub use plan::{Choice, Planned, Present, Step, Why, fingerprint, plan};

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Atelier,
    Langchain,
    Langfuse,
    Openai,
    Promptfoo,
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Format::Atelier => "Atelier",
            Format::Langchain => "LangChain",
            Format::Langfuse => "Langfuse",
            Format::Openai => "OpenAI messages",
            Format::Promptfoo => "promptfoo",
        })
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    pub format: Format,
    /// No name twice.
    pub prompts: Vec<ImportedPrompt>,
    /// What could not be carried over, as sentences.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportedPrompt {
    /// A valid name.
    pub name: String,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    pub description: String,
    pub tags: Vec<String>,
    pub labels: BTreeMap<String, u32>,
    /// Oldest first, numbered from 1.
    pub versions: Vec<ImportedVersion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportedVersion {
    pub number: u32,
    pub draft: Draft,
    /// What its includes are pinned to. One that the file cannot tell is missing: it is pinned as things stand when it is saved.
    pub includes: Vec<ImportedInclude>,
}

/// A pin. Its version is one of this file where the file has the prompt, else one of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImportedInclude {
    /// As the text has it.
    pub name: String,
    pub label: Option<String>,
    pub version: u32,
    /// What the included prompt is called by now, where it was renamed after.
    pub prompt: Option<String>,
}

impl ImportedInclude {
    /// The name of the prompt that is pinned.
    pub fn target(&self) -> &str {
        self.prompt.as_ref().unwrap_or(&self.name)
    }
}

/// Reads a file, whoever wrote it. `file_name` names what has no name of its own.
///
/// # Errors
/// Invalid on `file`: nothing that can be read, a newer format than ours, or a name twice.
pub fn read(value: &Value, file_name: &str) -> Result<Import, Fault> {
    let mut notes = notes::Notes::default();
    let (format, prompts) = recognise::read(value, file_name, &mut notes)?;
    tidy::finish(format, prompts, notes)
}

fn fault(why: impl Into<String>) -> Fault {
    Fault::field("file", why)
}
