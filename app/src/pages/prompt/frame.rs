//! What stands around every tab of a prompt: crumbs, labels, actions, tabs.

use atelier_domain::prompt::Prompt;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        UiError,
        prompt::{ArchivePrompt, DescribePrompt, MoveLabel, OpenPrompt, PromptPage, SaveVersion},
    },
    ask::{ActionForm, Change, Reading},
    components::shell::{Actions, Beside, Page, Sub},
    ui::{Callout, ConfirmDialog, Crumb, Dialog, ErrorNote, Field, Icon, Label, Menu, Skeleton, Submit, Tabs, close_on_success, failure, use_route_params},
};

use super::publish::{Publish, tell};

/// The prompt of the address, with what changes it.
#[derive(Clone, Copy)]
pub struct Open {
    pub page: Reading<OpenPrompt>,
    pub save: Change,
    pub publish: Change,
    pub describe: Change,
    pub archive: Change,
    /// Something is typed and not saved: the page must not be drawn anew over it.
    pub dirty: StoredValue<bool>,
}

impl Open {
    /// Reads the prompt of the address, again after each change.
    pub fn new() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let (save, publish) = (Change::by::<SaveVersion>(), Change::by::<MoveLabel>());
        let (describe, archive) = (Change::by::<DescribePrompt>(), Change::by::<ArchivePrompt>());
        let (dirty, seen) = (StoredValue::new(false), StoredValue::new(0));
        tell(publish);
        let asked = move || {
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt").unwrap_or_default()));
            let version = query.with(|query| query.get("v").and_then(|v| v.parse().ok()));
            let changes = publish.times() + describe.times() + archive.times();
            let changes = if dirty.try_get_value() == Some(true) { seen.try_get_value().unwrap_or_default() } else { changes };
            seen.try_set_value(changes);
            (PromptPage { project, prompt, version }, changes)
        };
        Self { page: Reading::on(asked), save, publish, describe, archive, dirty }
    }
}

/// Draws a tab inside the frame; `tab` gets the prompt that was read.
#[component]
pub fn Frame<F, V>(
    open: Open,
    /// The editor fills the window; other tabs read top to bottom.
    #[prop(optional)]
    fit: bool,
    children: F,
) -> impl IntoView
where
    F: Fn(OpenPrompt) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let shown = move || {
        let children = children.clone();
        Suspend::new(async move {
            match open.page.load().await {
                Ok(page) => view! { <Framed open=open fit=fit page=page.clone() inside=children(page).into_any()/> }.into_any(),
                Err(fault) => view! { <Absent fault=fault/> }.into_any(),
            }
        })
    };
    view! { <Transition fallback=Waiting>{shown}</Transition> }.into_any()
}

/// The shape of what is coming.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <Page title="Prompt">
            <div class="l-scroll"><Skeleton rows=8/></div>
        </Page>
    }
    .into_any()
}

/// A page still, with a heading and a way out.
#[component]
fn Absent(fault: UiError) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    view! {
        <Page title="Prompt" trail=vec![Crumb::new("Prompts", format!("/p/{project}/prompts"))]>
            <div class="l-scroll"><ErrorNote fault=Signal::stored(Some(fault))/></div>
        </Page>
    }
    .into_any()
}

#[component]
fn Framed(open: Open, fit: bool, page: OpenPrompt, inside: AnyView) -> impl IntoView {
    let OpenPrompt { prompt, version, may_write, .. } = page.clone();
    let base = format!("/p/{}/prompts/{}", prompt.project, prompt.id);
    let shown = version.as_ref().map(|version| version.number);
    let labels = prompt.labels.iter().map(|label| view! { <Label name=label.label.to_string() version=i64::from(label.version)/> }).collect_view();
    let changes = may_write && prompt.archived_at.is_none();
    let tabs = vec![("Edit", base.clone()), ("Runs", format!("{base}/runs")), ("History", format!("{base}/history")), ("Use it", format!("{base}/use"))];
    let archived = prompt.archived_at.is_some();
    view! {
        <Page title=prompt.name.leaf().to_owned() trail=trail(&prompt) fit=fit>
            <Beside slot>{labels}</Beside>
            <Actions slot>
                {may_write.then(|| view! { <More prompt=prompt.clone() open=open/> })}
                {changes.then(|| shown.map(|version| view! { <Publish prompt=prompt.clone() version=version publish=open.publish/> }))}
                {(changes && fit).then(|| view! { <SaveButton open=open/> })}
            </Actions>
            <Sub slot>
                <Tabs label="Prompt" tabs=tabs/>
            </Sub>
            {archived.then(|| view! { <div class="p-note"><Callout tone="info">"This prompt is archived. Code that pulls it goes on working; bring it back to change it."</Callout></div> })}
            {inside}
        </Page>
    }
    .into_any()
}

/// "Prompts", then one crumb for each folder.
fn trail(prompt: &Prompt) -> Vec<Crumb> {
    let list = format!("/p/{}/prompts", prompt.project);
    let name = prompt.name.as_str();
    let folders = name.match_indices('/').map(|(slash, _)| {
        let folder = &name[..slash];
        Crumb::new(folder.rsplit('/').next().unwrap_or_default(), format!("{list}?folder={folder}"))
    });
    std::iter::once(Crumb::new("Prompts", list.clone())).chain(folders).collect()
}

/// Sends the editor's form, which stands further down.
#[component]
fn SaveButton(open: Open) -> impl IntoView {
    let pending = open.save.pending();
    view! {
        <button class="c-btn" data-kind="primary" data-size="s" type="submit" form="editor" aria-busy=move || pending.get().then_some("true")>
            "Save version"
        </button>
    }
    .into_any()
}

#[component]
fn More(prompt: Prompt, open: Open) -> impl IntoView {
    let archived = prompt.archived_at.is_some();
    let id = prompt.id.to_string();
    let (title, say, verb, next) = if archived {
        ("Bring this prompt back?", "It appears in lists again and can be changed.", "Bring it back", "false")
    } else {
        (
            "Archive this prompt?",
            "It leaves the lists and cannot be changed until it is brought back. Code that pulls it goes on working.",
            "Archive it",
            "true",
        )
    };
    let kind = if archived { "primary" } else { "danger" };
    view! {
        <Menu id="prompt-more" label="More" kind="quiet" side="end" button=|| view! { <Icon name="more"/> }>
            <button type="button" command="show-modal" commandfor="describe" disabled=archived><Icon name="gear"/>"Name, description, tags"</button>
            <button type="button" command="show-modal" commandfor="archive"><Icon name=if archived { "undo" } else { "archive" }/>{if archived { "Bring back" } else { "Archive" }}</button>
        </Menu>
        <Describe prompt=prompt describe=open.describe/>
        <ConfirmDialog id="archive" title=title say=say confirm=verb kind=kind action=open.archive>
            <input type="hidden" name="prompt" value=id/>
            <input type="hidden" name="archived" value=next/>
        </ConfirmDialog>
    }
    .into_any()
}

#[component]
fn Describe(prompt: Prompt, describe: Change) -> impl IntoView {
    close_on_success("describe", describe);
    let fault = failure(describe);
    let tags = prompt.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    view! {
        <Dialog id="describe" title="Name, description, tags" small=true>
            <ActionForm action=describe>
                <div class="c-dialog-body">
                    <input type="hidden" name="prompt" value=prompt.id.to_string()/>
                    <Field label="Name" name="name" value=prompt.name.to_string() hint="Code pulls it by this name: a rename breaks what pulls the old one." fault=fault required=true/>
                    <Field label="Description" name="description" value=prompt.description.clone() fault=fault/>
                    <Field label="Tags" name="tags" value=tags hint="Separated by commas" fault=fault/>
                    <ErrorNote fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end"><Submit pending=describe.pending()>"Save"</Submit></span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
