//! The goals in parts of the traffic. To look at, and for nothing else: no verdict comes of it.

use atelier_domain::experiment::{Comparison, MetricResult, Role};
use leptos::prelude::*;

use crate::{
    api::experiment::{OpenTest, Standings},
    ui::{
        Callout, Empty, Panel, Tag, Tools,
        figure::{self, Figure},
    },
};

use super::scorecard::Interval;

#[component]
pub fn Slices(test: OpenTest, live: RwSignal<Standings>) -> impl IntoView {
    let attributes = test.definition.slices.join(", ");
    if attributes.is_empty() {
        return view! {
            <Empty title="No slices">
                <p class="l-read">"The set-up names up to three attributes, such as locale or plan; results are then shown for each of their values. This test names none. Copy it to look at it in parts."</p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Callout tone="info">"Exploratory. Of many slices some look good by chance: take what you see here as an idea for the next test, not as a result of this one."</Callout>
        <Panel id="slices" title="Slices">
            <Tools slot><Tag>"exploratory"</Tag></Tools>
            {move || live.with(|live| view! { <Rows slices=live.slices.clone()/> })}
        </Panel>
    }
    .into_any()
}

#[component]
fn Rows(slices: Vec<(String, Vec<MetricResult>)>) -> impl IntoView {
    if slices.is_empty() {
        return view! { <p class="c-panel-body c-hint">"No unit has said what it is yet: attributes come with the assignment."</p> }.into_any();
    }
    let rows = slices.into_iter().flat_map(|(slice, metrics)| {
        let goals = metrics.into_iter().filter(|metric| metric.role == Role::Goal);
        goals.flat_map(move |metric| {
            let slice = slice.clone();
            metric.comparisons.clone().into_iter().map(move |one| view! { <Row slice=slice.clone() metric=metric.clone() comparison=one/> })
        })
    });
    let rows = rows.collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label="Goals in each slice">
            <table class="c-table p-score">
                <caption class="sr">"Goals in each slice"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Slice"</th><th scope="col">"Goal"</th><th scope="col" data-num="true">"Units"</th><th scope="col" data-num="true">"Difference"</th>
                        <th scope="col"><span class="p-int-axis"><span>"lower"</span><span>"0"</span><span>"higher"</span></span></th><th scope="col" data-num="true">"Interval"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(slice: String, metric: MetricResult, comparison: Comparison) -> impl IntoView {
    let figure = Figure::of(metric.measured, &comparison);
    let units: u64 = metric.variants.iter().filter(|one| one.key == comparison.variant || one.key == comparison.baseline).map(|one| one.units).sum();
    let pair = format!("{} minus {}", figure::variant(&comparison.variant), figure::variant(&comparison.baseline));
    view! {
        <tr>
            <th scope="row">{slice}</th>
            <td><span class="l-stack p-metric"><span>{metric.name.clone()}</span><small>{pair}</small></span></td>
            <td data-num="true">{figure::whole(units)}</td>
            <td data-num="true">{figure.said()}</td>
            // No slice has earned a colour.
            <td class="p-int"><Interval role=metric.role standing=atelier_domain::experiment::Standing::Unknown figure=figure planned=true/></td>
            <td data-num="true">{figure.ends().unwrap_or_else(|| "not yet".to_owned())}</td>
        </tr>
    }
    .into_any()
}
