//! What `backend` is in the browser: the studio is asked for it, or the server has said it already.

use leptos::server_fn::{
    ServerFn,
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    redirect::call_redirect_hook,
    request::{ClientReq, browser::BrowserRequest},
    response::ClientRes,
};
use serde::Serialize;

use crate::{
    api::{Raw, UiError},
    platform::Viewer,
};

/// A server function with its arguments, as it goes over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    url: &'static str,
    body: String,
}

impl Call {
    pub fn new<S: ServerFn + Serialize>(call: S) -> Self {
        // What cannot be written is refused by the studio, and so is said.
        Self { url: S::PATH, body: serde_qs::to_string(&call).unwrap_or_default() }
    }

    pub async fn answer(self) -> Raw {
        post(self.url, self.body).await
    }
}

/// Calls a server function with the fields of a form, and goes where it redirects to.
pub async fn post(url: &'static str, body: String) -> Raw {
    let request = <BrowserRequest as ClientReq<UiError>>::try_new_post(url, "application/x-www-form-urlencoded", "application/json", body)?;
    let reply = <BrowserClient as Client<UiError>>::send(request).await?;
    let status = ClientRes::<UiError>::status(&reply);
    let redirect = ClientRes::<UiError>::has_redirect(&reply).then(|| ClientRes::<UiError>::location(&reply));
    let text = ClientRes::<UiError>::try_into_string(reply).await?;
    if status >= 400 {
        return Err(UiError::de(text.into()));
    }
    if let Some(path) = redirect {
        call_redirect_hook(&path);
    }
    Ok(text)
}

pub fn viewer() -> Viewer {
    Viewer::default()
}

pub fn request_id() -> Option<String> {
    None
}

pub fn set_not_found() {}

pub fn set_page_policy() {}
