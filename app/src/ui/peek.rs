//! A row's detail beside its list, with a URL of its own. Inside `<div class="l-panes" data-peek>`, after the list.

use leptos::prelude::*;

use super::Icon;

/// Links and buttons in the peek's head, before the one that closes it.
#[slot]
pub struct Tools {
    children: Children,
}

#[component]
pub fn Peek(
    #[prop(into)] title: Signal<String>,
    /// The list without the peek; Esc goes there too.
    #[prop(into)]
    close: Signal<String>,
    #[prop(optional)] tools: Option<Tools>,
    children: Children,
) -> impl IntoView {
    view! {
        <aside class="c-peek" id="peek" aria-labelledby="peek-h">
            <div class="c-pane-head">
                <h2 id="peek-h">{title}</h2>
                <span class="l-row l-end">
                    {tools.map(|tools| (tools.children)())}
                    <a
                        class="c-btn"
                        data-kind="quiet"
                        data-icon="true"
                        data-size="s"
                        data-esc="true"
                        aria-label="Close"
                        href=move || close.try_get().unwrap_or_default()
                    >
                        <Icon name="x"/>
                    </a>
                </span>
            </div>
            {children()}
        </aside>
    }
    .into_any()
}
