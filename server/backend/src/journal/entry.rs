//! What a frame of the journal holds.

use atelier_domain::{experiment::Exposed, id::RequestId, request::Record};
use serde::Deserialize;

#[derive(Debug)]
pub enum Entry {
    Request(Box<Record>),
    Exposed(Exposed),
}

#[derive(Deserialize)]
struct Exposure {
    exposed: Exposed,
}

/// How an exposure begins: a request has other fields.
const EXPOSED: &[u8] = b"{\"exposed\"";

impl Entry {
    /// # Errors
    /// What is wrong with the JSON.
    pub fn read(frame: &[u8]) -> Result<Self, serde_json::Error> {
        if frame.starts_with(EXPOSED) {
            return serde_json::from_slice(frame).map(|Exposure { exposed }| Self::Exposed(exposed));
        }
        serde_json::from_slice(frame).map(|record| Self::Request(Box::new(record)))
    }

    pub fn request(&self) -> Option<RequestId> {
        match self {
            Entry::Request(record) => Some(record.facts.id),
            Entry::Exposed(_) => None,
        }
    }

    /// For the log.
    pub fn name(&self) -> String {
        match self {
            Entry::Request(record) => format!("request {}", record.facts.id),
            Entry::Exposed(exposed) => format!("exposure of experiment {}", exposed.experiment),
        }
    }
}
