//! Experiments: set up, started, paused, decided; assigned from memory, counted in the background, read as results.
//!
//! An assignment touches no database: the plan is in memory, and that a unit was seen goes to the journal. What comes is put
//! down as it is (`inbox`) and counted in groups, each row once; results are made of the sums.

mod assign;
mod count;
mod life;
mod outcome;
mod page;
mod plan;

use std::collections::HashSet;

use atelier_domain::{
    account::Action,
    experiment::{Definition, Experiment, Seed, Split, State},
    fault::{Fault, Problems},
    id::{ExperimentId, ProjectId},
    prompt::{PromptName, Selector, Version},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, Target, Tx},
    db::Db,
    prompt::version_in,
    store::{self, experiment::Stored},
};

pub use assign::{Asked, Assigned, assign, keys, peek};
pub(crate) use assign::{Placed, place};
pub use count::{Course, course, follow, results};
pub use life::{Shipped, archive, decide, pause, split, split_by_keys, start};
pub use outcome::{OUTCOMES_MAX, Outcome, Taken, take};
pub use page::{Readiness, Traffic, history, readiness, traffic};
pub use plan::{Exposures, Plans};

pub use crate::store::experiment::{Decision, Entry, Marks, Weights};

/// Experiments of a project at most.
const MOST: i64 = 1_000;

/// How an experiment is referred to.
#[derive(Clone, Debug)]
pub enum ExperimentRef {
    Id(ExperimentId),
    Key(ProjectId, String),
}

impl From<ExperimentId> for ExperimentRef {
    fn from(id: ExperimentId) -> Self {
        Self::Id(id)
    }
}

impl Target for ExperimentRef {
    type Found = Stored;

    fn missing(&self) -> Fault {
        missing()
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Stored)>, Fault> {
        let found = match self {
            Self::Id(id) => store::experiment::by_id(db, *id).await?,
            Self::Key(project, key) => store::experiment::by_key(db, *project, key).await?,
        };
        Ok(found.map(|found| (found.project, found)))
    }
}

pub(crate) fn missing() -> Fault {
    Fault::not_found("experiment_not_found", "This experiment")
}

/// An experiment with what ended it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub experiment: Experiment,
    pub decision: Option<Decision>,
    /// Of each phase, the first first.
    pub phases: Vec<Weights>,
}

impl From<Stored> for Found {
    fn from(stored: Stored) -> Self {
        let Stored { id, project, definition, state, split, marks, decision, created_at, created_by, started_at, ended_at, updated_at } = stored;
        let decided = decision.as_ref().and_then(|decision| decision.variant.clone());
        Self {
            experiment: Experiment { id, project, definition, state, split, created_at, created_by, updated_at, started_at, ended_at, decided },
            decision,
            phases: marks.phases,
        }
    }
}

/// Makes one, as a draft.
///
/// # Errors
/// Invalid naming each field at fault; Conflict where the key is taken.
pub async fn create(cx: &Cx, project: ProjectId, definition: Definition) -> Result<Found, Fault> {
    let definition = definition.tidy();
    definition.check_draft()?;
    let seed = Seed(rand::random());
    cx.write(Action::Write, project, async |tx, project| {
        if store::experiment::count(tx, project.id).await? >= MOST {
            return Err(Fault::limited("too_many_experiments", format!("A project holds at most {MOST} experiments.")));
        }
        let at = tx.now();
        let stored = Stored {
            id: tx.new_id(),
            project: project.id,
            split: Split::new(seed, &definition.weights()),
            definition,
            state: State::Draft,
            marks: Marks::default(),
            decision: None,
            created_at: at,
            created_by: tx.author(),
            started_at: None,
            ended_at: None,
            updated_at: at,
        };
        store::experiment::insert(tx, &stored).await?;
        changed(tx, &stored, "experiment.created", json!({"key": stored.definition.key}));
        Ok(Found::from(stored))
    })
    .await
}

/// As [`create`], of a definition that is whole: its prompts and versions are there, and their variables agree.
///
/// # Errors
/// As [`create`] and [`Definition::check`].
pub async fn create_whole(cx: &Cx, project: ProjectId, definition: Definition) -> Result<Found, Fault> {
    let definition = definition.tidy();
    definition.check()?;
    cx.read(Action::Write, project, async |db, project| check_versions(db, project.id, &definition).await).await?;
    create(cx, project, definition).await
}

/// Writes a draft anew; its key stays.
///
/// # Errors
/// Conflict once it has started; Invalid naming each field at fault.
pub async fn write(cx: &Cx, experiment: impl Into<ExperimentRef>, definition: Definition) -> Result<Found, Fault> {
    let definition = definition.tidy();
    definition.check_draft()?;
    cx.write(Action::Write, experiment.into(), async |tx, mut stored| {
        stored.state.check_open()?;
        if definition.key != stored.definition.key {
            return Err(Fault::field("key", "Callers know the test by its key, so it stays. Copy the test to name it anew."));
        }
        stored.split = Split::new(stored.split.seed, &definition.weights());
        stored.definition = definition;
        stored.updated_at = tx.now();
        store::experiment::update(tx, &stored).await?;
        changed(tx, &stored, "experiment.changed", json!(stored.definition));
        Ok(Found::from(stored))
    })
    .await
}

/// # Errors
/// NotFound.
pub async fn find(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Found, Fault> {
    cx.read(Action::See, experiment.into(), async |_, stored| Ok(Found::from(stored))).await
}

/// All of a project, the newest first.
///
/// # Errors
/// NotFound.
pub async fn list(cx: &Cx, project: ProjectId) -> Result<Vec<Found>, Fault> {
    cx.read(Action::See, project, async |db, project| Ok(store::experiment::list(db, project.id).await?.into_iter().map(Found::from).collect())).await
}

/// Deletes one that has never started.
///
/// # Errors
/// Conflict for another; NotFound.
pub async fn discard(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<(), Fault> {
    cx.write(Action::Write, experiment.into(), async |tx, stored| {
        stored.state.check_open()?;
        store::experiment::delete(tx, stored.id).await?;
        changed(tx, &stored, "experiment.discarded", json!({"key": stored.definition.key}));
        Ok(())
    })
    .await
}

/// A prompt has another name: tests of it go on.
pub(crate) async fn follow_name(tx: &mut Tx<'_>, project: ProjectId, before: &str, now: &str) -> Result<(), Fault> {
    for mut stored in store::experiment::list(tx, project).await? {
        let mut concerned = false;
        for variant in stored.definition.variants.iter_mut().filter(|variant| variant.prompt == before) {
            now.clone_into(&mut variant.prompt);
            concerned = true;
        }
        if concerned {
            store::experiment::update(tx, &stored).await?;
            changed(tx, &stored, "experiment.prompt_renamed", json!({"key": stored.definition.key, "before": before, "now": now}));
        }
    }
    Ok(())
}

/// Plans of the project are made anew.
fn changed(tx: &mut Tx<'_>, stored: &Stored, what: &'static str, detail: serde_json::Value) {
    tx.changed(Area::Experiment, stored.project.0, Some(stored.project), what, detail);
}

/// Whether each variant's version is there and open, and asks for no value that callers of the baseline do not send.
///
/// # Errors
/// Invalid naming each variant at fault.
pub(crate) async fn check_versions(db: &mut Db, project: ProjectId, definition: &Definition) -> Result<(), Fault> {
    let mut problems = Problems::default();
    let mut known: Option<(u32, HashSet<String>)> = None;
    for (at, variant) in definition.variants.iter().enumerate() {
        let Some(version) = version_of(db, project, &variant.prompt, variant.version).await? else {
            problems
                .add(format!("variants[{at}].version"), format!("There is no version {} of a prompt “{}” in this project.", variant.version, variant.prompt));
            continue;
        };
        let Some((baseline, names)) = &known else {
            known = Some((version.number, version.variables.iter().cloned().collect()));
            continue;
        };
        let needed = version.specs().into_iter().filter(|spec| spec.required && spec.default.is_none() && !names.contains(&spec.name));
        let missing: Vec<String> = needed.map(|spec| format!("“{}”", spec.name)).collect();
        if !missing.is_empty() {
            let say = format!("Version {} needs {}, which callers of version {baseline} do not send.", variant.version, missing.join(", "));
            problems.add(format!("variants[{at}].version"), say);
        }
    }
    problems.check()
}

async fn version_of(db: &mut Db, project: ProjectId, prompt: &str, number: u32) -> Result<Option<Version>, Fault> {
    let Ok(name) = prompt.parse::<PromptName>() else { return Ok(None) };
    let Some(prompt) = store::prompt::by_name(db, project, &name).await? else { return Ok(None) };
    if prompt.resolve(&Selector::Version(number)).is_err() {
        return Ok(None);
    }
    version_in(db, &prompt, &Selector::Version(number)).await.map(Some)
}
