//! Ticks.

use leptos::prelude::*;

/// Yes or no. A form without the tick sends nothing for it: read it as `Option<String>` or with a serde default.
#[component]
pub fn Check(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(default = "true", into)] value: &'static str,
    #[prop(optional)] checked: bool,
) -> impl IntoView {
    view! {
        <label class="c-check">
            <input type="checkbox" name=name value=value checked=checked/>
            {label}
        </label>
    }
    .into_any()
}
