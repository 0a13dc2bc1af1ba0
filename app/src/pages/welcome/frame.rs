//! What stands around each of these forms.

use leptos::prelude::*;
use leptos_meta::Title;

use super::proof::Proof;
use crate::ui::Mark;

#[component]
pub fn Welcome(
    /// The heading, and the document's title.
    title: &'static str,
    /// Under the heading.
    #[prop(optional)]
    say: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=format!("{title} · Atelier")/>
        <a class="c-skip" href="#main">"Skip to content"</a>
        <div class="p-sign">
            <header class="p-sign-brand">
                <Mark/>
                <b>"Atelier"</b>
            </header>
            <main id="main" class="p-sign-main" tabindex="-1">
                <div class="p-sign-form">
                    <div class="l-stack">
                        <h1>{title}</h1>
                        {say.map(|say| view! { <p>{say}</p> })}
                    </div>
                    {children()}
                </div>
            </main>
            <Proof/>
            <footer class="p-sign-foot c-hint">
                <span>"Version " {env!("CARGO_PKG_VERSION")}</span>
                <a class="c-link" href="/api/docs" rel="external">"API"</a>
            </footer>
        </div>
        <p class="sr" id="said" role="status"></p>
    }
    .into_any()
}
