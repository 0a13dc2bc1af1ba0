//! Controls to type in. What is typed stays as it was typed while it is worked on, even where it cannot be read yet.

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::{html, prelude::*};

use crate::ui::Icon;

use super::lean::{memo, part};

/// Follows `shown`, but for what people type: that goes to `put`, which gives the sentence of what is wrong with it.
#[derive(Clone, Copy)]
pub struct Typing {
    shown: Memo<String>,
    put: Callback<String, Option<String>>,
    typed: RwSignal<Option<Typed>>,
}

/// A text, and what was shown when it had been heard: as soon as that changes otherwise, the text is out of date.
struct Typed {
    text: String,
    beside: String,
    fault: Option<String>,
}

impl Typing {
    pub fn new(shown: Memo<String>, put: Callback<String, Option<String>>) -> Self {
        Self { shown, put, typed: RwSignal::new(None) }
    }

    pub fn value(self) -> String {
        let shown = self.shown.get();
        self.typed.with(|typed| match typed {
            Some(typed) if typed.beside == shown => typed.text.clone(),
            _ => shown,
        })
    }

    pub fn fault(self) -> Option<String> {
        let shown = self.shown.get();
        self.typed.with(|typed| typed.as_ref().filter(|typed| typed.beside == shown)?.fault.clone())
    }

    pub fn hear(self, text: String) {
        let fault = self.put.run(text.clone());
        let beside = self.shown.get_untracked();
        self.typed.set(Some(Typed { text, beside, fault }));
    }

    /// Shows again what was read, where it could be read.
    pub fn leave(self) {
        if self.typed.with_untracked(|typed| typed.as_ref().is_some_and(|typed| typed.fault.is_none())) {
            self.forget();
        }
    }

    pub fn forget(self) {
        self.typed.set(None);
    }
}

/// What is wrong with a field, or will not work as its author means it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub error: bool,
    pub text: String,
}

impl Note {
    pub fn error(text: String) -> Self {
        Self { error: true, text }
    }
}

#[derive(Clone, Copy)]
pub struct Control {
    pub typing: Typing,
    /// To screen readers: "Type of field order.items".
    label: Signal<String>,
    value: Signal<String>,
    note: Memo<Option<Note>>,
    locked: Memo<bool>,
    id: usize,
}

/// How a line of text looks and behaves.
#[derive(Clone, Copy, Default)]
pub struct Look {
    pub code: bool,
    /// Takes the focus when its dialog opens.
    pub focus: bool,
    pub number: bool,
    pub placeholder: Option<&'static str>,
    pub input: NodeRef<html::Input>,
}

impl Control {
    pub fn new(typing: Typing, label: Signal<String>, found: Memo<Option<Note>>, locked: Memo<bool>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let note = memo(move || typing.fault().map(Note::error).or_else(|| found.get()));
        let value = Signal::derive(move || typing.value());
        Self { typing, label, value, note, locked, id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    fn id(self) -> String {
        format!("shape-{}", self.id)
    }

    fn invalid(self) -> Signal<Option<&'static str>> {
        Signal::derive(move || self.note.with(|note| note.as_ref().is_some_and(|note| note.error)).then_some("true"))
    }

    fn described(self) -> Signal<Option<String>> {
        Signal::derive(move || self.note.with(Option::is_some).then(|| format!("{}-note", self.id())))
    }

    pub fn line(self, look: Look) -> AnyView {
        view! {
            <input
                node_ref=look.input class="c-input" type="text" id=self.id() data-size="s" data-code=look.code.then_some("true")
                autocomplete="off" spellcheck=if look.code { "false" } else { "true" } inputmode=look.number.then_some("decimal")
                autofocus=look.focus placeholder=look.placeholder aria-label=self.label readonly=self.locked
                aria-invalid=self.invalid() aria-describedby=self.described()
                prop:value=self.value
                on:input=move |event| self.typing.hear(event_target_value(&event))
                on:blur=move |_| self.typing.leave()
            />
        }
        .into_any()
    }

    /// Several lines; they grow. JSON stays as it was typed, all else is tidied when it is left.
    pub fn area(self, json: bool, placeholder: Option<&'static str>) -> AnyView {
        view! {
            <textarea
                class="c-input" id=self.id() rows="1" data-grow="true" data-code=json.then_some("true") placeholder=placeholder
                spellcheck=if json { "false" } else { "true" } aria-label=self.label readonly=self.locked
                aria-invalid=self.invalid() aria-describedby=self.described()
                prop:value=self.value
                on:input=move |event| self.typing.hear(event_target_value(&event))
                on:blur=move |_| if !json { self.typing.leave() }
            ></textarea>
        }
        .into_any()
    }

    pub fn choice(self, options: AnyView) -> AnyView {
        view! {
            <select
                class="c-input" id=self.id() data-size="s" aria-label=self.label disabled=self.locked
                aria-invalid=self.invalid() aria-describedby=self.described()
                prop:value=self.value
                on:change=move |event| { self.typing.hear(event_target_value(&event)); self.typing.leave(); }
            >
                {options}
            </select>
        }
        .into_any()
    }

    /// Yes or no, as the texts `yes` and none.
    pub fn tick(self, words: &'static str) -> AnyView {
        let checked = Signal::derive(move || self.value.get() == "yes");
        view! {
            <label class="c-check">
                <input
                    type="checkbox" aria-label=self.label disabled=self.locked aria-describedby=self.described()
                    prop:checked=checked
                    on:change=move |event| {
                        self.typing.hear(if event_target_checked(&event) { "yes" } else { "" }.to_owned());
                        self.typing.leave();
                    }
                />
                {words}
            </label>
        }
        .into_any()
    }

    /// What is wrong, below.
    pub fn note(self) -> AnyView {
        notes(self.note, Some(format!("{}-note", self.id())))
    }

    /// With its words above.
    pub fn field(self, words: &'static str, hint: Option<&'static str>, control: AnyView) -> AnyView {
        view! {
            <div class="c-field">
                <label for=self.id()>{words}</label>
                {control}
                {hint.map(|hint| view! { <p class="c-hint">{hint}</p> })}
                {self.note()}
            </div>
        }
        .into_any()
    }
}

/// The note, while there is one.
pub fn notes(note: Memo<Option<Note>>, id: Option<String>) -> AnyView {
    part(move || note.get().map(|note| noted(note, id.clone())).unwrap_or_else(|| ().into_any()))
}

fn noted(note: Note, id: Option<String>) -> AnyView {
    view! {
        <p class="c-error" id=id data-tone=(!note.error).then_some("warn")>
            <Icon name=if note.error { "warn" } else { "info" } small=true/>
            <span>{note.text}</span>
        </p>
    }
    .into_any()
}

/// A button that shows an icon and says its words to screen readers.
pub fn icon_button(icon: &'static str, label: Signal<String>, locked: Signal<bool>, button: NodeRef<html::Button>, act: Callback<()>) -> AnyView {
    view! {
        <button
            class="c-btn" type="button" data-kind="quiet" data-icon="true" data-size="xs" node_ref=button aria-label=label disabled=locked
            on:click=move |_| act.run(())
        >
            <Icon name=icon/>
        </button>
    }
    .into_any()
}
