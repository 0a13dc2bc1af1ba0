//! Every test of a project, the newest first; filtered by state in the address.

use atelier_domain::experiment::{Decision, State};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::experiment::{ListExperiments, TestLine, Tests},
    ask::Reading,
    components::shell::{Actions, Page, Sub},
    pages::Screen,
    ui::{Empty, Icon, Load, Pager, Time, figure, use_href_with, use_route_params},
};

use super::{StateTag, may_write, project};

pub struct ExperimentList {
    tests: Reading<Tests>,
}

impl Screen for ExperimentList {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let ask = move || {
            query.with(|query| ListExperiments {
                project: params.with(|params| params.get("project").unwrap_or_default()),
                state: query.get("state").unwrap_or_default(),
                cursor: query.get("cursor"),
            })
        };
        Self { tests: Reading::new(ask) }
    }

    fn view(this: Self) -> AnyView {
        let project = project();
        let (new, about) = (format!("/p/{project}/experiments/new"), format!("/p/{project}/experiments/explained"));
        let may_write = may_write(&project);
        view! {
            <Page title="Experiments">
                <Actions slot>
                    <a class="c-btn l-wide" data-kind="quiet" data-size="s" href=about><Icon name="help"/>"How the numbers are made"</a>
                    {may_write.then(|| view! {
                        <a class="c-btn" data-kind="primary" data-size="s" data-key="n" aria-keyshortcuts="n" href=new><Icon name="plus"/>"New test"</a>
                    })}
                </Actions>
                <Sub slot filters=true>
                    <States/>
                </Sub>
                <Load reading=this.tests rows=6 table=true let:tests><Listed project=project.clone() tests=tests/></Load>
            </Page>
        }
        .into_any()
    }
}

/// Links, so that they work without script.
#[component]
fn States() -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let all = [(None, "Open and decided")].into_iter().chain(State::ALL.iter().map(|state| {
        let words = match state {
            State::Draft => "Drafts",
            State::Running => "Running",
            State::Paused => "Paused",
            State::Decided => "Decided",
            State::Archived => "Archived",
        };
        (Some(state.as_str()), words)
    }));
    let links = all.map(|(state, words)| {
        let href_with = href_with.clone();
        let here = move || query.with(|query| query.get_str("state").filter(|state| !state.is_empty()) == state).then_some("true");
        view! { <a href=move || href_with(&[("state", state), ("cursor", None)]) aria-current=here>{words}</a> }
    });
    view! { <nav class="c-seg" aria-label="State">{links.collect_view()}</nav> }.into_any()
}

#[component]
fn Listed(project: String, tests: Tests) -> impl IntoView {
    if tests.tests.is_empty() {
        let any = !tests.counts.is_empty();
        return view! { <Nothing project=project any=any may_write=tests.may_write/> }.into_any();
    }
    let now = tests.now;
    let rows = tests.tests.into_iter().map(|test| view! { <Row project=project.clone() test=test now=now/> }).collect_view();
    view! {
        <ul class="p-tests" aria-label="Tests, the newest first">{rows}</ul>
        <Pager next=tests.next/>
    }
    .into_any()
}

#[component]
fn Row(project: String, test: TestLine, now: atelier_domain::timestamp::Timestamp) -> impl IntoView {
    let href = match test.state {
        State::Draft if may_write(&project) => format!("/p/{project}/experiments/{}/setup", test.id),
        _ => format!("/p/{project}/experiments/{}", test.id),
    };
    let verdict = test.verdict.as_ref().filter(|_| !test.state.is_over());
    let tone = verdict.and_then(|verdict| match verdict.decision {
        Decision::Ship => Some("ok"),
        Decision::Alarm => Some("bad"),
        Decision::Stop => Some("warn"),
        Decision::Continue => None,
    });
    let said = test.ended.clone().or_else(|| verdict.map(|verdict| verdict.sentence.clone()));
    let said = said.unwrap_or_else(|| "Not started yet: the set-up goes on where it was left.".to_owned());
    let units = (test.state != State::Draft).then(|| {
        let part = 100 * test.units / test.planned_units.max(1);
        view! { <span class="num">{format!("{} of {} units, {part} %", figure::whole(test.units), figure::whole(test.planned_units))}</span> }
    });
    let hypothesis = (!test.hypothesis.is_empty()).then(|| view! { <p class="p-test-why">{test.hypothesis.clone()}</p> });
    let (title, prompt) = (test.title.clone(), test.prompt.clone());
    view! {
        <li>
            <div class="l-row" data-wrap="true">
                <h2><a class="c-row-link" href=href>{title}</a></h2>
                <StateTag state=test.state/>
                <span class="c-hint">{prompt}</span>
            </div>
            {hypothesis}
            <p class="p-test-verdict" data-tone=tone>{said}</p>
            <p class="c-hint l-row" data-wrap="true">{units}<Since test=test now=now/></p>
        </li>
    }
    .into_any()
}

/// "Day 9", "took 12 days", "changed 2 h ago"
#[component]
fn Since(test: TestLine, now: atelier_domain::timestamp::Timestamp) -> impl IntoView {
    match (test.started_at, test.ended_at) {
        (Some(from), Some(to)) => view! { <span>{days(from, to)}</span><span>"ended "<Time at=to now=now/></span> }.into_any(),
        (Some(from), None) => view! { <span>{days(from, now)}</span><span>"started "<Time at=from now=now/></span> }.into_any(),
        _ => view! { <span>"changed "<Time at=test.updated_at now=now/></span> }.into_any(),
    }
}

/// The day that a test is in, or was: the first is 1.
pub fn days(from: atelier_domain::timestamp::Timestamp, to: atelier_domain::timestamp::Timestamp) -> String {
    format!("Day {}", (to.seconds() - from.seconds()).div_euclid(86_400) + 1)
}

#[component]
fn Nothing(project: String, any: bool, may_write: bool) -> impl IntoView {
    if any {
        let href_with = use_href_with();
        return view! {
            <Empty title="No test is in this state">
                <p><a class="c-btn" href=move || href_with(&[("state", None), ("cursor", None)])>"Show the others"</a></p>
            </Empty>
        }
        .into_any();
    }
    let act = match may_write {
        true => view! { <p><a class="c-btn" data-kind="primary" href=format!("/p/{project}/experiments/new")>"New test"</a></p> }.into_any(),
        false => view! { <p>"Editors and owners of this project set tests up."</p> }.into_any(),
    };
    view! {
        <Empty title="No tests yet">
            <p class="l-read">
                "A test gives each of your users one of two or more variants of a prompt, and counts what became of them: whether they were helped, what it cost, how long it took. \
                 It says in one sentence which to ship, and only once the numbers bear it out, however often you look."
            </p>
            {act}
            <p><a class="c-link" href=format!("/p/{project}/experiments/explained")>"How the numbers are made"</a></p>
        </Empty>
    }
    .into_any()
}
