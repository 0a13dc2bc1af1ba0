//! Whose file it is, told by the keys that only theirs have.

use serde_json::{Map, Value};

use super::{Format, ImportedPrompt, fault, langchain, langfuse, messages, notes::Notes, openai, own, promptfoo};
use crate::fault::Fault;

/// # Errors
/// Invalid for what nobody of these wrote, and what the format's own reader refuses.
pub(super) fn read(value: &Value, file_name: &str, notes: &mut Notes) -> Result<(Format, Vec<ImportedPrompt>), Fault> {
    if let Some(file) = value.as_object().filter(|file| file.contains_key("atelier")) {
        return Ok((Format::Atelier, own::read(file, notes)?));
    }
    if langchain::manifest(value).is_some() {
        return Ok((Format::Langchain, langchain::read(value, file_name, notes)?));
    }
    if let Some(items) = langfuse_items(value) {
        return Ok((Format::Langfuse, langfuse::read(&items, notes)));
    }
    if let Some(config) = value.as_object().filter(|config| config.contains_key("prompts")) {
        return Ok((Format::Promptfoo, promptfoo::read(config, file_name, notes)?));
    }
    if let Some(prompts) = openai(value, file_name, notes) {
        return Ok((Format::Openai, prompts));
    }
    Err(unknown(value))
}

/// One prompt, a list, or a list in `data`; where some entries are prompts, all count as Langfuse's.
fn langfuse_items(value: &Value) -> Option<Vec<&Value>> {
    let items: Vec<&Value> = match value.get("data").or_else(|| value.get("prompts")).unwrap_or(value) {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    (!items.is_empty() && items.iter().all(|item| langfuse::is(item))).then_some(items)
}

fn openai(value: &Value, file_name: &str, notes: &mut Notes) -> Option<Vec<ImportedPrompt>> {
    if messages::are(value) {
        return Some(openai::read_one(value.as_array()?, &Map::new(), file_name, notes));
    }
    if let Some(request) = openai::request(value) {
        return Some(openai::read_one(request.get("messages")?.as_array()?, request, file_name, notes));
    }
    let list = value.as_array()?;
    list.iter().any(|item| openai::request(item).is_some()).then(|| openai::read_many(list, file_name, notes))
}

fn unknown(value: &Value) -> Fault {
    let first = value.pointer("/data/0").or_else(|| value.get(0)).unwrap_or(value);
    if first.get("name").is_some() && first.get("versions").is_some_and(Value::is_array) {
        return fault("This is Langfuse's list of prompts, which has names but no texts. Fetch each prompt by its name and put the answers into one list.");
    }
    fault(
        "Nothing here can be read as prompts. What can: a file that Atelier exported, a prompt of LangChain (hub or dumps), prompts of Langfuse, \
         messages or requests of OpenAI's chat, and a promptfoo configuration.",
    )
}
