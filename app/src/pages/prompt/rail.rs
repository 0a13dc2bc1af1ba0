//! Beside the editor: model and parameters (part of the editor's form), and the form that runs the version.

use std::collections::BTreeMap;

use atelier_domain::prompt::{Params, Version};
use leptos::{
    ev::SubmitEvent,
    html,
    prelude::*,
    server_fn::ServerFn,
    web_sys::{FormData, HtmlFormElement},
};

use crate::{
    api::{prompt::OpenPrompt, run::RunAndWait},
    ui::{Icon, Kbd},
};

use super::streaming::{Answer, Live};

#[component]
pub fn Rail(page: OpenPrompt) -> impl IntoView {
    let OpenPrompt { prompt, version, may_write, models, .. } = page;
    let readonly = !may_write || prompt.archived_at.is_some();
    let model = version.as_ref().and_then(|version| version.model.clone());
    let params = version.as_ref().map(|version| version.params.clone()).unwrap_or_default();
    let live = Live::new();
    let run = version.map(|version| {
        let project = prompt.project.to_string();
        view! { <RunForm prompt=prompt.id.to_string() version=version.clone() may_run=may_write live=live/> <Answer live=live project=project/> }
    });
    let none = run.is_none().then(|| view! { <section class="c-section"><h2>"Run"</h2><p class="c-hint">"Save the first version, then run it here on the model of this machine."</p></section> });
    let waiting = live;
    view! {
        <section class="l-pane p-rail" aria-label="Model, variables and answer">
            <div class="l-pane-body" tabindex="0" role="region" aria-label="Settings and answer">
                {run}
                {none}
                <Model model=model params=params models=models readonly=readonly/>
            </div>
            {may_write.then(|| view! { <RunBar live=waiting/> })}
        </section>
    }
    .into_any()
}

/// The button that runs stands at the foot, always in reach.
#[component]
fn RunBar(live: Live) -> impl IntoView {
    view! {
        <div class="p-run">
            <span class="c-hint">"Runs the saved version"</span>
            <Show
                when=move || live.running()
                fallback=|| view! {
                    <button class="c-btn l-end" type="submit" form="run" aria-keyshortcuts="Control+Enter Meta+Enter">
                        <Icon name="play"/>
                        "Run"
                        <Kbd>"⌘↵"</Kbd>
                    </button>
                }
            >
                <button class="c-btn l-end" type="button" on:click=move |_| live.stop()>
                    <Icon name="stop"/>
                    "Stop"
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// A field for each variable. Without script the form waits for the answer on the run's own page.
#[component]
fn RunForm(prompt: String, version: Version, may_run: bool, live: Live) -> impl IntoView {
    let (form, number) = (NodeRef::<html::Form>::new(), version.number);
    let count = version.variables.len();
    let fields = version.variables.iter().map(|name| view! { <Value name=name.clone()/> }).collect_view();
    let (id, names) = (prompt.clone(), version.variables);
    let start = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(form) = form.get_untracked() {
            live.start(id.clone(), number, values(&form, &names));
        }
    };
    let none = (count == 0).then(|| view! { <p class="c-hint">"This version has no variables. Write {{question}} in a message to get one."</p> });
    let refused = (!may_run).then(|| view! { <p class="c-hint">"Editors and owners can run prompts."</p> });
    view! {
        <section class="c-section" aria-labelledby="vars-h">
            <div class="c-section-head">
                <h2 id="vars-h">"Variables"</h2>
                <span class="c-count">{count}</span>
            </div>
            <form id="run" class="l-stack" method="post" action=RunAndWait::url() node_ref=form on:submit=start>
                <input type="hidden" name="prompt" value=prompt/>
                <input type="hidden" name="version" value=number/>
                {fields}
                {none}
                {refused}
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Value(name: String) -> impl IntoView {
    let id = format!("v-{name}");
    view! {
        <div class="p-value">
            <label for=id.clone()><code class="c-var">{name.clone()}</code></label>
            <textarea class="c-input" id=id name=format!("values[{name}]") rows="1" data-grow="true"></textarea>
        </div>
    }
    .into_any()
}

/// What the form's fields hold, by variable.
fn values(form: &HtmlFormElement, names: &[String]) -> BTreeMap<String, String> {
    let Ok(data) = FormData::new_with_form(form) else { return BTreeMap::new() };
    names.iter().filter_map(|name| Some((name.clone(), data.get(&format!("values[{name}]")).as_string()?))).collect()
}

/// Fields of the editor's form, though they stand outside of it.
#[component]
fn Model(model: Option<String>, params: Params, models: Vec<String>, readonly: bool) -> impl IntoView {
    let text = |value: Option<String>| value.unwrap_or_default();
    let options = models.iter().map(|model| view! { <option value=model.clone()></option> }).collect_view();
    let number = move |label: &'static str, name: &'static str, value: String, hint: &'static str| {
        view! {
            <div class="p-value">
                <label for=format!("p-{name}")>{label}</label>
                <input class="c-input" data-size="s" form="editor" id=format!("p-{name}") name=format!("form[{name}]") value=value placeholder=hint inputmode="decimal" readonly=readonly/>
            </div>
        }
    };
    view! {
        <section class="c-section" aria-labelledby="model-h">
            <div class="c-section-head"><h2 id="model-h">"Model"</h2></div>
            <div class="l-stack">
                <input
                    class="c-input" form="editor" name="form[model]" list="models" aria-labelledby="model-h" value=model
                    placeholder=models.first().cloned() readonly=readonly
                />
                <datalist id="models">{options}</datalist>
                {number("Temperature", "temperature", text(params.temperature.map(|t| t.to_string())), "model's own")}
                {number("Longest answer, tokens", "max_tokens", text(params.max_tokens.map(|n| n.to_string())), "256")}
                {number("Top p", "top_p", text(params.top_p.map(|p| p.to_string())), "1")}
                {number("Seed", "seed", text(params.seed.map(|seed| seed.to_string())), "random")}
                <div class="p-value">
                    <label for="p-stop">"Stop texts, one a line"</label>
                    <textarea class="c-input" form="editor" id="p-stop" name="form[stop]" rows="1" data-grow="true" readonly=readonly>{params.stop.unwrap_or_default().join("\n")}</textarea>
                </div>
            </div>
        </section>
    }
    .into_any()
}
