//! One test: what to do first, then the numbers that say so. They are read again while it runs and somebody looks.

use std::time::Duration;

use atelier_domain::{account::Action, experiment::State};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        UiError,
        experiment::{Happened, OpenTest, Said, ShowExperiment, ShowHappened, ShowSamples, ShowStandings, Standings},
    },
    ask::{Reading, ask},
    components::shell::{Actions, Beside, Page, Sub},
    pages::Screen,
    platform::use_viewer,
    ui::{Crumb, ErrorNote, Skeleton, Tabs, Time, use_route_params},
};

use super::{
    StateTag,
    acts::{Acts, Changes},
    facts::SetUp,
    history::History,
    list::days,
    live::Results,
    project,
    samples::Samples,
    slices::Slices,
};

/// Seconds between two looks.
const EVERY: u64 = 3;

#[derive(Clone, Copy)]
pub struct ExperimentPage {
    test: Reading<OpenTest>,
    standings: Reading<Standings>,
    samples: Reading<Option<Vec<Said>>>,
    happened: Reading<Option<Vec<Happened>>>,
    changes: Changes,
}

impl Screen for ExperimentPage {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let place = move || params.with(|params| (params.get("project").unwrap_or_default(), params.get("experiment").unwrap_or_default()));
        let on = move |tab: &'static str| query.with(|query| query.get_str("tab") == Some(tab));
        let (here, there, said, viewer) = (place.clone(), place.clone(), place.clone(), use_viewer());
        let test = Reading::new(move || {
            let (project, experiment) = place();
            ShowExperiment { project, experiment }
        });
        let standings = Reading::new(move || {
            let (project, experiment) = here();
            ShowStandings { project, experiment }
        });
        let samples = Reading::maybe(move || {
            let (project, experiment) = there();
            let may_look = viewer.project(&project).is_some_and(|project| Action::SeeRequests.allowed_to(project.role));
            (on("samples") && may_look).then_some(ShowSamples { project, experiment })
        });
        let happened = Reading::maybe(move || {
            let (project, experiment) = said();
            on("history").then_some(ShowHappened { project, experiment })
        });
        let changes = Changes::new(move || {
            test.refetch();
            standings.refetch();
            happened.refetch();
        });
        Self { test, standings, samples, happened, changes }
    }

    fn view(this: Self) -> AnyView {
        let shown = move || {
            Suspend::new(async move {
                match (this.test.load().await, this.standings.load().await) {
                    (Ok(test), Ok(standings)) => view! { <Framed page=this test=test standings=standings/> }.into_any(),
                    (Err(fault), _) | (_, Err(fault)) => view! { <Absent fault=fault/> }.into_any(),
                }
            })
        };
        view! { <Transition fallback=Waiting>{shown}</Transition> }.into_any()
    }
}

fn trail() -> Vec<Crumb> {
    vec![Crumb::new("Experiments", format!("/p/{}/experiments", project()))]
}

/// The shape of what is coming.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <Page title="Test" trail=trail()>
            <div class="l-scroll"><Skeleton rows=8/></div>
        </Page>
    }
    .into_any()
}

/// A page still, with a heading and a way out.
#[component]
fn Absent(fault: UiError) -> impl IntoView {
    view! {
        <Page title="Test" trail=trail()>
            <div class="l-scroll"><ErrorNote fault=Signal::stored(Some(fault))/></div>
        </Page>
    }
    .into_any()
}

#[component]
fn Framed(page: ExperimentPage, test: OpenTest, standings: Standings) -> impl IntoView {
    let live = RwSignal::new(standings);
    follow(page, &test, live);
    let base = format!("/p/{}/experiments/{}", project(), test.id);
    let tabs = [("Results", "results"), ("What they said", "samples"), ("Slices", "slices"), ("Set-up", "setup"), ("History", "history")];
    let tabs = tabs.map(|(words, tab)| (words, format!("{base}?tab={tab}"))).to_vec();
    let about = match test.started_at {
        Some(at) => view! { <span class="num">{days(at, test.ended_at.unwrap_or(test.now))}</span>", started "<Time at=at now=test.now/>" by "{test.created_by.clone()} }.into_any(),
        None => view! { "Made "<Time at=test.created_at now=test.now/>" by "{test.created_by.clone()} }.into_any(),
    };
    let (state, acts) = (test.state, test.clone());
    view! {
        <Page title=test.definition.title().to_owned() trail=trail()>
            <Beside slot><StateTag state=state/></Beside>
            <Actions slot>
                <Acts test=acts live=live changes=page.changes/>
            </Actions>
            <Sub slot>
                <Tabs label="Test" tabs=tabs/>
                <section class="l-row l-end l-wide c-hint" aria-label="About"><p>{about}</p></section>
            </Sub>
            <div class="l-scroll p-exp"><Tab page=page test=test live=live/></div>
        </Page>
    }
    .into_any()
}

#[component]
fn Tab(page: ExperimentPage, test: OpenTest, live: RwSignal<Standings>) -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| query.get("tab").unwrap_or_default()));
    move || {
        let test = test.clone();
        match tab.get().as_str() {
            "samples" => view! { <Samples test=test samples=page.samples/> }.into_any(),
            "slices" => view! { <Slices test=test live=live/> }.into_any(),
            "setup" => view! { <SetUp test=test/> }.into_any(),
            "history" => view! { <History happened=page.happened now=test.now/> }.into_any(),
            _ => view! { <Results test=test live=live/> }.into_any(),
        }
    }
}

/// Looks again every few seconds while the test runs and somebody can see it. What is shown stays until something else is true.
fn follow(page: ExperimentPage, test: &OpenTest, live: RwSignal<Standings>) {
    let (known, id, project, asking) = (test.state, test.id.clone(), project(), StoredValue::new(false));
    Effect::new(move || {
        if known != State::Running {
            return;
        }
        let (project, id) = (project.clone(), id.clone());
        let look = move || {
            if document().hidden() || asking.try_get_value() != Some(false) {
                return;
            }
            asking.set_value(true);
            let call = ShowStandings { project: project.clone(), experiment: id.clone() };
            spawn_local(async move {
                let answer = ask(call).await;
                // The page may be gone by now.
                asking.try_set_value(false);
                let Ok(now) = answer else { return };
                if now.results.state != known {
                    // It stopped by itself, or somebody else has changed it.
                    page.test.refetch();
                }
                if live.try_with_untracked(|before| *before != now) == Some(true) {
                    live.try_set(now);
                }
            });
        };
        if let Ok(ticks) = set_interval_with_handle(look, Duration::from_secs(EVERY)) {
            on_cleanup(move || ticks.clear());
        }
    });
}
