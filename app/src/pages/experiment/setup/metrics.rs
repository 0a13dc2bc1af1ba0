//! The fifth step: what the test is won by, what must not become worse, and how many units it takes.

use atelier_domain::experiment::{Direction, Missing, Per, Role, Source};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::plan::Plan;
use crate::{
    api::{
        UiError,
        experiment::setup::{MetricForm, Setup},
    },
    pages::experiment::source_words,
    ui::{Check, Field, Select},
};

#[component]
pub fn Metrics(setup: Setup, fault: Signal<Option<UiError>>) -> impl IntoView {
    // What is typed of the first goal is what the plan is for.
    let goal = setup.form.metrics.iter().position(|metric| metric.role == Role::Goal.as_str()).unwrap_or_default();
    let typed = RwSignal::new(setup.form.metrics.get(goal).map(|metric| (metric.effect.clone(), metric.unit.clone())).unwrap_or_default());
    let follow = move |event: leptos::ev::Event| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()).and_then(|field| field.get_attribute("name"));
        let value = event_target_value(&event);
        match field.as_deref() {
            Some(name) if name == format!("form[metrics][{goal}][effect]") => typed.update(|typed| typed.0 = value),
            Some(name) if name == format!("form[metrics][{goal}][unit]") => typed.update(|typed| typed.1 = value),
            _ => {}
        }
    };
    let stop = setup.form.stop.is_some();
    let rows = setup.form.metrics.clone().into_iter().enumerate().map(|(at, metric)| view! { <Row at=at metric=metric fault=fault/> }).collect_view();
    let none =
        setup.form.metrics.is_empty().then(|| view! { <p>"Nothing is measured yet. Begin with the goal: what would make a variant the better one?"</p> });
    view! {
        <h2>"Goals and guardrails"</h2>
        <p class="c-hint l-read">"A goal is what the test is won by. A guardrail is what must not become worse than a limit, whatever the goal says."</p>
        {none}
        <div class="l-stack" on:input=follow>{rows}</div>
        <Adds/>
        <Check label="Pause by itself once harm is shown: a goal became worse, or a guardrail is beyond its limit" name="form[stop]" checked=stop/>
        <Plan setup=setup typed=typed fault=fault/>
    }
    .into_any()
}

/// What people measure, ready to be changed.
#[component]
fn Adds() -> impl IntoView {
    let guards =
        [(Source::Cost, "Cost"), (Source::Latency, "Latency"), (Source::FirstToken, "First token"), (Source::Error, "Errors"), (Source::Outcome, "Outcome")];
    let guards = guards.map(|(source, words)| {
        view! { <button class="c-btn" data-size="s" type="submit" name="then" value=format!("add-{}", source.as_str()) aria-label=format!("Add a guardrail: {words}")>{words}</button> }
    });
    view! {
        <div class="l-row" data-wrap="true">
            <button class="c-btn" data-size="s" type="submit" name="then" value="add-goal">"Add a goal"</button>
            <span class="c-label">"Add a guardrail:"</span>
            {guards.into_iter().collect_view()}
        </div>
    }
    .into_any()
}

fn options<T: Copy>(all: &[T], word: fn(T) -> &'static str, words: fn(T) -> &'static str) -> Vec<(String, String)> {
    all.iter().map(|one| (word(*one).to_owned(), words(*one).to_owned())).collect()
}

#[component]
fn Row(at: usize, metric: MetricForm, fault: Signal<Option<UiError>>) -> impl IntoView {
    let name = move |field: &str| format!("form[metrics][{at}][{field}]");
    let goal = metric.role == Role::Goal.as_str();
    let title = format!("{} {}", if goal { "Goal" } else { "Guardrail" }, metric.name);
    let roles = options(Role::ALL, Role::as_str, |role| if role == Role::Goal { "Goal" } else { "Guardrail" });
    let directions = options(Direction::ALL, Direction::as_str, |direction| if direction == Direction::Up { "Higher" } else { "Lower" });
    let units = [("points", "Points of a share"), ("relative", "Per cent of the baseline"), ("own", "In its own unit")];
    let units = units.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    let (kind, rare) = (metric.role.clone(), metric.clone());
    let effect = if goal { "Smallest gain that matters" } else { "Harm that is put up with" };
    view! {
        <fieldset class="p-card" data-role=kind>
            <legend class="sr">{title.clone()}</legend>
            <div class="l-row">
                <h3>{title.clone()}</h3>
                <button class="c-btn l-end" data-kind="quiet" data-size="s" type="submit" name="then" value=format!("remove-{at}") aria-label=format!("Remove {title}")>"Remove"</button>
            </div>
            <div class="p-fields">
                <Field label="Name" name=name("name") value=metric.name.clone() hint="Of an outcome, what your program sends it as" maxlength=100 fault=fault/>
                <Select label="What it is" name=name("source") options=options(Source::ALL, Source::as_str, source_words) value=metric.source.clone() fault=fault/>
                <Select label="What for" name=name("role") options=roles value=metric.role.clone() fault=fault/>
                <Select label="Which way is better" name=name("direction") options=directions value=metric.direction.clone() fault=fault/>
                <Field label=effect name=name("effect") value=metric.effect.clone() fault=fault/>
                <Select label="Measured in" name=name("unit") options=units value=metric.unit.clone() fault=fault/>
                <Rare at=at metric=rare fault=fault/>
            </div>
        </fieldset>
    }
    .into_any()
}

/// Fields that are seldom changed.
#[component]
fn Rare(at: usize, metric: MetricForm, fault: Signal<Option<UiError>>) -> impl IntoView {
    let name = move |field: &str| format!("form[metrics][{at}][{field}]");
    let missing = options(Missing::ALL, Missing::as_str, |missing| if missing == Missing::Zero { "Counts as 0" } else { "Is left out" });
    let per = options(Per::ALL, Per::as_str, |per| if per == Per::Unit { "Sum of each unit" } else { "Mean over all values" });
    view! {
        <Select label="A unit of which nothing is heard" name=name("missing") options=missing value=metric.missing fault=fault/>
        <Select label="A unit with several values" name=name("per") options=per value=metric.per fault=fault/>
        <Field label="Divided by the outcome" name=name("denominator") value=metric.denominator placeholder="nothing" maxlength=100 fault=fault/>
    }
    .into_any()
}
