//! What goes wrong between us and a provider, as sentences that say what to do. A provider's own words are quoted shortly; a key never is.

mod quote;
mod retry_after;

use std::fmt;

use atelier_domain::fault::{Fault, Kind};

use super::adapter::Secret;

pub use quote::quote;
pub use retry_after::{retry_after, seconds};

/// A fault with what only a gateway needs of it; a [`Fault`] has no place for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub fault: Fault,
    /// What the provider answered, where it did.
    pub status: Option<u16>,
    /// Seconds after which the provider wants to be asked again.
    pub retry_after: Option<u32>,
    /// How often we asked again before giving up.
    pub retries: u32,
}

impl Failure {
    /// Whether the same request may succeed soon.
    pub fn is_passing(&self) -> bool {
        match (self.fault.code.as_ref(), self.status) {
            ("provider_quota", _) => false,
            ("provider_unreachable", None) => true,
            (_, Some(status)) => matches!(status, 429 | 500 | 502 | 503 | 504 | 529),
            _ => false,
        }
    }

    /// The same with every occurrence of the key gone, however the provider came to repeat it.
    #[must_use]
    pub fn without(mut self, key: &Secret) -> Self {
        let hidden = |text: &str| quote::without(text, key.reveal());
        self.fault.message = hidden(&self.fault.message);
        self.fault.fields.iter_mut().for_each(|field| field.detail = hidden(&field.detail));
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, status: None, retry_after: None, retries: 0 }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        failure.fault
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(out)
    }
}

impl std::error::Error for Failure {}

/// What a provider complains of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Key,
    /// A valid key without the right.
    Right,
    /// Nothing left to pay with: asking again does not help.
    Quota,
    Model,
    /// No such path: most often a wrong base URL.
    Address,
    TooLong,
    Filtered,
    TooMany,
    Overloaded,
    TimeOut,
    /// It failed, and that is all we know.
    Itself,
    /// It does not accept the request.
    Request,
}

impl About {
    /// What a status means where the body tells no more.
    pub fn status(status: u16) -> Self {
        match status {
            401 => About::Key,
            402 => About::Quota,
            403 => About::Right,
            404 | 405 => About::Address,
            408 | 504 => About::TimeOut,
            413 => About::TooLong,
            429 => About::TooMany,
            503 | 529 => About::Overloaded,
            500..=599 => About::Itself,
            300..=399 => About::Address,
            _ => About::Request,
        }
    }
}

/// What a provider said instead of an answer.
#[derive(Clone, Debug)]
pub struct Complaint {
    pub about: About,
    /// In its own words, unmasked and of any length.
    pub message: Option<String>,
    pub status: Option<u16>,
    /// Seconds.
    pub retry_after: Option<u32>,
}

impl From<Complaint> for Failure {
    fn from(complaint: Complaint) -> Self {
        let mut fault = complaint.fault();
        if let Some(said) = complaint.message.as_deref().map(quote).filter(|said| !said.is_empty()) {
            fault.message = format!("{} It says: “{said}”", fault.message);
        }
        if complaint.about == About::Model {
            fault = fault.at("model");
        }
        Self { fault, status: complaint.status, retry_after: complaint.retry_after, retries: 0 }
    }
}

impl Complaint {
    fn fault(&self) -> Fault {
        match self.about {
            About::Key => Fault::upstream("provider_key", "The provider did not accept the key. Set a valid one for it under Settings, Providers."),
            About::Right => Fault::upstream("provider_key", "The provider's key has no right to this. Grant it there, or use another key."),
            About::Quota => {
                let say = "The provider's account has no credit left, or has reached its spending limit. Raise it there, or choose another provider's model.";
                Fault::limited("provider_quota", say)
            }
            About::Model => Fault::new(Kind::Invalid, "provider_model", "The provider does not have this model. Choose one of those that it lists."),
            About::Address => {
                let say = "The provider's base URL does not lead to its API. Check it under Settings, Providers, the version in its path too.";
                Fault::upstream("provider_address", say)
            }
            About::TooLong => {
                let say = "The messages are longer than the model's context window. Shorten them, or choose a model with a larger one.";
                Fault::new(Kind::Invalid, "provider_too_long", say)
            }
            About::Filtered => filtered(),
            About::TooMany => Fault::limited("provider_limited", self.wait("The provider takes no more requests just now.")),
            About::Overloaded => Fault::upstream("provider_overloaded", self.wait("The provider is overloaded.")),
            About::TimeOut => Fault::upstream("provider_timeout", "The provider took too long and gave up. Try again, or ask for a shorter answer."),
            About::Itself => Fault::upstream("provider_failed", "The provider failed on its side. Try again; if it stays, look at its status page."),
            About::Request => {
                Fault::new(Kind::Invalid, "provider_invalid", "The provider did not accept the request. Change what it names, or choose another model.")
            }
        }
    }

    fn wait(&self, what: &str) -> String {
        match self.retry_after {
            Some(0) | None => format!("{what} Try again in a moment."),
            Some(1) => format!("{what} Try again in 1 second."),
            Some(seconds) => format!("{what} Try again in {seconds} seconds."),
        }
    }
}

/// What this provider cannot do, found before it is asked.
pub fn cannot(field: &'static str, say: impl Into<String>) -> Fault {
    Fault::new(Kind::Invalid, "provider_cannot", say).at(field)
}

pub fn key_unusable() -> Fault {
    Fault::new(
        Kind::Invalid,
        "provider_key",
        "The provider's key holds a character that no key has, such as a line break. Set it again under Settings, Providers.",
    )
}

/// `why` the model gives, where it gives one.
pub fn refused(why: &str) -> Fault {
    let say = "The model refused to answer. Change what the messages ask for, or choose another model.";
    let why = quote(why);
    Fault::new(Kind::Invalid, "provider_refused", if why.is_empty() { say.to_owned() } else { format!("{say} It says: “{why}”") })
}

pub fn filtered() -> Fault {
    let say = "The provider's content filter stopped this. Change the messages, or the filter's settings at the provider.";
    Fault::new(Kind::Invalid, "provider_filtered", say)
}

pub fn cut() -> Fault {
    Fault::upstream("provider_cut", "The provider's answer broke off before its end. Try again.")
}

/// `what` it sent: "broken JSON at line 1".
pub fn malformed(what: impl fmt::Display) -> Fault {
    let say = format!(
        "The provider sent {what}, which its protocol does not have. Try again; if it stays, check that the base URL belongs to this kind of provider."
    );
    Fault::upstream("provider_malformed", say)
}

pub fn too_long() -> Fault {
    Fault::upstream("provider_malformed", "The provider sent an answer over 64 MiB, more than is read. Ask for less at once.")
}

/// Which wait was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    Connect,
    FirstByte,
    Idle,
    Whole,
}

/// `seconds` is what was allowed.
pub fn timed_out(wait: Wait, seconds: f32) -> Fault {
    let say = match wait {
        Wait::Connect => format!("The provider could not be reached within {seconds} s. Check the base URL, and that nothing on the way blocks it."),
        Wait::FirstByte => format!("The provider did not begin to answer within {seconds} s. Try again, or choose a faster model."),
        Wait::Idle => format!("The provider fell silent for {seconds} s in the middle of its answer. Try again."),
        Wait::Whole => format!("The answer was not finished within {seconds} s. Ask for a shorter one, or choose a faster model."),
    };
    Fault::upstream("provider_timeout", say)
}

/// `why` is the operating system's reason.
pub fn unreachable(host: &str, why: &str) -> Fault {
    Fault::upstream("provider_unreachable", format!("No connection to {host} ({why}). Check the base URL, and that the service runs."))
}

/// `ever` is false for what no setting allows.
pub fn forbidden_address(host: &str, ever: bool) -> Fault {
    let say = if ever {
        format!("{host} lies in a private network, which ATELIER_ALLOW_PRIVATE does not allow. Use a public address, or ask your administrator.")
    } else {
        format!("{host} is an address that is never asked, such as a cloud's metadata. Use another base URL.")
    };
    Fault::new(Kind::Invalid, "provider_forbidden_address", say).at("base_url")
}

/// `to` another place that we do not follow to.
pub fn redirected(to: &str) -> Fault {
    let say = format!("The provider redirects to {}, where a request is not sent on. Set that as its base URL if you trust it.", quote(to));
    Fault::upstream("provider_address", say)
}
