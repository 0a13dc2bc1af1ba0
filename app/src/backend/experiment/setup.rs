//! Set-up: what is typed becomes a definition, and what is wrong stands at its field.

mod form;

use atelier_backend::{cx::Cx, experiment as experiments, prompt as prompts, provider};
use atelier_domain::{
    account::Action,
    experiment::{Definition, Missing, Source, Variant},
    fault::{Fault, FieldError, Problems},
    id::{ExperimentId, ProjectId},
    prompt::{Filter, PRODUCTION, Sort},
};

use super::allowed;
use crate::api::experiment::setup::{PromptChoice, Setup, SetupForm, Step, Unready};

pub use form::read_split;

/// Prompts that can be chosen from.
const PROMPTS: u32 = 200;
const VARIANTS_MAX: usize = 8;

/// # Errors
/// As [`experiments::create`], at the names of the form's fields.
pub async fn create(cx: &Cx, project: ProjectId, key: String, name: String, hypothesis: String) -> Result<ExperimentId, Fault> {
    cx.actor.check(Action::Write, project, Fault::not_found("project_not_found", "This project"))?;
    let key = if key.trim().is_empty() { slug(&name) } else { key };
    let prompts = choices(cx, project).await?;
    let chosen = prompts.iter().find(|prompt| prompt.latest > 1).or(prompts.first()).filter(|prompt| prompt.latest > 0);
    let variant = |key: &str, version: u32| Variant {
        key: key.to_owned(),
        weight: 0.5,
        prompt: chosen.map(|prompt| prompt.name.clone()).unwrap_or_default(),
        version,
        ..Variant::default()
    };
    // What is live against what is newest: what most tests are about.
    let live = chosen.and_then(|prompt| prompt.labels.iter().find(|(label, _)| label == PRODUCTION)).map(|(_, version)| *version);
    let newest = chosen.map_or(0, |prompt| prompt.latest);
    let before = live.filter(|live| *live < newest).unwrap_or_else(|| newest.saturating_sub(1).max(newest.min(1)));
    let definition = Definition { name, hypothesis, variants: vec![variant("a", before), variant("b", newest)], stop_on_harm: true, ..form::blank(key) };
    Ok(experiments::create(cx, project, definition).await?.experiment.id)
}

/// "Shorter, warmer replies" as "shorter-warmer-replies".
fn slug(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join("-");
    joined.chars().take(64).collect::<String>().trim_matches('-').to_owned()
}

async fn choices(cx: &Cx, project: ProjectId) -> Result<Vec<PromptChoice>, Fault> {
    let filter = Filter { sort: Sort::Updated, ..Filter::default() };
    let found = prompts::list(cx, project, &filter, PROMPTS, None).await?;
    let choice = |prompt: atelier_domain::prompt::Prompt| PromptChoice {
        name: prompt.name.to_string(),
        latest: prompt.latest,
        labels: prompt.labels.iter().map(|label| (label.label.to_string(), label.version)).collect(),
    };
    Ok(found.data.into_iter().map(choice).collect())
}

/// # Errors
/// NotFound; Denied for who may not write; Conflict once it has started.
pub async fn show(cx: &Cx, project: ProjectId, id: ExperimentId, step: Step) -> Result<Setup, Fault> {
    let experiment = allowed(cx, Action::Write, project, id).await?.experiment;
    experiment.state.check_open()?;
    let (definition, kept) = (experiment.definition, experiment.updated_at.0);
    let ready = experiments::readiness(cx, id).await?;
    let baseline = definition.variants.first().map(|variant| variant.prompt.clone()).unwrap_or_default();
    let traffic = experiments::traffic(cx, project, &baseline).await?;
    let unready = ready.problems.iter().map(|problem| Unready { step: step_of(&problem.field, &definition), detail: said(problem, &definition) });
    Ok(Setup {
        id: id.to_string(),
        step,
        kept,
        form: form::form_of(&definition),
        prompts: choices(cx, project).await?,
        models: provider::models(cx, project).await?.into_iter().map(|model| model.name).collect(),
        unready: unready.collect(),
        overlaps: ready.overlaps,
        requests_a_day: traffic.requests_a_day,
        failed: traffic.failed,
        may_publish: super::may(cx, project, Action::Publish),
        definition,
    })
}

/// Which step a field of a definition stands in.
fn step_of(field: &str, definition: &Definition) -> Step {
    match field.split(['[', '.']).next().unwrap_or_default() {
        "key" | "name" | "hypothesis" => Step::Idea,
        "variants" if field.ends_with(".weight") || (field == "variants" && definition.variants.len() > 1) => Step::Split,
        "variants" => Step::Variants,
        "traffic" => Step::Split,
        "audience" | "forced" | "slices" => Step::Audience,
        _ => Step::Metrics,
    }
}

/// The problem, and of which row.
fn said(problem: &FieldError, definition: &Definition) -> String {
    let of = row(&problem.field).and_then(|(list, at, _)| match list {
        "variants" => definition.variants.get(at).map(|variant| format!("variant {}", variant.key)),
        "metrics" => definition.metrics.get(at).map(|metric| format!("metric {}", metric.name)),
        "audience" => Some(format!("condition {}", at + 1)),
        "forced" => Some("testers".to_owned()),
        _ => None,
    });
    of.map_or_else(|| problem.detail.clone(), |of| format!("{} ({of})", problem.detail))
}

/// `variants[1].key` as list, position and field.
fn row(field: &str) -> Option<(&str, usize, &str)> {
    let (list, rest) = field.split_once('[')?;
    let (at, field) = rest.split_once(']')?;
    Some((list, at.parse().ok()?, field.trim_start_matches('.')))
}

/// The same fault at the names that the form's fields have.
pub fn placed(fault: Fault, definition: &Definition) -> Fault {
    // The form speaks of per cents.
    let words = |detail: &str| {
        if detail.starts_with("The weights need to add up") { "The shares need to add up to 100 per cent.".to_owned() } else { detail.to_owned() }
    };
    let fields: Vec<FieldError> =
        fault.fields.iter().map(|error| FieldError { field: input(&error.field, definition), detail: words(&error.detail) }).collect();
    Fault { message: words(&fault.message), fields, ..fault }
}

fn input(field: &str, definition: &Definition) -> String {
    let Some((list, at, of)) = row(field) else {
        return match field {
            "planned_units" => "form[planned]".to_owned(),
            "variants" if definition.variants.len() > 1 => "weights".to_owned(),
            "key" | "name" | "hypothesis" | "traffic" | "slices" => format!("form[{field}]"),
            other => other.to_owned(),
        };
    };
    match (list, of) {
        ("variants", "weight") => format!("form[weights][{at}]"),
        ("metrics", "min_effect") => format!("form[metrics][{at}][effect]"),
        ("forced", _) => {
            let tester = definition.forced.get(at).and_then(|forced| definition.variant(&forced.variant)).unwrap_or_default();
            format!("form[testers][{tester}]")
        }
        (list, of) => format!("form[{list}][{at}][{}]", of.trim_start_matches("params.")),
    }
}

/// Keeps a step, and says with which query the set-up goes on; `None` to leave it.
///
/// # Errors
/// Invalid at the fields of the form: for what cannot be read nothing is kept, for what is not sound yet it is.
pub async fn keep(cx: &Cx, project: ProjectId, id: ExperimentId, step: Step, then: &str, form: SetupForm) -> Result<Option<String>, Fault> {
    let before = allowed(cx, Action::Write, project, id).await?.experiment.definition;
    let mut definition = form::read(&before, step, form).map_err(|fault| placed(fault, &before))?;
    change_rows(cx, project, &mut definition, step, then).await?;
    let definition = definition.tidy();
    // Whoever only looks around leaves no mark in the history.
    let kept = match definition == before {
        true => experiments::find(cx, id).await?,
        false => experiments::write(cx, id, definition).await.map_err(|fault| placed(fault, &before))?,
    };
    let definition = kept.experiment.definition;
    if then == "next" {
        let problems: Vec<FieldError> =
            experiments::readiness(cx, id).await?.problems.into_iter().filter(|one| step_of(&one.field, &definition) == step).collect();
        let mut sound = Problems::default();
        problems.into_iter().for_each(|problem| sound.add(problem.field, problem.detail));
        sound.check().map_err(|fault| placed(fault, &definition))?;
    }
    let to = match then {
        "next" => step.next(),
        "back" => step.back(),
        "leave" => return Ok(None),
        other => other.strip_prefix("go-").map_or(step, Step::parse),
    };
    // The same step is shown anew, too.
    Ok(Some(format!("step={}&kept={}", to.as_str(), kept.experiment.updated_at.0)))
}

/// Buttons that add a row, take one out, or share evenly.
async fn change_rows(cx: &Cx, project: ProjectId, definition: &mut Definition, step: Step, then: &str) -> Result<(), Fault> {
    let gone = then.strip_prefix("remove-").and_then(|at| at.parse::<usize>().ok());
    match (step, then, gone) {
        (Step::Variants, "add", _) if definition.variants.len() < VARIANTS_MAX => {
            let prompts = choices(cx, project).await?;
            form::add_variant(definition, &prompts);
        }
        (Step::Variants, _, Some(at)) if at < definition.variants.len() => {
            let gone = definition.variants.remove(at);
            definition.forced.retain(|forced| forced.variant != gone.key);
            form::share_evenly(definition);
        }
        (Step::Split, "even", _) => form::share_evenly(definition),
        (Step::Audience, "add", _) => definition.audience.push(atelier_domain::experiment::Condition::default()),
        (Step::Audience, _, Some(at)) if at < definition.audience.len() => drop(definition.audience.remove(at)),
        (Step::Metrics, _, Some(at)) if at < definition.metrics.len() => drop(definition.metrics.remove(at)),
        (Step::Metrics, "add-goal", _) => definition.metrics.push(form::goal(definition)),
        (Step::Metrics, _, _) => definition.metrics.extend(guardrail(then)),
        _ => {}
    }
    Ok(())
}

/// `add-cost`, `add-error` and so on: what people guard, with limits that they may change.
fn guardrail(then: &str) -> Option<atelier_domain::experiment::Metric> {
    let source = Source::parse(then.strip_prefix("add-")?)?;
    let (name, limit, relative) = match source {
        Source::Cost => ("cost", 0.1, true),
        Source::Latency => ("latency", 0.1, true),
        Source::FirstToken => ("first token", 0.1, true),
        Source::Tokens => ("tokens", 0.2, true),
        Source::Error => ("errors", 0.01, false),
        Source::Outcome | Source::Score => ("complaint", 0.02, false),
    };
    let metric = atelier_domain::experiment::Metric::new(name, source, atelier_domain::experiment::Role::Guardrail);
    let direction = atelier_domain::experiment::Direction::Down;
    Some(atelier_domain::experiment::Metric { min_effect: limit, relative, direction, missing: Missing::Exclude, ..metric })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> Definition {
        let variant = |key: &str| Variant { key: key.to_owned(), weight: 0.5, ..Variant::default() };
        let forced = atelier_domain::experiment::Forced { unit: "mara".to_owned(), variant: "b".to_owned() };
        Definition { variants: vec![variant("a"), variant("b")], forced: vec![forced], ..form::blank("k".to_owned()) }
    }

    #[test]
    fn every_problem_stands_at_its_field_and_in_its_step() {
        let definition = definition();
        for (field, name, step) in [
            ("key", "form[key]", Step::Idea),
            ("variants[1].key", "form[variants][1][key]", Step::Variants),
            ("variants[1].params.temperature", "form[variants][1][temperature]", Step::Variants),
            ("variants[0].weight", "form[weights][0]", Step::Split),
            ("variants", "weights", Step::Split),
            ("traffic", "form[traffic]", Step::Split),
            ("audience[2].value", "form[audience][2][value]", Step::Audience),
            ("forced[0].unit", "form[testers][1]", Step::Audience),
            ("metrics[0].min_effect", "form[metrics][0][effect]", Step::Metrics),
            ("planned_units", "form[planned]", Step::Metrics),
        ] {
            assert_eq!((input(field, &definition).as_str(), step_of(field, &definition)), (name, step), "{field}");
        }
    }

    #[test]
    fn a_key_follows_from_the_name() {
        for (name, key) in [("Shorter, warmer replies", "shorter-warmer-replies"), ("  ", ""), ("Ä/B 2", "b-2")] {
            assert_eq!(slug(name), key);
        }
    }
}
