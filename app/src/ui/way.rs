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

#[derive(Clone, Debug, PartialEq)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub count: Option<usize>,
}

impl Tab {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), count: None }
    }

    pub fn count(self, count: usize) -> Self {
        Self { count: Some(count), ..self }
    }
}

/// Tabs are links; the one that leads to where we are is current.
#[component]
pub fn Tabs(
    /// Names the set: "Prompt".
    #[prop(into)]
    label: String,
    #[prop(into)] tabs: Signal<Vec<Tab>>,
) -> impl IntoView {
    let is_here = use_is_here();
    let links = move || {
        let is_here = is_here.clone();
        let link = move |tab: Tab| {
            let (is_here, href) = (is_here.clone(), tab.href.clone());
            view! {
                <a href=tab.href aria-current=move || is_here(&href).then_some("page")>
                    {tab.label}
                    {tab.count.map(|count| view! { <span class="c-count">{count}</span> })}
                </a>
            }
        };
        tabs.get().into_iter().map(link).collect_view()
    };
    view! {
        <nav class="c-tabs" aria-label=label>
            {links}
        </nav>
    }
    .into_any()
}
