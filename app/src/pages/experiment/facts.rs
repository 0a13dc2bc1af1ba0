//! What is compared: variants with their units, the hypothesis, who takes part; and on a tab of its own the whole set-up.

use atelier_domain::experiment::{Definition, Missing, Per, Results, Variant};
use leptos::prelude::*;

use crate::{
    api::experiment::{OpenTest, Place},
    ui::{Label, Panel, Table, figure},
};

use super::{condition_words, effect_words, letter, project, role_words, series, source_words, split_words};

#[component]
pub fn Facts(test: OpenTest, results: Results) -> impl IntoView {
    let definition = test.definition.clone();
    let rows = definition.variants.iter().zip(test.places.clone()).enumerate().map(|(at, (variant, place))| {
        let units = results.variants.get(at).map_or(0, |variant| variant.units);
        view! { <One at=at variant=variant.clone() place=place units=units/> }
    });
    let rows = rows.collect_view();
    let hypothesis =
        (!definition.hypothesis.is_empty()).then(|| view! { <div class="c-section p-hyp"><h3>"Hypothesis"</h3><p>{definition.hypothesis.clone()}</p></div> });
    let compare =
        compare(&definition, &test.places).map(|href| view! { <p class="c-panel-foot"><a class="c-link" href=href>"Compare the two versions"</a></p> });
    view! {
        <section class="c-panel" aria-labelledby="var-h">
            <div class="c-panel-head"><h2 id="var-h">"Variants"</h2><p>{split_words(&definition)}</p></div>
            <ul class="p-variants">{rows}</ul>
            {hypothesis}
            <div class="c-section"><Rest definition=definition/></div>
            {compare}
        </section>
    }
    .into_any()
}

#[component]
fn Rest(definition: Definition) -> impl IntoView {
    let audience = if definition.audience.is_empty() {
        "everybody".to_owned()
    } else {
        definition.audience.iter().map(condition_words).collect::<Vec<_>>().join(", and ")
    };
    let effects = definition.goals().map(|goal| format!("{}: {}", goal.name, effect_words(goal))).collect::<Vec<_>>().join("; ");
    let testers = (!definition.forced.is_empty()).then(|| view! { <dt>"Testers"</dt><dd>{definition.forced.len()}", never counted"</dd> });
    view! {
        <dl class="c-kv" data-right="true">
            <dt>"Key"</dt><dd><code>{definition.key.clone()}</code></dd>
            <dt>"Who takes part"</dt><dd>{audience}</dd>
            {testers}
            <dt>"Smallest effect"</dt><dd>{effects}</dd>
            <dt>"Stop by itself on harm"</dt><dd>{if definition.stop_on_harm { "on" } else { "off" }}</dd>
        </dl>
    }
    .into_any()
}

/// Where both are versions of one prompt.
fn compare(definition: &Definition, places: &[Place]) -> Option<String> {
    let [one, other] = definition.variants.as_slice() else { return None };
    let prompt = places.first()?.prompt.as_ref().filter(|_| one.prompt == other.prompt && one.version != other.version)?;
    Some(format!("/p/{}/prompts/{prompt}/diff?from={}&to={}", project(), one.version, other.version))
}

#[component]
fn One(at: usize, variant: Variant, place: Place, units: u64) -> impl IntoView {
    let labels = place.labels.iter().filter(|(_, version)| *version == variant.version).map(|(label, _)| view! { <Label name=label.clone()/> }).collect_view();
    let model = variant.model.clone().or(place.model).unwrap_or_else(|| "the caller's model".to_owned());
    let params = [variant.params.temperature.map(|t| format!(", temperature {t}")), variant.params.max_tokens.map(|n| format!(", at most {n} tokens"))];
    let params: String = params.into_iter().flatten().collect();
    let title = if variant.key.len() == 1 { format!("Version {}", variant.version) } else { format!("{}: version {}", variant.key, variant.version) };
    let title = match place.prompt {
        Some(prompt) => view! { <a class="c-row-link" href=format!("/p/{}/prompts/{prompt}?v={}", project(), variant.version)>{title}</a> }.into_any(),
        None => view! { <b>{title}</b> }.into_any(),
    };
    view! {
        <li data-series=series(at)>
            <span class="c-letter">{letter(&variant.key, at)}</span>
            <div class="l-stack"><span class="l-row" data-wrap="true">{title}{labels}</span><small>{variant.prompt}": "{model}{params}</small></div>
            <span class="num" title="Units">{figure::whole(units)}<span class="sr">" units"</span></span>
        </li>
    }
    .into_any()
}

/// The whole of it, as it was started.
#[component]
pub fn SetUp(test: OpenTest) -> impl IntoView {
    let definition = test.definition;
    let metrics = definition.metrics.iter().map(|metric| {
        let missing = if metric.missing == Missing::Zero { "counts as 0" } else { "left out" };
        let per = match (&metric.denominator, metric.per) {
            (Some(denominator), _) => format!("divided by {denominator}"),
            (None, Per::Unit) => "sum of each unit".to_owned(),
            (None, Per::Request) => "mean over all values".to_owned(),
        };
        view! { <tr><th scope="row">{metric.name.clone()}</th><td>{role_words(metric.role)}</td><td>{source_words(metric.source)}</td><td>{effect_words(metric)}</td><td>{missing}</td><td>{per}</td></tr> }
    });
    let metrics = metrics.collect_view();
    let phases = test.phases.into_iter().enumerate().map(|(at, (when, weights))| {
        let weights = weights.iter().map(|weight| figure::per_cent(*weight)).collect::<Vec<_>>().join(" / ");
        view! { <tr><th scope="row">{at + 1}</th><td>{when.readable()}</td><td>{weights}" %"</td></tr> }
    });
    let phases: Vec<_> = phases.collect();
    let phases = (!phases.is_empty()).then(|| view! { <Panel id="phases" title="Phases" say="A change of the split begins a new one"><Table caption="When each split began" heads=&["Phase", "Since", "Split"]>{phases}</Table></Panel> });
    let slices = if definition.slices.is_empty() { "none".to_owned() } else { definition.slices.join(", ") };
    view! {
        <Panel id="metrics" title="Metrics"><Table caption="What is measured, and how" heads=&["Name", "What for", "What it is", "Effect", "Without a value", "Several values"]>{metrics}</Table></Panel>
        {phases}
        <section class="c-panel" aria-labelledby="rest-h">
            <div class="c-panel-head"><h2 id="rest-h">"The rest"</h2></div>
            <div class="c-panel-body l-read"><Rest definition=definition.clone()/></div>
            <p class="c-panel-foot">{format!("{} planned; slices: {slices}; α = {}", figure::units(definition.planned_units), definition.alpha)}</p>
        </section>
    }
    .into_any()
}
