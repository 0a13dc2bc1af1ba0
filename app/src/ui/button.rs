//! Buttons that do more than press: submit with patience, open and close dialogs, copy.

use std::time::Duration;

use leptos::prelude::*;

use super::Icon;

/// Follows `pending`, but only after 200 ms: what is quick shows nothing.
fn patiently(pending: Signal<bool>) -> RwSignal<bool> {
    let slow = RwSignal::new(false);
    Effect::new(move || {
        if !pending.get() {
            return slow.set(false);
        }
        let show = move || {
            if pending.try_get_untracked() == Some(true) {
                slow.try_set(true);
            }
        };
        set_timeout(show, Duration::from_millis(200));
    });
    slow
}

/// Sends its form; says so when that takes long, and cannot be pressed twice meanwhile.
#[component]
pub fn Submit(
    #[prop(optional, into)] pending: Signal<bool>,
    /// `primary` (one a page), `plain`, `quiet` or `danger`.
    #[prop(default = "primary")]
    kind: &'static str,
    #[prop(optional)] small: bool,
    /// A name and value that the form carries when this button sends it.
    #[prop(optional)]
    name: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    children: Children,
) -> impl IntoView {
    let slow = patiently(pending);
    view! {
        <button
            class="c-btn"
            type="submit"
            name=name
            value=value
            data-kind=kind
            data-size=small.then_some("s")
            aria-busy=move || slow.get().then_some("true")
            on:click=move |event| {
                if pending.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            {children()}
        </button>
    }
    .into_any()
}

/// Opens the dialog with this id.
#[component]
pub fn Opens(
    #[prop(into)] dialog: String,
    #[prop(default = "plain")] kind: &'static str,
    #[prop(optional)] small: bool,
    /// A single key that presses it (see the list of shortcuts).
    #[prop(optional)]
    key: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class="c-btn"
            type="button"
            data-kind=kind
            data-size=small.then_some("s")
            data-key=key
            aria-keyshortcuts=key
            aria-haspopup="dialog"
            command="show-modal"
            commandfor=dialog
        >
            {children()}
        </button>
    }
    .into_any()
}

/// Closes the dialog with this id, and changes nothing.
#[component]
pub fn Close(#[prop(into)] dialog: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <button class="c-btn" type="button" command="close" commandfor=dialog>
            {children.map_or_else(|| "Cancel".into_any(), |children| children())}
        </button>
    }
    .into_any()
}

/// Copies `text`, or else what stands in the element `from`; shows a tick and says "Copied" for two seconds.
#[component]
pub fn Copy(
    /// Names what is copied: "Copy the key".
    #[prop(into)]
    label: String,
    #[prop(optional, into)] text: Option<String>,
    /// A selector, for what would be long to repeat: `#curl`.
    #[prop(optional, into)]
    from: Option<String>,
) -> impl IntoView {
    view! {
        <button
            class="c-btn l-script"
            type="button"
            data-kind="quiet"
            data-icon="true"
            data-size="s"
            aria-label=label
            data-copy=from.is_none().then(|| text.unwrap_or_default())
            data-copy-from=from
        >
            <Icon name="copy"/>
            <Icon name="check"/>
        </button>
    }
    .into_any()
}
