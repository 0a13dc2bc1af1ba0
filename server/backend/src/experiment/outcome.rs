//! Outcomes that callers send: checked against the plans in memory, put down in one transaction, counted later.

use std::collections::HashSet;

use atelier_domain::{
    account::Action,
    canonical,
    experiment::{Definition, Source, check_unit},
    fault::{Fault, FieldError},
    id::{ExperimentId, ProjectId},
    statistics::millionths,
    timestamp::Timestamp,
};

use sha2::{Digest, Sha256};

use super::plan::{Planned, Plans};
use crate::{
    cx::Cx,
    store::{
        self,
        experiment::{Event, What},
    },
};

/// Of one call.
pub const OUTCOMES_MAX: usize = 1_000;
const ID_MAX: usize = 200;
/// Of one call: a client learns of so many at once.
const PROBLEMS_MAX: usize = 20;

/// What became of a unit, by one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// One that came before counts once.
    pub id: Option<String>,
    /// The experiment's key.
    pub experiment: String,
    pub unit: String,
    pub metric: String,
    pub value: f64,
    /// By the caller's clock, which nothing depends on.
    pub at: Option<Timestamp>,
}

/// What became of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub accepted: usize,
    /// Their ids had come before.
    pub repeated: usize,
    /// Their experiments are over: finished numbers do not change.
    pub ignored: usize,
}

/// Puts outcomes down, all or none. `field` names the place of one of them.
///
/// # Errors
/// Denied without the scope; Invalid naming each field at fault.
pub async fn take(cx: &Cx, project: ProjectId, outcomes: Vec<Outcome>, field: impl Fn(usize, &str) -> String) -> Result<Taken, Fault> {
    let say = || Fault::not_found("project_not_found", "This project");
    cx.actor.check(Action::Ingest, project, say())?;
    let plans = Plans::of(&cx.studio, project).await?;
    let mut problems = Vec::new();
    let (mut taken, mut events) = (Taken::default(), Vec::with_capacity(outcomes.len()));
    for (at, outcome) in outcomes.into_iter().enumerate() {
        match read(&plans, outcome, cx.now()) {
            Ok(Some(one)) => events.push(one),
            Ok(None) => taken.ignored += 1,
            Err((name, detail)) => problems.push(FieldError { field: field(at, name), detail }),
        }
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
    }
    if !problems.is_empty() {
        return Err(Fault::fields(problems));
    }
    let engine = cx.studio.db.engine;
    let all = events.len();
    taken.accepted = cx
        .write(Action::Ingest, project, async |tx, _| {
            let ids: Vec<(ExperimentId, &str)> = events.iter().filter_map(|(id, event)| Some((event.experiment, id.as_deref()?))).collect();
            let mut new: HashSet<(ExperimentId, String)> = store::experiment::note_ids(tx, engine, &ids).await?;
            // Of two with one id in one call the first counts.
            let mut counts = |id: &Option<String>, event: &Event| id.as_ref().is_none_or(|id| new.remove(&(event.experiment, id.clone())));
            let counted: Vec<Event> = events.into_iter().filter_map(|(id, event)| counts(&id, &event).then_some(event)).collect();
            store::experiment::put_events(tx, engine, &counted).await?;
            Ok(counted.len())
        })
        .await?;
    taken.repeated = all - taken.accepted;
    Ok(taken)
}

type Problem = (&'static str, String);

/// `None` for an experiment that is over.
fn read(plans: &Plans, outcome: Outcome, now: Timestamp) -> Result<Option<(Option<String>, Event)>, Problem> {
    let planned: &Planned = plans.by_key.get(&outcome.experiment).ok_or_else(|| ("experiment", format!("There is no experiment “{}”.", outcome.experiment)))?;
    check_unit(&outcome.unit).map_err(|fault| ("unit", fault.message))?;
    if !takes(&planned.definition, &outcome.metric) {
        return Err(("metric", format!("The experiment “{}” has no metric “{}” whose outcomes are sent.", outcome.experiment, outcome.metric)));
    }
    let value = millionths(outcome.value).ok_or_else(|| ("value", "A number between −1,000,000,000 and 1,000,000,000, or true or false.".to_owned()))?;
    let unfit = |id: &String| id.is_empty() || id.len() > ID_MAX || id.chars().any(char::is_control);
    if outcome.id.as_ref().is_some_and(unfit) {
        return Err(("id", format!("An id has 1 to {ID_MAX} bytes and no control characters.")));
    }
    if planned.state.is_over() {
        return Ok(None);
    }
    let event = Event { experiment: planned.id, unit: outcome.unit, at: now, what: What::Outcome { name: outcome.metric, value } };
    Ok(Some((outcome.id.map(|id| hashed(&id)), event)))
}

/// Callers make ids of what they like, an end user's name too: what stays is enough to know one again.
fn hashed(id: &str) -> String {
    canonical::hex(&Sha256::digest(id.as_bytes())[..16])
}

/// Whether it is a metric whose values are sent, or what one is divided by.
fn takes(definition: &Definition, name: &str) -> bool {
    definition.metrics.iter().any(|metric| (metric.source == Source::Outcome && metric.name == name) || metric.denominator.as_deref() == Some(name))
}
