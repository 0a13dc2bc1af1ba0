//! What is said beside what it is about: callouts, errors, nothing yet.

use atelier_domain::fault::Kind;
use leptos::prelude::*;

use super::Icon;
use crate::api::UiError;

#[component]
pub fn Callout(
    /// `info`, `warn`, `bad` or `ok`.
    #[prop(optional)]
    tone: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let icon = match tone {
        Some("warn" | "bad") => "warn",
        Some("ok") => "check",
        _ => "info",
    };
    view! {
        <div class="c-callout" data-tone=tone>
            <Icon name=icon/>
            <span>{children()}</span>
        </div>
    }
    .into_any()
}

/// An error, with the request id that the log knows it by; nothing while there is none.
#[component]
pub fn ErrorNote(#[prop(into)] fault: Signal<Option<UiError>>, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    move || {
        let UiError(fault) = fault.get()?;
        let id = fault.request_id.map(|id| view! { " Request " <code>{id}</code> });
        // What is gone or not allowed stays so.
        let passes = matches!(fault.kind, Kind::Upstream | Kind::Internal | Kind::Limited);
        let again = retry.filter(|_| passes).map(|retry| {
            view! {
                <button class="c-btn" data-size="s" type="button" on:click=move |_| retry.run(())>
                    "Try again"
                </button>
            }
        });
        Some(view! {
            <div class="c-callout" data-tone="bad" role="alert">
                <Icon name="warn"/>
                <span>{fault.message} {id}</span>
                {again}
            </div>
        })
    }
}

/// Nothing yet: the children say what to do, and do it in one click.
#[component]
pub fn Empty(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <div class="c-empty">
            <h2>{title}</h2>
            {children()}
        </div>
    }
    .into_any()
}
