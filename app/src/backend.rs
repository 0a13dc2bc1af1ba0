//! The server's side of the server functions: who asks, and how a fault becomes an answer.

pub mod account;
pub mod case;
pub mod cost;
pub mod desk;
pub mod exchange;
pub mod experiment;
pub mod gateway;
pub mod grid;
pub mod playground;
pub mod prompt;
pub mod provider;
pub mod request;
pub mod run;

use std::{pin::Pin, str::FromStr, sync::Arc};

use atelier_backend::cx::{Actor, Cx};
use atelier_domain::fault::Fault;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_axum::ResponseOptions;
use serde::Serialize;

use crate::{
    api::{Raw, UiError},
    platform::{Viewer, ViewerProject, ViewerUser},
};

type Answering = Pin<Box<dyn Future<Output = Raw> + Send>>;

/// A server function with its arguments, which a page runs while it is rendered.
#[derive(Clone)]
pub struct Call(Arc<dyn Fn() -> Answering + Send + Sync>);

impl PartialEq for Call {
    /// A page is rendered once: nothing asks whether it changed.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Call {
    pub fn new<S>(call: S) -> Self
    where
        S: ServerFn<Error = UiError> + Clone + Sync + 'static,
        S::Output: Serialize,
    {
        Self(Arc::new(move || {
            let call = call.clone();
            Box::pin(async move {
                let output = call.run_body().await?;
                serde_json::to_string(&output).map_err(|_| UiError(Fault::internal()))
            })
        }))
    }

    pub async fn answer(self) -> Raw {
        (self.0)().await
    }
}

/// The server never sends forms to itself.
pub async fn post(_: &'static str, _: String) -> Raw {
    Err(UiError(Fault::internal()))
}

/// The caller, as the session middleware found it.
///
/// # Errors
/// Internal outside of a request.
pub fn cx() -> Result<Cx, UiError> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Cx>().cloned()).ok_or_else(|| UiError(Fault::internal()))
}

/// Gives a use case's result to the page, with its status and the request id.
///
/// A form without script is answered by a redirect, whose status must stay; a page says what it could not show by its own.
///
/// # Errors
/// The fault of the use case.
pub fn reply<T>(result: Result<T, Fault>) -> Result<T, UiError> {
    result.map_err(|fault| {
        if let Some(response) = use_context::<ResponseOptions>().filter(|_| !is_plain_form()) {
            response.set_status(StatusCode::from_u16(fault.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        }
        let request_id = cx().ok().map(|cx| cx.request_id.to_string());
        UiError(Fault { request_id, ..fault })
    })
}

/// Reads an id from an address.
///
/// # Errors
/// NotFound: what is no id names nothing.
pub fn parse<T: FromStr>(text: &str) -> Result<T, UiError> {
    reply(text.parse().map_err(|_| Fault::not_found("not_found", "This page")))
}

/// Sends the browser on, with or without script.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}

/// Sends a browser without script on; with script the page stays, and says what was done.
pub fn redirect_plain(path: &str) {
    if is_plain_form() {
        redirect(path);
    }
}

/// A form that the browser itself sent.
fn is_plain_form() -> bool {
    let posted = use_context::<Parts>().is_some_and(|parts| parts.method == http::Method::POST);
    posted && wants_html()
}

fn wants_html() -> bool {
    headers(|headers| headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html")))
        .unwrap_or_default()
}

fn headers<T>(read: impl FnOnce(&HeaderMap) -> T) -> Option<T> {
    use_context::<Parts>().map(|parts| read(&parts.headers))
}

/// What the page may know of the person who looks at it.
pub fn viewer() -> Viewer {
    let user = cx().ok().and_then(|cx| match cx.actor {
        Actor::User(user) => Some(user),
        _ => None,
    });
    let theme = headers(|headers| cookie(headers, "theme")).flatten().filter(|theme| theme == "light" || theme == "dark");
    let Some(user) = user else { return Viewer { theme, ..Viewer::default() } };
    let projects = user.memberships.iter().map(|place| ViewerProject { id: place.project.to_string(), name: place.project_name.clone(), role: place.role });
    Viewer {
        projects: projects.collect(),
        user: Some(ViewerUser { id: user.id.to_string(), name: user.name.clone(), email: user.email.clone(), admin: user.admin }),
        theme,
        shortcuts: user.shortcuts,
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The request id, for error pages.
pub fn request_id() -> Option<String> {
    cx().ok().map(|cx| cx.request_id.to_string())
}

/// Marks the page that is being rendered as missing.
pub fn set_not_found() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
}

/// Lets this page run our own scripts, those that carry its nonce, and nothing else.
pub fn set_page_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), leptos::nonce::use_nonce()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(HeaderName::from_static("content-security-policy"), policy);
    }
}
