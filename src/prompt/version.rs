//! Versions: numbered, hashed by what shapes an answer, never changed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Body, Draft, Message, Params, Variable, with_ids};
use crate::{
    canonical,
    fault::Fault,
    id::{PromptId, VersionId},
    template::Include,
    timestamp::Timestamp,
};

/// The most variables in one version, includes counted.
pub const VARIABLES_MAX: usize = 1_000;

/// An include as it was fixed when the version was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    #[serde(flatten)]
    pub include: Include,
    pub version: u32,
    /// The prompt itself, so that a pin survives a rename.
    pub prompt: PromptId,
}

/// An immutable version. Versions never change; labels move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub id: VersionId,
    pub prompt: PromptId,
    /// 1, 2, 3 … in its prompt.
    pub number: u32,
    pub body: Body,
    /// The variables that it declares itself.
    pub declared: Vec<Variable>,
    /// What its includes declare, where it does not say otherwise.
    pub inherited: Vec<Variable>,
    pub model: Option<String>,
    pub params: Params,
    pub tools: Vec<Value>,
    pub response_format: Option<Value>,
    pub note: String,
    pub includes: Vec<Pin>,
    /// In order of first appearance, those of includes among them.
    pub variables: Vec<String>,
    pub content_hash: String,
    /// The name of the person or key that saved it, as it was then.
    pub author: String,
    pub created_at: Timestamp,
}

/// Who saves a version, when, and under which id.
#[derive(Clone, Debug)]
pub struct Saving {
    pub id: VersionId,
    pub author: String,
    pub at: Timestamp,
}

impl Version {
    /// The version after `latest`. `None` where `draft` says what `latest` says.
    ///
    /// # Errors
    /// `Invalid` where the prompt has too many variables.
    pub fn next(prompt: PromptId, latest: Option<&Version>, draft: Draft, resolved: Resolved, saving: Saving) -> Result<Option<Self>, Fault> {
        if resolved.variables.len() > VARIABLES_MAX {
            return Err(Fault::field("messages", format!("A version has at most {VARIABLES_MAX} variables; this has {}.", resolved.variables.len())));
        }
        let content_hash = content_hash(&draft, &resolved.pins);
        if latest.is_some_and(|latest| latest.content_hash == content_hash) {
            return Ok(None);
        }
        let number = latest.map_or(1, |latest| latest.number + 1);
        Ok(Some(Self {
            id: saving.id,
            prompt,
            number,
            body: with_ids(draft.body, latest.map(|latest| &latest.body), number),
            inherited: resolved.inherited.into_iter().filter(|inherited| draft.variables.iter().all(|own| own.name != inherited.name)).collect(),
            declared: draft.variables,
            model: draft.model,
            params: draft.params,
            tools: draft.tools,
            response_format: draft.response_format,
            note: draft.note,
            includes: resolved.pins,
            variables: resolved.variables,
            content_hash,
            author: saving.author,
            created_at: saving.at,
        }))
    }

    /// Every variable that a caller can give, in order of first appearance, then those that are declared and stand nowhere.
    pub fn specs(&self) -> Vec<Variable> {
        let placeholders = self.placeholders();
        let spec = |name: &String| {
            let known = self.declared.iter().chain(&self.inherited).find(|variable| variable.name == *name).cloned();
            known.unwrap_or_else(|| if placeholders.contains(&name.as_str()) { Variable::implied_messages(name) } else { Variable::implied(name) })
        };
        self.variables.iter().map(spec).collect()
    }

    fn placeholders(&self) -> Vec<&str> {
        match &self.body {
            Body::Messages(messages) => messages.iter().filter_map(Message::placeholder).collect(),
            Body::Text(_) => Vec::new(),
        }
    }

    /// The draft that would make this version again, without its note.
    pub fn to_draft(&self) -> Draft {
        Draft {
            body: self.body.clone(),
            variables: self.declared.clone(),
            model: self.model.clone(),
            params: self.params.clone(),
            tools: self.tools.clone(),
            response_format: self.response_format.clone(),
            note: String::new(),
        }
    }
}

/// What saving found out about a draft's includes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    pub pins: Vec<Pin>,
    pub variables: Vec<String>,
    /// What the included versions declare, the nearest first.
    pub inherited: Vec<Variable>,
}

/// The hash of everything that shapes an answer: not the note, the author or the time.
pub fn content_hash(draft: &Draft, pins: &[Pin]) -> String {
    let mut pins: Vec<_> = pins.iter().map(|pin| (pin.include.to_string(), pin.version)).collect();
    pins.sort();
    let mut content = Map::new();
    content.insert("body".to_owned(), json(&draft.body.clone().without_ids()));
    content.insert("model".to_owned(), json(&draft.model));
    content.insert("params".to_owned(), json(&draft.params));
    content.insert("tools".to_owned(), ordered(json(&draft.tools)));
    content.insert("response_format".to_owned(), ordered(json(&draft.response_format)));
    if !draft.variables.is_empty() {
        content.insert("declared".to_owned(), json(&draft.variables));
    }
    content.insert("includes".to_owned(), json(&pins));
    canonical::hash(&Value::Object(content))
}

/// Models read tools and answer in the order of their fields, so that order counts where it is not the alphabet's.
fn ordered(value: Value) -> Value {
    let text = value.to_string();
    if text == canonical::text(&value) { value } else { Value::from(text) }
}

/// These types always have a JSON form.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A version in a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub number: u32,
    pub note: String,
    pub author: String,
    pub model: Option<String>,
    pub content_hash: String,
    pub created_at: Timestamp,
}
