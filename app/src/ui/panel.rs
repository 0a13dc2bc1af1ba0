//! A part of a page, in a frame.

use leptos::prelude::*;

/// At the end of a panel's head.
#[slot]
pub struct Tools {
    children: Children,
}

#[component]
pub fn Panel(
    /// Its heading has this id and `-h`.
    id: &'static str,
    title: &'static str,
    /// Beside the heading.
    #[prop(optional)]
    say: Option<&'static str>,
    #[prop(optional)] tools: Option<Tools>,
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-h");
    let labelled = heading.clone();
    view! {
        <section class="c-panel" aria-labelledby=labelled>
            <div class="c-panel-head">
                <h2 id=heading>{title}</h2>
                {say.map(|say| view! { <p>{say}</p> })}
                {tools.map(|tools| view! { <span class="l-end">{(tools.children)()}</span> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
