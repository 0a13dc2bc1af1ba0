//! The studio's own file. Its fields stand in this order, empty ones not at all, so that equal prompts are equal bytes.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    id::PromptId,
    prompt::{Body, Params, Prompt, PromptType, Variable, Version},
};

/// The newest format, which is the one that is written.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The format's number.
    pub atelier: u32,
    pub prompts: Vec<FilePrompt>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilePrompt {
    pub name: String,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, u32>,
    /// Oldest first.
    #[serde(default)]
    pub versions: Vec<FileVersion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileVersion {
    pub version: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// `messages`, or `text`.
    #[serde(flatten)]
    pub body: Body,
    /// Those that it declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub params: Params,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<Value>,
    /// What it is pinned to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<FileInclude>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileInclude {
    /// As the text has it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub version: u32,
    /// What the included prompt is called by now, where it was renamed after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

fn is_default(params: &Params) -> bool {
    *params == Params::default()
}

/// Prompts with their versions as a file, by name. `others` are the names of prompts that these include.
pub fn export(mut prompts: Vec<(Prompt, Vec<Version>)>, others: HashMap<PromptId, String>) -> File {
    prompts.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let mut names = others;
    names.extend(prompts.iter().map(|(prompt, _)| (prompt.id, prompt.name.to_string())));
    let prompts = prompts.into_iter().map(|(prompt, versions)| file_prompt(prompt, versions, &names)).collect();
    File { atelier: FORMAT, prompts }
}

fn file_prompt(prompt: Prompt, mut versions: Vec<Version>, names: &HashMap<PromptId, String>) -> FilePrompt {
    versions.sort_by_key(|version| version.number);
    FilePrompt {
        name: prompt.name.to_string(),
        prompt_type: prompt.prompt_type,
        description: prompt.description,
        tags: prompt.tags.iter().map(ToString::to_string).collect(),
        labels: prompt.labels.iter().map(|label| (label.label.to_string(), label.version)).collect(),
        versions: versions.into_iter().map(|version| file_version(version, names)).collect(),
    }
}

fn file_version(version: Version, names: &HashMap<PromptId, String>) -> FileVersion {
    let pins = version.includes.iter().map(|pin| {
        let name = pin.include.name.to_string();
        let prompt = names.get(&pin.prompt).filter(|today| **today != name).cloned();
        FileInclude { name, label: pin.include.label.as_ref().map(ToString::to_string), version: pin.version, prompt }
    });
    let mut includes: Vec<FileInclude> = pins.collect();
    includes.sort();
    FileVersion {
        version: version.number,
        note: version.note,
        body: version.body.without_ids(),
        variables: version.declared,
        model: version.model,
        params: version.params,
        tools: version.tools,
        response_format: version.response_format,
        includes,
    }
}

/// The file as JSON, with a line end after it.
pub fn to_json(file: &File) -> String {
    // These types always have a JSON form.
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}
