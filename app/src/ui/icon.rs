//! Pictures: icons from the one sprite `public/icons.svg`, and the product's mark.

use leptos::prelude::*;

/// An icon beside a word; it says nothing by itself.
#[component]
pub fn Icon(
    /// Its symbol in the sprite, without `i-`.
    name: &'static str,
    /// 12 px instead of 16.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    view! {
        <svg class="c-icon" data-size=small.then_some("s") aria-hidden="true">
            <use href=format!("/icons.svg#i-{name}")></use>
        </svg>
    }
    .into_any()
}

#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="c-mark" viewBox="0 0 20 20" aria-hidden="true">
            <rect width="20" height="20" rx="5"></rect>
            <path d="M5.5 14.5 10 4.5l4.5 10M7.3 11h5.4"></path>
        </svg>
    }
    .into_any()
}
