//! Every metric with its interval: goals first, then guardrails. Each row has its own scale; zero stands in the middle.

use atelier_domain::experiment::{Comparison, Direction, MetricResult, Results, Role, Standing};
use leptos::prelude::*;

use crate::{
    api::experiment::OpenTest,
    ui::{
        Icon,
        figure::{self, Figure},
    },
};

/// What a row needs of the test beside its own comparison.
#[derive(Clone, Copy, PartialEq)]
struct Around {
    /// The planned sample is reached.
    planned: bool,
    /// There are more than two variants: rows name theirs.
    several: bool,
}

#[component]
pub fn Scorecard(test: OpenTest, results: Results) -> impl IntoView {
    let around = Around { planned: results.units >= results.planned_units, several: results.variants.len() > 2 };
    let heads = heads(&results, around.several);
    let rows = |role: Role| {
        let metrics = results.metrics.iter().filter(move |metric| metric.role == role);
        let rows =
            metrics.flat_map(|metric| metric.comparisons.iter().map(move |one| view! { <Row metric=metric.clone() comparison=one.clone() around=around/> }));
        rows.collect::<Vec<_>>()
    };
    let (goals, guards) = (rows(Role::Goal), rows(Role::Guardrail));
    let guards = (!guards.is_empty()).then(|| view! { <tbody class="p-guards">{guards}</tbody> });
    let comparisons = test.definition.goals().count() * results.variants.len().saturating_sub(1);
    let corrected = if comparisons > 1 { format!(", corrected for {comparisons} comparisons of goals") } else { String::new() };
    let say = format!("{} % intervals, valid at every look{corrected}", figure::per_cent(1.0 - test.definition.alpha));
    let (baseline, lower, higher) = heads;
    view! {
        <section class="c-panel" aria-labelledby="score-h">
            <div class="c-panel-head"><h2 id="score-h">"Scorecard"</h2><p>{say}</p></div>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Every metric with its interval">
                <table class="c-table p-score">
                    <caption class="sr">"Every metric: baseline, variant, difference and its interval"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Metric"</th>
                            <th scope="col" data-num="true" class="l-wide">{baseline.0}</th>
                            <th scope="col" data-num="true" class="l-wide">{baseline.1}</th>
                            <th scope="col" data-num="true">"Difference"</th>
                            <th scope="col"><span class="p-int-axis"><span>{lower}</span><span>"0"</span><span>{higher}</span></span></th>
                            <th scope="col" data-num="true">"Interval"</th>
                            <th scope="col">"Reading"</th>
                        </tr>
                    </thead>
                    <tbody>{goals}</tbody>
                    {guards}
                </table>
            </div>
            <Key/>
        </section>
    }
    .into_any()
}

/// The names of the two columns of means, and what stands at the ends of the scale.
fn heads(results: &Results, several: bool) -> ((String, String), String, String) {
    let name = |at: usize| results.variants.get(at).map(|variant| figure::variant(&variant.key)).unwrap_or_default();
    match several {
        true => ((name(0), "Variant".to_owned()), "lower".to_owned(), "higher".to_owned()),
        // A long name would push the zero out of the middle.
        false if name(1).len() > 3 => ((name(0), name(1)), "lower".to_owned(), "higher".to_owned()),
        false => ((name(0), name(1)), format!("{} lower", name(1)), format!("{} higher", name(1))),
    }
}

#[component]
fn Key() -> impl IntoView {
    view! {
        <p class="c-panel-foot l-row" data-wrap="true">
            <span class="p-key">
                <svg width="28" height="12" aria-hidden="true" class="c-interval" data-early="true" data-tone="accent"><rect class="body" x="1" y="1" width="26" height="10" rx="2"></rect><circle class="point" cx="14" cy="6" r="3"></circle></svg>
                "dashed until the planned sample"
            </span>
            <span class="p-key"><svg width="8" height="14" aria-hidden="true" class="c-interval"><line class="limit" x1="4" x2="4" y1="0" y2="14"></line></svg>"limit of a guardrail"</span>
            <span>"Each row has its own scale; the dotted line is zero."</span>
        </p>
    }
    .into_any()
}

#[component]
fn Row(metric: MetricResult, comparison: Comparison, around: Around) -> impl IntoView {
    let figure = Figure::of(metric.measured, &comparison);
    let mean = |key: &str| metric.variants.iter().find(|variant| variant.key == key).and_then(|variant| variant.mean);
    let shown = |key: &str| mean(key).map_or_else(|| "–".to_owned(), |mean| figure::mean(metric.measured, mean));
    let better = if metric.direction == Direction::Up { "higher is better" } else { "lower is better" };
    let about = match metric.role {
        Role::Goal => format!("goal · {better}"),
        Role::Guardrail if comparison.limit == 0.0 => "guardrail · not worse".to_owned(),
        Role::Guardrail => format!("guardrail · at most {}{}", if comparison.limit > 0.0 { "+" } else { "−" }, figure.limit()),
    };
    let of = around.several.then(|| format!("{}, ", figure::variant(&comparison.variant)));
    let own = comparison.difference.map(|difference| figure::difference(metric.measured, difference));
    view! {
        <tr>
            <th scope="row"><span class="l-stack p-metric"><span>{metric.name.clone()}</span><small>{of}{about}</small></span></th>
            <td data-num="true" class="l-wide">{shown(&comparison.baseline)}</td>
            <td data-num="true" class="l-wide">{shown(&comparison.variant)}</td>
            <td data-num="true" title=own><b>{figure.said()}</b></td>
            <td class="p-int"><Interval role=metric.role standing=comparison.standing figure=figure planned=around.planned/></td>
            <td data-num="true">{figure.ends().unwrap_or_else(|| "not yet".to_owned())}</td>
            <td><Reading metric=metric.clone() comparison=comparison/></td>
        </tr>
    }
    .into_any()
}

/// The interval on its own scale: zero in the middle, the furthest of what is shown at the edge.
#[component]
pub fn Interval(role: Role, standing: Standing, figure: Figure, planned: bool) -> impl IntoView {
    let limit = if role == Role::Guardrail { figure.limit } else { 0.0 };
    let furthest = [figure.low, figure.high, figure.difference, Some(limit)].into_iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    let x = move |value: f64| if furthest > 0.0 { 100.0 + 92.0 * value / furthest } else { 100.0 };
    let tone = match standing {
        Standing::Better | Standing::Within => Some("good"),
        Standing::Worse | Standing::Harm => Some("bad"),
        Standing::Open if role == Role::Goal => Some("accent"),
        Standing::Open | Standing::Unknown => None,
    };
    let early = (!planned && standing == Standing::Open).then_some("true");
    let body = figure.low.zip(figure.high).map(|(low, high)| {
        let (left, right) = (x(low), x(high));
        view! { <rect class="body" x=format!("{left:.2}") y="5" width=format!("{:.2}", (right - left).max(1.0)) height="10" rx="2"></rect> }
    });
    let point = figure
        .difference
        .filter(|_| figure.low.is_some())
        .map(|difference| view! { <circle class="point" cx=format!("{:.2}", x(difference)) cy="10" r="3.5"></circle> });
    let edge = (limit != 0.0).then(|| view! { <line class="limit" x1=format!("{:.2}", x(limit)) x2=format!("{:.2}", x(limit)) y1="3" y2="17"></line> });
    view! {
        <svg class="c-interval" viewBox="0 0 200 20" preserveAspectRatio="xMinYMid meet" data-tone=tone data-early=early aria-hidden="true">
            <line class="zero" x1="100" x2="100" y1="0" y2="20"></line>
            {edge}
            {body}
            {point}
        </svg>
    }
    .into_any()
}

#[component]
pub fn Reading(metric: MetricResult, comparison: Comparison) -> impl IntoView {
    let gain = comparison.difference.map_or(0.0, |difference| metric.gain(difference));
    let ahead = if gain > 0.0 { &comparison.variant } else { &comparison.baseline };
    let (icon, tone, words) = match (comparison.standing, metric.role) {
        (Standing::Better, _) => ("check", Some("good"), "Better".to_owned()),
        (Standing::Worse, _) => ("warn", Some("bad"), "Worse".to_owned()),
        (Standing::Within, _) => ("check", Some("good"), "Within limit".to_owned()),
        (Standing::Harm, _) => ("warn", Some("bad"), "Beyond limit".to_owned()),
        (Standing::Open, Role::Goal) if !Figure::of(metric.measured, &comparison).is_nothing() => {
            ("half", None, format!("Leaning to {}", figure::variant(ahead)))
        }
        (Standing::Open, _) => ("half", None, "Open".to_owned()),
        (Standing::Unknown, _) if metric.srm.alarm => ("warn", Some("bad"), "Alarm".to_owned()),
        (Standing::Unknown, _) => ("half", None, "Not yet".to_owned()),
    };
    view! { <span class="c-delta" data-tone=tone><Icon name=icon small=true/>{words}</span> }.into_any()
}
