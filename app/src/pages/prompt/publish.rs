//! Moving a label: which one, to which version, and what that changes.

use atelier_domain::prompt::{LabelMove, PRODUCTION, Prompt};
use leptos::prelude::*;

use crate::{
    api::prompt::MoveLabel,
    ask::{ActionForm, Change},
    pages::account::land::on_success,
    ui::{Close, Dialog, ErrorNote, Field, Label, Opens, Submit, close_on_success, failure, use_toaster},
};

#[component]
pub fn Publish(
    prompt: Prompt,
    /// The version looked at.
    version: u32,
    publish: Change,
) -> impl IntoView {
    close_on_success("publish", publish);
    let fault = failure(publish);
    let stands = prompt
        .labels
        .iter()
        .map(|label| view! { <li class="l-row"><Label name=label.label.to_string()/> "stands at version " <b class="num">{label.version}</b></li> });
    let stands = if prompt.labels.is_empty() { view! { <li>"No label stands anywhere yet."</li> }.into_any() } else { stands.collect_view().into_any() };
    view! {
        <Opens dialog="publish" small=true>"Publish"</Opens>
        <Dialog id="publish" title=format!("Publish version {version}") small=true>
            <ActionForm action=publish>
                <div class="c-dialog-body l-stack">
                    <p>"A label points at one version. Code that pulls the label gets this version from the next pull on."</p>
                    <ul class="l-stack">{stands}</ul>
                    <input type="hidden" name="prompt" value=prompt.id.to_string()/>
                    <input type="hidden" name="version" value=version/>
                    <Field label="Label" name="label" value=PRODUCTION hint="production, staging, or a name of your own" fault=fault required=true/>
                    <ErrorNote fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-row l-end">
                        <Close dialog="publish"/>
                        <Submit pending=publish.pending()>{format!("Move it to version {version}")}</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// Says what moved, and offers the way back.
pub fn tell(publish: Change) {
    let toaster = use_toaster();
    on_success(publish, move |moved: LabelMove| {
        let message = format!("“{}” now points at version {}", moved.label, moved.to);
        match (moved.from.filter(|from| *from != moved.to), publish.sent("prompt")) {
            (Some(from), Some(prompt)) => toaster.push_undo(message, move || {
                publish.send(MoveLabel { prompt: prompt.clone(), label: moved.label.to_string(), version: from, expected: Some(moved.to) });
            }),
            _ => toaster.push(message),
        }
    });
}
