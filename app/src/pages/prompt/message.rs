//! The messages of a chat: each a role and a text, added, moved, copied, folded and removed by mouse and by keyboard.

use atelier_domain::prompt::{DraftForm, MessageRole, Warning};
use leptos::{ev, html, prelude::*, server_fn::ServerFn, web_sys::DragEvent};

use crate::{
    api::prompt::FindPrompts,
    ui::{Icon, Menu, use_toaster},
};

use super::{keeper::Keeper, variables::Declarations};

pub const HINT: &str = "Write here. {{name}} is a variable, {{> other/prompt}} includes another prompt.";

/// What a row begins with; what is typed since stands in its fields.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    id: String,
    role: String,
    content: String,
    calls: String,
}

/// The rows, each with a key of its own.
#[derive(Clone, Copy)]
struct Rows {
    all: RwSignal<Vec<(usize, Row)>>,
    next: StoredValue<usize>,
    /// The row that is being dragged.
    dragged: RwSignal<Option<usize>>,
    keeper: Keeper,
}

impl Rows {
    fn insert(self, at: usize, row: Row) -> usize {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.all.update(|rows| rows.insert(at.min(rows.len()), (key, row)));
        self.keeper.touch();
        key
    }

    fn place(self, key: usize) -> Option<usize> {
        self.all.with_untracked(|rows| rows.iter().position(|(one, _)| *one == key))
    }

    fn shift(self, key: usize, by: isize) {
        let to = self.place(key).and_then(|at| at.checked_add_signed(by));
        if let Some(to) = to.filter(|to| *to < self.all.with_untracked(Vec::len)) {
            self.put(key, to);
        }
    }

    fn put(self, key: usize, to: usize) {
        let Some(at) = self.place(key) else { return };
        self.all.update(|rows| {
            let row = rows.remove(at);
            rows.insert(to.min(rows.len()), row);
        });
        self.keeper.touch();
    }

    fn remove(self, key: usize) {
        self.all.update(|rows| rows.retain(|(one, _)| *one != key));
        self.keeper.touch();
    }
}

#[component]
pub fn Messages(form: DraftForm, keeper: Keeper, declarations: Declarations, project: String, readonly: bool) -> impl IntoView {
    let field = |fields: &[String], at: usize| fields.get(at).cloned().unwrap_or_default();
    let row = |at: usize| Row { id: field(&form.ids, at), role: field(&form.roles, at), content: field(&form.contents, at), calls: field(&form.calls, at) };
    let first: Vec<(usize, Row)> = (0..form.contents.len()).map(|at| (at, row(at))).collect();
    let rows = Rows { next: StoredValue::new(first.len()), all: RwSignal::new(first), dragged: RwSignal::new(None), keeper };
    let add = move |role: MessageRole| {
        let key = rows.insert(usize::MAX, Row { role: role.as_str().to_owned(), ..Row::default() });
        request_animation_frame(move || focus(key));
    };
    let project = StoredValue::new(project);
    view! {
        <ol class="l-stack">
            <For each=move || rows.all.get() key=|(key, _)| *key let((key, row))>
                <Message key=key row=row rows=rows declarations=declarations project=project.get_value() readonly=readonly/>
            </For>
        </ol>
        <div class="c-add l-script">
            <button class="c-btn" data-size="s" type="button" disabled=readonly on:click=move |_| add(MessageRole::User)>
                <Icon name="plus"/>
                "Message"
            </button>
            <button class="c-btn" data-kind="quiet" data-size="s" type="button" disabled=readonly on:click=move |_| add(MessageRole::Placeholder)>
                <Icon name="rows"/>
                "History"
            </button>
            <span class="c-hint l-end"><Total keeper=keeper/></span>
        </div>
    }
    .into_any()
}

/// Tokens of all texts, against what the model can read.
#[component]
pub fn Total(keeper: Keeper) -> impl IntoView {
    let say = move || {
        keeper.tokens.with(|tokens| {
            let about = if tokens.estimate { "about " } else { "" };
            match tokens.window {
                Some(window) => format!("{about}{} of {} tokens", grouped(tokens.total), grouped(window)),
                None => format!("{about}{} tokens", grouped(tokens.total)),
            }
        })
    };
    let full = move || keeper.tokens.with(|tokens| tokens.window.is_some_and(|window| tokens.total >= window)).then_some("bad");
    view! { <span class="num" data-tone=full>{say}</span> }.into_any()
}

/// 8192 as people read it.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let groups: Vec<&str> =
        std::iter::once(&digits[..head]).filter(|head| !head.is_empty()).chain((head..digits.len()).step_by(3).map(|at| &digits[at..at + 3])).collect();
    groups.join(",")
}

fn focus(key: usize) {
    let found = document().query_selector(&format!("[data-message='{key}'] .cm-content, [data-message='{key}'] textarea")).ok().flatten();
    if let Some(field) = found.and_then(|found| leptos::wasm_bindgen::JsCast::dyn_into::<leptos::web_sys::HtmlElement>(found).ok()) {
        // Where a browser refuses, the field is still there to be clicked.
        let _ = field.focus();
    }
}

#[component]
fn Message(key: usize, row: Row, rows: Rows, declarations: Declarations, project: String, readonly: bool) -> impl IntoView {
    let number = Memo::new(move |_| rows.all.with(|rows| rows.iter().position(|(one, _)| *one == key).map_or(0, |at| at + 1)));
    let at = move || number.get().saturating_sub(1);
    let (role, folded) = (RwSignal::new(row.role.clone()), RwSignal::new(false));
    let (text, calls) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Textarea>::new());
    let label = move || format!("Message {}, {}", number.get(), role.get());
    let tokens =
        move || rows.keeper.tokens.with(|tokens| tokens.each.get(at()).map(|count| format!("{}{count} tokens", if tokens.estimate { "≈ " } else { "" })));
    let id = row.id.clone();
    let current = move || Row {
        id: id.clone(),
        role: role.get_untracked(),
        content: text.get_untracked().map(|text| text.value()).unwrap_or_default(),
        calls: calls.get_untracked().map(|calls| calls.value()).unwrap_or_default(),
    };
    let over = move |event: DragEvent| {
        if rows.dragged.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        if let (Some(dragged), Some(to)) = (rows.dragged.get_untracked(), rows.place(key)) {
            rows.put(dragged, to);
        }
        rows.dragged.set(None);
    };
    view! {
        <li class="c-message" data-message=key data-folded=move || folded.get().then_some("true") data-dragged=move || (rows.dragged.get() == Some(key)).then_some("true") on:dragover=over on:drop=drop>
            <div class="c-message-head">
                <input type="hidden" name="form[ids][]" value=row.id.clone()/>
                <RoleSelect role=role number=number readonly=readonly/>
                <span class="c-count">{tokens}</span>
                <Grip key=key rows=rows number=number readonly=readonly/>
                <Actions key=key rows=rows number=number folded=folded readonly=readonly current=Callback::new(move |()| current())/>
            </div>
            <prompt-editor data-variables=move || rows.keeper.declared.get() data-find=FindPrompts::PATH data-project=project>
                <textarea
                    class="c-prompt" node_ref=text name="form[contents][]" rows="3" data-grow="true" spellcheck="true" readonly=readonly placeholder=HINT aria-label=label
                    data-warnings=move || rows.keeper.warnings.with(|all| all.get(at()).map(|warnings| serde_json::to_string(warnings).unwrap_or_default()))
                >
                    {row.content}
                </textarea>
            </prompt-editor>
            <Calls role=role calls=row.calls node_ref=calls number=number readonly=readonly/>
            <Warnings keeper=rows.keeper at=Signal::derive(at) declarations=declarations/>
        </li>
    }
    .into_any()
}

#[component]
fn RoleSelect(role: RwSignal<String>, number: Memo<usize>, readonly: bool) -> impl IntoView {
    let chosen = role.get_untracked();
    let options = MessageRole::ALL.into_iter().map(|one| {
        let words = if one == MessageRole::Placeholder { "History".to_owned() } else { one.to_string() };
        view! { <option value=one.as_str() selected=one.as_str() == chosen>{words}</option> }
    });
    let options = options.collect_view();
    view! {
        <select class="c-input" name="form[roles][]" disabled=readonly aria-label=move || format!("Role of message {}", number.get()) on:change=move |event| role.set(event_target_value(&event))>
            {options}
        </select>
    }
    .into_any()
}

/// Moves its message: dragged, or by the arrow keys.
#[component]
fn Grip(key: usize, rows: Rows, number: Memo<usize>, readonly: bool) -> impl IntoView {
    let press = move |event: ev::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" => -1,
            "ArrowDown" => 1,
            _ => return,
        };
        event.prevent_default();
        rows.shift(key, by);
        request_animation_frame(move || refocus(key));
    };
    view! {
        <button
            class="c-grip l-script" type="button" draggable=if readonly { "false" } else { "true" } disabled=readonly
            aria-label=move || format!("Move message {}: drag, or arrow keys", number.get())
            on:dragstart=move |_| rows.dragged.set(Some(key)) on:dragend=move |_| rows.dragged.set(None) on:keydown=press
        >
            <Icon name="grip"/>
        </button>
    }
    .into_any()
}

/// A row that moved was taken out of the page for a moment, and lost the focus.
fn refocus(key: usize) {
    let found = document().query_selector(&format!("[data-message='{key}'] .c-grip")).ok().flatten();
    if let Some(grip) = found.and_then(|found| leptos::wasm_bindgen::JsCast::dyn_into::<leptos::web_sys::HtmlElement>(found).ok()) {
        let _ = grip.focus();
    }
}

#[component]
fn Actions(key: usize, rows: Rows, number: Memo<usize>, folded: RwSignal<bool>, readonly: bool, current: Callback<(), Row>) -> impl IntoView {
    let toaster = use_toaster();
    let copy = move |_| {
        let at = rows.place(key).map_or(usize::MAX, |at| at + 1);
        // A copy is a message of its own.
        let key = rows.insert(at, Row { id: String::new(), ..current.run(()) });
        request_animation_frame(move || focus(key));
    };
    let remove = move |_| {
        let (row, at) = (current.run(()), rows.place(key).unwrap_or_default());
        rows.remove(key);
        if !row.content.is_empty() {
            toaster.push_undo("Message removed", move || {
                rows.insert(at, row.clone());
            });
        }
    };
    view! {
        <button
            class="c-btn l-script" data-kind="quiet" data-icon="true" data-size="xs" type="button" aria-expanded=move || if folded.get() { "false" } else { "true" }
            aria-label=move || format!("Text of message {}", number.get()) on:click=move |_| folded.update(|folded| *folded = !*folded)
        >
            <Icon name="down"/>
        </button>
        <span class="l-script">
            <Menu id=format!("message-{key}") label=Signal::derive(move || format!("More for message {}", number.get())) kind="quiet" side="end" button=|| view! { <Icon name="more"/> }>
                <button type="button" disabled=readonly on:click=move |_| rows.shift(key, -1)><Icon name="up-arrow"/>"Move up"</button>
                <button type="button" disabled=readonly on:click=move |_| rows.shift(key, 1)><Icon name="down-arrow"/>"Move down"</button>
                <button type="button" disabled=readonly on:click=copy><Icon name="copy"/>"Duplicate"</button>
                <button type="button" disabled=readonly on:click=remove><Icon name="trash"/>"Remove"</button>
            </Menu>
        </span>
    }
    .into_any()
}

/// An assistant's calls of tools, or the call that a tool answers.
#[component]
fn Calls(role: RwSignal<String>, calls: String, node_ref: NodeRef<html::Textarea>, number: Memo<usize>, readonly: bool) -> impl IntoView {
    let label = move || match role.get().as_str() {
        "tool" => format!("Id of the call that message {} answers", number.get()),
        _ => format!("Tool calls of message {}, JSON", number.get()),
    };
    let words = move || if role.get() == "tool" { "Answers call" } else { "Tool calls, JSON" };
    let away = move || !matches!(role.get().as_str(), "assistant" | "tool");
    let open = !calls.is_empty() || role.get_untracked() == "tool";
    view! {
        <details class="c-calls" hidden=away open=open>
            <summary class="c-hint">{words}</summary>
            <textarea class="c-input c-code" node_ref=node_ref name="form[calls][]" rows="1" data-grow="true" spellcheck="false" readonly=readonly aria-label=label>{calls}</textarea>
        </details>
    }
    .into_any()
}

/// What is odd about a text, with what can be done.
#[component]
pub fn Warnings(keeper: Keeper, at: Signal<usize>, declarations: Declarations) -> impl IntoView {
    let here = Memo::new(move |_| {
        let mut here: Vec<Warning> = keeper.warnings.with(|all| all.get(at.get()).cloned().unwrap_or_default());
        // One is told once, however often it stands there.
        let mut said = Vec::new();
        here.retain(|warning| {
            !said.contains(&warning.say) && {
                said.push(warning.say.clone());
                true
            }
        });
        here
    });
    let each = move |warning: Warning| {
        let declare = warning.declare.clone().map(|name| {
            view! {
                <button class="c-btn" data-kind="quiet" data-size="s" type="button" on:click=move |_| declarations.add(&name)>"Declare it"</button>
            }
        });
        view! {
            <div class="c-callout" data-tone=warning.tone.clone()>
                <Icon name="warn"/>
                <span>{warning.say}</span>
                {declare}
            </div>
        }
    };
    view! {
        <div role="status">
            {move || here.get().into_iter().map(each).collect_view()}
        </div>
    }
    .into_any()
}
