//! The end of a project.

use leptos::prelude::*;

use super::{land::load_on_success, once::SentPlain};
use crate::{
    api::account::DeleteProject,
    ask::Change,
    ui::{ConfirmDialog, Field, Opens, Panel, failure},
};

#[component]
pub fn Deletion(id: String, name: String) -> impl IntoView {
    let delete = Change::by::<DeleteProject>();
    load_on_success(delete);
    view! {
        <Panel id="deletion" title="Delete the project">
            <div class="c-panel-body l-stack">
                <p class="l-read">
                    "Everything in it goes: prompts with all their versions, runs, grids, requests with their texts, budgets, providers and keys. Programs that use its keys are refused at once. It cannot be taken back."
                </p>
                <SentPlain faults=vec![failure(delete)]/>
                <p><Opens dialog="delete-project" kind="danger" small=true>"Delete the project"</Opens></p>
            </div>
        </Panel>
        <DeleteDialog dialog="delete-project" id=id name=name action=delete/>
    }
    .into_any()
}

/// Asks for the name: this is not pressed by accident.
#[component]
pub fn DeleteDialog(#[prop(into)] dialog: String, id: String, name: String, action: Change) -> impl IntoView {
    let (title, field) = (format!("Delete {name}?"), format!("{dialog}-name"));
    let label = format!("Type its name: {name}");
    view! {
        <ConfirmDialog id=dialog title=title say="Everything in it goes, now and for good." confirm="Delete it for good" action=action>
            <input type="hidden" name="project" value=id/>
            <Field id=field label=label name="name" autocomplete="off" required=true/>
        </ConfirmDialog>
    }
    .into_any()
}
