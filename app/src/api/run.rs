//! Runs, for the pages.

use std::collections::BTreeMap;

use atelier_domain::{
    page::Page,
    run::{Run, RunDetails},
    timestamp::Timestamp,
};
use leptos::{
    server,
    server_fn::codec::{StreamingText, TextStream},
};
use serde::{Deserialize, Serialize};

use super::UiError;

/// A page of runs and when it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Runs {
    pub runs: Page<Run>,
    pub now: Timestamp,
}

/// Runs a version and streams its events, one JSON line each; the first line is `{"run": id}`.
#[server(prefix = "/fn", output = StreamingText)]
pub async fn stream_run(prompt: String, version: u32, values: BTreeMap<String, String>) -> Result<TextStream<UiError>, UiError> {
    use crate::backend::{cx, parse, reply, run};
    let started = reply(run::start_form(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, version, values).await)?;
    Ok(TextStream::new(run::lines(started)))
}

/// Runs a version to its end and shows it on its own page: for browsers without script.
#[server(prefix = "/fn")]
pub async fn run_and_wait(prompt: String, version: u32, values: Option<BTreeMap<String, String>>) -> Result<String, UiError> {
    use crate::backend::{cx, parse, redirect, reply, run};
    let cx = cx()?;
    let started = reply(run::start_form(&cx, parse::<atelier_domain::id::PromptId>(&prompt)?, version, values.unwrap_or_default()).await)?;
    let id = run::wait(started).await;
    let run = reply(run::find(&cx, id).await)?;
    redirect(&format!("/p/{}/runs/{id}", run.project));
    Ok(id.to_string())
}

#[server(prefix = "/fn")]
pub async fn list_runs(project: String, prompt: Option<String>, cursor: Option<String>) -> Result<Runs, UiError> {
    use crate::backend::{cx, parse, reply, run};
    let cx = cx()?;
    let prompt = prompt.map(|prompt| parse(&prompt)).transpose()?;
    let runs = reply(run::list(&cx, parse(&project)?, prompt, 50, cursor.as_deref()).await)?;
    Ok(Runs { runs, now: cx.now() })
}

/// A run with everything that was kept of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeRun {
    pub run: Run,
    /// Nothing for runs of the first releases.
    pub details: Option<RunDetails>,
}

#[server(prefix = "/fn")]
pub async fn show_whole_run(project: String, run: String) -> Result<WholeRun, UiError> {
    use crate::backend::{cx, parse, reply, run as runs};
    let (cx, id) = (cx()?, parse::<atelier_domain::id::RunId>(&run)?);
    let found = reply(runs::find(&cx, id).await)?;
    let run = reply(runs::in_project(found, parse(&project)?))?;
    Ok(WholeRun { run, details: reply(runs::details(&cx, id).await)? })
}

#[server(prefix = "/fn")]
pub async fn show_run(project: String, run: String) -> Result<Run, UiError> {
    use crate::backend::{cx, parse, reply, run as runs};
    let found = reply(runs::find(&cx()?, parse::<atelier_domain::id::RunId>(&run)?).await)?;
    let project = parse(&project)?;
    reply(runs::in_project(found, project))
}
