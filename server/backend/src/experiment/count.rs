//! Counting what came, and results of what was counted.
//!
//! Counting takes rows out of the inbox and writes units and sums in one transaction, so each row counts once whatever ends the
//! process. Sums are exact whole numbers: in whatever order things come, they come out the same.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use atelier_domain::{
    account::Action,
    experiment::{Arm, Arms, Counts, Definition, Evidence, MetricResult, Phase, Place, Results, State, Unit, analyse, recount},
    fault::Fault,
    id::ExperimentId,
    timestamp::Timestamp,
};
use serde_json::json;

use super::{ExperimentRef, Stored, changed};
use crate::{
    cx::{Cx, Tx},
    db::Engine,
    store::{
        self,
        experiment::{Event, What},
    },
    studio::Studio,
};

/// Rows that are counted at once: other writers wait for their end.
const GROUP: i64 = 5_000;
const PAUSE: Duration = Duration::from_millis(200);
/// A reader of results counts so many groups at most; the rest comes in the background.
const AT_ONCE: usize = 20;
/// Between two looks that are kept the units grow by a fiftieth: a thousand looks for hundreds of millions.
const GROWTH: i64 = 50;
const LOOKS: i64 = 2_000;

/// Counts until the process ends.
pub async fn follow(studio: Arc<Studio>) {
    loop {
        // The database is away: it is logged where it happened.
        if let Ok(waiting) = waiting(&studio).await {
            for experiment in waiting {
                let mut more = true;
                while more {
                    let began = Instant::now();
                    more = count(&studio, experiment).await.unwrap_or(false);
                    // Others who write come first: what waits is safe.
                    tokio::time::sleep(began.elapsed()).await;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn waiting(studio: &Studio) -> Result<Vec<ExperimentId>, Fault> {
    let mut db = studio.db.read().await?;
    store::experiment::waiting(&mut db).await
}

/// Counts one group, and says whether there may be more.
async fn count(studio: &Arc<Studio>, experiment: ExperimentId) -> Result<bool, Fault> {
    let engine = studio.db.engine;
    let cx = Cx::operator(studio.clone());
    cx.change(async |tx| match store::experiment::hold(tx, engine, experiment).await? {
        Some(mut stored) => group(tx, engine, &mut stored).await,
        None => Ok(false),
    })
    .await
}

/// All that waits, in this transaction.
pub(super) async fn all(tx: &mut Tx<'_>, engine: Engine, stored: &mut Stored) -> Result<(), Fault> {
    while group(tx, engine, stored).await? {}
    Ok(())
}

async fn group(tx: &mut Tx<'_>, engine: Engine, stored: &mut Stored) -> Result<bool, Fault> {
    let events = store::experiment::take(tx, stored.id, GROUP).await?;
    let more = i64::try_from(events.len()).unwrap_or(GROUP) == GROUP;
    // A finished test's numbers never change.
    if events.is_empty() || stored.state.is_over() {
        return Ok(more);
    }
    let mut names: Vec<&str> = events.iter().map(|event| event.unit.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let before: HashMap<String, Unit> = store::experiment::units(tx, engine, stored.id, &names).await?;
    let mut now = before.clone();
    for event in &events {
        heard(&stored.definition, now.entry(event.unit.clone()).or_default(), event);
    }
    let mut arms = store::experiment::arms(tx, stored.id).await?;
    let (mut touched, nothing) = (HashSet::new(), Unit::default());
    for (name, unit) in &now {
        recount(&stored.definition, before.get(name).unwrap_or(&nothing), unit, &mut arms, &mut touched);
    }
    let units: Vec<(&str, &Unit)> = now.iter().map(|(name, unit)| (name.as_str(), unit)).collect();
    store::experiment::put_units(tx, engine, stored.id, &units).await?;
    store::experiment::put_arms(tx, stored.id, arms.iter().filter(|(place, _)| touched.contains(place))).await?;
    look(tx, stored, &arms).await?;
    Ok(more)
}

fn heard(definition: &Definition, unit: &mut Unit, event: &Event) {
    match &event.what {
        What::Outcome { name, value } => unit.outcome(name, *value),
        What::Score { name, value, counts } => unit.score(name, *value, *counts),
        // What cannot be read was not written by us.
        What::Exposure(more) => serde_json::from_value(more.clone()).into_iter().for_each(|exposure| unit.expose(definition, &exposure, event.at)),
        What::Request(more) => serde_json::from_value(more.clone()).into_iter().for_each(|requested| unit.request(definition, &requested, event.at)),
    }
}

/// Looks at the results: keeps how far the alarms went, a point of the course, and pauses a test that does harm, where it is to be.
async fn look(tx: &mut Tx<'_>, stored: &mut Stored, arms: &Arms) -> Result<(), Fault> {
    let (results, evidence) = analysed(stored, arms, "", &stored.marks.evidence);
    if evidence != stored.marks.evidence {
        stored.marks.evidence = evidence;
        store::experiment::put_marks(tx, stored.id, &stored.marks).await?;
    }
    let units = i64::try_from(results.units).unwrap_or(i64::MAX);
    let last = store::experiment::last_look(tx, stored.id).await?.unwrap_or_default();
    if units > last + last / GROWTH {
        let at = tx.now();
        store::experiment::put_look(tx, stored.id, units, at, &results.metrics).await?;
    }
    let harmed = results.harmed();
    if stored.definition.stop_on_harm && stored.state == State::Running && !harmed.is_empty() {
        stored.state = State::Paused;
        stored.updated_at = tx.now();
        store::experiment::update(tx, stored).await?;
        changed(tx, stored, "experiment.stopped", json!({"key": stored.definition.key, "harm": harmed, "sentence": results.verdict.sentence}));
    }
    Ok(())
}

/// Results of everybody, or of one slice.
fn analysed(stored: &Stored, arms: &Arms, slice: &str, evidence: &Evidence) -> (Results, Evidence) {
    let variants = u32::try_from(stored.definition.variants.len()).unwrap_or_default();
    let arm = |phase: u32, variant: u32| arms.get(&Place { phase, slice: slice.to_owned(), variant }).cloned().unwrap_or_default();
    let phase = |weights: &super::Weights| Phase {
        weights: weights.weights.clone(),
        arms: (0..variants).map(|variant| arm(weights.phase, variant)).collect::<Vec<Arm>>(),
    };
    let counts = Counts { phases: stored.marks.phases.iter().map(phase).collect() };
    analyse(&stored.definition, stored.state, &counts, evidence)
}

pub(super) async fn look_now(tx: &mut Tx<'_>, stored: &Stored) -> Result<Results, Fault> {
    let arms = store::experiment::arms(tx, stored.id).await?;
    Ok(analysed(stored, &arms, "", &stored.marks.evidence).0)
}

/// What came of an experiment: with all that was acknowledged a second before.
///
/// # Errors
/// NotFound.
pub async fn results(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Results, Fault> {
    let stored = counted(cx, experiment.into()).await?;
    if let Some(decision) = stored.decision {
        return Ok(Results { state: stored.state, ..decision.results });
    }
    let mut db = cx.studio.db.read().await?;
    let arms = store::experiment::arms(&mut db, stored.id).await?;
    Ok(analysed(&stored, &arms, "", &stored.marks.evidence).0)
}

/// The experiment once what waits is counted, as far as that takes no time.
async fn counted(cx: &Cx, experiment: ExperimentRef) -> Result<Stored, Fault> {
    let stored = cx.read(Action::See, experiment.clone(), async |_, stored| Ok(stored)).await?;
    if stored.state.is_over() {
        return Ok(stored);
    }
    for _ in 0..AT_ONCE {
        let mut db = cx.studio.db.read().await?;
        if !store::experiment::is_waiting(&mut db, stored.id).await? {
            break;
        }
        drop(db);
        count(&cx.studio, stored.id).await?;
    }
    cx.read(Action::See, experiment, async |_, stored| Ok(stored)).await
}

/// How the results came to be, and how they look in parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Units, when, and the metrics then; the oldest first.
    pub looks: Vec<(i64, Timestamp, Vec<MetricResult>)>,
    /// `attribute=value` and the metrics of its units: exploratory, for no sample ratio and no correction is theirs.
    pub slices: Vec<(String, Vec<MetricResult>)>,
}

/// # Errors
/// NotFound.
pub async fn course(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Course, Fault> {
    cx.read(Action::See, experiment.into(), async |db, stored| {
        let looks = store::experiment::looks(db, stored.id, LOOKS).await?;
        let arms = store::experiment::arms(db, stored.id).await?;
        let names: BTreeSet<&str> = arms.keys().map(|place| place.slice.as_str()).filter(|slice| !slice.is_empty()).collect();
        let slice = |name: &str| (name.to_owned(), analysed(&stored, &arms, name, &Evidence::default()).0.metrics);
        Ok(Course { looks, slices: names.into_iter().map(slice).collect() })
    })
    .await
}
