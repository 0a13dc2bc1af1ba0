//! Day by day, or hour by hour: bars for the eye, and the same numbers as a table.

use atelier_domain::{number::grouped, traffic::Span};
use leptos::prelude::*;

use super::breakdown::Looks;
use crate::{
    api::cost::{Bar, Costs},
    ui::{Panel, Tag},
};

#[component]
pub fn Days(project: String, costs: Costs) -> impl IntoView {
    let hours = costs.span == Span::Today;
    let (title, each): (_, &'static str) = if hours { ("By hour", "Hour") } else { ("By day", "Day") };
    let looks = costs.may_look.then(|| Looks::new(&project));
    let gaps = costs.bars.iter().any(|bar| bar.sum.is_none() && !bar.unfinished);
    let zeros = costs.bars.iter().any(|bar| bar.sum.as_ref().is_some_and(|sum| sum.cost == 0));
    let rows = costs.bars.into_iter().filter(|bar| bar.sum.is_some()).rev().map(|bar| view! { <Row bar=bar looks=looks.clone()/> }).collect_view();
    let legend = (gaps || zeros).then(|| {
        view! {
            <ul class="c-legend" aria-hidden="true">
                {zeros.then(|| view! { <li><span class="c-swatch p-zero-key"></span>"nothing was charged"</li> })}
                {gaps.then(|| view! { <li>"no bar: before the first request, or still to come"</li> })}
            </ul>
        }
    });
    view! {
        <Panel id="days" title=title say="US dollars; days begin at midnight UTC">
            <div class="c-panel-body">
                <div class="c-chart-box p-chart" inner_html=costs.chart></div>
                {legend}
            </div>
            <details class="p-as-table">
                <summary>"As a table"</summary>
                <div class="c-scroll" tabindex="0" role="region" aria-label="Cost over time">
                    <table class="c-table" data-rows="s">
                        <caption class="sr">"Cost over time, the newest first"</caption>
                        <thead>
                            <tr>
                                <th scope="col">{each}</th><th scope="col" data-num="true">"Cost"</th><th scope="col" data-num="true">"Requests"</th>
                                <th scope="col" data-num="true">"Failed"</th><th scope="col" data-num="true">"From the cache"</th>
                                <th scope="col" data-num="true">"Tokens in"</th><th scope="col" data-num="true">"Tokens out"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </Panel>
    }
    .into_any()
}

#[component]
fn Row(bar: Bar, looks: Option<Looks>) -> impl IntoView {
    let sum = bar.sum.unwrap_or_default();
    let label = match looks.filter(|_| sum.requests > 0) {
        Some(looks) => view! { <a class="c-link" href=looks.href(&[], bar.from, Some(bar.to))>{bar.label}</a> }.into_any(),
        None => bar.label.into_any(),
    };
    let so_far = bar.unfinished.then(|| view! { " " <Tag>"so far"</Tag> });
    view! {
        <tr>
            <th scope="row">{label}{so_far}</th>
            <td data-num="true">{sum.cost().to_string()}</td>
            <td data-num="true">{grouped(sum.requests)}</td>
            <td data-num="true">{grouped(sum.failed)}</td>
            <td data-num="true">{grouped(sum.from_cache)}</td>
            <td data-num="true">{grouped(sum.input)}</td>
            <td data-num="true">{grouped(sum.output)}</td>
        </tr>
    }
    .into_any()
}
