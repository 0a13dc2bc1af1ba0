//! Saving: first what would change, with a note to edit; then an immutable version.

use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};

use crate::{
    api::{
        UiError,
        prompt::{Review, ReviewDraft},
    },
    ui::{Close, Dialog, ErrorNote, Icon, Skeleton, close_on_success, failure},
};

use super::{
    frame::Open,
    keeper::{Keeper, State},
};

/// What became of what was typed, beside the buttons.
#[component]
pub fn DraftState(keeper: Keeper) -> impl IntoView {
    let say = move || match keeper.state.get() {
        State::Clean => "",
        State::Unsaved => "Not saved yet",
        State::Saving => "Saving…",
        State::Saved => "Draft saved",
        State::Offline => "Offline: kept in this browser",
        State::SignedOut => "Signed out: kept in this browser",
        State::Refused(_) => "Not saved",
    };
    let tone = move || matches!(keeper.state.get(), State::Offline | State::SignedOut | State::Refused(_)).then_some("bad");
    let done = move || (keeper.state.get() == State::Saved).then(|| view! { <Icon name="check" small=true/> });
    view! { <span class="c-hint l-row p-kept" data-tone=tone>{done} <span>{say}</span></span> }.into_any()
}

/// With script it shows what would change first; without, the browser sends the editor's form.
#[component]
pub fn SaveButton(open: Open, keeper: Keeper, prompt: String) -> impl IntoView {
    let (review, busy) = (open.review, RwSignal::new(false));
    // Once there is script, it sends nothing by itself: Enter in the note must press the dialog's own button.
    let scripted = RwSignal::new(false);
    Effect::new(move || scripted.set(true));
    let start = move |event: MouseEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let prompt = prompt.clone();
        spawn_local(async move {
            let kept = keeper.settle().await;
            busy.try_set(false);
            if kept || keeper.state.get_untracked() == State::Clean {
                review.clear();
                review.send(ReviewDraft { prompt });
                show("save");
            }
        });
    };
    view! {
        <button class="c-btn" data-kind="primary" data-size="s" type=move || if scripted.get() { "button" } else { "submit" } form="editor" aria-busy=move || (busy.get() || open.save.pending().get()).then_some("true") on:click=start>
            "Save version"
        </button>
    }
    .into_any()
}

pub fn show(dialog: &str) {
    use leptos::{wasm_bindgen::JsCast, web_sys::HtmlDialogElement};
    if let Some(dialog) = document().get_element_by_id(dialog).and_then(|found| found.dyn_into::<HtmlDialogElement>().ok()).filter(|dialog| !dialog.open()) {
        // Refused only where it is open already.
        let _ = dialog.show_modal();
    }
}

#[component]
pub fn SaveDialog(open: Open) -> impl IntoView {
    close_on_success("save", open.save);
    let (review, fault) = (open.review, failure(open.save));
    let unready = failure(review);
    let found = Memo::new(move |_| review.output::<Review>());
    let body = move || match found.get() {
        None if unready.with(Option::is_some) => view! { <Unready fault=unready/> }.into_any(),
        None => view! { <Skeleton rows=6/> }.into_any(),
        Some(Review { same: true, latest: 0, .. }) => view! { <p>"There is nothing to save yet: write a message first."</p> }.into_any(),
        Some(Review { same: true, latest, .. }) => view! { <p>{format!("Nothing changed since version {latest}. There is nothing to save.")}</p> }.into_any(),
        Some(found) => view! { <div class="l-stack" inner_html=found.html></div> }.into_any(),
    };
    let ready = move || found.with(|found| found.as_ref().is_some_and(|found| !found.same));
    let next = move || found.with(|found| found.as_ref().map_or(1, |found| found.latest + 1));
    let note = move || found.with(|found| found.as_ref().map(|found| found.note.clone()).unwrap_or_default());
    view! {
        <Dialog id="save" title="Save version">
            <div class="c-dialog-body l-stack" tabindex="0" role="region" aria-label="What changes">
                {body}
                <Unready fault=fault/>
            </div>
            <div class="c-dialog-foot">
                <Show when=ready fallback=|| view! { <span class="l-end"><Close dialog="save"/></span> }>
                    <div class="c-field p-note-field">
                        <label for="note">"What changed, and why"</label>
                        <input class="c-input" id="note" name="form[note]" form="editor" maxlength="1000" prop:value=note/>
                    </div>
                    <Close dialog="save"/>
                    <button class="c-btn" data-kind="primary" type="submit" form="editor" aria-busy=move || open.save.pending().get().then_some("true")>
                        {move || format!("Save version {}", next())}
                    </button>
                </Show>
            </div>
        </Dialog>
    }
    .into_any()
}

/// Every field at fault, each named as the form shows it.
#[component]
pub fn Unready(fault: Signal<Option<UiError>>) -> impl IntoView {
    let details = move || {
        let fields = fault.get().map(|fault| fault.0.fields).unwrap_or_default();
        fields.into_iter().map(|error| view! { <li>{place(&error.field)} ": " {error.detail}</li> }).collect_view()
    };
    let title = move || fault.get().filter(|fault| fault.0.fields.is_empty());
    view! {
        <ErrorNote fault=Signal::derive(title)/>
        <div role="alert">
            <Show when=move || fault.with(|fault| fault.as_ref().is_some_and(|fault| !fault.0.fields.is_empty()))>
                <p class="c-callout" data-tone="bad"><Icon name="warn"/><span>"This cannot be saved yet."</span></p>
            </Show>
            <ul class="c-error-list">{details}</ul>
        </div>
    }
    .into_any()
}

/// `messages[1].content` is the second message to people.
pub fn place(field: &str) -> String {
    let index = |prefix: &str| field.strip_prefix(prefix).and_then(|rest| rest.split(']').next()).and_then(|number| number.parse::<usize>().ok());
    match (index("messages["), index("variables[")) {
        (Some(index), _) => format!("Message {}", index + 1),
        (_, Some(index)) => format!("Variable {}", index + 1),
        _ => field.strip_prefix("params.").unwrap_or(field).replace('_', " "),
    }
}
