//! A new API key, which is shown once.

use atelier_domain::account::Scope;
use leptos::{ev, prelude::*};

use super::{
    land::{focus_mistake, unplaced},
    once::Once,
};
use crate::{
    api::{UiError, account::NewKey},
    ask::{ActionForm, Change},
    ui::{Callout, Check, Close, Dialog, ErrorNote, Field, Icon, Submit, failure},
};

/// The dialog with the id `new-key`. Closing it forgets the key.
#[component]
pub fn NewKeyDialog(project: String, action: Change) -> impl IntoView {
    focus_mistake(action);
    let made = Memo::new(move |_| action.output::<NewKey>());
    let inside = move || match made.get() {
        Some(made) => view! { <Made made=made/> }.into_any(),
        None => view! { <Asking project=project.clone() action=action/> }.into_any(),
    };
    view! {
        <Dialog id="new-key" title="Make a key" small=true on:close=move |_: ev::Event| action.clear()>
            {inside}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Asking(project: String, action: Change) -> impl IntoView {
    let fault = failure(action);
    view! {
        <ActionForm action=action attr:novalidate="">
            <div class="c-dialog-body">
                <ErrorNote fault=unplaced(fault, &["name", "scopes"])/>
                <input type="hidden" name="project" value=project/>
                <Field label="Name" name="name" hint="What uses it: checkout service, nightly job" maxlength=100 required=true focus=true fault=fault/>
                <Scopes fault=fault/>
            </div>
            <div class="c-dialog-foot">
                <span class="l-end">
                    <Close dialog="new-key"/>
                    <Submit pending=action.pending()>"Make the key"</Submit>
                </span>
            </div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Scopes(fault: Signal<Option<UiError>>) -> impl IntoView {
    let error = move || fault.get().and_then(|UiError(fault)| fault.of("scopes").map(str::to_owned));
    let ticks = Scope::ALL.iter().map(|scope| {
        let label = format!("{scope}: {}", scope.explains().to_lowercase());
        view! { <Check label=label name="scopes[]" value=scope.as_str() checked=*scope == Scope::Read/> }
    });
    view! {
        <fieldset class="c-field" aria-describedby="scopes-error">
            <legend>"What it may do"</legend>
            {ticks.collect_view()}
            <p class="c-error" id="scopes-error" role="alert">{move || error().map(|error| view! { <Icon name="warn" small=true/>{error} })}</p>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Made(made: NewKey) -> impl IntoView {
    view! {
        <div class="c-dialog-body" role="status">
            <p><b>{made.key.name}</b>" is ready."</p>
            <Once value=made.secret copy="Copy the key"/>
            <Callout tone="warn">"It is shown only now: only a hash of it is kept. Put it where your program reads its secrets, never into code."</Callout>
        </div>
        <div class="c-dialog-foot">
            <span class="l-end">
                <Close dialog="new-key">"Done"</Close>
            </span>
        </div>
    }
    .into_any()
}
