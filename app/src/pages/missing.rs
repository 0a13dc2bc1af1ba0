//! What stands where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    backend,
    components::shell::Page,
    ui::{Crumbs, Mark},
};

/// At an address that no page has. Without the shell: whatever the router's fallback owns is gone with the next change of the
/// address, and the shell would live on.
#[component]
pub fn Missing() -> impl IntoView {
    view! {
        <Title text="Not found · Atelier"/>
        <header class="l-top">
            <Mark/>
            <Crumbs here="Not found"/>
        </header>
        <main id="main" tabindex="-1">
            <Fault/>
        </main>
        <p class="sr" id="said" role="status"></p>
    }
    .into_any()
}

/// At an address of a project that is not there for who looks; inside the shell.
#[component]
pub fn NotHere() -> impl IntoView {
    view! {
        <Page title="Not found">
            <Fault/>
        </Page>
    }
    .into_any()
}

#[component]
fn Fault() -> impl IntoView {
    backend::set_not_found();
    let request = SharedValue::new(backend::request_id).into_inner();
    view! {
        <div class="p-fault">
            <h2>"There is nothing at this address"</h2>
            <p>"It may have moved, or it belongs to a project that you cannot see."</p>
            <a class="c-btn" data-kind="primary" href="/">"To your projects"</a>
            {request.map(|id| view! { <p class="c-hint">"Request " <code>{id}</code></p> })}
        </div>
    }
    .into_any()
}
