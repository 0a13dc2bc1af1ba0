//! The plain editor: a text area for each message, saved as the next version.

use atelier_domain::prompt::{Body, Message, MessageRole, PromptType};
use leptos::{html, prelude::*};

use crate::pages::Screen;
use crate::{
    api::prompt::OpenPrompt,
    ask::ActionForm,
    ui::{Callout, ErrorNote, Icon, Label, Time, failure, use_toaster},
};

use super::{
    frame::{Frame, Open},
    rail::Rail,
};

pub struct Edit {
    open: Open,
}

impl Screen for Edit {
    fn data() -> Self {
        Self { open: Open::new() }
    }

    fn view(this: Self) -> AnyView {
        let open = this.open;
        view! {
            <Frame open=open fit=true let:page>
                <div class="l-panes p-prompt">
                    <Versions page=page.clone()/>
                    <section class="l-pane" aria-label="Messages">
                        {page.version.as_ref().map(|version| view! {
                            <button class="p-version" type="button" popovertarget="versions">
                                <b>{format!("Version {}", version.number)}</b>
                                <span class="c-hint l-end">{format!("of {}", page.prompt.latest)}</span>
                                <Icon name="down"/>
                            </button>
                        })}
                        <div class="l-pane-body p-editor" on:input=move |_| open.dirty.set_value(true)>
                            <Editor page=page.clone() open=open/>
                        </div>
                    </section>
                    <Rail page=page/>
                </div>
            </Frame>
        }
        .into_any()
    }
}

/// The versions, newest first; each opens in the editor. A column, or a popover where there is no room for it.
#[component]
fn Versions(page: OpenPrompt) -> impl IntoView {
    let shown = page.version.as_ref().map(|version| version.number);
    let labels = page.prompt.labels.clone();
    let base = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let rows = page.history.data.into_iter().map(|version| {
        let here: Vec<String> = labels.iter().filter(|label| label.version == version.number).map(|label| label.label.to_string()).collect();
        view! {
            <li data-label=here.first().cloned()>
                <a href=format!("{base}?v={}", version.number) aria-current=(shown == Some(version.number)).then_some("true")>
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
    });
    let rows = rows.collect_view();
    let none = shown.is_none().then(|| view! { <p class="c-hint p-none">"No version yet. What you save first becomes version 1."</p> });
    view! {
        <section class="l-pane p-versions" id="versions" popover="auto" aria-labelledby="versions-h">
            <div class="c-pane-head"><h2 id="versions-h">"Versions"</h2></div>
            <div class="l-pane-body" tabindex="0" role="region" aria-label="List of versions">
                {none}
                <ol class="c-timeline">{rows}</ol>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Editor(page: OpenPrompt, open: Open) -> impl IntoView {
    let OpenPrompt { prompt, version, may_write, .. } = page;
    open.dirty.set_value(false);
    let number = version.as_ref().map_or(0, |version| version.number);
    let readonly = !may_write || prompt.archived_at.is_some();
    let older = (number > 0 && number < prompt.latest).then(|| {
        let say = format!("This is version {number}; the newest is {}. Saving makes version {}.", prompt.latest, prompt.latest + 1);
        view! { <Callout tone="info">{say}</Callout> }
    });
    let fields = match (prompt.prompt_type, version.map(|version| version.body)) {
        (PromptType::Text, body) => view! { <OneText text=body.and_then(only_text).unwrap_or_default() readonly=readonly/> }.into_any(),
        (PromptType::Chat, body) => view! { <Messages messages=body.map(Body::into_messages).unwrap_or_else(blank) readonly=readonly/> }.into_any(),
    };
    let (fault, note) = (failure(open.save), NodeRef::<html::Input>::new());
    // A note belongs to the version that was saved with it.
    Effect::new(move || {
        if open.save.answer().with(|answer| matches!(answer, Some(Ok(_))))
            && let Some(note) = note.get_untracked()
        {
            note.set_value("");
        }
    });
    let lost = move || fault.get().is_some_and(|fault| fault.0.kind == atelier_domain::fault::Kind::Unauthenticated);
    view! {
        {older}
        <ActionForm action=open.save attr:id="editor" attr:class="l-stack p-fields">
            <input type="hidden" name="form[prompt]" value=prompt.id.to_string()/>
            <input type="hidden" name="form[base]" value=number/>
            {fields}
        </ActionForm>
        <Show when=lost>
            <Callout tone="warn">
                "Your session has ended. What you typed is still here: "
                <a class="c-link" href="/signin" target="_blank">"sign in in a new tab"</a> ", then save again."
            </Callout>
        </Show>
        <SaveFault fault=fault/>
        <div class="c-field">
            <label for="note">"Note for this version"</label>
            <input class="c-input" node_ref=note id="note" name="form[note]" form="editor" maxlength="1000" placeholder="What changed, and why" readonly=readonly/>
        </div>
    }
    .into_any()
}

/// Every field at fault, each named as the form shows it.
#[component]
fn SaveFault(fault: Signal<Option<crate::api::UiError>>) -> impl IntoView {
    let details = move || {
        let fields = fault.get().map(|fault| fault.0.fields).unwrap_or_default();
        let many = fields.len() > 1;
        many.then(|| fields.into_iter().map(|error| view! { <li>{place(&error.field)} ": " {error.detail}</li> }).collect_view())
    };
    view! {
        <ErrorNote fault=fault/>
        <ul class="c-error-list">{details}</ul>
    }
    .into_any()
}

/// `messages[1].content` is the second message to people.
fn place(field: &str) -> String {
    let index = field.strip_prefix("messages[").and_then(|rest| rest.split(']').next()).and_then(|number| number.parse::<usize>().ok());
    match index {
        Some(index) => format!("Message {}", index + 1),
        None => field.strip_prefix("params.").unwrap_or(field).replace('_', " "),
    }
}

fn only_text(body: Body) -> Option<String> {
    match body {
        Body::Text(text) => Some(text),
        Body::Messages(_) => None,
    }
}

/// A new chat starts with the two messages that most chats have.
fn blank() -> Vec<Message> {
    [MessageRole::System, MessageRole::User].map(|role| Message { role, content: String::new() }).to_vec()
}

#[component]
fn OneText(text: String, readonly: bool) -> impl IntoView {
    view! {
        <div class="c-message">
            <div class="c-message-head"><label for="text"><b>"Text"</b></label></div>
            <textarea class="c-prompt" id="text" name="form[text]" rows="8" data-grow="true" spellcheck="true" readonly=readonly placeholder=HINT>{text}</textarea>
        </div>
    }
    .into_any()
}

const HINT: &str = "Write here. {{name}} is a variable, {{> other/prompt}} includes another prompt.";

#[component]
fn Messages(messages: Vec<Message>, readonly: bool) -> impl IntoView {
    let next = StoredValue::new(messages.len());
    let rows = RwSignal::new(messages.into_iter().enumerate().collect::<Vec<_>>());
    let add = move |_| {
        let key = next.get_value();
        next.set_value(key + 1);
        rows.update(|rows| {
            let role = if rows.last().is_some_and(|(_, last)| last.role == MessageRole::User) { MessageRole::Assistant } else { MessageRole::User };
            rows.push((key, Message { role, content: String::new() }));
        });
    };
    view! {
        <ol class="l-stack">
            <For each=move || rows.get() key=|(key, _)| *key let((key, message))>
                <MessageRow key=key message=message rows=rows readonly=readonly/>
            </For>
        </ol>
        <div class="c-add l-script">
            <button class="c-btn" data-size="s" type="button" disabled=readonly on:click=add>
                <Icon name="plus"/>
                "Message"
            </button>
            <span class="c-hint l-end">"Messages left empty are left out"</span>
        </div>
    }
    .into_any()
}

type Rows = RwSignal<Vec<(usize, Message)>>;

#[component]
fn MessageRow(key: usize, message: Message, rows: Rows, readonly: bool) -> impl IntoView {
    let number = Memo::new(move |_| rows.with(|rows| rows.iter().position(|(one, _)| *one == key).map_or(0, |at| at + 1)));
    let roles = MessageRole::ALL.into_iter().map(|role| {
        view! { <option value=role.as_str() selected=role == message.role>{role.to_string()}</option> }
    });
    let roles = roles.collect_view();
    let shift = move |by: isize| {
        rows.update(|rows| {
            let Some(at) = rows.iter().position(|(one, _)| *one == key) else { return };
            if let Some(to) = at.checked_add_signed(by).filter(|to| *to < rows.len()) {
                rows.swap(at, to);
            }
        });
    };
    let (text, role, toaster) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Select>::new(), use_toaster());
    let remove = move || {
        let content = text.get_untracked().map(|text| text.value()).unwrap_or_default();
        let chosen = role.get_untracked().map(|role| role.value()).unwrap_or_default();
        let role = MessageRole::ALL.into_iter().find(|role| role.as_str() == chosen).unwrap_or(MessageRole::User);
        let at = number.get_untracked().saturating_sub(1);
        rows.update(|rows| rows.retain(|(one, _)| *one != key));
        if !content.is_empty() {
            toaster.push_undo("Message removed", move || {
                let message = Message { role, content: content.clone() };
                rows.update(|rows| rows.insert(at.min(rows.len()), (key, message)));
            });
        }
    };
    let button = move |icon: &'static str, words: &'static str, act: Callback<()>| {
        view! {
            <button
                class="c-btn l-script" data-kind="quiet" data-icon="true" data-size="xs" type="button" disabled=readonly
                aria-label=move || format!("{words} message {}", number.get()) on:click=move |_| act.run(())
            >
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <li class="c-message">
            <div class="c-message-head">
                <select class="c-input" name="form[roles][]" node_ref=role disabled=readonly aria-label=move || format!("Role of message {}", number.get())>{roles}</select>
                <span class="c-count"></span>
                {button("up-arrow", "Move up", Callback::new(move |()| shift(-1)))}
                {button("down-arrow", "Move down", Callback::new(move |()| shift(1)))}
                {button("trash", "Remove", Callback::new(move |()| remove()))}
            </div>
            <textarea
                class="c-prompt" node_ref=text name="form[contents][]" rows="3" data-grow="true" spellcheck="true" readonly=readonly placeholder=HINT
                aria-label=move || format!("Message {}", number.get())
            >
                {message.content}
            </textarea>
        </li>
    }
    .into_any()
}
