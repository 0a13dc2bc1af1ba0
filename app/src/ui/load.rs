//! Everything that is loaded, is loaded here.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::ErrorNote;
use crate::{
    api::{Raw, UiError},
    ask::{Reading, decode},
};

/// Shows what was read: a skeleton at first, then the data, which stays while newer data loads under a thin bar.
/// An error stands in its place with a way to try again.
///
/// Around a whole table, never inside one: it draws a `<div>`, which a parser would move out of the table.
///
/// The error is part of the answer, so it reaches the browser with its request id; an `ErrorBoundary`
/// would carry only its text.
#[component]
pub fn Load<T, F, V>(
    reading: Reading<T>,
    /// Lines of the skeleton.
    #[prop(default = 3)]
    rows: usize,
    /// The skeleton of a table, row for row.
    #[prop(optional)]
    table: bool,
    /// `let:data`
    children: F,
) -> impl IntoView
where
    T: DeserializeOwned + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    loading(reading.raw(), rows, table, Arc::new(move |text| decode(text).map(|data| children(data).into_any())))
}

type Draw = Arc<dyn Fn(&str) -> Result<AnyView, UiError> + Send + Sync>;

fn loading(answer: Resource<Raw>, rows: usize, table: bool, draw: Draw) -> AnyView {
    let pending = RwSignal::new(false);
    let retry = Callback::new(move |()| answer.refetch());
    let shown = move || {
        let draw = draw.clone();
        Suspend::new(async move {
            match answer.await.and_then(|text| draw(&text)) {
                Ok(view) => view,
                Err(fault) => view! { <ErrorNote fault=Signal::stored(Some(fault)) retry=retry/> }.into_any(),
            }
        })
    };
    let fallback = move || view! { <Skeleton rows=rows table=table/> };
    // The server's pages are whole when they leave it, so nothing of theirs is pending. To watch it would be an effect on a thread of its
    // own, and Leptos takes a signal that another thread is just writing for one that is gone.
    let set_pending = (!is_server()).then(|| pending.into());
    let shown = Transition(TransitionProps { fallback: fallback.into(), set_pending, children: ToChildren::to_children(move || shown) });
    view! { <div class="c-load" aria-busy=move || pending.get().then_some("true")>{shown}</div> }.into_any()
}

/// The shape of what is coming; invisible for the first 400 ms.
#[component]
pub fn Skeleton(#[prop(default = 3)] rows: usize, #[prop(optional)] table: bool) -> impl IntoView {
    view! {
        <div class="c-skeletons" data-rows=table.then_some("true")>
            <span class="sr">"Loading"</span>
            {(0..rows).map(|_| view! { <span class="c-skeleton"></span> }).collect_view()}
        </div>
    }
    .into_any()
}
