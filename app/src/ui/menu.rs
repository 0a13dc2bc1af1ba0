//! Menus: popovers beside their button.

use leptos::{children::ViewFnOnce, prelude::*};

/// A button, and the links and buttons that it opens.
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    /// What stands on the button.
    #[prop(into)]
    button: ViewFnOnce,
    /// The button's name where it shows only an icon.
    #[prop(optional, into)]
    label: Option<Signal<String>>,
    /// `end` or `top`, where it shall not open below and to the right.
    #[prop(optional)]
    side: Option<&'static str>,
    #[prop(default = "c-btn")] class: &'static str,
    #[prop(default = "plain")] kind: &'static str,
    children: Children,
) -> impl IntoView {
    let icon = label.as_ref().map(|_| "true");
    view! {
        <button class=class type="button" data-kind=kind data-icon=icon data-size="s" aria-label=label popovertarget=id.clone()>
            {button.run()}
        </button>
        <div class="c-menu" id=id popover="auto" data-side=side>
            {children()}
        </div>
    }
    .into_any()
}
