//! A new invitation, and its link, which is shown once.

use atelier_domain::account::Role;
use leptos::{ev, prelude::*};

use super::{
    land::{focus_mistake, unplaced},
    once::Once,
};
use crate::{
    ask::{ActionForm, Change},
    ui::{Callout, Close, Dialog, ErrorNote, Field, Select, Submit, failure},
};

/// The dialog with the id `invite`. Closing it forgets the link.
#[component]
pub fn InviteDialog(project: String, action: Change) -> impl IntoView {
    focus_mistake(action);
    let link = Memo::new(move |_| action.output::<String>());
    let inside = move || match link.get() {
        Some(link) => view! { <Made link=link/> }.into_any(),
        None => view! { <Asking project=project.clone() action=action/> }.into_any(),
    };
    view! {
        <Dialog id="invite" title="Invite somebody" small=true on:close=move |_: ev::Event| action.clear()>
            {inside}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Asking(project: String, action: Change) -> impl IntoView {
    let fault = failure(action);
    let options = Role::ALL.iter().map(|role| (role.as_str().to_owned(), format!("{role}: {}", role.explains().to_lowercase()))).collect::<Vec<_>>();
    view! {
        <ActionForm action=action attr:novalidate="">
            <div class="c-dialog-body">
                <ErrorNote fault=unplaced(fault, &["email"])/>
                <input type="hidden" name="project" value=project/>
                <Field label="E-mail" name="email" kind="email" hint="Whoever has an account under it joins with their password." required=true focus=true fault=fault/>
                <Select label="Role" name="role" options=options value=Role::Editor.as_str() fault=fault/>
                <p class="c-hint">"You get a link to send yourself: Atelier sends no e-mail."</p>
            </div>
            <div class="c-dialog-foot">
                <span class="l-end">
                    <Close dialog="invite"/>
                    <Submit pending=action.pending()>"Make the link"</Submit>
                </span>
            </div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Made(link: String) -> impl IntoView {
    view! {
        <div class="c-dialog-body" role="status">
            <Callout tone="warn">"Send this link yourself: Atelier sends no e-mail. It works once and for seven days, and is shown only now."</Callout>
            <Once value=link copy="Copy the link"/>
        </div>
        <div class="c-dialog-foot">
            <span class="l-end">
                <Close dialog="invite">"Done"</Close>
            </span>
        </div>
    }
    .into_any()
}
