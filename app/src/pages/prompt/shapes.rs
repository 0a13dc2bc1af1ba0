//! Tools and the answer's form at a glance. The forms that write them are loaded when somebody asks for them:
//! most prompts have neither, and they are a quarter of the editor's code.

use std::sync::{Arc, Mutex, PoisonError};

use atelier_domain::prompt::DraftForm;
use leptos::{html, prelude::*, reactive::computed::ScopedFuture, task::spawn_local, wasm_bindgen::JsCast, web_sys::HtmlElement};
use serde_json::Value;

use crate::ui::Icon;

use super::shape::{AnswerFormat, Tools};

#[lazy]
fn shape_forms(tools: String, answer: String, readonly: bool) -> AnyView {
    view! {
        <Tools text=tools readonly=readonly/>
        <AnswerFormat text=answer readonly=readonly/>
    }
    .into_any()
}

type Area = NodeRef<html::Textarea>;

#[component]
pub fn Shapes(form: DraftForm, readonly: bool) -> impl IntoView {
    let (tools, answer): (Area, Area) = (NodeRef::new(), NodeRef::new());
    let (loaded, busy) = (RwSignal::new(false), RwSignal::new(false));
    let forms = Arc::new(Mutex::new(None::<AnyView>));
    let (made, owner) = (forms.clone(), Owner::current());
    let load = move |_| {
        let (made, Some(owner)) = (made.clone(), owner.clone()) else { return };
        let text = |area: Area| area.get_untracked().map(|area| area.value()).unwrap_or_default();
        let (tools, answer) = (text(tools), text(answer));
        busy.set(true);
        spawn_local(owner.with(|| {
            ScopedFuture::new(async move {
                let view = shape_forms(tools, answer, readonly).await;
                *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
                loaded.set(true);
                request_animation_frame(focus);
            })
        }));
    };
    let load = Callback::new(load);
    move || {
        if loaded.get() {
            return forms.lock().unwrap_or_else(PoisonError::into_inner).take().into_any();
        }
        let edit = move || {
            view! {
                <button class="c-btn l-end l-script" data-kind="quiet" data-size="xs" type="button" aria-busy=move || busy.get().then_some("true") on:click=move |_| load.run(())>
                    <Icon name="edit"/>
                    {if readonly { "Look at tools and answer" } else { "Edit tools and answer" }}
                </button>
            }
        };
        view! {
            <section class="c-section c-shape" aria-labelledby="tools-h">
                <div class="c-section-head"><h2 id="tools-h">"Tools and answer"</h2>{edit()}</div>
                <dl class="c-kv">
                    <dt>"Tools"</dt>
                    <dd>{names(&form.tools)}</dd>
                    <dt>"Answer as"</dt>
                    <dd>{format(&form.response_format)}</dd>
                </dl>
                <details>
                    <summary class="c-hint">"JSON"</summary>
                    <textarea class="c-input c-code" form="editor" node_ref=tools name="form[tools]" rows="2" data-grow="true" spellcheck="false" aria-label="Tools as JSON" readonly=readonly>
                        {form.tools.clone()}
                    </textarea>
                    <textarea class="c-input c-code" form="editor" node_ref=answer name="form[response_format]" rows="2" data-grow="true" spellcheck="false" aria-label="Answer format as JSON" readonly=readonly>
                        {form.response_format.clone()}
                    </textarea>
                </details>
            </section>
        }
        .into_any()
    }
}

/// On what was asked for.
fn focus() {
    let found = document().query_selector(".c-shape button").ok().flatten();
    if let Some(button) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // Where a browser refuses, the button is still there.
        let _ = button.focus();
    }
}

fn names(text: &str) -> String {
    let tools: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool.pointer("/function/name").and_then(Value::as_str)).collect();
    match (text.trim().is_empty(), names.is_empty()) {
        (true, _) => "None".to_owned(),
        (false, true) => "As the JSON says".to_owned(),
        (false, false) => names.join(", "),
    }
}

fn format(text: &str) -> &'static str {
    let format: Value = serde_json::from_str(text).unwrap_or_default();
    match (text.trim().is_empty(), format.get("type").and_then(Value::as_str)) {
        (true, _) | (_, Some("text")) => "Text",
        (_, Some("json_object")) => "Any JSON",
        (_, Some("json_schema")) => "JSON by a schema",
        _ => "As the JSON says",
    }
}
