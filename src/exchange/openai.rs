//! Chats as they are sent to OpenAI's interface: a list of messages, a request, or many requests.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ImportedPrompt, ImportedVersion, messages,
    names::{Names, stem},
    notes::{Notes, shown},
    settings::{self, Rest},
    syntax::{self, Syntax},
};
use crate::prompt::{Body, Draft, PromptType};

/// A line of a batch wraps its request in `body`.
pub(super) fn request(value: &Value) -> Option<&Map<String, Value>> {
    let has_messages = |value: &&Value| value.get("messages").is_some_and(Value::is_array);
    [Some(value), value.get("body")].into_iter().flatten().find(has_messages)?.as_object()
}

/// One chat.
pub(super) fn read_one(list: &[Value], settings: &Map<String, Value>, file_name: &str, notes: &mut Notes) -> Vec<ImportedPrompt> {
    let wanted = settings.get("name").and_then(Value::as_str).unwrap_or_else(|| stem(file_name));
    let name = Names::default().give(wanted, notes);
    vec![prompt(name, list, settings, notes)]
}

/// Several requests: `name-1`, `name-2` …, unless they have names.
pub(super) fn read_many(all: &[Value], file_name: &str, notes: &mut Notes) -> Vec<ImportedPrompt> {
    let mut names = Names::default();
    let mut prompts = Vec::new();
    for (at, value) in all.iter().enumerate() {
        let Some(request) = request(value) else {
            notes.say_of_file(format!("Entry {} of the file has no messages and is left out: {}.", at + 1, shown(&value.to_string())));
            continue;
        };
        let named = request.get("name").or_else(|| value.get("custom_id")).and_then(Value::as_str);
        let name = names.give(&named.map_or_else(|| format!("{}-{}", stem(file_name), at + 1), str::to_owned), notes);
        let Some(Value::Array(list)) = request.get("messages") else { continue };
        prompts.push(prompt(name, list, request, notes));
    }
    prompts
}

fn prompt(name: String, list: &[Value], settings: &Map<String, Value>, notes: &mut Notes) -> ImportedPrompt {
    let read = messages::read(list, notes, |text, notes| syntax::convert(text, Syntax::Plain, notes));
    let mut draft = Draft::new(Body::Messages(read));
    let mut rest = settings.clone();
    let description = rest.shift_remove("description").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
    rest.shift_remove("messages");
    rest.shift_remove("name");
    settings::take(&rest, Rest::Keep, &mut draft, notes);
    let versions = vec![ImportedVersion { number: 1, draft, includes: Vec::new() }];
    ImportedPrompt { name, prompt_type: PromptType::Chat, description, tags: Vec::new(), labels: BTreeMap::new(), versions }
}
