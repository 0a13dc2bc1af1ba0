//! A page is written by a task of its own: to its end whoever listens, and with nothing but what is its own around it.
//!
//! Beside a page's text run the tasks of its `Suspense`s, on other threads. Where the browser leaves, axum would drop the text, and with
//! it what these tasks are just reading: each of them would panic.
//!
//! And Leptos leaves the owner of a page in its thread, for the closures that run as the text is written. When the text had to wait for
//! something, another page may have taken the thread meanwhile: its signals would be ours, and its reader.

use std::{
    cell::RefCell,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{
    SinkExt, StreamExt,
    channel::{mpsc, oneshot},
};
use http::StatusCode;
use leptos::reactive::owner::{Owner, WeakOwner};

/// Parts of a page that wait for a slow browser.
const AHEAD: usize = 16;

tokio::task_local! {
    /// The root of what the page that this task writes has made.
    static ROOT: RefCell<Option<WeakOwner>>;
}

/// Has a page written. Server functions end with their caller: what they ask a model for nobody would read.
pub async fn write(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/fn/") {
        return next.run(request).await;
    }
    let (begun, page) = oneshot::channel();
    let writing = async move {
        let (head, body) = next.run(request).await.into_parts();
        let (mut send, receive) = mpsc::channel(AHEAD);
        // Who asked may be gone, now or later; the page goes on.
        let _ = begun.send(Response::from_parts(head, Body::from_stream(receive)));
        let mut parts = body.into_data_stream();
        while let Some(part) = parts.next().await {
            let _ = send.send(part).await;
        }
    };
    tokio::spawn(ROOT.scope(RefCell::default(), Rooted(Box::pin(writing))));
    page.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// To be called where a page begins to be made, by its task.
pub fn root() {
    ROOT.with(|root| *root.borrow_mut() = Owner::current().map(|owner| owner.downgrade()));
}

/// A future that runs under [`ROOT`] whenever it goes on, and leaves its thread without an owner.
struct Rooted<F>(Pin<Box<F>>);

impl<F: Future> Future for Rooted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let root = ROOT.with(|root| root.borrow().as_ref().and_then(WeakOwner::upgrade));
        root.unwrap_or_default().with(|| self.0.as_mut().poll(context))
    }
}
