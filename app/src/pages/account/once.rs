//! What forms in dialogs have in common.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::UiError,
    ui::{Callout, Copy, ErrorNote},
};

/// A key or a link, shown this once.
#[component]
pub fn Once(
    #[prop(into)] value: String,
    /// "Copy the key"
    #[prop(into)]
    copy: String,
) -> impl IntoView {
    view! {
        <div class="c-secret">
            <code>{value.clone()}</code>
            <Copy label=copy text=value/>
        </div>
    }
    .into_any()
}

/// Errors of forms that were sent without script: the page is a new one, and their dialogs are closed.
#[component]
pub fn SentPlain(faults: Vec<Signal<Option<UiError>>>) -> impl IntoView {
    let plain = use_query_map().with_untracked(|query| query.get_str("__err").is_some());
    plain.then(|| faults.into_iter().map(|fault| view! { <ErrorNote fault=fault/> }).collect_view())
}

/// "Saved", on the page that a form led to; hidden by style once a later answer is an error.
#[component]
pub fn Saved() -> impl IntoView {
    let query = use_query_map();
    let shown = move || query.with(|query| query.get_str("saved").is_some() && query.get_str("__err").is_none());
    view! {
        <Show when=shown>
            <div class="p-saved" role="status"><Callout tone="ok">"Saved."</Callout></div>
        </Show>
    }
    .into_any()
}
