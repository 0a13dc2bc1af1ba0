//! Tests on live traffic, for the pages.

pub mod setup;

use atelier_domain::{
    experiment::{Comparison, Definition, Measured, MetricResult, Results, State, Verdict},
    timestamp::Timestamp,
};
use leptos::server;
use serde::{Deserialize, Serialize};

use self::setup::SetupForm;
use super::UiError;

/// A page of tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tests {
    pub tests: Vec<TestLine>,
    pub next: Option<String>,
    /// How many there are in each state, of those that have some.
    pub counts: Vec<(State, usize)>,
    pub may_write: bool,
    pub now: Timestamp,
}

/// A test as a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestLine {
    pub id: String,
    pub title: String,
    pub hypothesis: String,
    pub prompt: String,
    pub state: State,
    /// None of a draft.
    pub verdict: Option<Verdict>,
    /// "Decided for B, production moved"
    pub ended: Option<String>,
    pub units: u64,
    pub planned_units: u64,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// One test, without its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenTest {
    pub id: String,
    pub definition: Definition,
    pub state: State,
    pub created_by: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub decision: Option<Ending>,
    /// When each split began, and its weights; the first first.
    pub phases: Vec<(Timestamp, Vec<f64>)>,
    /// In the order of the variants.
    pub places: Vec<Place>,
    pub may_write: bool,
    pub may_look: bool,
    pub now: Timestamp,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    pub variant: Option<String>,
    pub label: Option<String>,
    pub by: String,
    pub at: Timestamp,
}

/// Where a variant's version stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// None where the prompt is gone.
    pub prompt: Option<String>,
    /// All of the prompt, and the versions that they stand at.
    pub labels: Vec<(String, u32)>,
    /// The version's own.
    pub model: Option<String>,
}

/// The numbers of a test, and how they came to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    pub results: Results,
    pub courses: Vec<Course>,
    /// `attribute=value` and the metrics of its units.
    pub slices: Vec<(String, Vec<MetricResult>)>,
    /// Where there was time to see.
    pub units_a_day: Option<f64>,
}

/// How a goal's interval became narrower.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    pub metric: String,
    pub variant: String,
    pub baseline: String,
    pub measured: Measured,
    /// The band, as SVG.
    pub svg: String,
    /// Some of the looks, the newest first.
    pub looks: Vec<(i64, Timestamp, Comparison)>,
}

/// What a variant said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub variant: String,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Of the request.
    pub id: String,
    pub at: Timestamp,
    pub asked: String,
    /// None where bodies are not kept.
    pub said: Option<String>,
    pub failed: bool,
    /// "1.2 s, $0.0004"
    pub took: String,
}

/// What somebody did to a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    pub what: String,
    pub by: String,
    pub at: Timestamp,
}

/// Tests, the newest first; of one state where `state` names one. `cursor` is how many stand before.
#[server(prefix = "/fn")]
pub async fn list_experiments(project: String, state: String, cursor: Option<String>) -> Result<Tests, UiError> {
    use crate::backend::{cx, experiment, parse, reply};
    reply(experiment::list(&cx()?, parse(&project)?, State::parse(&state), cursor.as_deref()).await)
}

#[server(prefix = "/fn")]
pub async fn show_experiment(project: String, experiment: String) -> Result<OpenTest, UiError> {
    use crate::backend::{cx, experiment as experiments, parse, reply};
    reply(experiments::open(&cx()?, parse(&project)?, parse(&experiment)?).await)
}

#[server(prefix = "/fn")]
pub async fn show_standings(project: String, experiment: String) -> Result<Standings, UiError> {
    use crate::backend::{cx, experiment as experiments, parse, reply};
    reply(experiments::standings(&cx()?, parse(&project)?, parse(&experiment)?).await)
}

#[server(prefix = "/fn")]
pub async fn show_samples(project: String, experiment: String) -> Result<Vec<Said>, UiError> {
    use crate::backend::{cx, experiment as experiments, parse, reply};
    reply(experiments::samples(&cx()?, parse(&project)?, parse(&experiment)?).await)
}

#[server(prefix = "/fn")]
pub async fn show_happened(project: String, experiment: String) -> Result<Vec<Happened>, UiError> {
    use crate::backend::{cx, experiment as experiments, parse, reply};
    reply(experiments::happened(&cx()?, parse(&project)?, parse(&experiment)?).await)
}

/// Starts it, or goes on after a pause.
#[server(prefix = "/fn")]
pub async fn start_experiment(project: String, experiment: String, confirmed: Option<String>) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect, reply};
    reply(experiments::start(&cx()?, parse(&project)?, parse(&experiment)?, confirmed.is_some()).await)?;
    redirect(&format!("/p/{project}/experiments/{experiment}"));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn pause_experiment(project: String, experiment: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect_plain, reply};
    reply(experiments::pause(&cx()?, parse(&project)?, parse(&experiment)?).await)?;
    redirect_plain(&format!("/p/{project}/experiments/{experiment}"));
    Ok(())
}

/// Weights and traffic in per cent, as the set-up's step has them.
#[server(prefix = "/fn")]
pub async fn split_experiment(project: String, experiment: String, form: SetupForm) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect_plain, reply};
    reply(experiments::split(&cx()?, parse(&project)?, parse(&experiment)?, &form.weights, &form.traffic).await)?;
    redirect_plain(&format!("/p/{project}/experiments/{experiment}"));
    Ok(())
}

/// Which variant a test ends with, and the label that moves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShipFields {
    pub variant: String,
    pub label: String,
    /// Where the page showed the label: 0 for nowhere.
    #[serde(default)]
    pub expected: String,
    #[serde(default)]
    pub sure: Option<String>,
}

/// Moves the label to the variant's version and closes the test. `production` asks for `sure`. Says what was done.
#[server(prefix = "/fn")]
pub async fn ship_experiment(project: String, experiment: String, #[server(flatten)] fields: ShipFields) -> Result<String, UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect_plain, reply};
    let said = reply(experiments::ship(&cx()?, parse(&project)?, parse(&experiment)?, &fields).await)?;
    redirect_plain(&format!("/p/{project}/experiments/{experiment}"));
    Ok(said)
}

/// Closes the test for its baseline: no label moves.
#[server(prefix = "/fn")]
pub async fn keep_baseline(project: String, experiment: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect_plain, reply};
    reply(experiments::keep_baseline(&cx()?, parse(&project)?, parse(&experiment)?).await)?;
    redirect_plain(&format!("/p/{project}/experiments/{experiment}"));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn archive_experiment(project: String, experiment: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect_plain, reply};
    reply(experiments::archive(&cx()?, parse(&project)?, parse(&experiment)?).await)?;
    redirect_plain(&format!("/p/{project}/experiments/{experiment}"));
    Ok(())
}

/// Makes a draft with the same content under another key.
#[server(prefix = "/fn")]
pub async fn copy_experiment(project: String, experiment: String, key: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect, reply};
    let copy = reply(experiments::copy(&cx()?, parse(&project)?, parse(&experiment)?, &key).await)?;
    redirect(&format!("/p/{project}/experiments/{copy}/setup"));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn discard_experiment(project: String, experiment: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment as experiments, parse, redirect, reply};
    reply(experiments::discard(&cx()?, parse(&project)?, parse(&experiment)?).await)?;
    redirect(&format!("/p/{project}/experiments"));
    Ok(())
}
