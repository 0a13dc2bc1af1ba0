//! The last step of reading: numbers, names and labels as a project has them, and every draft checked.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Format, Import, ImportedPrompt, ImportedVersion, fault, fingerprint, names,
    notes::{Notes, listed, shown},
    pins::{self, Numbers},
};
use crate::{
    fault::Fault,
    prompt::{Body, DECLARED_MAX, VARIABLES_MAX, Variable, VariableType},
    template::Template,
};

const DESCRIPTION_MAX: usize = 2_000;
const NOTE_MAX: usize = 1_000;

/// # Errors
/// Invalid where the file has prompts, and none of them can be imported.
pub(super) fn finish(format: Format, prompts: Vec<ImportedPrompt>, mut notes: Notes) -> Result<Import, Fault> {
    let mut kept = Vec::new();
    let mut left_out = None;
    for prompt in prompts {
        notes.about(&prompt.name);
        let prompt = described(prompt, &mut notes);
        let (mut prompt, numbers) = numbered(prompt, &mut notes);
        labelled(&mut prompt, &numbers, &mut notes);
        match check(&prompt) {
            Ok(()) => kept.push((prompt, numbers)),
            Err(why) => {
                notes.say(format!("It is left out. {why}"));
                left_out.get_or_insert(format!("Nothing in this file can be imported. “{}”: {why}", prompt.name));
            }
        }
    }
    if let (true, Some(why)) = (kept.is_empty(), left_out) {
        return Err(fault(why));
    }
    pins::settle(&mut kept, &mut notes);
    Ok(Import { format, prompts: kept.into_iter().map(|(prompt, _)| prompt).collect(), notes: notes.into_sentences() })
}

fn described(mut prompt: ImportedPrompt, notes: &mut Notes) -> ImportedPrompt {
    let clean: String = prompt.description.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    let clean: String = clean.trim().chars().take(DESCRIPTION_MAX).collect();
    if clean != prompt.description.trim() {
        notes.say(format!("Its description is kept to {DESCRIPTION_MAX} characters, without control characters."));
    }
    prompt.description = clean.trim_end().to_owned();
    prompt.tags = names::tags(&prompt.tags, notes);
    for version in &mut prompt.versions {
        let note = &mut version.draft.note;
        if let Some((at, _)) = note.char_indices().nth(NOTE_MAX) {
            notes.say(format!("The note of version {} is kept to {NOTE_MAX} characters.", version.number));
            note.truncate(at);
        }
    }
    prompt
}

/// Numbers the versions from 1, and tells what each was. One that repeats the one before it is that one.
fn numbered(mut prompt: ImportedPrompt, notes: &mut Notes) -> (ImportedPrompt, Numbers) {
    let mut versions: Vec<ImportedVersion> = Vec::new();
    let mut numbers = Numbers::new();
    let mut count = 0;
    prompt.versions.sort_by_key(|version| version.number);
    let (mut before, mut moved, mut repeated) = (None, Vec::new(), Vec::new());
    for mut version in std::mem::take(&mut prompt.versions) {
        let content = (fingerprint(&version.draft), version.includes.clone());
        let repeats = before.as_ref() == Some(&content);
        if repeats {
            repeated.push(version.number.to_string());
        } else {
            count += 1;
        }
        if version.number != count {
            moved.push(format!("{} → {count}", version.number));
        }
        numbers.insert(version.number, count);
        match versions.last_mut().filter(|_| repeats) {
            Some(same) if same.draft.note.is_empty() => same.draft.note = version.draft.note,
            Some(_) => {}
            None => {
                version.number = count;
                versions.push(version);
            }
        }
        before = Some(content);
    }
    prompt.versions = versions;
    if !repeated.is_empty() {
        notes.say(format!("A version that repeats the one before it is one with it: {}.", listed(repeated.iter().map(String::as_str))));
    }
    if !moved.is_empty() {
        notes.say(format!("Its versions are numbered anew: {}.", listed(moved.iter().map(String::as_str))));
    }
    (prompt, numbers)
}

fn labelled(prompt: &mut ImportedPrompt, numbers: &Numbers, notes: &mut Notes) {
    let mut labels: BTreeMap<String, u32> = BTreeMap::new();
    for (wanted, number) in std::mem::take(&mut prompt.labels) {
        let Some(number) = numbers.get(&number) else {
            notes.say(format!("The label {} is left out: it stands at version {number}, which is not in the file.", shown(&wanted)));
            continue;
        };
        match names::label(&wanted).map(|label| label.to_string()).filter(|label| !labels.contains_key(label)) {
            Some(label) => {
                if label != wanted {
                    notes.say(format!("The label {} is now {}.", shown(&wanted), shown(&label)));
                }
                labels.insert(label, *number);
            }
            None => {
                notes.say(format!("The label {} is left out: a label has lower-case letters, digits, “-”, “_” or “.”, and none stands twice.", shown(&wanted)))
            }
        }
    }
    prompt.labels = labels;
}

/// # Errors
/// Why the prompt cannot be imported, as a sentence.
fn check(prompt: &ImportedPrompt) -> Result<(), String> {
    for version in &prompt.versions {
        if let Err(fault) = version.draft.check(prompt.prompt_type) {
            let first = fault.fields.first().map_or(fault.message.clone(), |first| format!("{}: {}", first.field, first.detail));
            return Err(format!("Version {}, {first}", version.number));
        }
        let count = variables(&version.draft.body).len();
        if count > VARIABLES_MAX {
            return Err(format!("A version has at most {VARIABLES_MAX} variables; version {} has {count}.", version.number));
        }
        let itself = |pin: &&super::ImportedInclude| pin.name == prompt.name && pin.target() != prompt.name;
        if pins::includes(&version.draft).iter().any(|include| include.name.as_str() == prompt.name) && !version.includes.iter().any(|pin| itself(&pin)) {
            return Err(format!("Version {} includes the prompt itself, which none here can.", version.number));
        }
    }
    Ok(())
}

/// The variables of a body in the order of their first appearance, without those that includes bring.
pub(super) fn variables(body: &Body) -> Vec<String> {
    let templates: Vec<Template> = body.texts().iter().map(|(_, text)| Template::parse(text).unwrap_or_default()).collect();
    body.variables(&templates).into_iter().map(str::to_owned).collect()
}

/// What a body declares where something is known of some of its variables. The others are declared too, so that none of
/// them looks like a slip; not where that would be too many.
pub(super) fn declared(body: &Body, known: &[Variable]) -> Vec<Variable> {
    let names = variables(body);
    // With more it cannot be imported.
    if known.is_empty() || names.len() > VARIABLES_MAX {
        return Vec::new();
    }
    let placeholders: Vec<&str> = match body {
        Body::Messages(messages) => messages.iter().filter_map(|message| message.placeholder()).collect(),
        Body::Text(_) => Vec::new(),
    };
    let spec = |name: &String| match known.iter().find(|variable| variable.name == *name) {
        Some(known) => (known.clone(), true),
        None if placeholders.contains(&name.as_str()) => (Variable::implied_messages(name), false),
        None => (Variable::implied(name), false),
    };
    let mut specs: Vec<(Variable, bool)> = names.iter().map(spec).collect();
    if specs.len() > DECLARED_MAX || specs.iter().all(|(_, known)| !known) {
        specs.retain(|(_, known)| *known);
    }
    specs.into_iter().map(|(variable, _)| variable).collect()
}

/// A variable of the type that its default or example has.
pub(super) fn variable(name: String, value: Value, set: impl FnOnce(&mut Variable, Value)) -> Variable {
    let kind = match &value {
        Value::String(_) => VariableType::Text,
        Value::Number(_) => VariableType::Number,
        Value::Bool(_) => VariableType::Boolean,
        _ => VariableType::Json,
    };
    let mut variable = Variable { kind, ..Variable::implied(name) };
    set(&mut variable, value);
    variable
}
