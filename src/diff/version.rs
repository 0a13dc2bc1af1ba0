//! Two versions, or a version and a draft, side by side.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Count,
    message::{self, MessageDiff},
    setting::{SettingDiff, settings},
    word::{Kind, words},
};
use crate::{
    prompt::{Body, Draft, Message, Params, Resolved, Variable, Version},
    template::{Include, Template},
};

/// What of a version or a draft is compared: what shapes an answer, not the note, the author or the time.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub body: &'a Body,
    pub declared: &'a [Variable],
    pub model: Option<&'a str>,
    pub params: &'a Params,
    pub tools: &'a [Value],
    pub response_format: Option<&'a Value>,
    /// What saving finds out. Nothing for a draft as it is typed: then own variables are compared, and includes without versions.
    pub resolved: Option<(&'a [crate::prompt::Pin], &'a [String])>,
}

impl<'a> From<&'a Version> for Side<'a> {
    fn from(version: &'a Version) -> Self {
        Self {
            body: &version.body,
            declared: &version.declared,
            model: version.model.as_deref(),
            params: &version.params,
            tools: &version.tools,
            response_format: version.response_format.as_ref(),
            resolved: Some((&version.includes, &version.variables)),
        }
    }
}

impl<'a> From<&'a Draft> for Side<'a> {
    fn from(draft: &'a Draft) -> Self {
        Self {
            body: &draft.body,
            declared: &draft.variables,
            model: draft.model.as_deref(),
            params: &draft.params,
            tools: &draft.tools,
            response_format: draft.response_format.as_ref(),
            resolved: None,
        }
    }
}

impl<'a> From<(&'a Draft, &'a Resolved)> for Side<'a> {
    fn from((draft, resolved): (&'a Draft, &'a Resolved)) -> Self {
        Self { resolved: Some((&resolved.pins, &resolved.variables)), ..Self::from(draft) }
    }
}

/// An include, with the version that it is fixed to where that is known.
#[derive(Clone, Debug)]
pub(super) struct Included {
    pub name: String,
    pub label: Option<String>,
    pub version: Option<u32>,
}

impl Included {
    fn new(include: &Include, version: Option<u32>) -> Self {
        Self { name: include.name.to_string(), label: include.label.as_ref().map(ToString::to_string), version }
    }

    /// `staging, version 3`; without a label, the version alone.
    pub fn shown(&self, with_version: bool) -> String {
        let version = self.version.filter(|_| with_version).map(|version| format!("version {version}"));
        let parts: Vec<String> = self.label.clone().into_iter().chain(version).collect();
        if parts.is_empty() { "published".to_owned() } else { parts.join(", ") }
    }
}

impl Side<'_> {
    /// The variables of both sides; where one does not know those of its includes, only those in their own texts.
    pub(super) fn variables(old: &Self, new: &Self) -> (BTreeSet<String>, BTreeSet<String>) {
        match (old.resolved, new.resolved) {
            (Some((_, old)), Some((_, new))) => (old.iter().cloned().collect(), new.iter().cloned().collect()),
            _ => (old.own_variables(), new.own_variables()),
        }
    }

    fn templates(&self) -> Vec<Template> {
        self.body.texts().into_iter().flat_map(|(_, text)| templates(text)).collect()
    }

    fn own_variables(&self) -> BTreeSet<String> {
        let placeholders = match self.body {
            Body::Messages(messages) => messages.iter().filter_map(Message::placeholder).map(str::to_owned).collect(),
            Body::Text(_) => Vec::new(),
        };
        self.templates().iter().flat_map(Template::variables).map(str::to_owned).chain(placeholders).collect()
    }

    pub(super) fn includes(&self) -> Vec<Included> {
        match self.resolved {
            Some((pins, _)) => pins.iter().map(|pin| Included::new(&pin.include, Some(pin.version))).collect(),
            None => {
                let templates = self.templates();
                let found: BTreeSet<&Include> = templates.iter().flat_map(Template::includes).collect();
                found.into_iter().map(|include| Included::new(include, None)).collect()
            }
        }
    }
}

/// The template that `text` is; where it cannot be read yet, for somebody is typing, each tag that can be.
fn templates(text: &str) -> Vec<Template> {
    match Template::parse(text) {
        Ok(template) => vec![template],
        Err(_) => words(text).filter(|word| word.kind == Kind::Tag).filter_map(|word| Template::parse(word.text).ok()).collect(),
    }
}

/// What leads from one version to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionDiff {
    /// Every message in the new order; a removed one stands where it stood.
    pub messages: Vec<MessageDiff>,
    pub settings: Vec<SettingDiff>,
}

impl VersionDiff {
    pub fn new<'a>(old: impl Into<Side<'a>>, new: impl Into<Side<'a>>) -> Self {
        let (old, new) = (old.into(), new.into());
        Self { messages: message::messages(old.body, new.body), settings: settings(&old, &new) }
    }

    /// Whether both sides say the same: saving would make no version.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.messages_changed() == 0
    }

    /// Messages added, removed, changed or moved.
    pub fn messages_changed(&self) -> usize {
        self.messages.iter().filter(|message| !message.is_empty()).count()
    }

    /// Of the messages' texts.
    pub fn count(&self) -> Count {
        self.messages.iter().fold(Count::default(), |mut count, message| {
            count += message.text.count();
            count
        })
    }
}
