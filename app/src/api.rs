//! The server functions: who calls, what, and the reply. All else is a use case of the backend.

pub mod account;
pub mod case;
pub mod cost;
pub mod exchange;
pub mod experiment;
pub mod gateway;
pub mod grid;
pub mod model;
pub mod playground;
pub mod prompt;
pub mod provider;
pub mod request;
pub mod run;

use std::fmt;

use atelier_domain::fault::{Fault, Kind};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The answer of a server function: its output as JSON, or its fault.
pub type Raw = Result<String, UiError>;

/// A fault on its way to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiError(pub Fault);

impl UiError {
    /// Page and server do not understand each other: the studio was updated while the page was open.
    pub fn other_version() -> Self {
        Self(Fault::new(Kind::Invalid, "unreadable", "The form could not be read. Reload the page and try again."))
    }
}

impl fmt::Display for UiError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for UiError {}

impl From<Fault> for UiError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => {
                Self(Fault::upstream("offline", "The studio cannot be reached. What you typed is still here; try again in a moment."))
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => Self::other_version(),
            _ => Self(Fault::internal()),
        }
    }
}
