//! What stands where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::backend;

#[component]
pub fn Missing() -> impl IntoView {
    backend::set_not_found();
    let request = SharedValue::new(backend::request_id).into_inner();
    view! {
        <Title text="Not found · Atelier"/>
        <main id="main" class="l-scroll" tabindex="-1">
            <div class="c-empty">
                <h1>"There is nothing at this address"</h1>
                <p>"It may have moved, or it belongs to a project that you cannot see."</p>
                <p><a class="c-btn" data-kind="primary" href="/">"To your projects"</a></p>
                {request.map(|id| view! { <p class="c-hint">"Request " <code>{id}</code></p> })}
            </div>
        </main>
    }
    .into_any()
}
