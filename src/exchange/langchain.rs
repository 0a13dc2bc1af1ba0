//! Prompts of LangChain, as its hub hands them out and `dumps` writes them: a tree of constructors.
//!
//! A chain of a prompt and a model gives the prompt with the model's name and settings; what else is in a chain is noted.

mod template;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    ImportedPrompt, ImportedVersion, fault, model,
    names::{Names, stem},
    notes::{Notes, shown},
    settings::{self, Rest},
};
use crate::{
    fault::Fault,
    prompt::{Draft, PromptType},
};

/// The constructor in a value, where it is one: a class name and its arguments.
fn constructor(value: &Value) -> Option<(&str, &Map<String, Value>)> {
    value.get("lc").filter(|lc| lc.is_number())?;
    let class = value.get("id")?.as_array()?.last()?.as_str()?;
    value.get("kwargs")?.as_object().map(|arguments| (class, arguments))
}

/// The hub answers with the prompt in `manifest`.
pub(super) fn manifest(value: &Value) -> Option<&Value> {
    [Some(value), value.get("manifest")].into_iter().flatten().find(|value| value.get("lc").is_some())
}

/// What stands in a chain.
#[derive(Default)]
struct Chain<'a> {
    prompt: Option<(&'a str, &'a Map<String, Value>)>,
    /// The model's class with its arguments.
    model: Option<(&'a str, &'a Map<String, Value>)>,
    /// What is bound to the model: tools, stop texts.
    bound: Vec<&'a Map<String, Value>>,
    names: Vec<&'a str>,
    other: Vec<&'a str>,
}

/// # Errors
/// Invalid where there is no prompt in it, or one of a kind that cannot be carried over.
pub(super) fn read(value: &Value, file_name: &str, notes: &mut Notes) -> Result<Vec<ImportedPrompt>, Fault> {
    let mut chain = Chain::default();
    chain.names.extend(value.get("repo").and_then(Value::as_str));
    collect(manifest(value).unwrap_or(value), &mut chain)?;
    let name = Names::default().give(chain.names.first().copied().unwrap_or(stem(file_name)), notes);
    let Some((class, arguments)) = chain.prompt else {
        return Err(fault(format!("“{name}” holds no prompt that can be read: a ChatPromptTemplate or a PromptTemplate of LangChain is expected.")));
    };
    let mut draft = template::read(class, arguments, notes)?;
    if let Some((class, arguments)) = chain.model {
        ask(class, arguments, &mut draft, notes);
    }
    for bound in chain.bound {
        // What LangChain tells its own tracing.
        let told = bound.iter().filter(|(key, _)| !key.starts_with("ls_")).map(|(key, value)| (key.clone(), value.clone())).collect();
        settings::take(&told, Rest::Keep, &mut draft, notes);
    }
    for class in chain.other {
        notes.say(format!("This part of its chain is not carried over: {}.", shown(class)));
    }
    let prompt_type = draft.body.prompt_type();
    let versions = vec![ImportedVersion { number: 1, draft, includes: Vec::new() }];
    Ok(vec![ImportedPrompt { name, prompt_type, description: String::new(), tags: Vec::new(), labels: BTreeMap::new(), versions }])
}

/// Goes through a chain: `first`, `middle` and `last` of a sequence, `bound` of a binding.
fn collect<'a>(value: &'a Value, chain: &mut Chain<'a>) -> Result<(), Fault> {
    let Some((class, arguments)) = constructor(value) else {
        let id = value.get("id").and_then(Value::as_array).and_then(|id| id.last());
        chain.other.push(id.and_then(Value::as_str).unwrap_or("unknown"));
        return Ok(());
    };
    chain.names.extend(arguments.get("metadata").and_then(|metadata| metadata.get("lc_hub_repo")).and_then(Value::as_str));
    match class {
        "RunnableSequence" | "PromptPlayground" => {
            let steps = ["first", "middle", "last", "steps"].iter().filter_map(|key| arguments.get(*key));
            for step in steps.flat_map(|step| step.as_array().map_or_else(|| std::slice::from_ref(step), Vec::as_slice)) {
                collect(step, chain)?;
            }
        }
        "RunnableBinding" => {
            arguments.get("bound").map_or(Ok(()), |bound| collect(bound, chain))?;
            chain.bound.extend(arguments.get("kwargs").and_then(Value::as_object));
        }
        "ChatPromptTemplate" | "StructuredPrompt" | "PromptTemplate" if chain.prompt.is_none() => chain.prompt = Some((class, arguments)),
        _ if class.starts_with("FewShot") => return Err(few_shot(class)),
        _ if chain.model.is_none() && (model::of_class(class).is_some() || ["model", "model_name"].iter().any(|key| arguments.contains_key(*key))) => {
            chain.model = Some((class, arguments));
        }
        _ => chain.other.push(class),
    }
    Ok(())
}

fn few_shot(class: &str) -> Fault {
    fault(format!("A {class} chooses its examples by code, which cannot be carried over. Put the examples into messages in LangChain, then export it again."))
}

/// Takes the model's name and its settings.
fn ask(class: &str, arguments: &Map<String, Value>, draft: &mut Draft, notes: &mut Notes) {
    let mut arguments = arguments.clone();
    let named = ["model", "model_name", "azure_deployment", "deployment_name", "model_id"].iter().filter_map(|key| arguments.shift_remove(*key));
    let named: Vec<String> = named.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    if let Some(name) = named.first() {
        // Google and Fireworks put a path before it.
        let name = name.strip_prefix("models/").unwrap_or(name);
        let full = model::of_class(class).map_or_else(|| model::name(name), |provider| format!("{provider}/{name}"));
        arguments.insert("model".to_owned(), Value::from(full));
    }
    if let Some(Value::Object(further)) = arguments.shift_remove("model_kwargs") {
        settings::take(&further, Rest::Keep, draft, notes);
    }
    settings::take(&arguments, Rest::Note, draft, notes);
}

fn prompt_type(class: &str) -> PromptType {
    if class == "PromptTemplate" { PromptType::Text } else { PromptType::Chat }
}
