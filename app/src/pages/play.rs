//! The playground: one set of values, asked of several versions and models side by side.

mod answer;
mod column;
mod compose;
mod head;
mod request;
mod stand;
mod vars;

use atelier_domain::{
    account::Action,
    playground::{COLUMNS_MAX, Setting},
    prompt::ModelFacts,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

use crate::pages::{Screen, grid::StartGrid};
use crate::{
    api::{
        playground::{Bench, OpenBench},
        prompt::FoundPrompt,
    },
    ask::Reading,
    components::shell::{Actions, Page},
    platform::use_viewer,
    ui::{Copy, Crumb, Empty, Icon, Kbd, Load, use_href_with, use_route_params},
};

use column::Column;
use compose::Compose;
use stand::Bank;
use vars::Values;

pub struct Playground {
    bench: Reading<Option<Bench>>,
    found: Reading<Vec<FoundPrompt>>,
    bank: Bank,
}

impl Screen for Playground {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let here = project.clone();
        let settings = query.with_untracked(|query| Setting::read_all(query.get_str("cols").unwrap_or("d")));
        let bank = Bank::new(settings);
        let bench = Reading::maybe(move || {
            let prompt = query.with(|query| query.get("prompt")).filter(|prompt| !prompt.is_empty())?;
            let (run, request) = query.with(|query| (query.get("run"), query.get("request")));
            Some(OpenBench { project: project(), prompt, versions: bank.versions(), run, request })
        });
        let found = Reading::new(move || crate::api::prompt::FindPrompts { project: here(), q: query.with(|query| query.get("q").unwrap_or_default()) });
        Self { bench, found, bank }
    }

    fn view(this: Self) -> AnyView {
        let query = use_query_map();
        let chosen = Memo::new(move |_| query.with(|query| query.get_str("prompt").is_some_and(|prompt| !prompt.is_empty())));
        let Playground { bench, found, bank } = this;
        let shown = move || match chosen.get() {
            true => view! { <OnBench bench=bench bank=bank/> }.into_any(),
            false => view! { <Choose found=found/> }.into_any(),
        };
        shown.into_any()
    }
}

/// Which prompt to put on the bench.
#[component]
fn Choose(found: Reading<Vec<FoundPrompt>>) -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    view! {
        <Page title="Playground">
            <div class="l-scroll">
                <form method="get" role="search" class="l-row p-search">
                    <input
                        class="c-input" type="search" name="q" data-key="/" aria-label="Search prompts" placeholder="Which prompt? Search by name"
                        value=query.with_untracked(|query| query.get("q").unwrap_or_default())
                    />
                    <button class="c-btn" type="submit">"Search"</button>
                </form>
                <Load reading=found rows=6 let:found>
                    <Found found=found href_with=href_with.clone()/>
                </Load>
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn Found<H>(found: Vec<FoundPrompt>, href_with: H) -> impl IntoView
where
    H: Fn(&[(&'static str, Option<&str>)]) -> String,
{
    if found.is_empty() {
        return view! { <Empty title="No prompt found"><p>"The playground asks a prompt of several models side by side. Search for another name, or write a prompt first."</p></Empty> }.into_any();
    }
    let rows = found.into_iter().map(|prompt| {
        let href = href_with(&[("prompt", Some(&prompt.id)), ("q", None)]);
        let latest = prompt.latest.to_string();
        view! { <li><a class="p-case-link" href=href><span>{prompt.name}</span><small>{format!("version {latest}")}</small></a></li> }
    });
    view! { <ul class="c-panel">{rows.collect_view()}</ul> }.into_any()
}

#[component]
fn OnBench(bench: Reading<Option<Bench>>, bank: Bank) -> impl IntoView {
    let title = RwSignal::new("Playground".to_owned());
    let params = use_route_params();
    let trail = move || {
        let project = params.with(|params| params.get("project").unwrap_or_default());
        vec![Crumb::new("Playground", format!("/p/{project}/playground"))]
    };
    follow_address(bank);
    let viewer = use_viewer();
    let project = use_route_params().with(|params| params.get("project").unwrap_or_default());
    let may = viewer.project(&project).is_some_and(|project| Action::Write.allowed_to(project.role));
    view! {
        <Page title=title trail=Signal::derive(trail) fit=true>
            <Actions slot>
                <Link/>
                <button class="c-btn l-wide l-script" data-size="s" type="button" disabled={move || bank.stands.with(Vec::len) >= COLUMNS_MAX} on:click=move |_| bank.add()>
                    <Icon name="plus"/>
                    "Column"
                </button>
                {may.then(|| view! { <RunAll bank=bank/> })}
            </Actions>
            <Load reading=bench rows=8 let:bench>
                {bench.map(|bench| view! { <Laid bench=bench bank=bank title=title/> })}
            </Load>
        </Page>
    }
    .into_any()
}

/// All test cases, asked of the columns that stand here.
#[component]
fn AllCases(prompt: String, cases: usize, bank: Bank) -> impl IntoView {
    let setting = Signal::derive(move || Setting::write_all(&bank.settings()));
    view! {
        <details class="p-all-cases l-script">
            <summary>{if cases == 1 { "Run the test case on these columns".to_owned() } else { format!("Run all {cases} test cases on these columns") }}</summary>
            <StartGrid prompt=prompt setting=setting cases=cases/>
        </details>
    }
    .into_any()
}

/// What the columns are stands in the address, so that it can be sent to somebody.
fn follow_address(bank: Bank) {
    let (location, navigate) = (use_location(), use_navigate());
    Effect::new(move |before: Option<String>| {
        let wanted = Setting::write_all(&bank.settings());
        if before.as_ref().is_some_and(|before| *before != wanted) {
            let mut query = location.query.get_untracked();
            query.replace("cols", wanted.clone());
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&(location.pathname.get_untracked() + &query.to_query_string()), options);
        }
        wanted
    });
}

#[component]
fn Link() -> impl IntoView {
    let location = use_location();
    let url = move || {
        let origin = window().location().origin().unwrap_or_default();
        format!("{origin}{}{}", location.pathname.get(), location.query.get().to_query_string())
    };
    let shown = RwSignal::new(String::new());
    Effect::new(move || shown.set(url()));
    view! { <span class="l-wide l-script">{move || view! { <Copy label="Copy link" text=shown.get()/> }}</span> }.into_any()
}

#[component]
fn RunAll(bank: Bank) -> impl IntoView {
    let repeats = bank.repeats;
    let options = (1..=atelier_domain::playground::REPEATS_MAX).map(|count| view! { <option value=count>{format!("× {count}")}</option> }).collect_view();
    view! {
        <select
            class="c-input l-wide l-script" data-size="s" aria-label="Answers of each column"
            on:change=move |event| repeats.set(event_target_value(&event).parse().unwrap_or(1))
        >
            {options}
        </select>
        <Show
            when=move || bank.running()
            fallback=move || view! {
                <button class="c-btn l-script" data-kind="primary" data-size="s" type="submit" form="bench" aria-keyshortcuts="Control+Enter Meta+Enter">
                    <Icon name="play"/>
                    "Run all"
                    <Kbd>"⌘↵"</Kbd>
                </button>
            }
        >
            <button class="c-btn l-script" data-size="s" type="button" on:click=move |_| bank.stop_all()>
                <Icon name="stop"/>
                "Stop all"
            </button>
        </Show>
    }
    .into_any()
}

#[component]
fn Laid(bench: Bench, bank: Bank, title: RwSignal<String>) -> impl IntoView {
    Effect::new({
        let name = bench.prompt.name.to_string();
        move || title.set(name.clone())
    });
    if bench.versions.is_empty() && !bench.draft {
        let href = format!("/p/{}/prompts/{}", bench.prompt.project, bench.prompt.id);
        return view! {
            <Empty title="Nothing to run yet">
                <p>"This prompt has no version and no draft. "<a class="c-link" href=href>"Write it first"</a>"."</p>
            </Empty>
        }
        .into_any();
    }
    bank.values.update_untracked(|values| {
        for (name, value) in &bench.values {
            values.entry(name.clone()).or_insert_with(|| value.clone());
        }
    });
    bank.lead.set_value(bench.tail.clone());
    // Only what has not begun: a conversation that went on is the reader's own.
    let fresh = |stand: &stand::Stand| stand.tail.with_untracked(Vec::is_empty) && stand.answers.with_untracked(Vec::is_empty);
    bank.stands.get_untracked().into_iter().filter(fresh).for_each(|stand| stand.tail.set(bench.tail.clone()));
    bank.prompt.set_value(bench.prompt.id.to_string());
    let shared = StoredValue::new(bench.clone());
    view! {
        <div class="l-pane p-bench">
            <Values variables=bench.variables.clone() cases=bench.cases.clone() bank=bank may=bench.may_write/>
            {(bench.may_write && bench.case_count > 0).then(|| view! { <AllCases prompt=bench.prompt.id.to_string() cases=bench.case_count bank=bank/> })}
            <datalist id="play-models">{models(&bench.models)}</datalist>
            <div class="l-panes p-cols" data-count=move || bank.stands.with(Vec::len)>
                <For each=move || bank.stands.get() key=|stand| stand.key let:stand>
                    <Column stand=stand bench=shared bank=bank/>
                </For>
            </div>
            {bench.may_write.then(|| view! { <Compose bank=bank/> })}
        </div>
    }
    .into_any()
}

fn models(models: &[ModelFacts]) -> Vec<AnyView> {
    models.iter().map(|model| view! { <option value=model.name.clone()>{model.price.clone()}</option> }.into_any()).collect()
}
