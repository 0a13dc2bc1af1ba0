//! Everything that is loaded, is loaded here.

use leptos::{either::Either, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use super::ErrorNote;
use crate::api::UiError;

/// Shows a resource: a skeleton at first, then the data, which stays while newer data loads under a thin bar.
/// An error stands in its place with a way to try again.
///
/// Around a whole table, never inside one: it draws a `<div>`, which a parser would move out of the table.
///
/// The error is part of the resource's value, so it reaches the browser with its request id; an `ErrorBoundary`
/// would carry only its text.
#[component]
pub fn Load<T, F, V>(
    resource: Resource<Result<T, UiError>>,
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
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let pending = RwSignal::new(false);
    let retry = Callback::new(move |()| resource.refetch());
    let shown = move || {
        let children = children.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(data) => Either::Left(children(data)),
                Err(fault) => Either::Right(view! { <ErrorNote fault=Signal::stored(Some(fault)) retry=retry/> }),
            }
        })
    };
    view! {
        <div class="c-load" aria-busy=move || pending.get().then_some("true")>
            <Transition fallback=move || view! { <Skeleton rows=rows table=table/> } set_pending=pending>
                {shown}
            </Transition>
        </div>
    }
    .into_any()
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
