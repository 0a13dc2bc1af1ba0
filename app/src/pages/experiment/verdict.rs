//! What to do, in one sentence; and why it says so.

use atelier_domain::{
    experiment::{Decision, Role, State},
    statistics::days,
};
use leptos::prelude::*;

use crate::{
    api::experiment::{OpenTest, Standings},
    ui::{Icon, Time, figure},
};

use super::project;

#[component]
pub fn Verdict(test: OpenTest, standings: Standings) -> impl IntoView {
    let verdict = standings.results.verdict.clone();
    let over = test.state.is_over();
    let (label, headline) = match &test.decision {
        Some(decision) if over => match &decision.variant {
            Some(variant) => ("Decision", format!("Decided for {}.", figure::variant(variant))),
            None => ("Put away", "No decision was made.".to_owned()),
        },
        _ if test.state == State::Draft => ("Draft", verdict.sentence.clone()),
        _ if verdict.decision == Decision::Continue => ("Verdict so far", verdict.sentence.clone()),
        _ => ("Verdict", verdict.sentence.clone()),
    };
    let tone = match verdict.decision {
        Decision::Alarm if !over => Some("bad"),
        _ => None,
    };
    let cause = (verdict.decision == Decision::Alarm && !over).then(|| view! { <Cause test=test.clone() standings=standings.clone()/> });
    let then = (over && test.started_at.is_some()).then(|| view! { <p class="p-verdict-sub">"The verdict then: "{verdict.sentence.clone()}</p> });
    view! {
        <section class="p-verdict-block" aria-labelledby="verdict-h" aria-live="polite">
            <h2 class="c-label" id="verdict-h">{label}</h2>
            <p class="p-verdict" data-tone=tone>{headline}</p>
            <Why test=test.clone() standings=standings/>
            {then}
            {cause}
        </section>
    }
    .into_any()
}

#[component]
fn Why(test: OpenTest, standings: Standings) -> impl IntoView {
    let results = &standings.results;
    if let Some(decision) = test.decision.clone().filter(|_| test.state.is_over()) {
        let moved = decision.label.map(|label| format!(" The label “{label}” was moved to its version.")).unwrap_or_default();
        return view! { <p class="p-verdict-sub">"By "{decision.by}", "<Time at=decision.at/>"."{moved}" These are the numbers as they were then."</p> }
            .into_any();
    }
    let say = match (test.state, results.verdict.decision) {
        (State::Draft, _) => "Nobody takes part before it starts.".to_owned(),
        (State::Archived, _) => String::new(),
        (State::Paused, Decision::Continue) => "It is paused: nobody new takes part, and outcomes of those who did still count.".to_owned(),
        (_, Decision::Ship) => "The interval lies beyond zero, and stays valid at every look. Shipping moves a label and closes the test.".to_owned(),
        (_, Decision::Stop) => "“Keep the baseline” under the dots closes the test; no label moves.".to_owned(),
        (_, Decision::Alarm) => "No winner is shown while an alarm stands, whatever the numbers below say.".to_owned(),
        (_, Decision::Continue) => plan(&standings),
    };
    view! { <p class="p-verdict-sub">{say}</p> }.into_any()
}

/// "Nothing to decide before 2,400 units; that is 560 more, about 3 days."
fn plan(standings: &Standings) -> String {
    let results = &standings.results;
    let more = results.planned_units.saturating_sub(results.units);
    let safe = "Looking early is safe: the intervals stay valid at every look.";
    if more == 0 {
        return safe.to_owned();
    }
    let when = standings.units_a_day.and_then(|a_day| days(more, a_day));
    let when = when.map(|days| format!(", about {} {}", figure::whole(days), if days == 1 { "day" } else { "days" })).unwrap_or_default();
    format!(
        "It may be won at any look; a test without a gain is called off at {}: that is {} more{when}. {safe}",
        figure::units(results.planned_units),
        figure::whole(more)
    )
}

/// Under an alarm: where to look.
#[component]
fn Cause(test: OpenTest, standings: Standings) -> impl IntoView {
    let results = &standings.results;
    let requests = format!("/p/{}/requests?experiment={}", project(), test.definition.key);
    let looked = test.may_look.then(|| {
        let links = test.definition.variants.iter().map(|variant| {
            view! { <a class="c-link" href=format!("{requests}&variant={}&outcome=failed", variant.key)>{format!("failed requests of {}", figure::variant(&variant.key))}</a> }
        });
        view! { <li>"Errors and time-outs in one variant alone: " <span class="p-links">{links.collect_view()}</span></li> }
    });
    let steps = match results.srm.alarm {
        true => view! {
            <li>"A caller that assigns a unit and then drops it, or shows the variant only where it is fast."</li>
            <li>"Redirects, caches or bots that reach one variant and not another."</li>
        }
        .into_any(),
        false => {
            let missing = results.metrics.iter().filter(|metric| metric.srm.alarm).map(|metric| format!("“{}”", metric.name)).collect::<Vec<_>>().join(", ");
            view! {
                <li>{format!("What sends {missing}: a client that fails, times out or logs less under one variant.")}</li>
                <li>"A release, a version of an app, or a consent banner that differs between the variants."</li>
            }
            .into_any()
        }
    };
    let guards = results.metrics.iter().filter(|metric| metric.role == Role::Guardrail && metric.srm.alarm).count();
    let also =
        (guards > 0).then(|| view! { <li>"A guardrail's values are missing too: the loss is probably on the side of your program, not of the goal."</li> });
    view! {
        <div class="c-callout" data-tone="bad">
            <Icon name="warn"/>
            <div class="l-stack">
                <b>"How to find the cause"</b>
                <ul class="p-cause">{looked}{steps}{also}</ul>
                <span>"Mend it, then copy this test to a new draft: what is lost cannot be counted again. " <a class="c-link" href=format!("/p/{}/experiments/explained#ratio", project())>"How an alarm is raised"</a></span>
            </div>
        </div>
    }
    .into_any()
}
