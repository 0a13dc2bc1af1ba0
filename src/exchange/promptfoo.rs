//! promptfoo's configuration: its prompts, the first provider as the model, the first test as examples.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ImportedPrompt, ImportedVersion, fault, messages, model,
    names::{self, Names, stem},
    notes::{Notes, listed, shown},
    settings::{self, Rest},
    syntax::{self, Syntax},
    tidy,
};
use crate::{
    fault::Fault,
    prompt::{Body, Draft, VARIABLES_MAX, Variable},
};

/// The largest example, in bytes of JSON.
const EXAMPLE_MAX: usize = 1 << 16;

/// A prompt of the configuration.
struct Entry<'a> {
    name: Option<&'a str>,
    raw: &'a Value,
    config: Option<&'a Map<String, Value>>,
}

/// # Errors
/// Invalid where all prompts are in files of their own.
pub(super) fn read(config: &Map<String, Value>, file_name: &str, notes: &mut Notes) -> Result<Vec<ImportedPrompt>, Fault> {
    let all = entries(config.get("prompts").unwrap_or(&Value::Null), notes);
    if all.is_empty() {
        return Err(fault("This promptfoo configuration holds no prompt itself. Import the files that it names, or put their texts under “prompts”."));
    }
    let examples = examples(config, notes);
    let provider = provider(config, notes);
    let mut names = Names::default();
    let several = all.len() > 1;
    let prompts = all.into_iter().enumerate().map(|(at, entry)| {
        let numbered = || if several { format!("{}-{}", stem(file_name), at + 1) } else { stem(file_name).to_owned() };
        let name = names.give(&entry.name.map_or_else(numbered, str::to_owned), notes);
        let mut draft = Draft::new(body(entry.raw, notes));
        if let Some((model, config)) = &provider {
            draft.model.clone_from(model);
            config.iter().for_each(|config| settings::take(config, Rest::Note, &mut draft, notes));
        }
        entry.config.iter().for_each(|config| settings::take(config, Rest::Note, &mut draft, notes));
        let known = known(&draft.body, &examples, notes);
        draft.variables = tidy::declared(&draft.body, &known);
        let prompt_type = draft.body.prompt_type();
        let versions = vec![ImportedVersion { number: 1, draft, includes: Vec::new() }];
        ImportedPrompt { name, prompt_type, description: String::new(), tags: Vec::new(), labels: BTreeMap::new(), versions }
    });
    Ok(prompts.collect())
}

/// The prompts that stand in the file itself.
fn entries<'a>(prompts: &'a Value, notes: &mut Notes) -> Vec<Entry<'a>> {
    let mut all = Vec::new();
    match prompts {
        Value::Array(list) => all.extend(list.iter().map(entry)),
        // Older configurations: files with their labels.
        Value::Object(files) => files.keys().for_each(|file| elsewhere(file, notes)),
        one => all.push(entry(one)),
    }
    all.retain(|entry| match entry.raw {
        Value::String(text) if is_elsewhere(text) => {
            elsewhere(text, notes);
            false
        }
        Value::String(_) => true,
        raw if messages::are(raw) => true,
        raw => {
            notes.say_of_file(format!("A prompt is left out, as it is neither a text nor a list of messages: {}.", shown(&raw.to_string())));
            false
        }
    });
    all
}

fn entry(value: &Value) -> Entry<'_> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let raw = ["raw", "file", "id"].iter().find_map(|key| value.get(*key)).unwrap_or(value);
    Entry { name: text("label").or_else(|| text("display")).or_else(|| text("id")), raw, config: value.get("config").and_then(Value::as_object) }
}

fn elsewhere(file: &str, notes: &mut Notes) {
    notes.say_of_file(format!("{} stands elsewhere and is not in this file: import it by itself.", shown(file)));
}

/// A file, a script or another registry, as promptfoo tells them from prompts.
fn is_elsewhere(text: &str) -> bool {
    const SCHEMES: [&str; 6] = ["file://", "exec:", "langfuse://", "portkey://", "helicone://", "package:"];
    const ENDINGS: [&str; 16] = [".cjs", ".cts", ".csv", ".j2", ".js", ".json", ".jsonl", ".md", ".mjs", ".mts", ".py", ".sh", ".ts", ".txt", ".yml", ".yaml"];
    let one_word = !text.contains(|c: char| c.is_whitespace() || c == '{');
    SCHEMES.iter().any(|scheme| text.starts_with(scheme)) || (one_word && (text.contains('*') || ENDINGS.iter().any(|ending| text.ends_with(ending))))
}

/// A chat where the text is a list of messages in JSON, else the text.
fn body(raw: &Value, notes: &mut Notes) -> Body {
    let text = raw.as_str().unwrap_or_default();
    let parsed: Option<Value> = text.trim_start().starts_with('[').then(|| serde_json::from_str(text).ok()).flatten();
    if let Some(list) = parsed.as_ref().or(Some(raw)).filter(|list| messages::are(list)).and_then(Value::as_array) {
        return Body::Messages(messages::read(list, notes, |text, notes| syntax::convert(text, Syntax::Jinja, notes)));
    }
    if ["[", "- role:", "- \"role\":"].iter().any(|start| text.trim_start().starts_with(start)) {
        notes.say("It looks like a chat, but is one text now: only a list in JSON can be read as messages.");
    }
    Body::Text(syntax::convert(text, Syntax::Jinja, notes))
}

/// A model's name, and its settings.
type Provider<'a> = (Option<String>, Option<&'a Map<String, Value>>);

/// The first of the providers.
fn provider<'a>(config: &'a Map<String, Value>, notes: &mut Notes) -> Option<Provider<'a>> {
    let all = match config.get("providers").or_else(|| config.get("targets"))? {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    if all.len() > 1 {
        notes.say_of_file(format!("The first of its {} providers is the model of every prompt; the others are not carried over.", all.len()));
    }
    let first = all.first()?;
    // {"openai:gpt-4o": {"config": …}} is one way to write it.
    let keyed = first.as_object().filter(|map| !map.contains_key("id")).and_then(|map| map.iter().next());
    let id = first.as_str().or_else(|| first.get("id")?.as_str()).or(keyed.map(|(id, _)| id.as_str())).unwrap_or_default();
    let model = model::of_promptfoo(id);
    if model.is_none() {
        notes.say_of_file(format!("The provider {} names no model and is not carried over.", shown(id)));
    }
    Some((model, keyed.map_or(*first, |(_, options)| options).get("config").and_then(Value::as_object)))
}

/// The values of the first test, over those of every test.
fn examples(config: &Map<String, Value>, notes: &mut Notes) -> Map<String, Value> {
    let vars = |test: Option<&Value>| test.and_then(|test| test.get("vars")).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut values = vars(config.get("defaultTest"));
    let tests = config.get("tests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    values.extend(vars(tests.first()));
    match config.get("tests") {
        Some(Value::Array(tests)) if !tests.is_empty() => {
            let count = if tests.len() == 1 { "Its test is".to_owned() } else { format!("Its {} tests are", tests.len()) };
            notes.say_of_file(format!("{count} not carried over yet; the values of the first are examples."));
        }
        Some(Value::String(file)) => elsewhere(file, notes),
        _ => {}
    }
    if config.get("defaultTest").and_then(Value::as_object).is_some_and(|test| test.keys().any(|key| key != "vars")) {
        notes.say_of_file("What its default test checks is not carried over yet.");
    }
    let known = ["prompts", "providers", "targets", "tests", "defaultTest", "$schema"];
    let other: Vec<&str> = config.keys().map(String::as_str).filter(|key| !known.contains(key)).collect();
    if !other.is_empty() {
        notes.say_of_file(format!("This is not carried over: {}.", listed(other)));
    }
    values
}

/// The variables of a body that there are examples for.
fn known(body: &Body, values: &Map<String, Value>, notes: &mut Notes) -> Vec<Variable> {
    let mut known = Vec::new();
    // With more it cannot be imported, and a search for each would take long.
    let names = Some(tidy::variables(body)).filter(|names| names.len() <= VARIABLES_MAX);
    for name in names.unwrap_or_default() {
        let path = |name: &str| name.split('.').try_fold(None, |at: Option<&Value>, key| at.map_or(values.get(key), |at| at.get(key)).map(Some)).flatten();
        let renamed = || values.iter().find(|(key, _)| names::variable(key).as_deref() == Some(name.as_str())).map(|(_, value)| value);
        let value = values.get(&name).or_else(|| path(&name)).or_else(renamed);
        // A list stands for one test with each of its values.
        let value = value.map(|value| value.as_array().and_then(|all| all.first()).unwrap_or(value));
        let Some(value) = value.filter(|value| !value.is_null() && !value.as_str().is_some_and(is_elsewhere)) else { continue };
        if value.to_string().len() > EXAMPLE_MAX {
            notes.say(format!("The example of {} is left out: it takes more than 64 KiB.", shown(&name)));
            continue;
        }
        known.push(tidy::variable(name, value.clone(), |variable, value| variable.example = Some(value)));
    }
    known
}
