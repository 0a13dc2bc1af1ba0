//! Whether the data can be trusted, before any number of it is read.

use atelier_domain::{
    experiment::{MetricResult, Results, Role, Standing},
    statistics::days,
};
use leptos::prelude::*;

use crate::{
    api::experiment::Standings,
    ui::{Icon, figure},
};

/// How a check went.
#[derive(Clone, Copy, PartialEq)]
enum Health {
    Good,
    Open,
    Bad,
}

#[component]
pub fn Checks(standings: Standings) -> impl IntoView {
    let results = &standings.results;
    let (ratio, guards, data) = (ratio(results), guards(results), data(results));
    view! {
        <ul class="p-checklist" aria-label="Health checks">
            <Check health=ratio.0 title=ratio.1 say=ratio.2/>
            <Sample standings=standings.clone()/>
            <Check health=guards.0 title=guards.1 say=guards.2/>
            <Check health=data.0 title=data.1 say=data.2/>
        </ul>
    }
    .into_any()
}

#[component]
fn Check(health: Health, title: String, say: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let icon = match health {
        Health::Good => "check",
        Health::Open => "half",
        Health::Bad => "warn",
    };
    view! {
        <li>
            <span class="p-health" data-ok=(health == Health::Good).then_some("true") data-bad=(health == Health::Bad).then_some("true")><Icon name=icon/></span>
            <div><b>{title}</b><small>{say}</small>{children.map(|children| children())}</div>
        </li>
    }
    .into_any()
}

fn ratio(results: &Results) -> (Health, String, String) {
    let units = results.variants.iter().map(|variant| figure::whole(variant.units)).collect::<Vec<_>>().join(" and ");
    let shares = results.variants.iter().map(|variant| figure::per_cent(variant.weight)).collect::<Vec<_>>().join(" / ");
    let say = format!("{units}; {shares} % expected");
    match (results.srm.alarm, results.units) {
        (true, _) => (Health::Bad, "Sample ratio is broken".to_owned(), say),
        (false, 0) => (Health::Open, "No units yet".to_owned(), "The first assignment starts the count".to_owned()),
        (false, _) => (Health::Good, "Sample ratio holds".to_owned(), say),
    }
}

#[component]
fn Sample(standings: Standings) -> impl IntoView {
    let Results { units, planned_units: planned, .. } = standings.results;
    let more = planned.saturating_sub(units);
    let say = match (more, standings.units_a_day) {
        (0, _) => "the planned sample is reached".to_owned(),
        (_, Some(a_day)) => match days(more, a_day) {
            Some(left) => format!("about {} {} at {a_day:.0} a day", figure::whole(left), if left == 1 { "day" } else { "days" }),
            None => "nobody takes part by now".to_owned(),
        },
        (more, None) => format!("{} to go", figure::whole(more)),
    };
    let part = 100.0 * units as f64 / planned.max(1) as f64;
    let (health, width) = (if more == 0 { Health::Good } else { Health::Open }, format!("{:.1}%", part.min(100.0)));
    view! {
        <Check health=health title=format!("Sample {} of {}", figure::whole(units), figure::whole(planned)) say=say>
            <svg class="c-bar" data-size="s" role="img" aria-label=format!("{part:.0} per cent of the planned sample")><rect width=width height="100%"></rect></svg>
        </Check>
    }
    .into_any()
}

fn guards(results: &Results) -> (Health, String, String) {
    let guards: Vec<&MetricResult> = results.metrics.iter().filter(|metric| metric.role == Role::Guardrail).collect();
    let harmed = guards.iter().filter(|metric| metric.comparisons.iter().any(|one| one.standing == Standing::Harm)).count();
    let within = guards.iter().filter(|metric| metric.comparisons.iter().all(|one| one.standing == Standing::Within)).count();
    let worse = results.metrics.iter().filter(|metric| metric.comparisons.iter().any(|one| one.standing == Standing::Worse)).count();
    match (guards.len(), harmed + worse) {
        (_, 1..) => (
            Health::Bad,
            "Harm is shown".to_owned(),
            format!("{} beyond what is put up with", if harmed + worse == 1 { "one metric is".to_owned() } else { format!("{} metrics are", harmed + worse) }),
        ),
        (0, _) => (Health::Open, "No guardrails".to_owned(), "nothing watches cost, errors or time".to_owned()),
        (all, _) if within == all => (Health::Good, "No guardrail harmed".to_owned(), format!("{within} of {all} within their limits")),
        (all, _) => (Health::Open, "No guardrail harmed".to_owned(), format!("{within} of {all} shown within their limits so far")),
    }
}

/// Whether values arrive, and whether units stay in their variants.
fn data(results: &Results) -> (Health, String, String) {
    let mixed = match results.mixed_units {
        0 => "no unit was seen in two variants".to_owned(),
        1 => "1 unit was seen in two variants, and is left out".to_owned(),
        count => format!("{} units were seen in two variants, and are left out", figure::whole(count)),
    };
    if let Some(metric) = results.metrics.iter().find(|metric| metric.srm.alarm) {
        return (Health::Bad, "Values are missing unevenly".to_owned(), format!("of “{}”; {mixed}", metric.name));
    }
    let Some(goal) = results.metrics.iter().find(|metric| metric.role == Role::Goal) else { return (Health::Open, "No goal".to_owned(), mixed) };
    let heard: u64 = goal.variants.iter().map(|variant| variant.units).sum();
    if heard == 0 {
        return (Health::Open, format!("No value of “{}” yet", goal.name), mixed);
    }
    let part = 100.0 * heard as f64 / results.units.max(1) as f64;
    let health = if results.mixed_units * 20 > results.units { Health::Open } else { Health::Good };
    (health, "Outcomes are arriving".to_owned(), format!("{:.1} % of units have a value; {mixed}", part.min(100.0)))
}
