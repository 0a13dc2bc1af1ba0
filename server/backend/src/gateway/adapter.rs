//! One provider's wire protocol, without I/O: requests as bytes, bytes as deltas, errors as sentences.

mod anthropic;
mod gemini;
mod image;
mod openai;
mod streamed;
#[cfg(test)]
mod tests;

use std::fmt;

use atelier_domain::fault::Fault;
pub use atelier_domain::provider::ListedModel;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

use super::{
    chat::{Chat, Delta, Usage},
    faults::{self, Failure},
    sse::Wrong,
};

pub use anthropic::Anthropic;
pub use gemini::Gemini;
pub use openai::OpenAi;

use image::image;

/// A key. It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The value of a header that no log shows.
    ///
    /// # Errors
    /// `provider_key` for what cannot stand in a header.
    pub fn header(&self, before: &str) -> Result<HeaderValue, Fault> {
        let mut value = HeaderValue::from_str(&format!("{before}{}", self.0)).map_err(|_| faults::key_unusable())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// A request but for base URL and key.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: Method,
    /// Below the base URL.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Outgoing {
    fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), query: Vec::new(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::post_bytes(path, Bytes::from(body.to_string()))
    }

    fn post_bytes(path: impl Into<String>, body: Bytes) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Self { method: Method::POST, path: path.into(), query: Vec::new(), headers, body }
    }

    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelPage {
    pub models: Vec<ListedModel>,
    /// What asks for the page after it.
    pub next: Option<String>,
}

/// A provider's protocol.
pub trait Adapter: Send + Sync {
    /// Where the provider itself serves it.
    fn base_url(&self) -> &'static str;

    /// # Errors
    /// `provider_key` for a key that cannot stand in a header.
    fn auth(&self, key: &Secret) -> Result<HeaderMap, Fault>;

    /// # Errors
    /// Invalid, saying what this provider cannot do.
    fn chat(&self, chat: &Chat, stream: bool) -> Result<Outgoing, Fault>;

    /// A body in the provider's own words, as a client wrote it.
    fn forward(&self, body: Bytes) -> Outgoing;

    /// As `forward`, for vectors.
    fn forward_embeddings(&self, body: Bytes) -> Outgoing {
        Outgoing::post_bytes("/embeddings", body)
    }

    /// For one streamed answer.
    fn decoder(&self) -> Box<dyn Decode>;

    /// A whole answer that was not streamed.
    ///
    /// # Errors
    /// `provider_malformed`, or what the provider says instead.
    fn answer(&self, body: &[u8]) -> Result<Vec<Delta>, Failure>;

    /// The list of models from where `page` says.
    fn models(&self, page: Option<&str>) -> Outgoing;

    /// # Errors
    /// `provider_malformed`.
    fn read_models(&self, body: &[u8]) -> Result<ModelPage, Failure>;

    /// # Errors
    /// Invalid where the provider embeds nothing.
    fn embed(&self, model: &str, inputs: &[String]) -> Result<Outgoing, Fault>;

    /// In the order of the inputs.
    ///
    /// # Errors
    /// `provider_malformed`.
    fn read_embeddings(&self, body: &[u8]) -> Result<(Vec<Vec<f32>>, Usage), Failure>;

    /// What an answer with an error's status means.
    fn fault(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure;
}

/// Reads one streamed answer, in pieces split anywhere.
pub trait Decode: Send {
    /// Adds what `bytes` bring.
    ///
    /// # Errors
    /// `provider_malformed`, or what the provider says instead of going on. What came before is in `out`; feed no more afterwards.
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<Delta>) -> Result<(), Failure>;

    /// Whether the answer is whole; nothing that matters follows.
    fn complete(&self) -> bool;

    /// No more bytes come.
    ///
    /// # Errors
    /// `provider_cut` where the answer is not whole.
    fn end(&mut self, out: &mut Vec<Delta>) -> Result<(), Failure>;
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    // By itself serde lets wrong text pass in fields that nobody reads.
    let text = std::str::from_utf8(body).map_err(|_| faults::malformed(Wrong::Utf8))?;
    serde_json::from_str(text).map_err(|error| faults::malformed(error_text(&error)).into())
}

/// Where the JSON is wrong; never what stands there.
fn error_text(error: &serde_json::Error) -> String {
    let what = if error.is_data() { "JSON of another shape" } else { "broken JSON" };
    format!("{what} at line {}, column {}", error.line(), error.column())
}

/// A count of tokens as lists give it.
fn tokens(value: Option<u64>) -> Option<u32> {
    value.filter(|tokens| *tokens > 0).and_then(|tokens| u32::try_from(tokens).ok())
}
