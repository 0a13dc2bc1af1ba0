//! A prompt's version as calls name it, from memory, filled in.

use std::{collections::BTreeMap, sync::Arc};

use atelier_domain::{
    account::Action,
    fault::Fault,
    gateway::Named,
    id::{ProjectId, PromptId},
    prompt::{self, Body, PromptName, Version},
};
use serde_json::{Map, Value};

use super::{Lead, Turn};
use crate::{
    cx::Cx,
    prompt::{PromptRef, expand, version_in},
    pull::PullKey,
};

/// A version with its includes expanded.
#[derive(Debug)]
pub struct Open {
    pub prompt: PromptId,
    pub name: PromptName,
    pub version: Version,
    pub body: Body,
}

impl Open {
    /// # Errors
    /// NotFound for the prompt, its label or version.
    pub async fn of(cx: &Cx, project: ProjectId, named: Named) -> Result<Arc<Self>, Fault> {
        Self::by(cx, Action::Infer, project, named).await
    }

    /// For who has this right.
    ///
    /// # Errors
    /// As [`Open::of`]; Denied without the right, where it is looked up.
    pub async fn by(cx: &Cx, right: Action, project: ProjectId, named: Named) -> Result<Arc<Self>, Fault> {
        let key = PullKey { project, name: named.name, selector: named.selector, raw: false };
        if let Some(open) = cx.studio.caches.open.get(&key) {
            return Ok(open);
        }
        let generation = cx.studio.caches.open.generation();
        let target = PromptRef::Name(project, key.name.clone());
        let open = cx
            .read(right, target, async |db, prompt| {
                let version = version_in(db, &prompt, &key.selector).await?;
                let body = expand(db, &version).await?;
                Ok(Self { prompt: prompt.id, name: prompt.name, version, body })
            })
            .await?;
        let open = Arc::new(open);
        cx.studio.caches.open.put(generation, key, open.clone());
        Ok(open)
    }

    /// # Errors
    /// Invalid naming each missing variable.
    pub fn lead(&self, variables: &Map<String, Value>) -> Result<Lead, Fault> {
        let values: BTreeMap<String, Value> = variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let messages = prompt::render(&self.body, &self.version.specs(), &values)?.into_messages();
        Ok(Lead {
            turns: messages.iter().map(Turn::from).collect(),
            params: self.version.params.clone(),
            tools: self.version.tools.clone(),
            response_format: self.version.response_format.clone(),
        })
    }
}
