//! Native dialogs, opened by `<Opens>`.

use leptos::{html, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlDialogElement};

use super::{Close, ErrorNote, Icon, Submit, failure};
use crate::ask::{ActionForm, Change};

/// Closes a dialog from code: after its work is done.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// Closes the dialog each time that the change succeeds.
pub fn close_on_success(id: impl Into<String>, change: Change) {
    let id = id.into();
    let answer = change.answer();
    Effect::new(move || {
        if answer.with(|value| matches!(value, Some(Ok(_)))) {
            close_dialog(&id);
        }
    });
}

/// A title, a close button, and what the children hold: `.c-dialog-body`, then `.c-dialog-foot`.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] small: bool,
    #[prop(optional)] node_ref: NodeRef<html::Dialog>,
    children: Children,
) -> impl IntoView {
    let (heading, target) = (format!("{id}-h"), id.clone());
    let labelledby = heading.clone();
    view! {
        <dialog class="c-dialog" id=id aria-labelledby=labelledby data-size=small.then_some("s") node_ref=node_ref>
            <div class="c-dialog-head">
                <h2 id=heading>{title}</h2>
                <button
                    class="c-btn"
                    type="button"
                    data-kind="quiet"
                    data-icon="true"
                    data-size="s"
                    aria-label="Close"
                    command="close"
                    commandfor=target
                >
                    <Icon name="x"/>
                </button>
            </div>
            {children()}
        </dialog>
    }
    .into_any()
}

/// Asks before an action. The children are the form's hidden inputs and, where wanted, a field for a reason.
#[component]
pub fn ConfirmDialog(
    #[prop(into)] id: String,
    #[prop(into)] title: Signal<String>,
    /// What will happen, in a sentence.
    #[prop(into)]
    say: String,
    /// The verb on the button: "Archive it".
    #[prop(into)]
    confirm: String,
    #[prop(default = "danger")] kind: &'static str,
    action: Change,
    children: Children,
) -> impl IntoView {
    close_on_success(id.clone(), action);
    view! {
        <Dialog id=id.clone() title=title small=true>
            <ActionForm action=action>
                <div class="c-dialog-body">
                    <p>{say}</p>
                    {children()}
                    <ErrorNote fault=failure(action)/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end">
                        <Close dialog=id/>
                        <Submit pending=action.pending() kind=kind>
                            {confirm}
                        </Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
