//! Prompts from files, for the page that imports them.

use std::collections::BTreeMap;

use atelier_domain::exchange::{Choice, Format, Step};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// What importing a file would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    pub format: Format,
    pub prompts: Vec<PlannedPrompt>,
    /// What could not be carried over, as sentences.
    pub notes: Vec<String>,
    /// Names this plan: the import asks for it.
    pub plan: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedPrompt {
    /// Its index in the file.
    pub at: usize,
    pub name: String,
    pub step: Step,
    /// How many versions would be saved.
    pub versions: usize,
    /// The first is what happens unless the person chooses.
    pub choices: Vec<Choice>,
    /// The diff from the newest version here to the file's newest, as HTML; empty where there is none.
    pub html: String,
}

/// How many prompts were made, got versions, and stayed as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportDone {
    pub made: usize,
    pub changed: usize,
    pub left: usize,
}

/// Says what importing this text would do. `name` is the file's.
#[server(prefix = "/fn")]
pub async fn preview_import(project: String, name: String, text: String) -> Result<ImportPreview, UiError> {
    use crate::backend::{cx, exchange, parse, reply};
    reply(exchange::preview(&cx()?, parse(&project)?, name, text).await)
}

/// Imports what was looked at: `choices` has by a prompt's index in the file which of its choices holds.
#[server(prefix = "/fn")]
pub async fn import_prompts(
    project: String,
    name: String,
    text: String,
    plan: String,
    #[server(default)] choices: BTreeMap<usize, usize>,
) -> Result<ImportDone, UiError> {
    use crate::backend::{cx, exchange, parse, redirect, reply};
    let done = reply(exchange::import(&cx()?, parse(&project)?, exchange::upload(name, text), &choices, &plan).await)?;
    redirect(&format!("/p/{project}/prompts"));
    Ok(done)
}
