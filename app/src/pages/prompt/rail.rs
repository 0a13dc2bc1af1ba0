//! Beside the editor: model and parameters (part of the editor's form), and the form that runs the version.

use std::collections::BTreeMap;

use atelier_domain::prompt::{DraftForm, Inclusion, ModelFacts, Variable, VariableType, Version, suggested};
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

use super::{
    message::grouped,
    shapes::Shapes,
    streaming::{Answer, Live},
};

#[component]
pub fn Rail(page: OpenPrompt, readonly: bool) -> impl IntoView {
    let OpenPrompt { prompt, version, may_write, models, form, includes, .. } = page;
    let live = Live::new();
    let run = version.map(|version| {
        let project = prompt.project.to_string();
        view! { <RunForm prompt=prompt.id.to_string() version=version.clone() may_run=may_write live=live/> <Answer live=live project=project/> }
    });
    let none = run.is_none().then(|| view! { <section class="c-section"><h2>"Run"</h2><p class="c-hint">"Save the first version, then run it here on the model of this machine."</p></section> });
    let waiting = live;
    let play = format!("/p/{}/playground?prompt={}", prompt.project, prompt.id);
    view! {
        <section class="l-pane p-rail" aria-label="Model, variables and answer">
            <div class="l-pane-body" tabindex="0" role="region" aria-label="Settings and answer">
                {run}
                {none}
                <Model form=form.clone() models=models readonly=readonly/>
                <Shapes form=form readonly=readonly/>
                <Includes project=prompt.project.to_string() includes=includes/>
            </div>
            {may_write.then(|| view! { <RunBar live=waiting play=play/> })}
        </section>
    }
    .into_any()
}

/// The button that runs the saved version, and the way to try the draft and other models. It stands at the foot, always in reach.
#[component]
fn RunBar(live: Live, play: String) -> impl IntoView {
    view! {
        <div class="p-run">
            <a class="c-btn" data-kind="quiet" data-size="s" href=play>"Playground"</a>
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
    let (count, specs) = (version.variables.len(), version.specs());
    let fields = specs.into_iter().map(|variable| view! { <Value variable=variable/> }).collect_view();
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
                <button class="c-btn l-end l-script" data-kind="quiet" data-size="xs" type="button" command="show-modal" commandfor="variables"><Icon name="edit"/>"Declare"</button>
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

/// A field as the variable's type wants it, filled with its example.
#[component]
fn Value(variable: Variable) -> impl IntoView {
    let (id, name) = (format!("v-{}", variable.name), format!("values[{}]", variable.name));
    let shown = suggested(&variable);
    let holder = match &variable.default {
        Some(default) => format!("{} unless given", atelier_domain::prompt::shown(default)),
        None if variable.required => String::new(),
        None => "may be left out".to_owned(),
    };
    let described = (!variable.description.is_empty()).then(|| format!("{id}-hint"));
    let control = match variable.kind {
        VariableType::Number => {
            view! { <input class="c-input" data-size="s" id=id.clone() name=name inputmode="decimal" value=shown placeholder=holder aria-describedby=described.clone()/> }.into_any()
        }
        VariableType::Boolean => {
            let options = [("", "not given"), ("true", "yes"), ("false", "no")].map(|(value, words)| view! { <option value=value selected=value == shown>{words}</option> });
            view! { <select class="c-input" data-size="s" id=id.clone() name=name aria-describedby=described.clone()>{options.collect_view()}</select> }.into_any()
        }
        _ => {
            let code = matches!(variable.kind, VariableType::Json | VariableType::Messages).then_some("false");
            view! { <textarea class="c-input" id=id.clone() name=name rows="1" data-grow="true" spellcheck=code placeholder=holder aria-describedby=described.clone()>{shown}</textarea> }.into_any()
        }
    };
    view! {
        <div class="p-value">
            <label for=id><code class="c-var">{variable.name.clone()}</code><span class="c-hint">{(variable.kind != VariableType::Text).then(|| variable.kind.to_string())}</span></label>
            {control}
            {described.map(|described| view! { <p class="c-hint p-value-hint" id=described>{variable.description.clone()}</p> })}
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
fn Model(form: DraftForm, models: Vec<ModelFacts>, readonly: bool) -> impl IntoView {
    let options = models.iter().map(|model| view! { <option value=model.name.clone()>{facts(model)}</option> }).collect_view();
    let (chosen, first) = (RwSignal::new(form.model.clone()), models.first().map(|model| model.name.clone()));
    let (known, usual) = (StoredValue::new(models), first.clone().unwrap_or_default());
    let say = move || {
        let name = chosen.get();
        let name = if name.trim().is_empty() { usual.clone() } else { name };
        known
            .with_value(|known| known.iter().find(|model| model.name == name.trim()).map(facts))
            .unwrap_or_else(|| "Not connected to this studio: what pulls the prompt may use it.".to_owned())
    };
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
                    class="c-input" form="editor" name="form[model]" list="models" aria-labelledby="model-h" aria-describedby="model-facts" value=form.model
                    placeholder=first readonly=readonly on:input=move |event| chosen.set(event_target_value(&event))
                />
                <datalist id="models">{options}</datalist>
                <p class="c-hint" id="model-facts">{say}</p>
                {number("Temperature", "temperature", form.temperature, "model's own")}
                {number("Longest answer, tokens", "max_tokens", form.max_tokens, "256")}
                {number("Top p", "top_p", form.top_p, "1")}
                {number("Seed", "seed", form.seed, "random")}
                <div class="p-value">
                    <label for="p-stop">"Stop texts, one a line"</label>
                    <textarea class="c-input" form="editor" id="p-stop" name="form[stop]" rows="1" data-grow="true" readonly=readonly>{form.stop}</textarea>
                </div>
                <details open=!form.more.is_empty()>
                    <summary class="c-hint">"Further parameters, JSON"</summary>
                    <textarea class="c-input c-code" form="editor" name="form[more]" rows="2" data-grow="true" spellcheck="false" aria-label="Further parameters, JSON" readonly=readonly>{form.more.clone()}</textarea>
                </details>
            </div>
        </section>
    }
    .into_any()
}

/// What people choose a model by.
fn facts(model: &ModelFacts) -> String {
    let window = if model.window > 0 { format!("{} tokens of context", grouped(model.window)) } else { "context not known yet".to_owned() };
    let lacks = if model.lacks.is_empty() { String::new() } else { format!(" · cannot: {}", model.lacks.join(", ")) };
    format!("{window} · {}{lacks}", model.price)
}

/// The prompts that the version includes; one that has moved on is offered.
#[component]
fn Includes(project: String, includes: Vec<Inclusion>) -> impl IntoView {
    if includes.is_empty() {
        return ().into_any();
    }
    let rows = includes.into_iter().map(|include| {
        let href = format!("/p/{project}/prompts/{}", include.prompt);
        let pinned = include.pinned.unwrap_or_default();
        let moved = include.moved_on().then(|| {
            view! {
                <p class="c-callout">
                    <Icon name="pin"/>
                    <span>{format!("It stands at {pinned}; version {} is out. Saving takes it.", include.current)}</span>
                    <a class="c-btn" data-kind="quiet" data-size="s" href=format!("{href}/diff?from={pinned}&to={}", include.current)>"Compare"</a>
                </p>
            }
        });
        view! { <li><a class="c-inc" href=href.clone()>{include.name.to_string()}</a> <span class="c-hint num">{format!(" at version {pinned}")}</span> {moved}</li> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="c-section" aria-labelledby="includes-h">
            <div class="c-section-head"><h2 id="includes-h">"Includes"</h2></div>
            <ul class="l-stack">{rows}</ul>
        </section>
    }
    .into_any()
}
