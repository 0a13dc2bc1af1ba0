//! Reads the studio's own file, somebody's edits in it included: what is not ours is told, what is missing refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    FORMAT, FileInclude, FilePrompt, FileVersion, ImportedInclude, ImportedPrompt, ImportedVersion, fault,
    names::Names,
    notes::{Notes, listed, shown},
};
use crate::{fault::Fault, prompt::Draft};

const FILE: [&str; 2] = ["atelier", "prompts"];
const PROMPT: [&str; 6] = ["name", "type", "description", "tags", "labels", "versions"];
const VERSION: [&str; 10] = ["version", "note", "messages", "text", "variables", "model", "params", "tools", "response_format", "includes"];
const MESSAGE: [&str; 5] = ["role", "content", "tool_calls", "tool_call_id", "images"];
const VARIABLE: [&str; 6] = ["name", "type", "description", "default", "example", "required"];
const INCLUDE: [&str; 4] = ["name", "label", "version", "prompt"];

/// # Errors
/// Invalid: a newer format, a prompt that cannot be read, or a name twice.
pub(super) fn read(file: &Map<String, Value>, notes: &mut Notes) -> Result<Vec<ImportedPrompt>, Fault> {
    check_format(file.get("atelier").unwrap_or(&Value::Null))?;
    let strange = strange(file, &FILE);
    if !strange.is_empty() {
        notes.say_of_file(format!("This file has keys that mean nothing here: {}.", listed(strange.iter().map(String::as_str))));
    }
    let Some(all) = file.get("prompts").and_then(Value::as_array) else {
        return Err(fault("A file of Atelier has a list “prompts”; this has none."));
    };
    let mut prompts = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, value) in all.iter().enumerate() {
        let prompt = prompt(at, value)?;
        if !seen.insert(prompt.name.clone()) {
            return Err(fault(format!("The name {} stands twice in this file. Rename one, or merge their versions.", shown(&prompt.name))));
        }
        prompts.push((prompt, strange_in(value)));
    }
    let mut names = Names::default();
    let given: BTreeMap<String, String> = prompts.iter().map(|(prompt, _)| (prompt.name.clone(), names.give(&prompt.name, notes))).collect();
    Ok(prompts.into_iter().map(|(prompt, strange)| imported(prompt, &strange, &given, notes)).collect())
}

fn check_format(number: &Value) -> Result<(), Fault> {
    match number.as_u64() {
        Some(number) if number == u64::from(FORMAT) => Ok(()),
        Some(number) if number > u64::from(FORMAT) => {
            Err(fault(format!("A newer Atelier wrote this file: its format is {number}, and this studio reads {FORMAT}. Update the studio, then import it.")))
        }
        _ => Err(fault(format!("“atelier” is the number of the file's format, {FORMAT}; here it is {}.", shown(&number.to_string())))),
    }
}

/// # Errors
/// Invalid, naming the prompt and what is wrong in it.
fn prompt(at: usize, value: &Value) -> Result<FilePrompt, Fault> {
    let name = value.get("name").and_then(Value::as_str).map_or_else(|| format!("Prompt {}", at + 1), shown);
    for version in value.get("versions").and_then(Value::as_array).into_iter().flatten() {
        let number = version.get("version").map_or_else(|| "without a number".to_owned(), Value::to_string);
        match (version.get("messages"), version.get("text")) {
            (None, None) => return Err(fault(format!("{name}: version {number} has neither “messages” nor “text”."))),
            (Some(_), Some(_)) => return Err(fault(format!("{name}: version {number} has both “messages” and “text”; a version has one of them."))),
            _ => {}
        }
        serde_json::from_value::<FileVersion>(version.clone()).map_err(|error| fault(format!("{name}: version {number} cannot be read: {error}.")))?;
    }
    let prompt: FilePrompt = serde_json::from_value(value.clone()).map_err(|error| fault(format!("{name} cannot be read: {error}.")))?;
    let mut numbers = BTreeSet::new();
    match prompt.versions.iter().find(|version| !numbers.insert(version.version)) {
        Some(twice) => Err(fault(format!("{name}: version {} stands twice in this file.", twice.version))),
        None => Ok(prompt),
    }
}

fn imported(prompt: FilePrompt, strange: &BTreeSet<String>, names: &BTreeMap<String, String>, notes: &mut Notes) -> ImportedPrompt {
    let name = names.get(&prompt.name).cloned().unwrap_or_default();
    notes.about(&name);
    if !strange.is_empty() {
        notes.say(format!("It has keys that mean nothing here: {}.", listed(strange.iter().map(String::as_str))));
    }
    let versions = prompt.versions.into_iter().map(|version| {
        let includes = version.includes.into_iter().map(|include| pin(include, names)).collect();
        let draft = Draft {
            body: version.body.without_ids(),
            variables: version.variables,
            model: version.model,
            params: version.params,
            tools: version.tools,
            response_format: version.response_format,
            note: version.note,
        };
        ImportedVersion { number: version.version, draft, includes }
    });
    let versions = versions.collect();
    ImportedPrompt { name, prompt_type: prompt.prompt_type, description: prompt.description, tags: prompt.tags, labels: prompt.labels, versions }
}

fn pin(include: FileInclude, names: &BTreeMap<String, String>) -> ImportedInclude {
    let target = include.prompt.unwrap_or_else(|| include.name.clone());
    let target = names.get(&target).cloned().unwrap_or(target);
    let prompt = (target != include.name).then_some(target);
    ImportedInclude { name: include.name, label: include.label, version: include.version, prompt }
}

/// The keys of a prompt that are none of ours, wherever they stand.
fn strange_in(prompt: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = prompt.as_object().map(|prompt| strange(prompt, &PROMPT)).unwrap_or_default();
    for version in objects(prompt.get("versions")) {
        found.extend(strange(version, &VERSION));
        for (key, known) in [("messages", MESSAGE.as_slice()), ("variables", &VARIABLE), ("includes", &INCLUDE)] {
            objects(version.get(key)).for_each(|inner| found.extend(strange(inner, known)));
        }
    }
    found
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn strange(map: &Map<String, Value>, known: &[&str]) -> BTreeSet<String> {
    map.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect()
}
