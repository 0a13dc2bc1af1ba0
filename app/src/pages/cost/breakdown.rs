//! What the money went to: by prompt, version, model or key. A row leads to its requests.

use atelier_domain::{
    number::{grouped, short},
    timestamp::Timestamp,
    traffic::{By, Slice, Sum},
};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::figures::per_cent;
use crate::{
    api::cost::Costs,
    ui::{Empty, use_href_with},
};

/// Rows that the server gives at most.
const MOST: usize = 200;

/// The way to requests.
#[derive(Clone)]
pub struct Looks {
    page: String,
}

impl Looks {
    pub fn new(project: &str) -> Self {
        Self { page: format!("/p/{project}/requests") }
    }

    pub fn href(&self, filter: &[(&'static str, String)], from: Timestamp, to: Option<Timestamp>) -> String {
        let span = [Some(("from", from.to_string())), to.map(|to| ("to", to.to_string()))];
        let query: ParamsMap = filter.iter().cloned().chain(span.into_iter().flatten()).collect();
        self.page.clone() + &query.to_query_string()
    }
}

/// What a slice's requests are found by; nothing where they have no such thing.
fn filter(by: By, value: &str) -> Option<Vec<(&'static str, String)>> {
    let (id, version) = value.split_once('@').filter(|_| by == By::Version).unwrap_or((value, ""));
    if id.is_empty() {
        return None;
    }
    Some(match by {
        By::Prompt => vec![("prompt", id.to_owned())],
        By::Version => vec![("prompt", id.to_owned()), ("version", version.to_owned())],
        By::Model => vec![("model", id.to_owned())],
        By::Key => vec![("key", id.to_owned())],
    })
}

fn words(by: By) -> (&'static str, &'static str) {
    match by {
        By::Prompt => ("Prompt", "without a prompt"),
        By::Version => ("Version", "without a prompt"),
        By::Model => ("Model", "no model"),
        By::Key => ("Key", "people in the studio"),
    }
}

#[component]
pub fn Breakdown(project: String, costs: Costs) -> impl IntoView {
    let by = costs.by;
    let looks = costs.may_look.then(|| Looks::new(&project));
    let (total, count) = (costs.total.clone(), costs.slices.len());
    let row = |slice: Slice| {
        let href = looks.as_ref().zip(filter(by, &slice.value)).map(|(looks, filter)| looks.href(&filter, costs.from, costs.to));
        view! { <Row slice=slice by=by href=href total=total.cost/> }
    };
    let rows = costs.slices.into_iter().map(row).collect_view();
    let inside = if count == 0 {
        view! { <Empty title="Nothing in this time"><p>"Choose a longer time above."</p></Empty> }.into_any()
    } else {
        view! { <Sheet by=by total=total count=count>{rows}</Sheet> }.into_any()
    };
    view! {
        <section class="c-panel" aria-labelledby="by-h" id="by">
            <div class="c-panel-head">
                <h2 id="by-h">"By " {by.as_str()}</h2>
                {(count == MOST).then(|| view! { <p>{format!("the dearest {MOST}")}</p> })}
                <span class="l-end"><Choice by=by/></span>
            </div>
            {inside}
        </section>
    }
    .into_any()
}

#[component]
fn Choice(by: By) -> impl IntoView {
    let href_with = use_href_with();
    let links = By::ALL.map(|one| {
        let href_with = href_with.clone();
        let href = move || href_with(&[("by", Some(one.as_str()))]) + "#by";
        view! { <a href=href aria-current=(one == by).then_some("true")>{words(one).0}</a> }
    });
    view! { <nav class="c-seg" aria-label="By">{links.into_iter().collect_view()}</nav> }.into_any()
}

#[component]
fn Sheet(by: By, total: Sum, count: usize, children: Children) -> impl IntoView {
    let heads = ["Share", "Requests", "Each", "Tokens in", "Tokens out", "From the cache", "Failed"];
    let heads = heads.map(|head| view! { <th scope="col" data-num="true">{head}</th> }).into_iter().collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label=format!("Costs by {}", by.as_str())>
            <table class="c-table">
                <caption class="sr">{format!("Cost by {}, the dearest first", by.as_str())}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words(by).0}</th>
                        <th scope="col" data-num="true">"Cost"</th>
                        <th scope="col"><span class="sr">"Share as a bar"</span></th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{children()}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{if count == MOST { "All".to_owned() } else { format!("All {count}") }}</th>
                        <td data-num="true">{total.cost().to_string()}</td>
                        <td></td>
                        <td data-num="true">"100 %"</td>
                        <Numbers sum=total/>
                    </tr>
                </tfoot>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(slice: Slice, by: By, href: Option<String>, total: i64) -> impl IntoView {
    let version = slice.value.rsplit_once('@').filter(|_| by == By::Version).map(|(_, version)| version.to_owned());
    let none = slice.value.is_empty() || slice.value.starts_with('@');
    let name = slice.name.filter(|_| !none).unwrap_or_else(|| words(by).1.to_owned());
    let name = match version.filter(|_| !none).as_deref() {
        Some("0") => format!("{name}, a draft"),
        Some(version) => format!("{name} version {version}"),
        None => name,
    };
    let head = match href {
        Some(href) => view! { <a class="c-link" href=href>{name}</a> }.into_any(),
        None => view! { <span class="c-dim">{name}</span> }.into_any(),
    };
    let share = if total > 0 { slice.sum.cost as f64 * 100.0 / total as f64 } else { 0.0 };
    let unpriced = (slice.sum.unpriced > 0).then(|| format!("{} of its requests have no known price", grouped(slice.sum.unpriced)));
    view! {
        <tr>
            <th scope="row" data-clip="true">{head}</th>
            <td data-num="true"><b>{slice.sum.cost().to_string()}</b>{unpriced.map(|say| view! { <abbr title=say.clone()>"*"</abbr> <span class="sr">{say}</span> })}</td>
            <td class="p-share">
                <svg class="c-bar" data-series="1" data-size="s" aria-hidden="true"><rect width=format!("{share:.1}%") height="100%"></rect></svg>
            </td>
            <td data-num="true">{per_cent(slice.sum.cost, total)}</td>
            <Numbers sum=slice.sum/>
        </tr>
    }
    .into_any()
}

#[component]
fn Numbers(sum: Sum) -> impl IntoView {
    view! {
        <td data-num="true">{grouped(sum.requests)}</td>
        <td data-num="true">{sum.each().map_or_else(|| "–".to_owned(), |each| each.to_string())}</td>
        <td data-num="true">{short(sum.input)}</td>
        <td data-num="true">{short(sum.output)}</td>
        <td data-num="true">{grouped(sum.from_cache)}</td>
        <td data-num="true">{grouped(sum.failed)}</td>
    }
    .into_any()
}
