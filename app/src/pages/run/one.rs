//! One run: what went to the model, what came back, what it took.

use atelier_domain::{account::Action, run::Run};
use leptos::prelude::*;
use serde_json::Value;

use crate::pages::Screen;
use crate::{
    api::{
        case::KeepCase,
        run::{ShowWholeRun, WholeRun},
    },
    ask::{ActionForm, Change, Reading},
    components::shell::Page,
    pages::{account::land::on_success, prompt::Measures},
    platform::use_viewer,
    ui::{Callout, Crumb, ErrorNote, Icon, Load, Submit, Time, failure, use_route_params},
};

use super::table::StateTag;

pub struct RunPage {
    run: Reading<WholeRun>,
}

impl Screen for RunPage {
    fn data() -> Self {
        let params = use_route_params();
        let asked =
            move || params.with(|params| ShowWholeRun { project: params.get("project").unwrap_or_default(), run: params.get("run").unwrap_or_default() });
        Self { run: Reading::new(asked) }
    }

    fn view(this: Self) -> AnyView {
        let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
        let trail = vec![Crumb::new("Runs", format!("/p/{project}/runs"))];
        view! {
            <Page title="Run" trail=trail>
                <div class="l-scroll">
                    <Load reading=this.run rows=8 let:whole>
                        <div class="c-panel">
                            <RunBody run=whole.run.clone()/>
                            <KeepAsCase run=whole.run.id.to_string() project=whole.run.project.to_string() prompt=whole.run.prompt.to_string() answered=!whole.run.output.is_empty()/>
                            <Kept whole=whole/>
                        </div>
                    </Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
pub fn RunBody(run: Run) -> impl IntoView {
    let prompt = format!("/p/{}/prompts/{}{}", run.project, run.prompt, if run.version == 0 { String::new() } else { format!("?v={}", run.version) });
    let again = format!(
        "/p/{}/playground?prompt={}&run={}&cols={}~{}",
        run.project,
        run.prompt,
        run.id,
        if run.version == 0 { "d".to_owned() } else { run.version.to_string() },
        run.model
    );
    let values = run.variables.into_iter().map(|(name, value)| {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        view! { <dt><code class="c-var">{name}</code></dt><dd class="p-sent">{text}</dd> }
    });
    let values = values.collect_view();
    let calls = (!run.tool_calls.is_empty())
        .then(|| view! { <pre class="p-raw" tabindex="0">{serde_json::to_string_pretty(&run.tool_calls).unwrap_or_default()}</pre> });
    let messages = run.messages.into_iter().map(|message| view! { <li class="c-message"><div class="c-message-head"><b>{message.role.to_string()}</b></div><div class="c-prompt">{message.content}</div></li> }).collect_view();
    view! {
        <section class="c-section">
            <p class="l-row" data-wrap="true">
                <StateTag state=run.state/>
                <a class="c-link" href=prompt>{if run.version == 0 { format!("{}, a draft", run.prompt_name) } else { format!("{} version {}", run.prompt_name, run.version) }}</a>
                <span>{run.model}</span>
                <span class="c-hint">{run.started_by} ", " <Time at=run.started_at/></span>
                <a class="c-btn l-end" data-size="s" href=again><Icon name="play"/>"Open in the playground"</a>
            </p>
        </section>
        <section class="c-section">
            <h2>"Answer"</h2>
            {run.error.map(|error| view! { <Callout tone="bad">{error}</Callout> })}
            {(!run.reasoning.is_empty()).then(|| view! { <details><summary class="c-hint">"What it thought"</summary><div class="p-text">{run.reasoning.clone()}</div></details> })}
            <div class="p-answer">{run.output}</div>
            {calls}
            {run.measure.map(|measure| view! { <Measures measure=measure/> })}
        </section>
        <section class="c-section">
            <h2>"Variables"</h2>
            <dl class="c-kv">{values}</dl>
        </section>
        <section class="c-section">
            <h2>"Sent to the model"</h2>
            <ol class="l-stack">{messages}</ol>
        </section>
    }
    .into_any()
}

/// What was asked, as a test case of its prompt.
#[component]
fn KeepAsCase(run: String, project: String, prompt: String, answered: bool) -> impl IntoView {
    let may = use_viewer().project(&project).is_some_and(|project| Action::Write.allowed_to(project.role));
    if !may {
        return ().into_any();
    }
    let (keep, kept) = (Change::by::<KeepCase>(), RwSignal::new(None::<u32>));
    on_success(keep, move |number: u32| kept.set(Some(number)));
    let form = |expected: bool, words: &'static str| {
        let run = run.clone();
        view! {
            <ActionForm action=keep>
                <input type="hidden" name="run" value=run/>
                <input type="hidden" name="expected" value=expected.to_string()/>
                <Submit kind="plain" small=true pending=keep.pending()>{words}</Submit>
            </ActionForm>
        }
    };
    let cases = format!("/p/{project}/prompts/{prompt}/cases");
    let said = move || {
        let cases = cases.clone();
        kept.get().map(|number| view! { <span role="status">"Kept as " <a class="c-link" href=cases>{format!("test case {number}")}</a></span> })
    };
    view! {
        <section class="c-section l-stack">
            <h2>"Keep it as a test case"</h2>
            <div class="l-row" data-wrap="true">
                {form(false, "The values")}
                {answered.then(|| form(true, "With this answer as the expected one"))}
                {said}
            </div>
            <ErrorNote fault=failure(keep)/>
        </section>
    }
    .into_any()
}

/// What only this page shows: parameters, price, the template, the answer as it came.
#[component]
fn Kept(whole: WholeRun) -> impl IntoView {
    let WholeRun { run, details } = whole;
    let params = serde_json::to_value(&run.params).ok().and_then(|params| params.as_object().cloned()).unwrap_or_default();
    let params = params.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value.to_string()}</dd> }).collect_view();
    let Some(details) = details else {
        return view! { <section class="c-section"><h2>"Parameters"</h2><dl class="c-kv">{params}</dl></section> }.into_any();
    };
    let price = details.price.map_or_else(|| "not known".to_owned(), |price| price.to_string());
    let grid = details.grid.map(|grid| view! { <p>"Part of "<a class="c-link" href=format!("/p/{}/grids/{grid}", run.project)>"a grid"</a></p> });
    let template = serde_json::to_string_pretty(&details.template).unwrap_or_default();
    let answer = details
        .answer
        .map(|answer| view! { <details><summary>"The provider’s answer as it came"</summary><pre class="p-raw" tabindex="0">{answer}</pre></details> });
    view! {
        <section class="c-section">
            <h2>"Parameters"</h2>
            <dl class="c-kv">{params}<dt>"Price"</dt><dd>{price}</dd></dl>
        </section>
        <section class="c-section l-stack">
            <h2>"As it was kept"</h2>
            {grid}
            <details><summary>"The template, as JSON"</summary><pre class="p-raw" tabindex="0">{template}</pre></details>
            {answer}
        </section>
    }
    .into_any()
}
