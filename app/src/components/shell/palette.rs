//! Search or jump: one field over prompts, places and actions, all of it by keys.

mod entry;
mod list;

use std::time::Duration;

use leptos::{
    ev, html,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use self::{
    entry::{Act, Entry, entries},
    list::List,
};
use super::way::use_project;
use crate::{
    api::prompt::{FoundPrompt, find_prompts},
    platform::ViewerProject,
    ui::{Icon, Kbd, close_dialog},
};

/// What is typed, what was found for it, and the entry that Enter takes. Nothing is listed before it is first opened.
#[derive(Clone, Copy)]
struct State {
    opened: RwSignal<bool>,
    project: Memo<Option<ViewerProject>>,
    query: RwSignal<String>,
    found: RwSignal<Vec<FoundPrompt>>,
    at: RwSignal<usize>,
    entries: Memo<Vec<Entry>>,
}

impl State {
    fn new() -> Self {
        let (query, found, project) = (RwSignal::new(String::new()), RwSignal::new(Vec::new()), use_project());
        let entries = Memo::new(move |_| entries(&query.read(), &found.read(), project.read().as_ref()));
        Self { opened: RwSignal::new(false), project, query, found, at: RwSignal::new(0), entries }
    }

    /// Narrows what is known at once, and asks for prompts when typing rests for 120 ms.
    fn search(self, text: String) {
        self.query.set(text.clone());
        self.at.set(0);
        let Some(project) = self.project.get_untracked() else { return };
        let ask = move || {
            if self.query.get_untracked() != text {
                return;
            }
            spawn_local(async move {
                let found = find_prompts(project.id, text.clone()).await.unwrap_or_default();
                if self.query.get_untracked() == text {
                    self.found.set(found);
                }
            });
        };
        set_timeout(ask, Duration::from_millis(120));
    }

    /// Moves by one, round the ends.
    fn step(self, down: bool) {
        let count = self.entries.with_untracked(Vec::len).max(1);
        self.at.update(|at| *at = (*at + if down { 1 } else { count - 1 }) % count);
        if let Some(option) = document().query_selector("#palette [aria-selected=true]").ok().flatten() {
            option.scroll_into_view_with_bool(false);
        }
    }
}

#[component]
pub fn Palette() -> impl IntoView {
    let (state, navigate) = (State::new(), use_navigate());
    let take = Callback::new(move |at: usize| {
        let Some(entry) = state.entries.with_untracked(|entries| entries.get(at).cloned()) else { return };
        close_dialog("palette");
        match entry.act {
            Act::Go(href) => navigate(&href, NavigateOptions::default()),
            Act::Press(selector) => press(selector),
        }
    });
    view! {
        <dialog class="c-palette" id="palette" aria-label="Search or jump to" closedby="any">
            <Input state=state take=take/>
            <div class="c-palette-list" id="palette-list" role="listbox" aria-label="Results" tabindex="-1">
                {move || state.opened.get().then(|| view! { <List entries=state.entries at=state.at query=state.query take=take/> })}
            </div>
            <div class="c-palette-foot">
                <span><Kbd>"↑"</Kbd><Kbd>"↓"</Kbd>" move"</span>
                <span><Kbd>"↵"</Kbd>" open"</span>
                <span class="l-end" role="status">
                    {move || state.opened.get().then(|| match state.entries.with(Vec::len) { 1 => "1 result".to_owned(), count => format!("{count} results") })}
                </span>
            </div>
        </dialog>
    }
    .into_any()
}

/// The field: a combobox whose list stands below it.
#[component]
fn Input(state: State, take: Callback<usize>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let on_key = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => state.step(true),
            "ArrowUp" => state.step(false),
            "Enter" => take.run(state.at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    // What was typed before the wasm arrived counts as well; each opening begins with the whole list.
    let begin = move || {
        if let Some(input) = input.get_untracked() {
            state.opened.set(true);
            state.search(input.value());
            input.select();
        }
    };
    Effect::new(move || {
        if input.get().is_some_and(|input| input.matches(":focus").unwrap_or_default()) {
            begin();
        }
    });
    view! {
        <div class="c-palette-field">
            <Icon name="search"/>
            <input
                node_ref=input
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", state.at.get())
                aria-label="Search or jump to"
                autocomplete="off"
                autofocus
                spellcheck="false"
                on:input=move |event| state.search(event_target_value(&event))
                on:keydown=on_key
                on:focus=move |_| begin()
            />
            <Kbd>"esc"</Kbd>
        </div>
    }
    .into_any()
}

/// Clicks what an entry names, once the dialog has given the focus back.
fn press(selector: &'static str) {
    let click = move || {
        let found: Option<Element> = document().query_selector(selector).ok().flatten();
        if let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            element.click();
        }
    };
    request_animation_frame(click);
}
