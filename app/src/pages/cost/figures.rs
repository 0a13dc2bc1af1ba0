//! The headline numbers, each against as much time before; and what is not sure about them.

use std::cmp::Ordering;

use atelier_domain::{
    account::Action,
    number::{grouped, short},
    traffic::change,
};
use leptos::prelude::*;

use crate::{
    api::cost::Costs,
    platform::use_viewer,
    ui::{Callout, Icon},
};

#[component]
pub fn Figures(project: String, costs: Costs) -> impl IntoView {
    let (total, before, against) = (&costs.total, &costs.before, costs.against.as_str());
    let unfinished = costs.to.is_none();
    let failed = (total.failed > 0).then(|| format!("{} failed", grouped(total.failed)));
    let hits = format!("{} from the cache", per_cent(total.from_cache, total.requests));
    let tokens = format!("{} in, {} out", short(total.input), short(total.output));
    view! {
        <ul class="c-kpis" aria-label=format!("Cost {}", costs.words)>
            <Figure name=format!("Spent {}", costs.words) value=total.cost().to_string() beside="" now=total.cost before=before.cost against=against more="bad" unfinished=unfinished/>
            <Figure name="Requests" value=short(total.requests) beside=failed.unwrap_or_default() now=total.requests before=before.requests against=against more="" unfinished=unfinished/>
            <Figure name="Saved by the cache" value=total.saved().to_string() beside=hits now=total.saved before=before.saved against=against more="good" unfinished=unfinished/>
            <Figure name="Tokens" value=short(total.tokens()) beside=tokens now=total.tokens() before=before.tokens() against=against more="" unfinished=unfinished/>
        </ul>
        <Unsure project=project costs=costs.clone()/>
    }
    .into_any()
}

/// "12 %"
pub fn per_cent(part: i64, whole: i64) -> String {
    match (i128::from(part) * 100).checked_div(whole.into()) {
        Some(0) if part > 0 => "under 1 %".to_owned(),
        found => format!("{} %", found.unwrap_or_default()),
    }
}

#[component]
fn Figure<'a>(
    #[prop(into)] name: String,
    value: String,
    /// A smaller number beside it; empty for none.
    #[prop(into)]
    beside: String,
    now: i64,
    before: i64,
    against: &'a str,
    /// What more of it is: `good`, `bad`, or neither.
    more: &'static str,
    unfinished: bool,
) -> impl IntoView {
    let (order, words) = change(now, before, against);
    let less = match more {
        "good" => "bad",
        "bad" => "good",
        neither => neither,
    };
    let (icon, tone) = match order {
        Ordering::Greater => (Some("up-arrow"), more),
        Ordering::Less => (Some("down-arrow"), less),
        Ordering::Equal => (None, ""),
    };
    let known = before > 0;
    view! {
        <li class="c-kpi">
            <span class="c-kpi-name">{name}</span>
            <span class="c-kpi-value">
                <data value=now.to_string() data-unfinished=unfinished.then_some("true")>{value}</data>
                {(!beside.is_empty()).then(|| view! { <small>{beside}</small> })}
            </span>
            <div class="c-kpi-foot">
                <span class="c-delta p-delta" data-tone=(known && !tone.is_empty()).then_some(tone)>
                    {icon.filter(|_| known).map(|icon| view! { <Icon name=icon small=true/> })}
                    {words}
                </span>
            </div>
        </li>
    }
    .into_any()
}

/// What the numbers leave out, and what in them was counted here.
#[component]
fn Unsure(project: String, costs: Costs) -> impl IntoView {
    let owns = use_viewer().project(&project).is_some_and(|project| Action::Administer.allowed_to(project.role));
    let (unpriced, estimated) = (costs.total.unpriced, costs.total.estimated);
    let models: Vec<String> = costs.unpriced.iter().take(3).cloned().collect();
    let more = costs.unpriced.len().saturating_sub(models.len());
    let models = models.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() };
    let set = owns.then(|| {
        let q = costs.unpriced.first().cloned().unwrap_or_default();
        let query = leptos_router::params::ParamsMap::from_iter([("tab", "prices".to_owned()), ("q", q)]);
        view! { " " <a class="c-link" href=format!("/p/{project}/settings{}", query.to_query_string())>"Set a price"</a> "; it holds from the next request on." }
    });
    let left_out = (unpriced > 0).then(|| {
        let of = if unpriced == 1 {
            "1 request of a model without a known price is".to_owned()
        } else {
            format!("{} requests of models without a known price are", grouped(unpriced))
        };
        view! { <Callout tone="warn">{of} " not in it: " {models} "." {set}</Callout> }
    });
    let counted = (estimated > 0).then(|| {
        let of = if estimated == 1 { "1 request".to_owned() } else { format!("{} requests ({})", grouped(estimated), per_cent(estimated, costs.total.requests)) };
        view! { <p class="c-hint">"For " {of} " the provider did not say how many tokens were used, as when a client leaves: they were counted here, and their cost is an estimate."</p> }
    });
    let any = left_out.is_some() || counted.is_some();
    any.then(|| view! { <div class="l-stack">{left_out} {counted}</div> }).into_any()
}
