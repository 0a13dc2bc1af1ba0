//! A new project, which administrators add.

use leptos::prelude::*;

use super::land::{focus_mistake, load_on_success, unplaced};
use crate::{
    ask::{ActionForm, Change},
    ui::{Close, Dialog, ErrorNote, Field, Submit, failure},
};

/// The dialog with the id `new-project`.
#[component]
pub fn NewProject(action: Change) -> impl IntoView {
    load_on_success(action);
    focus_mistake(action);
    let fault = failure(action);
    view! {
        <Dialog id="new-project" title="New project" small=true>
            <ActionForm action=action attr:novalidate="">
                <div class="c-dialog-body">
                    <ErrorNote fault=unplaced(fault, &["project"])/>
                    <Field label="Name" name="project" hint="You become its owner. Prompts, keys and members belong to one project." maxlength=100 required=true focus=true fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end">
                        <Close dialog="new-project"/>
                        <Submit pending=action.pending()>"Make the project"</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
