//! What pages ask of an experiment beside its results: whether it is ready, what traffic there is, who changed what.

use atelier_domain::{
    account::Action,
    experiment::State,
    fault::{Fault, FieldError, Problems},
    id::ProjectId,
};

use super::{ExperimentRef, check_versions};
use crate::{
    cx::Cx,
    store::{self, experiment::Entry},
};

/// Changes that a page shows at most.
const MOST: i64 = 200;
/// Days of traffic that a plan looks back on.
const DAYS: i64 = 7;
const DAY: i64 = 86_400;

/// What stands between a draft and its start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readiness {
    pub problems: Vec<FieldError>,
    /// Running tests on one of its prompts: test and prompt.
    pub overlaps: Vec<(String, String)>,
}

/// # Errors
/// NotFound.
pub async fn readiness(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Readiness, Fault> {
    cx.read(Action::See, experiment.into(), async |db, stored| {
        let mut problems = Problems::default();
        problems.keep(stored.definition.check());
        problems.keep(check_versions(db, stored.project, &stored.definition).await);
        let mut problems = problems.check().err().map(|fault| fault.fields).unwrap_or_default();
        // A version that is none is told once.
        let mut told = std::collections::HashSet::new();
        problems.retain(|problem| told.insert(problem.field.clone()));
        let ours: Vec<&str> = stored.definition.variants.iter().map(|variant| variant.prompt.as_str()).collect();
        let running = store::experiment::list(db, stored.project).await?.into_iter().filter(|other| other.id != stored.id && other.state == State::Running);
        let overlaps = running.filter_map(|other| {
            let shared = other.definition.variants.iter().find(|variant| ours.contains(&variant.prompt.as_str()))?;
            Some((other.definition.title().to_owned(), shared.prompt.clone()))
        });
        Ok(Readiness { problems, overlaps: overlaps.collect() })
    })
    .await
}

/// What came of one experiment's life, the newest first.
///
/// # Errors
/// NotFound.
pub async fn history(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Vec<Entry>, Fault> {
    let engine = cx.studio.db.engine;
    cx.read(Action::See, experiment.into(), async |db, stored| {
        store::experiment::history(db, engine, stored.project, &stored.definition.key, stored.created_at, MOST).await
    })
    .await
}

/// What a prompt's traffic was like in the last days: at most seven.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Traffic {
    pub requests_a_day: f64,
    /// Of the requests, the part that failed.
    pub failed: f64,
}

/// # Errors
/// NotFound.
pub async fn traffic(cx: &Cx, project: ProjectId, prompt: &str) -> Result<Traffic, Fault> {
    let now = cx.now();
    let (requests, failed, first) =
        cx.read(Action::See, project, async |db, project| store::experiment::traffic(db, project.id, prompt, now.plus_seconds(-DAYS * DAY)).await).await?;
    let Some(first) = first.filter(|_| requests > 0) else { return Ok(Traffic::default()) };
    // A prompt that is new today has not had seven days.
    let days = ((now.seconds() - first.seconds()) as f64 / DAY as f64).clamp(1.0, DAYS as f64);
    Ok(Traffic { requests_a_day: requests as f64 / days, failed: failed as f64 / requests as f64 })
}
