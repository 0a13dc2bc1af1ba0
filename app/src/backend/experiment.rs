//! Tests, put together for their pages.

mod course;
mod history;
pub mod setup;

use atelier_backend::{
    cx::Cx,
    experiment::{self as experiments, Found},
    prompt::{self as prompts, PromptRef},
    request as requests,
};
use atelier_domain::{
    account::Action,
    experiment::{Decision, Definition, Experiment, Measured, Results, State, Verdict},
    fault::{Fault, Kind},
    id::{ExperimentId, ProjectId},
    page::Page,
    prompt::{PromptName, Selector},
    request::{Line, Outcome, RequestFilter},
};

use super::desk::sure_of;
use crate::{
    api::experiment::{Ending, OpenTest, Place, Said, Sample, ShipFields, Standings, TestLine, Tests},
    ui::figure,
};

pub use history::happened;

/// Tests on one page.
const PAGE: usize = 50;
/// Requests of each variant, side by side.
const SAMPLES: u32 = 5;
/// The longest answer that is shown whole, in characters.
const ANSWER: usize = 1_500;

pub(super) fn may(cx: &Cx, project: ProjectId, action: Action) -> bool {
    cx.actor.check(action, project, Fault::internal()).is_ok()
}

/// An address names its project too: another project's page does not show this test.
async fn in_project(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<Found, Fault> {
    let found = experiments::find(cx, id).await?;
    if found.experiment.project == project { Ok(found) } else { Err(Fault::not_found("experiment_not_found", "This experiment")) }
}

/// The test, for who may do this with it: who may not hears that, whatever was typed.
pub(super) async fn allowed(cx: &Cx, action: Action, project: ProjectId, id: ExperimentId) -> Result<Found, Fault> {
    cx.actor.check(action, project, Fault::not_found("experiment_not_found", "This experiment"))?;
    in_project(cx, project, id).await
}

/// # Errors
/// NotFound; Invalid for a cursor that no list gave.
pub async fn list(cx: &Cx, project: ProjectId, state: Option<State>, cursor: Option<&str>) -> Result<Tests, Fault> {
    let before: usize = cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(|_| Fault::field("cursor", "No list gave this.")))?;
    let all = experiments::list(cx, project).await?;
    let counts = State::ALL.iter().map(|state| (*state, all.iter().filter(|found| found.experiment.state == *state).count()));
    let counts = counts.filter(|(_, count)| *count > 0).collect();
    // What is put away stands in its own list.
    let wanted = |found: &Found| state.map_or(found.experiment.state != State::Archived, |state| found.experiment.state == state);
    let mut rest = all.into_iter().filter(wanted).skip(before);
    let mut tests = Vec::new();
    for found in rest.by_ref().take(PAGE) {
        tests.push(line(cx, found).await?);
    }
    let next = rest.next().map(|_| (before + PAGE).to_string());
    Ok(Tests { tests, next, counts, may_write: may(cx, project, Action::Write), now: cx.now() })
}

async fn line(cx: &Cx, found: Found) -> Result<TestLine, Fault> {
    let Found { experiment, decision, .. } = found;
    let results = match experiment.started_at {
        Some(_) => Some(experiments::results(cx, experiment.id).await?),
        None => None,
    };
    let Experiment { id, definition, state, started_at, ended_at, updated_at, .. } = experiment;
    let ended = state.is_over().then(|| match decision.and_then(|decision| Some((decision.variant?, decision.label))) {
        Some((variant, Some(label))) => format!("Decided for {}; {label} moved.", figure::variant(&variant)),
        Some((variant, None)) => format!("Decided for {}.", figure::variant(&variant)),
        None => "Put away without a decision.".to_owned(),
    });
    Ok(TestLine {
        id: id.to_string(),
        title: definition.title().to_owned(),
        prompt: definition.variants.first().map(|variant| variant.prompt.clone()).unwrap_or_default(),
        units: results.as_ref().map_or(0, |results| results.units),
        verdict: results.map(|results| results.verdict),
        planned_units: definition.planned_units,
        hypothesis: definition.hypothesis,
        state,
        ended,
        started_at,
        ended_at,
        updated_at,
    })
}

/// # Errors
/// NotFound.
pub async fn open(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<OpenTest, Fault> {
    let Found { experiment, decision, phases } = in_project(cx, project, id).await?;
    let Experiment { id, definition, state, created_by, created_at, started_at, ended_at, .. } = experiment;
    let ending = decision.map(|decision| Ending { variant: decision.variant, label: decision.label, by: decision.by, at: decision.at });
    let mut places = Vec::with_capacity(definition.variants.len());
    for variant in &definition.variants {
        places.push(place(cx, project, &variant.prompt, variant.version).await?);
    }
    Ok(OpenTest {
        id: id.to_string(),
        definition,
        state,
        created_by,
        created_at,
        started_at,
        ended_at,
        decision: ending,
        phases: phases.into_iter().map(|phase| (phase.at, phase.weights)).collect(),
        places,
        may_write: may(cx, project, Action::Publish),
        may_look: may(cx, project, Action::SeeRequests),
        now: cx.now(),
    })
}

/// Nothing where the prompt or the version is gone, or was never there.
async fn place(cx: &Cx, project: ProjectId, prompt: &str, version: u32) -> Result<Place, Fault> {
    let Ok(name) = prompt.parse::<PromptName>() else { return Ok(Place::default()) };
    let prompt = match prompts::find(cx, PromptRef::Name(project, name)).await {
        Err(fault) if fault.kind == Kind::NotFound => return Ok(Place::default()),
        found => found?,
    };
    let model = match prompts::version(cx, prompt.id, &Selector::Version(version)).await {
        Err(fault) if fault.kind == Kind::NotFound => None,
        found => found?.1.model,
    };
    let labels = prompt.labels.iter().map(|label| (label.label.to_string(), label.version)).collect();
    Ok(Place { prompt: Some(prompt.id.to_string()), labels, model })
}

/// # Errors
/// NotFound.
pub async fn standings(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<Standings, Fault> {
    let found = in_project(cx, project, id).await?;
    let (results, course) = (experiments::results(cx, id).await?, experiments::course(cx, id).await?);
    let units_a_day = course::units_a_day(&found, &course.looks, results.units, cx.now());
    let courses = if found.experiment.started_at.is_some() { course::courses(&found.experiment.definition, &results, &course.looks) } else { Vec::new() };
    Ok(Standings { courses, slices: course.slices, units_a_day, results: readable(results, &found) })
}

/// Before a test has begun it has no verdict to come.
fn readable(results: Results, found: &Found) -> Results {
    let sentence = match (found.experiment.started_at, found.experiment.state) {
        (Some(_), _) => return results,
        (None, State::Archived) => "This test was put away before it started.",
        (None, _) => "This test has not started.",
    };
    Results { verdict: Verdict { decision: Decision::Continue, variant: None, sentence: sentence.to_owned() }, ..results }
}

/// # Errors
/// NotFound; Denied for everybody but owners and editors.
pub async fn samples(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<Vec<Said>, Fault> {
    let definition = allowed(cx, Action::SeeRequests, project, id).await?.experiment.definition;
    let mut all = Vec::with_capacity(definition.variants.len());
    for variant in definition.variants {
        let filter = RequestFilter { experiment: Some(definition.key.clone()), variant: Some(variant.key.clone()), ..RequestFilter::default() };
        let Page { data, .. } = requests::list(cx, project, filter, SAMPLES, None).await?;
        let mut samples = Vec::with_capacity(data.len());
        for line in data {
            samples.push(sample(cx, line).await?);
        }
        all.push(Said { variant: variant.key, samples });
    }
    Ok(all)
}

async fn sample(cx: &Cx, line: Line) -> Result<Sample, Fault> {
    let Line { facts, asked, .. } = line;
    let said = requests::find(cx, facts.id).await?.exchange.map(|exchange| {
        let text = if exchange.answer.text.is_empty() { exchange.error.unwrap_or_default() } else { exchange.answer.text };
        let cut: String = text.chars().take(ANSWER).collect();
        if cut.len() < text.len() { cut + " …" } else { cut }
    });
    let took = figure::mean(Measured::Seconds, facts.times.whole as f64 / 1e6);
    let cost = facts.cost.map(|cost| format!(", {cost}")).unwrap_or_default();
    Ok(Sample { id: facts.id.to_string(), at: facts.at, asked, said, failed: facts.outcome == Outcome::Failed, took: took + &cost })
}

/// # Errors
/// As [`experiments::start`].
pub async fn start(cx: &Cx, project: ProjectId, id: ExperimentId, confirmed: bool) -> Result<(), Fault> {
    allowed(cx, Action::Publish, project, id).await?;
    experiments::start(cx, id, confirmed).await.map(|_| ())
}

/// # Errors
/// As [`experiments::pause`].
pub async fn pause(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<(), Fault> {
    allowed(cx, Action::Publish, project, id).await?;
    experiments::pause(cx, id).await.map(|_| ())
}

/// # Errors
/// As [`experiments::split`]; Invalid for what is no number.
pub async fn split(cx: &Cx, project: ProjectId, id: ExperimentId, weights: &[String], traffic: &str) -> Result<(), Fault> {
    let definition = allowed(cx, Action::Publish, project, id).await?.experiment.definition;
    let placed = |fault| setup::placed(fault, &definition);
    let (weights, traffic) = setup::read_split(weights, traffic).map_err(placed)?;
    experiments::split(cx, id, &weights, traffic).await.map(|_| ()).map_err(placed)
}

/// # Errors
/// As [`experiments::decide`]; Conflict where the label was moved since the page showed it, Invalid without a word for `production`.
pub async fn ship(cx: &Cx, project: ProjectId, id: ExperimentId, fields: &ShipFields) -> Result<String, Fault> {
    let definition = allowed(cx, Action::Publish, project, id).await?.experiment.definition;
    let label = sure_of(&fields.label, fields.sure.as_deref())?;
    check_unmoved(cx, project, &definition, fields, label.as_str()).await?;
    let shipped = experiments::decide(cx, id, &fields.variant, Some(label)).await?;
    let name = figure::variant(&fields.variant);
    Ok(match shipped.moved {
        Some(moved) => format!("Decided for {name}. “{}” now points at version {}", moved.label, moved.to),
        None => format!("Decided for {name}"),
    })
}

/// Somebody else's move is not overrun.
async fn check_unmoved(cx: &Cx, project: ProjectId, definition: &Definition, fields: &ShipFields, label: &str) -> Result<(), Fault> {
    let Some(variant) = definition.variants.iter().find(|variant| variant.key == fields.variant) else { return Ok(()) };
    let Ok(expected) = fields.expected.parse::<u32>() else { return Ok(()) };
    let now = place(cx, project, &variant.prompt, variant.version).await?.labels.into_iter().find(|(name, _)| name == label).map_or(0, |(_, at)| at);
    if now == expected {
        return Ok(());
    }
    Err(Fault::conflict("label_moved", format!("“{label}” was moved to version {now} meanwhile. Reload the page and look again.")))
}

/// # Errors
/// As [`experiments::decide`].
pub async fn keep_baseline(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<(), Fault> {
    let definition = allowed(cx, Action::Publish, project, id).await?.experiment.definition;
    let baseline = definition.variants.first().map(|variant| variant.key.clone()).unwrap_or_default();
    experiments::decide(cx, id, &baseline, None).await.map(|_| ())
}

/// # Errors
/// As [`experiments::archive`].
pub async fn archive(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<(), Fault> {
    allowed(cx, Action::Publish, project, id).await?;
    experiments::archive(cx, id).await.map(|_| ())
}

/// # Errors
/// As [`experiments::create`].
pub async fn copy(cx: &Cx, project: ProjectId, id: ExperimentId, key: &str) -> Result<ExperimentId, Fault> {
    let definition = allowed(cx, Action::Write, project, id).await?.experiment.definition;
    Ok(experiments::create(cx, project, definition.copy(key.trim())).await?.experiment.id)
}

/// # Errors
/// As [`experiments::discard`].
pub async fn discard(cx: &Cx, project: ProjectId, id: ExperimentId) -> Result<(), Fault> {
    allowed(cx, Action::Write, project, id).await?;
    experiments::discard(cx, id).await
}
