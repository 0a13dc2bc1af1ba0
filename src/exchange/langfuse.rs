//! Prompts of Langfuse, as its interface answers and as people dump them: one object for each version.
//!
//! References to other prompts become includes. One to a fixed version is pinned to it for the version that is imported;
//! the text names no version, so what is saved later follows `production`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ImportedInclude, ImportedPrompt, ImportedVersion, messages,
    names::{self, Names},
    notes::{Notes, listed, shown},
    settings::{self, Rest},
    syntax::{Builder, Syntax},
};
use crate::{
    prompt::{Body, Draft, PromptType},
    template::Include,
};

const OPEN: &str = "@@@langfusePrompt:";
const CLOSE: &str = "@@@";

type Item<'a> = &'a Map<String, Value>;

/// An entry that holds a prompt.
pub(super) fn is(value: &Value) -> bool {
    value.get("name").is_some_and(Value::is_string) && value.get("prompt").is_some_and(|prompt| prompt.is_string() || prompt.is_array())
}

pub(super) fn read(items: &[&Value], notes: &mut Notes) -> Vec<ImportedPrompt> {
    let mut groups: Vec<(&str, Vec<Item>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items.iter().filter_map(|item| item.as_object()) {
        let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
        let place = *places.entry(name).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, versions)) => versions.push(item),
            None => groups.push((name, vec![item])),
        }
    }
    let mut given = Names::default();
    let names: BTreeMap<String, String> = groups.iter().map(|(name, _)| ((*name).to_owned(), given.give(name, notes))).collect();
    groups.into_iter().map(|(name, versions)| prompt(name, versions, &names, notes)).collect()
}

fn prompt(theirs: &str, mut items: Vec<Item>, names: &BTreeMap<String, String>, notes: &mut Notes) -> ImportedPrompt {
    let name = names.get(theirs).cloned().unwrap_or_default();
    notes.about(&name);
    items.sort_by_key(|item| item.get("version").and_then(Value::as_u64).unwrap_or(u64::MAX));
    let prompt_type = items.last().map_or(PromptType::Text, |newest| kind(newest));
    let all = items.len();
    items.retain(|item| kind(item) == prompt_type);
    if items.len() < all {
        notes.say(format!("It is a {} prompt by now; {} versions of the other type are left out.", prompt_type.as_str(), all - items.len()));
    }
    let newest = items.last().copied();
    let tags: Vec<String> = newest.map(|item| strings(item, "tags")).unwrap_or_default();
    let mut labels = BTreeMap::new();
    let mut versions: Vec<ImportedVersion> = Vec::new();
    for item in items {
        let before = versions.last().map_or(0, |before| before.number);
        // Those without a number come last, in the order of the file.
        let number = item.get("version").and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).unwrap_or(before.saturating_add(1));
        // "latest" is always the newest, there as here.
        labels.extend(strings(item, "labels").into_iter().filter(|label| label != "latest").map(|label| (label, number)));
        // Whoever fetches by label gets one version several times.
        if number != before || versions.is_empty() {
            versions.push(version(number, item, names, notes));
        }
    }
    ImportedPrompt { name, prompt_type, description: String::new(), tags, labels, versions }
}

fn kind(item: &Map<String, Value>) -> PromptType {
    match item.get("prompt") {
        Some(Value::Array(_)) => PromptType::Chat,
        _ => PromptType::Text,
    }
}

fn strings(item: &Map<String, Value>, key: &str) -> Vec<String> {
    item.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn version(number: u32, item: Item, names: &BTreeMap<String, String>, notes: &mut Notes) -> ImportedVersion {
    let mut includes = Vec::new();
    let body = match item.get("prompt") {
        Some(Value::Array(list)) => Body::Messages(messages::read(list, notes, |text, notes| convert(text, names, &mut includes, notes))),
        text => Body::Text(convert(text.and_then(Value::as_str).unwrap_or_default(), names, &mut includes, notes)),
    };
    let mut draft = Draft::new(body);
    match item.get("config") {
        Some(Value::Object(config)) => settings::take(config, Rest::Keep, &mut draft, notes),
        None | Some(Value::Null) => {}
        Some(other) => notes.say(format!("Its config is no object and is left out: {}.", shown(&other.to_string()))),
    }
    draft.note = item.get("commitMessage").and_then(Value::as_str).unwrap_or_default().to_owned();
    // What belongs to the studio it came from is no loss.
    const KNOWN: [&str; 16] = [
        "name",
        "version",
        "type",
        "prompt",
        "labels",
        "tags",
        "config",
        "commitMessage",
        "id",
        "projectId",
        "createdAt",
        "updatedAt",
        "createdBy",
        "isActive",
        "resolutionGraph",
        "creator",
    ];
    let other: Vec<&str> = item.iter().filter(|(key, value)| !KNOWN.contains(&key.as_str()) && !value.is_null()).map(|(key, _)| key.as_str()).collect();
    if !other.is_empty() {
        notes.say(format!("This is not carried over: {}.", listed(other)));
    }
    if item.get("resolutionGraph").is_some_and(|graph| !graph.is_null()) {
        notes.say("What it includes stands in its text: the file was made with references resolved.");
    }
    ImportedVersion { number, draft, includes }
}

/// A text with its references made includes.
fn convert(source: &str, names: &BTreeMap<String, String>, includes: &mut Vec<ImportedInclude>, notes: &mut Notes) -> String {
    let mut builder = Builder::default();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once(OPEN) {
        builder.read(before, Syntax::Plain);
        let Some((inner, next)) = after.split_once(CLOSE) else {
            rest = &rest[before.len()..];
            break;
        };
        match reference(inner, names, includes, notes) {
            Some(include) => builder.include(include),
            None => {
                builder.read(&rest[before.len()..rest.len() - next.len()], Syntax::Literal);
                notes.say(format!("This reference stands as text: {}.", shown(inner)));
            }
        }
        rest = next;
    }
    builder.read(rest, Syntax::Plain);
    builder.finish(notes)
}

/// `name=tone|label=production` or `name=tone|version=3`, as Langfuse reads them.
fn reference(inner: &str, names: &BTreeMap<String, String>, includes: &mut Vec<ImportedInclude>, notes: &mut Notes) -> Option<Include> {
    let (name, which) = inner.strip_prefix("name=")?.split_once('|')?;
    let ours = names.get(name).cloned().or_else(|| names::prompt(name))?;
    let include = |label| Some(Include { name: ours.parse().ok()?, label });
    match which.split_once('=')? {
        ("label", "latest") => {
            notes.say(format!("It includes {} by its production version now, not the newest.", shown(&ours)));
            include(None)
        }
        ("label", label) => include(Some(names::label(label)?)),
        ("version", version) => {
            let version = version.parse().ok()?;
            let pin = ImportedInclude { name: ours.clone(), label: None, version, prompt: None };
            match includes.iter().find(|known| known.name == ours && known.label.is_none()) {
                Some(known) if known.version != version => {
                    notes.say(format!("It includes {} in two versions; version {} stands for both.", shown(&ours), known.version));
                }
                Some(_) => {}
                None => includes.push(pin),
            }
            notes.say(format!("It includes {} in a fixed version, which later versions will not: they follow production.", shown(&ours)));
            include(None)
        }
        _ => None,
    }
}
