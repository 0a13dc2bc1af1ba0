//! Runs, as pages start and follow them.

pub use atelier_backend::run::*;

use std::collections::BTreeMap;

use atelier_backend::{cx::Cx, prompt::PromptRef};
use atelier_domain::{
    fault::Fault,
    id::{ProjectId, PromptId, RunId},
    prompt::Selector,
    run::Run,
};
use futures::{Stream, StreamExt, stream};
use serde_json::Value;

use crate::api::UiError;

/// Starts a run with the values of a form, all of them text.
///
/// # Errors
/// As [`start`].
pub async fn start_form(cx: &Cx, prompt: PromptId, version: u32, values: BTreeMap<String, String>) -> Result<Started, Fault> {
    let values = values.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    start(cx, PromptRef::Id(prompt), Ask::of(Selector::Version(version), values), Through::Studio).await
}

/// A run's id and then its events, one JSON line each.
pub fn lines(started: Started) -> impl Stream<Item = Result<String, UiError>> + Send {
    let first = serde_json::json!({"run": started.run}).to_string();
    let rest = in_ticks(started.events).map(|event| serde_json::to_string(&event).map_err(|_| UiError(Fault::internal())));
    // Fused: the compression around it asks once more after the end.
    stream::once(async { Ok(first) }).chain(rest).map(|line| line.map(|line| line + "\n")).fuse()
}

/// Waits for the end, which is on record when this returns.
pub async fn wait(mut started: Started) -> RunId {
    while started.events.recv().await.is_some() {}
    started.run
}

/// # Errors
/// NotFound where the address names another project.
pub fn in_project(run: Run, project: ProjectId) -> Result<Run, Fault> {
    if run.project == project { Ok(run) } else { Err(Fault::not_found("run_not_found", "This run")) }
}
