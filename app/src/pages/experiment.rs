//! Tests on live traffic: the list, the set-up in steps, one test with its numbers, and how they are made.

mod acts;
mod checks;
mod course;
mod explained;
mod facts;
mod history;
mod list;
mod live;
mod new;
mod one;
mod samples;
mod scorecard;
mod setup;
mod slices;
mod verdict;

pub use explained::Explained;
pub use list::ExperimentList;
pub use new::NewExperiment;
pub use one::ExperimentPage;
pub use setup::SetUpExperiment;

use atelier_domain::{
    account::Action,
    experiment::{Condition, Definition, Metric, Role, Source, State},
};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    platform::use_viewer,
    ui::{Tag, figure, use_route_params},
};

/// The project of the address.
fn project() -> String {
    use_route_params().with_untracked(|params| params.get("project").unwrap_or_default())
}

fn may_write(project: &str) -> bool {
    use_viewer().project(project).is_some_and(|project| Action::Write.allowed_to(project.role))
}

#[component]
fn StateTag(state: State) -> impl IntoView {
    let (tone, words) = match state {
        State::Draft => (None, "Draft"),
        State::Running => (Some("info"), "Running"),
        State::Paused => (Some("warn"), "Paused"),
        State::Decided => (Some("ok"), "Decided"),
        State::Archived => (None, "Archived"),
    };
    let live = (state == State::Running).then(|| view! { <span class="c-live" aria-hidden="true"></span> });
    match tone {
        Some(tone) => view! { <Tag tone=tone>{live}{words}</Tag> }.into_any(),
        None => view! { <Tag>{live}{words}</Tag> }.into_any(),
    }
}

fn source_words(source: Source) -> &'static str {
    match source {
        Source::Outcome => "Outcome that your program sends",
        Source::Cost => "Cost of its requests",
        Source::Latency => "Time to the whole answer",
        Source::FirstToken => "Time to the first token",
        Source::Tokens => "Tokens",
        Source::Error => "Failed requests",
        Source::Score => "Score",
    }
}

fn role_words(role: Role) -> &'static str {
    match role {
        Role::Goal => "goal",
        Role::Guardrail => "guardrail",
    }
}

/// "at least 3 points", "at most 10 % more"
fn effect_words(metric: &Metric) -> String {
    let share = matches!(metric.source, Source::Outcome | Source::Score | Source::Error) && metric.denominator.is_none();
    let size = match metric.relative {
        true => format!("{} %", figure::per_cent(metric.min_effect)),
        false if share && metric.min_effect < 1.0 => format!("{} pt", figure::per_cent(metric.min_effect)),
        false => metric.min_effect.to_string(),
    };
    match metric.role {
        Role::Goal if metric.min_effect == 0.0 => "any gain matters".to_owned(),
        Role::Goal => format!("a gain of {size} matters"),
        Role::Guardrail if metric.min_effect == 0.0 => "no harm at all".to_owned(),
        Role::Guardrail => format!("at most {size} worse"),
    }
}

/// "locale is one of sv, en"
fn condition_words(condition: &Condition) -> String {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let value = match &condition.value {
        Value::Null => String::new(),
        Value::Array(values) => format!(" {}", values.iter().map(one).collect::<Vec<_>>().join(", ")),
        value => format!(" {}", one(value)),
    };
    format!("{} {}{value}", condition.attribute, condition.is.words())
}

/// "half each, whole traffic"; "20, 80 %, a quarter of the traffic"
fn split_words(definition: &Definition) -> String {
    let weights = definition.weights();
    let even = weights.iter().all(|weight| (weight - weights[0]).abs() < 1e-6);
    let parts = match (even, weights.len()) {
        (true, 2) => "half each".to_owned(),
        (true, count) => format!("{} % each", figure::per_cent(1.0 / count as f64)),
        (false, _) => format!("{} %", weights.iter().map(|weight| figure::per_cent(*weight)).collect::<Vec<_>>().join(", ")),
    };
    let traffic = if definition.traffic >= 1.0 { "whole traffic".to_owned() } else { format!("{} % of the traffic", figure::per_cent(definition.traffic)) };
    format!("{parts}, {traffic}")
}

/// The colour of a variant, by its position: the baseline's is grey.
fn series(at: usize) -> usize {
    if at == 0 { 8 } else { at.min(7) }
}

/// A variant's letter: its key where that is one, else by its position.
fn letter(key: &str, at: usize) -> String {
    let by_position = || char::from(b'A' + u8::try_from(at.min(25)).unwrap_or_default()).to_string();
    if key.len() == 1 { key.to_uppercase() } else { by_position() }
}
