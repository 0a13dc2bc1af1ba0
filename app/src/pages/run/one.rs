//! One run: what went to the model, what came back, what it took.

use atelier_domain::run::Run;
use leptos::prelude::*;
use serde_json::Value;

use crate::pages::Screen;
use crate::{
    api::run::ShowRun,
    ask::Reading,
    components::shell::Page,
    pages::prompt::Measures,
    ui::{Callout, Crumb, Load, Time, use_route_params},
};

use super::table::StateTag;

pub struct RunPage {
    run: Reading<Run>,
}

impl Screen for RunPage {
    fn data() -> Self {
        let params = use_route_params();
        let asked = move || params.with(|params| ShowRun { project: params.get("project").unwrap_or_default(), run: params.get("run").unwrap_or_default() });
        Self { run: Reading::new(asked) }
    }

    fn view(this: Self) -> AnyView {
        let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
        let trail = vec![Crumb::new("Runs", format!("/p/{project}/runs"))];
        view! {
            <Page title="Run" trail=trail>
                <div class="l-scroll">
                    <Load reading=this.run rows=8 let:run><div class="c-panel"><RunBody run=run/></div></Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
pub fn RunBody(run: Run) -> impl IntoView {
    let prompt = format!("/p/{}/prompts/{}?v={}", run.project, run.prompt, run.version);
    let values = run.variables.into_iter().map(|(name, value)| {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        view! { <dt><code class="c-var">{name}</code></dt><dd class="p-sent">{text}</dd> }
    });
    let values = values.collect_view();
    let messages = run.messages.into_iter().map(|message| view! { <li class="c-message"><div class="c-message-head"><b>{message.role.to_string()}</b></div><div class="c-prompt">{message.content}</div></li> }).collect_view();
    view! {
        <section class="c-section">
            <p class="l-row" data-wrap="true">
                <StateTag state=run.state/>
                <a class="c-link" href=prompt>{format!("{} version {}", run.prompt_name, run.version)}</a>
                <span>{run.model}</span>
                <span class="c-hint">{run.started_by} ", " <Time at=run.started_at/></span>
            </p>
        </section>
        <section class="c-section">
            <h2>"Answer"</h2>
            {run.error.map(|error| view! { <Callout tone="bad">{error}</Callout> })}
            <div class="p-answer">{run.output}</div>
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
