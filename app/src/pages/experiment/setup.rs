//! A draft, step by step. Each step is a form of its own: whichever button sends it, what is typed is kept first.

mod audience;
mod idea;
mod metrics;
mod plan;
mod review;
mod split;
mod variants;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::{audience::Audience, idea::Idea, metrics::Metrics, review::Review, split::SplitFields, variants::Variants};
use crate::{
    api::{
        UiError,
        experiment::{
            StartExperiment,
            setup::{KeepStep, Setup, ShowSetup, Step},
        },
    },
    ask::{ActionForm, Change, Reading},
    components::shell::Page,
    pages::{Screen, account::land::focus_mistake},
    ui::{Crumb, ErrorNote, Icon, Load, Submit, failure, use_route_params},
};

use super::project;

pub use split::SplitFields as Shares;

pub struct SetUpExperiment {
    setup: Reading<Setup>,
    keep: Change,
    start: Change,
}

impl Screen for SetUpExperiment {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let ask = move || {
            let of = |name| params.with(|params| params.get(name).unwrap_or_default());
            let call = ShowSetup { project: of("project"), experiment: of("experiment"), step: query.with(|query| query.get("step").unwrap_or_default()) };
            // The address says when something was kept: then the same step is read anew.
            let kept: u64 = query.with(|query| query.get_str("kept").and_then(|kept| kept.parse().ok()).unwrap_or_default());
            // Microseconds, and a browser counts to 2³².
            (call, usize::try_from(kept % u64::from(u32::MAX)).unwrap_or_default())
        };
        Self { setup: Reading::on(ask), keep: Change::by::<KeepStep>(), start: Change::by::<StartExperiment>() }
    }

    fn view(this: Self) -> AnyView {
        let Self { setup, keep, start } = this;
        let (project, query) = (project(), use_query_map());
        let trail = vec![Crumb::new("Experiments", format!("/p/{project}/experiments"))];
        let title = Signal::derive(move || format!("Set-up: {}", query.with(|query| Step::parse(query.get_str("step").unwrap_or_default())).label()));
        focus_mistake(keep);
        view! {
            <Page title=title trail=trail>
                <div class="l-scroll">
                    <Load reading=setup rows=6 let:setup><Fresh project=project.clone() setup=setup keep=keep start=start/></Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

/// What was kept is shown in new fields: those that somebody typed into would hold on to their text.
#[component]
fn Fresh(project: String, setup: Setup, keep: Change, start: Change) -> impl IntoView {
    let key = (setup.step.as_str(), setup.kept);
    view! {
        <For each=move || [setup.clone()] key=move |_| key let:setup>
            <Desk project=project.clone() setup=setup keep=keep start=start/>
        </For>
    }
}

#[component]
fn Desk(project: String, setup: Setup, keep: Change, start: Change) -> impl IntoView {
    if setup.step == Step::Review {
        return view! { <Review project=project setup=setup start=start/> }.into_any();
    }
    let (step, id, fault) = (setup.step, setup.id.clone(), failure(keep));
    let body = match step {
        Step::Idea => view! { <Idea setup=setup fault=fault/> }.into_any(),
        Step::Variants => view! { <Variants setup=setup fault=fault/> }.into_any(),
        Step::Split => view! { <ShareStep setup=setup fault=fault/> }.into_any(),
        Step::Audience => view! { <Audience setup=setup fault=fault/> }.into_any(),
        Step::Metrics | Step::Review => view! { <Metrics setup=setup fault=fault/> }.into_any(),
    };
    view! {
        <ActionForm action=keep attr:class="p-setup" attr:novalidate="" attr:autocomplete="off">
            // What the Enter key presses: the first button of a form.
            <button type="submit" name="then" value="next" hidden=true tabindex="-1">"Next"</button>
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="experiment" value=id/>
            <input type="hidden" name="step" value=step.as_str()/>
            <StepButtons at=step/>
            {body}
            <Loose fault=fault/>
            <div class="l-row" data-wrap="true">
                {(step != Step::Idea).then(|| view! { <Submit kind="plain" name="then" value="back" pending=keep.pending()>"Back"</Submit> })}
                <Submit name="then" value="next" pending=keep.pending()>{format!("Next: {}", step.next().label().to_lowercase())}</Submit>
                <span class="l-end"><Submit kind="quiet" name="then" value="leave" pending=keep.pending()>"Save and leave"</Submit></span>
            </div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn ShareStep(setup: Setup, fault: Signal<Option<UiError>>) -> impl IntoView {
    view! {
        <h2>"Split and share of traffic"</h2>
        <p class="c-hint l-read">"Each unit, say a user, gets one variant and keeps it. When shares change later, only as many units move as must."</p>
        <SplitFields definition=setup.definition fault=fault/>
        <p><button class="c-btn" data-size="s" type="submit" name="then" value="even">"Share evenly"</button></p>
    }
    .into_any()
}

/// Problems that no field of the step shows beside itself.
#[component]
fn Loose(fault: Signal<Option<UiError>>) -> impl IntoView {
    let loose = move || {
        let UiError(fault) = fault.get()?;
        let all = fault.fields.iter().filter(|error| !error.field.starts_with("form[")).map(|error| error.detail.clone());
        Some(all.collect::<Vec<_>>()).filter(|loose| !loose.is_empty())
    };
    let whole = Signal::derive(move || fault.get().filter(|UiError(fault)| fault.fields.is_empty()));
    let shown = move || {
        let items = loose()?.into_iter().map(|detail| view! { <p class="c-error"><Icon name="warn" small=true/>{detail}</p> });
        Some(view! { <div class="l-stack" role="alert">{items.collect_view()}</div> })
    };
    view! {
        {shown}
        <ErrorNote fault=whole/>
    }
    .into_any()
}

/// Where we are: before there is a draft to go back and forth in.
#[component]
pub fn Steps(at: Step) -> impl IntoView {
    let items = Step::ALL.into_iter().enumerate().map(|(number, step)| {
        let here = (step == at).then_some("step");
        view! { <li aria-current=here><span class="p-step"><b class="num">{number + 1}</b>{step.label()}</span></li> }
    });
    view! { <ol class="p-steps" aria-label="Steps">{items.collect_view()}</ol> }.into_any()
}

/// The same as buttons: each keeps what is typed, and goes there.
#[component]
fn StepButtons(at: Step) -> impl IntoView {
    let items = Step::ALL.into_iter().enumerate().map(|(number, step)| {
        let here = (step == at).then_some("step");
        view! {
            <li aria-current=here>
                <button class="p-step" type="submit" name="then" value=format!("go-{}", step.as_str())><b class="num">{number + 1}</b>{step.label()}</button>
            </li>
        }
    });
    view! { <ol class="p-steps" aria-label="Steps">{items.collect_view()}</ol> }.into_any()
}

/// The same as links, where nothing is typed.
#[component]
fn StepLinks(href: String, at: Step) -> impl IntoView {
    let items = Step::ALL.into_iter().enumerate().map(|(number, step)| {
        let here = (step == at).then_some("step");
        view! { <li aria-current=here><a class="p-step" href=format!("{href}?step={}", step.as_str())><b class="num">{number + 1}</b>{step.label()}</a></li> }
    });
    view! { <ol class="p-steps" aria-label="Steps">{items.collect_view()}</ol> }.into_any()
}
