//! What happens when a form's answer is there.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};
use serde::de::DeserializeOwned;

use crate::{api::UiError, ask::Change};

/// Runs after each success.
pub fn on_success<T: DeserializeOwned + 'static>(change: Change, run: impl Fn(T) + 'static) {
    Effect::new(move || {
        if let Some(output) = change.output() {
            untrack(|| run(output));
        }
    });
}

/// Loads the page that the answer names, all of it: who looks, or what they may see, has changed.
pub fn load_on_success(change: Change) {
    on_success(change, |path: String| load(&path));
}

pub fn load(path: &str) {
    // Refused only for what is no address; ours are.
    let _ = window().location().set_href(path);
}

/// Puts the focus on the first field that an answer finds fault with.
pub fn focus_mistake(change: Change) {
    let answer = change.answer();
    Effect::new(move || {
        if answer.with(|answer| matches!(answer, Some(Err(_)))) {
            request_animation_frame(focus_invalid);
        }
    });
}

fn focus_invalid() {
    // Where a dialog is open, the field stands in it: others may show the same change.
    let find = |place: &str| document().query_selector(place).ok().flatten();
    let found = find("dialog[open] [aria-invalid=true]").or_else(|| find("[aria-invalid=true]"));
    if let Some(field) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // Without the focus the message beside the field still stands.
        let _ = field.focus();
    }
}

/// A fault that none of these fields shows beside itself.
pub fn unplaced(fault: Signal<Option<UiError>>, fields: &'static [&'static str]) -> Signal<Option<UiError>> {
    let placed = move |UiError(fault): &UiError| !fault.fields.is_empty() && fault.fields.iter().all(|error| fields.contains(&error.field.as_str()));
    Signal::derive(move || fault.get().filter(|fault| !placed(fault)))
}
