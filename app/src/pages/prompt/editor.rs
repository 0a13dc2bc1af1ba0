//! The editor: messages, and around them versions, settings and the run of the version.

use atelier_domain::prompt::{LabelMove, PromptType, Summary};
use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Element, Event},
};

use crate::pages::Screen;
use crate::{
    api::prompt::{OpenPrompt, Review},
    ask::{ActionForm, Change},
    ui::{Callout, ErrorNote, Icon, Label, Submit, Time, failure},
};

use super::{
    frame::{Frame, Open},
    keeper::{Keeper, State},
    message::{HINT, Messages, Total, Warnings},
    rail::Rail,
    save::{SaveDialog, Unready},
    variables::{Declarations, VariablesDialog},
};

pub struct Edit {
    open: Open,
}

impl Screen for Edit {
    fn data() -> Self {
        Self { open: Open::of_address() }
    }

    fn view(this: Self) -> AnyView {
        let open = this.open;
        view! {
            <Frame open=open fit=true let:page>
                <Work page=page open=open/>
            </Frame>
        }
        .into_any()
    }
}

#[component]
fn Work(page: OpenPrompt, open: Open) -> impl IntoView {
    // What was typed before belongs to the page that was drawn before.
    open.dirty.set_value(false);
    let keeper = open.keeper.get_value().unwrap_or_else(|| Keeper::new(&page));
    let declarations = Declarations::new(&page.form, keeper);
    let readonly = !page.editing || !page.may_write || page.prompt.archived_at.is_some();
    let typed = move |event: Event| {
        open.dirty.set_value(true);
        // The values that somebody tries are no part of the prompt.
        let name = event.target().and_then(|field| field.dyn_into::<Element>().ok()).and_then(|field| field.get_attribute("name"));
        if name.is_some_and(|name| name.starts_with("form[")) {
            keeper.touch();
        }
    };
    let used = page.version.as_ref().map(|version| version.variables.clone()).unwrap_or_default();
    view! {
        <div class="l-panes p-prompt" on:input=typed on:change=typed>
            <Versions page=page.clone() keeper=keeper/>
            <section class="l-pane" aria-label="Messages">
                <VersionsButton page=page.clone()/>
                <div class="l-pane-body p-editor">
                    <Editor page=page.clone() open=open keeper=keeper declarations=declarations readonly=readonly/>
                </div>
            </section>
            <Rail page=page readonly=readonly/>
            <VariablesDialog declarations=declarations used=used readonly=readonly/>
        </div>
        // Its note is no part of the draft.
        <SaveDialog open=open/>
    }
    .into_any()
}

#[component]
fn VersionsButton(page: OpenPrompt) -> impl IntoView {
    let shown = page.version.as_ref().map(|version| {
        let name = if page.draft.is_some() && page.editing { "Draft".to_owned() } else { format!("Version {}", version.number) };
        view! {
            <button class="p-version" type="button" popovertarget="versions">
                <b>{name}</b>
                <span class="c-hint l-end">{format!("of {}", page.prompt.latest)}</span>
                <Icon name="down"/>
            </button>
        }
    });
    shown.into_any()
}

/// The versions, newest first, with the moves of labels between them. A column, or a popover where there is no room for it.
#[component]
fn Versions(page: OpenPrompt, keeper: Keeper) -> impl IntoView {
    let shown = page.version.as_ref().map(|version| version.number);
    let base = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let mut rows = Vec::new();
    let mut moves = page.moves.iter().peekable();
    for version in &page.history.data {
        while let Some(moved) = moves.next_if(|moved| moved.moved_at >= version.created_at) {
            rows.push(view! { <Moved moved=moved.clone() page=page.clone()/> }.into_any());
        }
        rows.push(view! { <VersionRow version=version.clone() page=page.clone() keeper=keeper/> }.into_any());
    }
    let none = shown.is_none().then(|| view! { <p class="c-hint p-none">"No version yet. What you save first becomes version 1."</p> });
    let drafted = move || !matches!(keeper.state.get(), State::Clean);
    let (editing, href) = (page.editing, base.clone());
    let compare = (page.prompt.latest > 1).then(|| {
        let to = shown.unwrap_or(page.prompt.latest);
        view! { <a class="c-btn l-end" data-kind="quiet" data-size="s" href=format!("{base}/diff?from={}&to={}", to.max(2) - 1, to.max(2))><Icon name="branch"/>"Compare"</a> }
    });
    let had = page.draft.is_some();
    view! {
        <section class="l-pane p-versions" id="versions" popover="auto" aria-labelledby="versions-h">
            <div class="c-pane-head"><h2 id="versions-h">"Versions"</h2>{compare}</div>
            <div class="l-pane-body" tabindex="0" role="region" aria-label="List of versions">
                {none}
                <ol class="c-timeline">
                    <li data-draft="true" hidden=move || !(had || drafted())>
                        <a href=href aria-current=move || (editing && drafted()).then_some("true")>
                            <span class="l-row"><b class="num">"Draft"</b></span>
                            <span class="c-note">"Yours alone until you save it"</span>
                        </a>
                    </li>
                    {rows}
                </ol>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn VersionRow(version: Summary, page: OpenPrompt, keeper: Keeper) -> impl IntoView {
    let here: Vec<String> = page.prompt.labels.iter().filter(|label| label.version == version.number).map(|label| label.label.to_string()).collect();
    let base = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let (shown, editing) = (page.version.as_ref().is_some_and(|shown| shown.number == version.number), page.editing);
    // Once something is typed, it is the draft that one looks at.
    let current = move || (shown && !(editing && keeper.state.get() != State::Clean)).then_some("true");
    view! {
        <li data-label=here.first().cloned()>
            <a href=format!("{base}?v={}", version.number) aria-current=current>
                <span class="l-row">
                    <b class="num">{version.number}</b>
                    <span class="c-tags">{here.iter().map(|label| view! { <Label name=label.clone()/> }).collect_view()}</span>
                </span>
                <span class="c-note">{if version.note.is_empty() { "No note".to_owned() } else { version.note }}</span>
                <span class="c-meta">
                    {version.author} " · "
                    <Time at=version.created_at now=page.now/>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// A move of a label, between the versions before and after it.
#[component]
fn Moved(moved: LabelMove, page: OpenPrompt) -> impl IntoView {
    let say = match moved.from {
        Some(from) => format!("{} moved from {from} to {}", moved.label, moved.to),
        None => format!("{} set to {}", moved.label, moved.to),
    };
    view! {
        <li class="c-moved">
            <span class="c-meta">{say} " · " {moved.moved_by} " · " <Time at=moved.moved_at now=page.now/></span>
        </li>
    }
    .into_any()
}

#[component]
fn Editor(page: OpenPrompt, open: Open, keeper: Keeper, declarations: Declarations, readonly: bool) -> impl IntoView {
    let number = page.version.as_ref().map_or(0, |version| version.number);
    let project = page.prompt.project.to_string();
    let fields = match page.prompt.prompt_type {
        PromptType::Text => {
            view! { <OneText text=page.form.text.clone().unwrap_or_default() keeper=keeper declarations=declarations project=project readonly=readonly/> }
                .into_any()
        }
        PromptType::Chat => view! { <Messages form=page.form.clone() keeper=keeper declarations=declarations project=project readonly=readonly/> }.into_any(),
    };
    let fault = failure(open.save);
    let prompt = page.prompt.id.to_string();
    let seen = move || open.review.output::<Review>().map_or(number, |review| review.latest);
    view! {
        <Notices page=page.clone() open=open keeper=keeper/>
        <ActionForm action=open.save attr:id="editor" attr:class="l-stack p-fields">
            <input type="hidden" name="prompt" value=prompt/>
            <input type="hidden" name="seen" value=number prop:value=seen/>
            <input type="hidden" name="form[base]" value=page.form.base/>
            {fields}
        </ActionForm>
        <Unready fault=fault/>
    }
    .into_any()
}

/// What stands between the writer and the messages.
#[component]
fn Notices(page: OpenPrompt, open: Open, keeper: Keeper) -> impl IntoView {
    let (id, base) = (page.prompt.id.to_string(), page.form.base);
    let older = page.version.as_ref().filter(|_| !page.editing).map(|version| view! { <Older page=page.clone() number=version.number restore=open.restore/> });
    let begun = page.editing && page.draft.is_some();
    let href = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let behind = move || {
        (begun && base < keeper.latest.get()).then(|| view! { <Behind prompt=id.clone() base=base latest=keeper.latest.get() href=href.clone() open=open/> })
    };
    let found = move || keeper.found.get().is_some();
    let take = move |_| {
        spawn_local(async move {
            if keeper.take_found().await {
                open.dirty.set_value(false);
                open.page.refetch();
            }
        });
    };
    let lost = move || keeper.state.get() == State::SignedOut;
    let refused = move || match keeper.state.get() {
        State::Refused(why) => Some(why),
        _ => None,
    };
    let missing = move || keeper.missing.get().into_iter().map(|say| view! { <Callout tone="warn">{say}</Callout> }).collect_view();
    view! {
        {older}
        {behind}
        <Show when=found>
            <p class="c-callout" data-tone="info">
                <Icon name="info"/>
                <span>"This browser kept something that you typed here and the studio never got."</span>
                <button class="c-btn" data-size="s" type="button" on:click=take>"Take it as my draft"</button>
                <button class="c-btn" data-kind="quiet" data-size="s" type="button" on:click=move |_| keeper.forget()>"Throw it away"</button>
            </p>
        </Show>
        <Show when=lost>
            <Callout tone="warn">
                "Your session has ended. What you typed is kept in this browser: "
                <a class="c-link" href="/signin" target="_blank">"sign in in a new tab"</a> ", and it is saved."
            </Callout>
        </Show>
        {move || refused().map(|why| view! { <Callout tone="bad">{why}</Callout> })}
        <div role="status">{missing}</div>
    }
    .into_any()
}

/// An older version is looked at, not edited: it can become the draft.
#[component]
fn Older(page: OpenPrompt, number: u32, restore: Change) -> impl IntoView {
    let (latest, base) = (page.prompt.latest, format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id));
    let say =
        if number == latest { format!("This is version {number}, without your draft.") } else { format!("This is version {number}; the newest is {latest}.") };
    let may = page.may_write && page.prompt.archived_at.is_none();
    let words = if page.draft.is_some() { "Restore as draft instead of mine" } else { "Restore as draft" };
    view! {
        <div class="c-callout" data-tone="info">
            <Icon name="info"/>
            <span>{say}</span>
            <a class="c-btn" data-kind="quiet" data-size="s" href=format!("{base}/diff?from={number}&to={latest}")>"Compare with the newest"</a>
            {may.then(|| view! {
                <ActionForm action=restore>
                    <input type="hidden" name="prompt" value=page.prompt.id.to_string()/>
                    <input type="hidden" name="version" value=number/>
                    <Submit kind="plain" small=true pending=restore.pending()>{words}</Submit>
                </ActionForm>
            })}
            <a class="c-btn" data-kind="quiet" data-size="s" href=base.clone()>"Back to the editor"</a>
        </div>
        <ErrorNote fault=failure(restore)/>
    }
    .into_any()
}

/// Somebody saved a version while this draft was written.
#[component]
fn Behind(prompt: String, base: u32, latest: u32, href: String, open: Open) -> impl IntoView {
    let Open { rebase, discard, .. } = open;
    let mine = prompt.clone();
    view! {
        <div class="c-callout" data-tone="warn">
            <Icon name="branch"/>
            <span>{format!("Version {latest} was saved while you wrote on version {base}. Saving your draft as it is takes its changes back.")}</span>
            <a class="c-btn" data-size="s" href=format!("{href}/diff?from={base}&to={latest}&also=draft")>"Look at both"</a>
            <ActionForm action=rebase>
                <input type="hidden" name="prompt" value=mine/>
                <Submit kind="quiet" small=true pending=rebase.pending()>"Keep mine"</Submit>
            </ActionForm>
            <ActionForm action=discard>
                <input type="hidden" name="prompt" value=prompt/>
                <Submit kind="quiet" small=true pending=discard.pending()>"Throw mine away"</Submit>
            </ActionForm>
        </div>
        <ErrorNote fault=failure(rebase)/>
    }
    .into_any()
}

#[component]
fn OneText(text: String, keeper: Keeper, declarations: Declarations, project: String, readonly: bool) -> impl IntoView {
    use crate::api::prompt::FindPrompts;
    use leptos::server_fn::ServerFn;
    let warnings = move || keeper.warnings.with(|all| all.first().map(|warnings| serde_json::to_string(warnings).unwrap_or_default()));
    view! {
        <div class="c-message">
            <div class="c-message-head"><label for="text"><b>"Text"</b></label><span class="c-count"><Total keeper=keeper/></span></div>
            <prompt-editor data-variables=move || keeper.declared.get() data-find=FindPrompts::PATH data-project=project>
                <textarea
                    class="c-prompt" id="text" name="form[text]" rows="8" data-grow="true" spellcheck="true" readonly=readonly placeholder=HINT
                    aria-label="Text" data-warnings=warnings
                >
                    {text}
                </textarea>
            </prompt-editor>
            <Warnings keeper=keeper at=Signal::stored(0) declarations=declarations/>
        </div>
    }
    .into_any()
}
