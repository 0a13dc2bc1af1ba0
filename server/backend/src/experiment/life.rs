//! The life of an experiment: started, split anew, paused, decided, archived.

use std::collections::BTreeMap;

use atelier_domain::{
    account::Action,
    experiment::{Definition, State, Variant, check_weights},
    fault::Fault,
    id::{ExperimentId, ProjectId},
    prompt::{LabelMove, LabelName, PromptName, Selector},
};
use serde_json::json;

use super::{Decision, ExperimentRef, Found, Stored, Weights, changed, check_versions, count};
use crate::{
    cx::{Cx, Tx},
    db::Db,
    prompt::set_label,
    store,
};

/// Starts it, or goes on after a pause. `confirmed` is said by whoever knows that another test runs on the same prompt.
///
/// # Errors
/// Invalid naming each field that is not ready; Conflict for a test that cannot start, and `experiment_overlaps` where another runs
/// on one of its prompts.
pub async fn start(cx: &Cx, experiment: impl Into<ExperimentRef>, confirmed: bool) -> Result<Found, Fault> {
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let mut stored = locked(tx, cx, stored.id).await?;
        let state = stored.state.become_or_refuse(State::Running)?;
        stored.definition.check()?;
        check_versions(tx, stored.project, &stored.definition).await?;
        if !confirmed {
            check_alone(tx, &stored).await?;
        }
        let at = tx.now();
        let first = stored.started_at.is_none();
        stored.state = state;
        stored.updated_at = at;
        stored.started_at.get_or_insert(at);
        if first {
            stored.marks.phases.push(Weights { phase: stored.split.phase, at, weights: stored.definition.weights() });
        }
        store::experiment::update(tx, &stored).await?;
        let what = if first { "experiment.started" } else { "experiment.resumed" };
        changed(tx, &stored, what, json!({"key": stored.definition.key, "definition": stored.definition, "seed": stored.split.seed}));
        Ok(Found::from(stored))
    })
    .await
}

/// Two tests on one prompt muddle each other's numbers, unless somebody knows why not.
async fn check_alone(db: &mut Db, stored: &Stored) -> Result<(), Fault> {
    let all: Vec<Stored> = store::experiment::list(db, stored.project).await?;
    let prompts = |definition: &Definition| definition.variants.iter().map(|variant| variant.prompt.clone()).collect::<Vec<_>>();
    let ours = prompts(&stored.definition);
    for other in all.iter().filter(|other| other.id != stored.id && other.state == State::Running) {
        if let Some(shared) = prompts(&other.definition).iter().find(|prompt| ours.contains(prompt)) {
            let say = format!(
                "The test “{}” runs on “{shared}” already. Two tests on one prompt can muddle each other: end that one first, or confirm that both shall run.",
                other.definition.title()
            );
            return Err(Fault::conflict("experiment_overlaps", say).at("confirm"));
        }
    }
    Ok(())
}

/// Nobody new takes part; outcomes of those who did still count.
///
/// # Errors
/// Conflict for a test that does not run.
pub async fn pause(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Found, Fault> {
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let mut stored = locked(tx, cx, stored.id).await?;
        stored.state = stored.state.become_or_refuse(State::Paused)?;
        stored.updated_at = tx.now();
        store::experiment::update(tx, &stored).await?;
        changed(tx, &stored, "experiment.paused", json!({"key": stored.definition.key}));
        Ok(Found::from(stored))
    })
    .await
}

/// Other weights or another share of the traffic, from now on: only the share moves that must, and a new phase begins. What is
/// not given stays.
///
/// # Errors
/// Conflict for a test that has not started or is over; Invalid for weights that are none, or of variants that it does not have.
pub async fn split_by_keys(cx: &Cx, experiment: impl Into<ExperimentRef>, weights: &BTreeMap<String, f64>, traffic: Option<f64>) -> Result<Found, Fault> {
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let stored = locked(tx, cx, stored.id).await?;
        let definition = &stored.definition;
        if let Some(unknown) = weights.keys().find(|key| definition.variant(key).is_none()) {
            return Err(Fault::field(format!("weights.{unknown}"), "The test has no such variant."));
        }
        let weight =
            |variant: &Variant| weights.get(&variant.key).copied().ok_or_else(|| Fault::field(format!("weights.{}", variant.key), "It needs a weight too."));
        let all = definition.variants.iter().map(weight).collect::<Result<Vec<f64>, Fault>>()?;
        let traffic = traffic.unwrap_or(definition.traffic);
        split_anew(tx, stored, &all, traffic).await
    })
    .await
}

/// As [`split_by_keys`], with the weights in the order of the variants.
///
/// # Errors
/// As [`split_by_keys`].
pub async fn split(cx: &Cx, experiment: impl Into<ExperimentRef>, weights: &[f64], traffic: f64) -> Result<Found, Fault> {
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let stored = locked(tx, cx, stored.id).await?;
        split_anew(tx, stored, weights, traffic).await
    })
    .await
}

async fn split_anew(tx: &mut Tx<'_>, mut stored: Stored, weights: &[f64], traffic: f64) -> Result<Found, Fault> {
    if !matches!(stored.state, State::Running | State::Paused) {
        return Err(Fault::conflict("experiment_state", "Only a test that has started, and is not over, can be split anew."));
    }
    check_weights(weights)?;
    if !(traffic > 0.0 && traffic <= 1.0) {
        return Err(Fault::field("traffic", "Above 0, and at most 1 for everybody."));
    }
    if weights.len() != stored.definition.variants.len() {
        return Err(Fault::field("variants", "Each variant needs its weight."));
    }
    let before = json!({"weights": stored.definition.weights(), "traffic": stored.definition.traffic});
    stored.definition.variants.iter_mut().zip(weights).for_each(|(variant, weight)| variant.weight = *weight);
    stored.definition.traffic = traffic;
    stored.split = stored.split.next(weights);
    let at = tx.now();
    stored.updated_at = at;
    stored.marks.phases.push(Weights { phase: stored.split.phase, at, weights: weights.to_vec() });
    store::experiment::update(tx, &stored).await?;
    changed(tx, &stored, "experiment.split", json!({"key": stored.definition.key, "before": before, "weights": weights, "traffic": traffic}));
    Ok(Found::from(stored))
}

/// What a decision led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipped {
    pub found: Found,
    /// The label's move, where one was asked for.
    pub moved: Option<LabelMove>,
}

/// Ends a test for one of its variants. The numbers as they are now stay; `label` is moved to the variant's version.
///
/// # Errors
/// Conflict for a test that has not started or is over; Invalid for a variant that it does not have; NotFound for its version.
pub async fn decide(cx: &Cx, experiment: impl Into<ExperimentRef>, variant: &str, label: Option<LabelName>) -> Result<Shipped, Fault> {
    // What the journal still holds counts.
    crate::journal::drain(&cx.studio).await?;
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let mut stored = locked(tx, cx, stored.id).await?;
        stored.state.become_or_refuse(State::Decided)?;
        let Some(at) = stored.definition.variant(variant) else {
            let keys: Vec<&str> = stored.definition.variants.iter().map(|variant| variant.key.as_str()).collect();
            return Err(Fault::field("variant", format!("The test has the variants {}.", keys.join(", "))));
        };
        let chosen = stored.definition.variants[at].clone();
        count::all(tx, cx.studio.db.engine, &mut stored).await?;
        let results = count::look_now(tx, &stored).await?;
        let moved = match &label {
            Some(label) => Some(ship(tx, stored.project, &chosen.prompt, chosen.version, label.clone()).await?),
            None => None,
        };
        let (now, by) = (tx.now(), tx.author());
        stored.state = State::Decided;
        stored.ended_at = Some(now);
        stored.updated_at = now;
        stored.decision = Some(Decision { variant: Some(variant.to_owned()), by, at: now, label: label.map(|label| label.to_string()), results });
        store::experiment::update(tx, &stored).await?;
        let detail = json!({"key": stored.definition.key, "variant": variant, "label": moved.as_ref().map(|moved| &moved.label)});
        changed(tx, &stored, "experiment.decided", detail);
        Ok(Shipped { found: Found::from(stored), moved })
    })
    .await
}

async fn ship(tx: &mut Tx<'_>, project: ProjectId, prompt: &str, version: u32, label: LabelName) -> Result<LabelMove, Fault> {
    let gone = || Fault::conflict("prompt_not_found", format!("The prompt “{prompt}” is not there any more, so nothing can be shipped."));
    let name: PromptName = prompt.parse().map_err(|_| gone())?;
    let prompt = store::prompt::by_name(tx, project, &name).await?.ok_or_else(gone)?;
    prompt.check_open()?;
    prompt.resolve(&Selector::Version(version))?;
    let from = prompt.label(label.as_str());
    set_label(tx, &prompt, label, from, version).await
}

/// Puts it away, with its numbers as they are.
///
/// # Errors
/// Conflict for a test that runs.
pub async fn archive(cx: &Cx, experiment: impl Into<ExperimentRef>) -> Result<Found, Fault> {
    cx.write(Action::Publish, experiment.into(), async |tx, stored| {
        let mut stored = locked(tx, cx, stored.id).await?;
        let state = stored.state.become_or_refuse(State::Archived)?;
        let (at, by) = (tx.now(), tx.author());
        if stored.decision.is_none() && stored.started_at.is_some() {
            count::all(tx, cx.studio.db.engine, &mut stored).await?;
            let results = count::look_now(tx, &stored).await?;
            stored.decision = Some(Decision { variant: None, by, at, label: None, results });
        }
        stored.state = state;
        stored.ended_at.get_or_insert(at);
        stored.updated_at = at;
        store::experiment::update(tx, &stored).await?;
        changed(tx, &stored, "experiment.archived", json!({"key": stored.definition.key}));
        Ok(Found::from(stored))
    })
    .await
}

/// As it is, and as nobody else changes it until this transaction ends.
async fn locked(tx: &mut Tx<'_>, cx: &Cx, experiment: ExperimentId) -> Result<Stored, Fault> {
    store::experiment::hold(tx, cx.studio.db.engine, experiment).await?.ok_or_else(super::missing)
}
