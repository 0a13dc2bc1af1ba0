//! What stands around every tab of a prompt: crumbs, labels, actions, tabs.

use atelier_domain::prompt::Prompt;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        UiError,
        prompt::{ArchivePrompt, DescribePrompt, DiscardDraft, MoveLabel, OpenPrompt, PromptPage, RebaseDraft, RestoreVersion, ReviewDraft, SaveVersion},
    },
    ask::{ActionForm, Change, Reading},
    components::shell::{Actions, Beside, Page, Sub},
    pages::account::land::on_success,
    ui::{
        Callout, ConfirmDialog, Crumb, Dialog, ErrorNote, Field, Icon, Label, Menu, Skeleton, Submit, Tabs, close_on_success, failure, use_route_params,
        use_toaster,
    },
};

use super::{
    import::Exports,
    keeper::{Keeper, State},
    publish::{Publish, tell},
    save::{DraftState, SaveButton},
};

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
    /// What saving would change.
    pub review: Change,
    /// What else becomes of the caller's draft.
    pub restore: Change,
    pub rebase: Change,
    pub discard: Change,
    /// Of the editor that is open.
    pub keeper: StoredValue<Option<Keeper>>,
}

impl Open {
    /// Reads the prompt of the address, again after each change.
    pub fn of_address() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let (save, publish) = (Change::by::<SaveVersion>(), Change::by::<MoveLabel>());
        let (describe, archive) = (Change::by::<DescribePrompt>(), Change::by::<ArchivePrompt>());
        let (dirty, seen) = (StoredValue::new(false), StoredValue::new(0));
        let (review, keeper) = (Change::by::<ReviewDraft>(), StoredValue::new(None::<Keeper>));
        let (restore, rebase, discard) = (Change::by::<RestoreVersion>(), Change::by::<RebaseDraft>(), Change::by::<DiscardDraft>());
        tell(publish);
        tell_saved(save, keeper);
        tell_desk((restore, rebase, discard), keeper);
        let asked = move || {
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt").unwrap_or_default()));
            let version = query.with(|query| query.get("v").and_then(|v| v.parse().ok()));
            let changes = publish.times() + describe.times() + archive.times();
            let changes = if dirty.try_get_value() == Some(true) { seen.try_get_value().unwrap_or_default() } else { changes };
            seen.try_set_value(changes);
            // What was typed is a version now, or another draft.
            (PromptPage { project, prompt, version }, changes + save.times() + restore.times() + rebase.times() + discard.times())
        };
        Self { page: Reading::on(asked), save, publish, describe, archive, dirty, review, restore, rebase, discard, keeper }
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
                Ok(page) => {
                    open.keeper.set_value(fit.then(|| Keeper::new(&page)));
                    view! { <Framed open=open fit=fit page=page.clone() inside=children(page).into_any()/> }.into_any()
                }
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
    let tabs = [("Edit", ""), ("Test cases", "/cases"), ("Runs", "/runs"), ("History", "/history"), ("Used by", "/users"), ("Use it", "/use")];
    let tabs = tabs.map(|(words, tab)| (words, format!("{base}{tab}"))).to_vec();
    let keeper = open.keeper.get_value().filter(|_| changes && page.editing);
    let id = prompt.id.to_string();
    let archived = prompt.archived_at.is_some();
    view! {
        <Page title=prompt.name.leaf().to_owned() trail=trail(&prompt) fit=fit>
            <Beside slot>{labels}</Beside>
            <Actions slot>
                {keeper.map(|keeper| view! { <DraftState keeper=keeper/> })}
                {may_write.then(|| view! { <More prompt=prompt.clone() open=open/> })}
                {changes.then(|| shown.map(|version| view! { <Publish prompt=prompt.clone() version=version publish=open.publish/> }))}
                {keeper.map(|keeper| view! { <SaveButton open=open keeper=keeper prompt=id/> })}
            </Actions>
            <Sub slot>
                <Tabs label="Prompt" tabs=tabs/>
                {keeper.map(|keeper| view! { <Drafted page=page.clone() keeper=keeper discard=open.discard/> })}
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

/// That the editor holds a draft, with the ways to look at it and out of it.
#[component]
fn Drafted(page: OpenPrompt, keeper: Keeper, discard: Change) -> impl IntoView {
    let (base, latest) = (format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id), page.prompt.latest);
    let id = page.prompt.id.to_string();
    let away = move || matches!(keeper.state.get(), State::Clean);
    let say = if latest == 0 { "Draft of version 1".to_owned() } else { format!("Draft on version {}", page.form.base) };
    let changes = (latest > 0).then(|| view! { <a class="c-link" href=format!("{base}/diff?from={latest}&to=draft")>"See changes"</a> });
    view! {
        <div class="l-row l-end p-drafted" hidden=away>
            <span class="c-hint">{say}</span>
            {changes}
            <button class="c-btn" data-kind="quiet" data-size="xs" type="button" command="show-modal" commandfor="discard">"Discard"</button>
            <ConfirmDialog id="discard" title="Throw your draft away?" say="What you typed since the last version goes. Versions stay." confirm="Throw it away" action=discard>
                <input type="hidden" name="prompt" value=id/>
            </ConfirmDialog>
        </div>
    }
    .into_any()
}

fn tell_desk((restore, rebase, discard): (Change, Change, Change), keeper: StoredValue<Option<Keeper>>) {
    let toaster = use_toaster();
    for (change, say) in [(restore, "That version is your draft now"), (rebase, "Your draft stands on the newest version now"), (discard, "Draft thrown away")]
    {
        on_success(change, move |()| {
            if let Some(keeper) = keeper.try_get_value().flatten() {
                keeper.forget();
            }
            toaster.push(say);
        });
    }
}

/// Says what was saved, and lets go of what was typed.
fn tell_saved(save: Change, keeper: StoredValue<Option<Keeper>>) {
    let toaster = use_toaster();
    on_success(save, move |number: u32| {
        if let Some(keeper) = keeper.try_get_value().flatten() {
            keeper.forget();
        }
        toaster.push(format!("Version {number} is saved"));
    });
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
            <Exports href=format!("/p/{}/export?prompt={}", prompt.project, prompt.id)/>
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
