//! One kind of error for every use case: few kinds, a stable code, and a sentence that its reader can act on.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// What went wrong, as coarse as a caller needs to react.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody is signed in, or the key is not valid.
    Unauthenticated,
    /// Known, but without the right.
    Denied,
    /// Absent, or in a project that the caller may not see: never a hint which.
    NotFound,
    /// Well-formed, but against a rule; `fields` names what.
    Invalid,
    /// True when it was read, no longer true now.
    Conflict,
    /// Too many, too fast, or too large.
    Limited,
    /// A model or another service that we depend on failed.
    Upstream,
    /// Our own mistake; the log has the cause beside the request id.
    Internal,
}

impl Kind {
    /// The HTTP status that says the same.
    pub fn status(self) -> u16 {
        match self {
            Kind::Unauthenticated => 401,
            Kind::Denied => 403,
            Kind::NotFound => 404,
            Kind::Conflict => 409,
            Kind::Invalid => 422,
            Kind::Limited => 429,
            Kind::Internal => 500,
            Kind::Upstream => 502,
        }
    }

    /// A title for people, the same for every fault of the kind.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Unauthenticated => "Not signed in",
            Kind::Denied => "Not allowed",
            Kind::NotFound => "Not found",
            Kind::Conflict => "Changed meanwhile",
            Kind::Invalid => "Not valid",
            Kind::Limited => "Over a limit",
            Kind::Internal => "Something went wrong here",
            Kind::Upstream => "A service did not answer",
        }
    }
}

/// One field of a request that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field as the client wrote it: `messages[2].content`.
    pub field: String,
    /// What to change, as a sentence.
    pub detail: String,
}

/// An error that may reach a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: Kind,
    /// Stable and machine-readable: `prompt_not_found`.
    pub code: Cow<'static, str>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Set at the edge, so that a user can quote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Fault {
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code: Cow::Borrowed(code), message: message.into(), fields: Vec::new(), request_id: None }
    }

    /// `what` begins the sentence: "This prompt".
    pub fn not_found(code: &'static str, what: &str) -> Self {
        Self::new(Kind::NotFound, code, format!("{what} does not exist, or belongs to a project that you cannot see."))
    }

    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(Kind::Denied, "not_allowed", message)
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    pub fn limited(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Limited, code, message)
    }

    pub fn upstream(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Upstream, code, message)
    }

    /// For what only the log may explain.
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "internal", "Something went wrong on our side. Try again; if it stays, tell your administrator the request id.")
    }

    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "unauthenticated", "Sign in, or send a valid API key as a bearer token.")
    }

    /// One field that breaks a rule; the message repeats it for readers that show only that.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { field: field.into(), detail: detail.into() }])
    }

    /// Several fields; an empty list is a plain "not valid".
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [one] => one.detail.clone(),
            many => format!("{} fields need a change.", many.len()),
        };
        Self { fields, ..Self::new(Kind::Invalid, "invalid", message) }
    }

    /// Says which field it is about.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        let detail = self.message.clone();
        self.fields.push(FieldError { field: field.into(), detail });
        self
    }

    /// The detail for `field`, where there is one.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|error| error.field == field).map(|error| error.detail.as_str())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// Collects field errors, so that a form hears of all of them at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    pub fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), detail: detail.into() });
    }

    /// Whether this field is noted already.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|error| error.field == field)
    }

    /// Keeps the value, or notes the fields of its fault.
    pub fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.extend(fault.fields);
                None
            }
        }
    }

    /// # Errors
    /// `Invalid` with every field noted so far.
    pub fn check(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::fields(self.0)) }
    }
}
