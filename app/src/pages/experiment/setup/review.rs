//! The last step: the whole of it at a glance, what stands in the way, and the start.

use atelier_domain::experiment::Definition;
use leptos::prelude::*;

use super::StepLinks;
use crate::{
    api::experiment::setup::{Setup, Step, Unready},
    ask::{ActionForm, Change},
    pages::experiment::{condition_words, effect_words, letter, role_words, series, split_words},
    ui::{ErrorNote, Icon, Submit, failure, figure},
};

#[component]
pub fn Review(project: String, setup: Setup, start: Change) -> impl IntoView {
    let href = format!("/p/{project}/experiments/{}/setup", setup.id);
    let ready = setup.unready.is_empty();
    view! {
        <div class="p-setup">
            <StepLinks href=href.clone() at=Step::Review/>
            <h2>"Review and start"</h2>
            <Whole definition=setup.definition.clone() href=href.clone()/>
            <Checks setup=setup.clone() href=href/>
            <Start project=project setup=setup ready=ready start=start/>
        </div>
    }
    .into_any()
}

#[component]
fn Whole(definition: Definition, href: String) -> impl IntoView {
    let edit =
        move |step: Step| view! { <a class="c-link" href=format!("{href}?step={}", step.as_str())>"Change"<span class="sr">" "{step.label()}</span></a> };
    let variants = definition.variants.iter().enumerate().map(|(at, variant)| {
        let more = [variant.model.clone(), variant.params.temperature.map(|t| format!("temperature {t}")), variant.params.max_tokens.map(|n| format!("at most {n} tokens"))];
        let more: String = more.into_iter().flatten().map(|part| format!(", {part}")).collect();
        view! { <li class="l-row" data-series=series(at)><span class="c-letter" aria-hidden="true">{letter(&variant.key, at)}</span><span><b>{variant.key.clone()}</b>": "{variant.prompt.clone()}" version "{variant.version}{more}</span></li> }
    });
    let variants = variants.collect_view();
    let audience = if definition.audience.is_empty() {
        "Everybody".to_owned()
    } else {
        definition.audience.iter().map(condition_words).collect::<Vec<_>>().join(", and ")
    };
    let testers =
        (!definition.forced.is_empty()).then(|| format!("; {} {}", definition.forced.len(), if definition.forced.len() == 1 { "tester" } else { "testers" }));
    let metrics = definition
        .metrics
        .iter()
        .map(|metric| view! { <li><b>{metric.name.clone()}</b>", "{role_words(metric.role)}": "{effect_words(metric)}</li> })
        .collect_view();
    view! {
        <dl class="p-review">
            <div><dt>"Hypothesis"</dt><dd><b>{definition.title().to_owned()}</b>" "<code>{definition.key.clone()}</code><p>{definition.hypothesis.clone()}</p></dd><dd>{edit(Step::Idea)}</dd></div>
            <div><dt>"Variants"</dt><dd><ul class="l-stack">{variants}</ul></dd><dd>{edit(Step::Variants)}</dd></div>
            <div><dt>"Split"</dt><dd>{split_words(&definition)}</dd><dd>{edit(Step::Split)}</dd></div>
            <div><dt>"Who takes part"</dt><dd>{audience}{testers}</dd><dd>{edit(Step::Audience)}</dd></div>
            <div><dt>"Metrics"</dt><dd><ul>{metrics}</ul><p class="c-hint">{format!("{} planned", figure::units(definition.planned_units))}{definition.stop_on_harm.then_some("; pauses by itself on harm")}</p></dd><dd>{edit(Step::Metrics)}</dd></div>
        </dl>
    }
    .into_any()
}

#[component]
fn Checks(setup: Setup, href: String) -> impl IntoView {
    let fine = |words: &'static str| view! { <li><span class="p-health" data-ok="true"><Icon name="check"/></span><div><b>{words}</b></div></li> }.into_any();
    let wrong = setup.unready.iter().map(|Unready { step, detail }| {
        let to = format!("{href}?step={}", step.as_str());
        view! { <li><span class="p-health" data-bad="true"><Icon name="x"/></span><div><b>{detail.clone()}</b><small><a class="c-link" href=to>{format!("Mend it under “{}”", step.label())}</a></small></div></li> }.into_any()
    });
    let wrong: Vec<AnyView> = wrong.collect();
    let sound = wrong.is_empty().then(|| [fine("Versions exist, and their variables agree"), fine("Shares add up, and there is a goal to win by")]);
    let alone = match setup.overlaps.is_empty() {
        true => fine("No other test runs on its prompts"),
        false => view! { <li><span class="p-health" data-warn="true"><Icon name="warn"/></span><div><b>"Another test runs on the same prompt"</b><small>{overlaps(&setup.overlaps)}</small></div></li> }.into_any(),
    };
    view! { <section aria-labelledby="checks-h"><h3 id="checks-h">"Checks before the start"</h3><ul class="p-checklist" data-long="true">{sound}{wrong}{alone}</ul></section> }.into_any()
}

/// "“Greeting” on support/reply"
fn overlaps(all: &[(String, String)]) -> String {
    all.iter().map(|(test, prompt)| format!("“{test}” on {prompt}")).collect::<Vec<_>>().join(", ")
}

#[component]
fn Start(project: String, setup: Setup, ready: bool, start: Change) -> impl IntoView {
    let test = format!("/p/{project}/experiments/{}", setup.id);
    let confirm = (!setup.overlaps.is_empty()).then(|| {
        let say =
            format!("{} runs too. The same people may be in both, and each can muddle the other's numbers. I want both to run.", overlaps(&setup.overlaps));
        view! { <label class="c-check"><input type="checkbox" name="confirmed" value="true" required=true/><span>{say}</span></label> }
    });
    let button = match (ready, setup.may_publish) {
        (true, true) => view! { <Submit pending=start.pending()>"Start the test"</Submit> }.into_any(),
        (false, _) => view! {
            <button class="c-btn" data-kind="primary" type="button" aria-disabled="true" aria-describedby="start-why">"Start the test"</button>
            <span class="c-hint" id="start-why">"Mend what stands above first."</span>
        }
        .into_any(),
        (true, false) => view! { <span class="c-hint">"Editors and owners start tests."</span> }.into_any(),
    };
    view! {
        <ActionForm action=start attr:class="l-stack">
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="experiment" value=setup.id/>
            {confirm}
            <ErrorNote fault=failure(start)/>
            <div class="l-row" data-wrap="true">{button}<a class="c-btn" data-kind="quiet" href=test>"Look at the draft"</a></div>
        </ActionForm>
    }
    .into_any()
}
