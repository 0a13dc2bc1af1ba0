//! One page inside the shell: the top bar with crumbs and actions, a bar of tabs or filters, the content.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::{Crumb, Crumbs, Icon};

/// Beside the crumbs: labels, a state.
#[slot]
pub struct Beside {
    children: Children,
}

/// At the right end of the top bar; one of them may be primary.
#[slot]
pub struct Actions {
    children: Children,
}

/// The bar below the top bar: `<Tabs>`, or a form of filters (then `filters=true`).
#[slot]
pub struct Sub {
    children: Children,
    #[prop(optional)]
    filters: bool,
}

#[component]
pub fn Page(
    /// The last crumb, the `h1`, and the document's title.
    #[prop(into)]
    title: Signal<String>,
    #[prop(optional, into)] trail: Signal<Vec<Crumb>>,
    /// The page fills the window, its panes scroll inside.
    #[prop(optional)]
    fit: bool,
    #[prop(optional)] beside: Option<Beside>,
    #[prop(optional)] actions: Option<Actions>,
    #[prop(optional)] sub: Option<Sub>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=format!("{} · Atelier", title.get_untracked())/>
        <div class="l-page" data-fit=fit.then_some("true")>
            <header class="l-top">
                <button
                    class="c-btn l-narrow" type="button" data-kind="quiet" data-icon="true" data-size="s"
                    popovertarget="nav" aria-label="Open navigation"
                >
                    <Icon name="menu"/>
                </button>
                <Crumbs trail=trail here=title/>
                {beside.map(|beside| view! { <span class="l-row l-wide">{(beside.children)()}</span> })}
                <div class="l-row l-end">{actions.map(|actions| (actions.children)())}</div>
            </header>
            {sub.map(|sub| view! { <div class="l-sub" data-filters=sub.filters.then_some("true")>{(sub.children)()}</div> })}
            <main id="main" tabindex="-1">
                {children()}
            </main>
        </div>
    }
    .into_any()
}
