//! What an import would do, before it does it.
//!
//! - A prompt that is not there is made, with all its versions and labels.
//! - One whose newest content is the newest here already is left. Labels, notes, tags and descriptions are not compared.
//! - One whose newest content here is an older version in the file can go on from there: the versions after it are added,
//!   unless the person decides otherwise.
//! - Every other one that differs is a conflict: it is left, unless the person has its newest version added or makes a copy
//!   under another name.
//! - A chat that is a text here, or a text that is a chat, and a prompt that is archived here, are left or copied.
//!
//! Contents are compared without pins ([`fingerprint`]): which version of another prompt was included differs from studio to
//! studio. Labels of a prompt that is here stay where they are: an import publishes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Import, ImportedPrompt};
use crate::prompt::{Draft, Prompt, PromptType, Version, content_hash};

/// A content's hash without its pins.
pub fn fingerprint(draft: &Draft) -> String {
    content_hash(draft, &[])
}

/// A prompt of the project that has the name of an imported one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Present {
    pub prompt_type: PromptType,
    /// The newest version's number; 0 before the first.
    pub latest: u32,
    pub archived: bool,
    /// Numbers with the [`fingerprint`] of each version.
    pub fingerprints: Vec<(u32, String)>,
}

impl Present {
    pub fn new(prompt: &Prompt, versions: &[Version]) -> Self {
        Self {
            prompt_type: prompt.prompt_type,
            latest: prompt.latest,
            archived: prompt.archived_at.is_some(),
            fingerprints: versions.iter().map(|version| (version.number, fingerprint(&version.to_draft()))).collect(),
        }
    }

    /// The numbers that a file's versions have here already, by their contents: what pins on them mean in this project.
    pub fn numbers(&self, prompt: &ImportedPrompt) -> BTreeMap<u32, u32> {
        let known: BTreeMap<&str, u32> = self.fingerprints.iter().map(|(number, fingerprint)| (fingerprint.as_str(), *number)).collect();
        prompt.versions.iter().filter_map(|version| known.get(fingerprint(&version.draft).as_str()).map(|number| (version.number, *number))).collect()
    }

    fn newest(&self) -> Option<&str> {
        self.fingerprints.iter().find(|(number, _)| *number == self.latest).map(|(_, fingerprint)| fingerprint.as_str())
    }
}

/// What becomes of an imported prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is not here.
    Make,
    /// Its newest content is the newest here.
    Leave,
    /// The file goes on from what is the newest here.
    Change,
    Conflict(Why),
}

/// Why somebody has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Both were changed.
    Differs,
    /// The file's newest content is this older version here.
    Older(u32),
    /// A chat there and a text here, or the other way round.
    OtherType,
    /// Archived here.
    Archived,
}

/// What the person can have done with a prompt that is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Leave,
    AddVersion,
    /// All versions and labels, under this name.
    Copy(String),
}

/// One imported prompt in the preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its index in the import.
    pub prompt: usize,
    pub name: String,
    pub step: Step,
    /// The first is what happens unless the person chooses. Empty where there is nothing to choose.
    pub choices: Vec<Choice>,
    /// Indices of the versions that are saved when it is made or added to. A copy has all of them.
    pub versions: Vec<usize>,
}

/// One step for every prompt of the import, in its order. `present` has the prompts of the project that bear these names,
/// and may have more: the names of copies are such as are free in both.
pub fn plan(import: &Import, present: &BTreeMap<String, Present>) -> Vec<Planned> {
    let mut taken: BTreeSet<String> = import.prompts.iter().map(|prompt| prompt.name.clone()).chain(present.keys().cloned()).collect();
    let planned = import.prompts.iter().enumerate().map(|(at, prompt)| {
        let (step, versions) = step(prompt, present.get(&prompt.name));
        let choices = match step {
            Step::Make | Step::Leave => Vec::new(),
            Step::Change => vec![Choice::AddVersion, Choice::Leave, copy(&prompt.name, &mut taken)],
            Step::Conflict(Why::Differs | Why::Older(_)) => vec![Choice::Leave, Choice::AddVersion, copy(&prompt.name, &mut taken)],
            Step::Conflict(Why::OtherType | Why::Archived) => vec![Choice::Leave, copy(&prompt.name, &mut taken)],
        };
        Planned { prompt: at, name: prompt.name.clone(), step, choices, versions }
    });
    planned.collect()
}

fn step(prompt: &ImportedPrompt, present: Option<&Present>) -> (Step, Vec<usize>) {
    let count = prompt.versions.len();
    let Some(present) = present else { return (Step::Make, (0..count).collect()) };
    let fingerprints: Vec<String> = prompt.versions.iter().map(|version| fingerprint(&version.draft)).collect();
    let Some((newest, older)) = fingerprints.split_last() else { return (Step::Leave, Vec::new()) };
    if present.prompt_type != prompt.prompt_type {
        return (Step::Conflict(Why::OtherType), Vec::new());
    }
    let here = present.newest();
    if here == Some(newest.as_str()) {
        return (Step::Leave, Vec::new());
    }
    if present.archived {
        return (Step::Conflict(Why::Archived), Vec::new());
    }
    if present.latest == 0 {
        return (Step::Change, (0..count).collect());
    }
    if let Some(at) = older.iter().rposition(|fingerprint| Some(fingerprint.as_str()) == here) {
        return (Step::Change, (at + 1..count).collect());
    }
    let known = present.fingerprints.iter().rev().find(|(_, fingerprint)| fingerprint == newest);
    (Step::Conflict(known.map_or(Why::Differs, |(number, _)| Why::Older(*number))), vec![count - 1])
}

/// `a/b` becomes `a/b-copy`, else `a/b-copy-2` …
fn copy(name: &str, taken: &mut BTreeSet<String>) -> Choice {
    let free = (1..).map(|count| if count == 1 { "-copy".to_owned() } else { format!("-copy-{count}") });
    let names = free.map(|end| {
        let room = 200 - end.len();
        let short: String = name.chars().take(room).collect();
        format!("{}{end}", short.trim_end_matches([' ', '/']))
    });
    let found = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(found.clone());
    Choice::Copy(found)
}
