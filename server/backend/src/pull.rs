//! Pulling a prompt: the hot path. An answer is made once, kept as bytes, and dropped when the prompt changes.

use std::sync::Arc;

use atelier_domain::{
    account::Action,
    canonical,
    fault::Fault,
    id::{ProjectId, PromptId},
    prompt::{Body, LabelName, Message, Params, Prompt, PromptName, PromptType, Selector, Variable, Version},
    timestamp::Timestamp,
};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    cx::{Actor, Cx},
    prompt::{PromptRef, expand, version_in},
};

/// What an answer is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PullKey {
    pub project: ProjectId,
    pub name: PromptName,
    pub selector: Selector,
    /// As written, includes not expanded.
    pub raw: bool,
}

/// An answer: JSON as it goes out, and its entity tag, quotes included.
#[derive(Debug)]
pub struct Pulled {
    pub prompt: PromptId,
    pub body: Bytes,
    pub etag: String,
}

/// A pulled prompt, as `api.md` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct PulledPrompt<'a> {
    pub name: &'a PromptName,
    pub version: u32,
    pub labels: Vec<&'a LabelName>,
    #[serde(rename = "type")]
    pub prompt_type: PromptType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<&'a [Message]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    pub variables: &'a [String],
    /// What the variables are, those of includes among them.
    pub variable_specs: Vec<Variable>,
    pub includes: Vec<PulledInclude<'a>>,
    pub model: Option<&'a str>,
    pub params: &'a Params,
    pub tools: &'a [Value],
    pub response_format: Option<&'a Value>,
    pub note: &'a str,
    pub author: &'a str,
    pub created_at: Timestamp,
    pub content_hash: &'a str,
}

/// An include at the version to which saving fixed it.
#[derive(Clone, Debug, Serialize)]
pub struct PulledInclude<'a> {
    pub name: &'a PromptName,
    pub version: u32,
}

impl<'a> PulledPrompt<'a> {
    /// `body` is the version's own or the expanded one.
    pub fn new(prompt: &'a Prompt, version: &'a Version, body: &'a Body) -> Self {
        let (messages, text) = match body {
            Body::Messages(messages) => (Some(messages.as_slice()), None),
            Body::Text(text) => (None, Some(text.as_str())),
        };
        Self {
            name: &prompt.name,
            version: version.number,
            labels: prompt.labels.iter().filter(|label| label.version == version.number).map(|label| &label.label).collect(),
            prompt_type: prompt.prompt_type,
            messages,
            text,
            variables: &version.variables,
            variable_specs: version.specs(),
            includes: version.includes.iter().map(|pin| PulledInclude { name: &pin.include.name, version: pin.version }).collect(),
            model: version.model.as_deref(),
            params: &version.params,
            tools: &version.tools,
            response_format: version.response_format.as_ref(),
            note: &version.note,
            author: &version.author,
            created_at: version.created_at,
            content_hash: &version.content_hash,
        }
    }
}

/// # Errors
/// NotFound for the prompt, its label or version; Denied without the scope.
pub async fn pull(cx: &Cx, key: PullKey) -> Result<Arc<Pulled>, Fault> {
    cx.actor.check(Action::See, key.project, Fault::not_found("prompt_not_found", "This prompt"))?;
    let selector = key.selector.clone();
    let pulled = match cx.studio.caches.pulled.get(&key) {
        Some(pulled) => pulled,
        None => {
            let generation = cx.studio.caches.pulled.generation();
            let pulled = Arc::new(make(cx, &key).await?);
            cx.studio.caches.pulled.put(generation, key, pulled.clone());
            pulled
        }
    };
    if let Actor::Key(key) = &cx.actor {
        cx.studio.pulls.note(pulled.prompt, key, &selector, cx.now());
    }
    Ok(pulled)
}

async fn make(cx: &Cx, key: &PullKey) -> Result<Pulled, Fault> {
    let target = PromptRef::Name(key.project, key.name.clone());
    cx.read(Action::See, target, async |db, prompt| {
        let version = version_in(db, &prompt, &key.selector).await?;
        let body = if key.raw { version.body.clone() } else { expand(db, &version).await? }.without_ids();
        let json = serde_json::to_vec(&PulledPrompt::new(&prompt, &version, &body)).map_err(|_| Fault::internal())?;
        let etag = format!("\"{}\"", &canonical::hex(&Sha256::digest(&json))[..32]);
        Ok(Pulled { prompt: prompt.id, body: json.into(), etag })
    })
    .await
}

/// The project of a key: what a program pulls from.
///
/// # Errors
/// Unauthenticated for everybody without a key.
pub fn project_of_key(cx: &Cx) -> Result<ProjectId, Fault> {
    match &cx.actor {
        Actor::Key(key) => Ok(key.project),
        _ => Err(Fault::unauthenticated()),
    }
}
