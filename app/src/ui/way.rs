//! Where we are and where else we could be: breadcrumbs and tabs.

use leptos::prelude::*;

use super::url::use_is_here;

#[derive(Clone, Debug, PartialEq)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

impl Crumb {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// The way to this page; the last crumb is its `h1`.
#[component]
pub fn Crumbs(#[prop(optional, into)] trail: Signal<Vec<Crumb>>, #[prop(into)] here: Signal<String>) -> impl IntoView {
    let links = move || {
        let link = |crumb: Crumb| view! { <li><a href=crumb.href>{crumb.label}</a></li> };
        trail.get().into_iter().map(link).collect_view()
    };
    view! {
        <nav class="c-crumbs" aria-label="Breadcrumb">
            <ol>
                {links}
                <li aria-current="page"><h1>{here}</h1></li>
            </ol>
        </nav>
    }
    .into_any()
}

/// Tabs are links; the one that leads to where we are is current, or else the first.
#[component]
pub fn Tabs(
    /// Names the set: "Prompt".
    label: &'static str,
    /// Words, and where they lead.
    tabs: Vec<(&'static str, String)>,
) -> impl IntoView {
    let (is_here, hrefs) = (use_is_here(), tabs.iter().map(|(_, href)| href.clone()).collect::<Vec<_>>());
    let current = ArcMemo::new(move |_| hrefs.iter().position(|href| is_here(href)).unwrap_or_default());
    let links = tabs.into_iter().enumerate().map(|(at, (words, href))| {
        let current = current.clone();
        view! {
            <a href=href aria-current=move || (current.get() == at).then_some("page")>
                {words}
            </a>
        }
    });
    let links = links.collect_view();
    view! {
        <nav class="c-tabs" aria-label=label>
            {links}
        </nav>
    }
    .into_any()
}
