//! Another password for one's own account.

use leptos::prelude::*;

use super::land::{focus_mistake, load_on_success, unplaced};
use crate::{
    ask::{ActionForm, Change},
    platform::use_viewer,
    ui::{ErrorNote, Field, Panel, Submit, failure},
};

#[component]
pub fn Password(change: Change) -> impl IntoView {
    load_on_success(change);
    focus_mistake(change);
    let (fault, email) = (failure(change), use_viewer().user.map(|user| user.email));
    let hint = "At least 12 characters; a few words work well.";
    view! {
        <Panel id="password" title="Password" say="Changing it signs you out everywhere, here too: sign in again with the new one.">
            <div class="c-panel-body">
                <ActionForm action=change attr:class="l-form" attr:novalidate="">
                    <ErrorNote fault=unplaced(fault, &["current", "password"])/>
                    // For password managers, which want to know whose password this is.
                    <input type="text" autocomplete="username" value=email hidden/>
                    <Field label="Current password" name="current" kind="password" autocomplete="current-password" required=true fault=fault/>
                    <Field label="New password" name="password" kind="password" hint=hint autocomplete="new-password" required=true fault=fault/>
                    <Submit pending=change.pending() kind="plain">"Change the password"</Submit>
                </ActionForm>
            </div>
        </Panel>
    }
    .into_any()
}
