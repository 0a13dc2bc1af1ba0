//! Anthropic's messages.

mod params;
mod read;
mod write;

use atelier_domain::fault::Fault;
use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde_json::Value;

use super::{Adapter, Decode, Delta, ListedModel, ModelPage, Outgoing, Secret, parse, streamed::Streamed, tokens};
use crate::gateway::{
    chat::{Chat, Usage},
    faults::{self, Failure},
};

/// Anthropic's protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anthropic;

impl Adapter for Anthropic {
    fn base_url(&self) -> &'static str {
        "https://api.anthropic.com"
    }

    fn auth(&self, key: &Secret) -> Result<HeaderMap, Fault> {
        Ok(HeaderMap::from_iter([(HeaderName::from_static("x-api-key"), key.header("")?)]))
    }

    fn chat(&self, chat: &Chat, stream: bool) -> Result<Outgoing, Fault> {
        Ok(versioned(Outgoing::post("/v1/messages", &write::body(chat, stream)?)))
    }

    fn forward(&self, body: bytes::Bytes) -> Outgoing {
        versioned(Outgoing::post_bytes("/v1/messages", body))
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Streamed<read::Message>>::default()
    }

    fn answer(&self, body: &[u8]) -> Result<Vec<Delta>, Failure> {
        read::answer(body)
    }

    fn models(&self, page: Option<&str>) -> Outgoing {
        let mut outgoing = versioned(Outgoing::get("/v1/models"));
        outgoing.query.push(("limit", "1000".to_owned()));
        outgoing.query.extend(page.map(|after| ("after_id", after.to_owned())));
        outgoing
    }

    fn read_models(&self, body: &[u8]) -> Result<ModelPage, Failure> {
        let list: Models = parse(body)?;
        let next = list.last_id.filter(|_| list.has_more);
        // A retired model stays in the list; asking it fails.
        let models = list.data.into_iter().filter(|model| model.lifecycle.as_deref() != Some("retired"));
        Ok(ModelPage { models: models.map(ListedModel::from).collect(), next })
    }

    fn embed(&self, _model: &str, _inputs: &[String]) -> Result<Outgoing, Fault> {
        Err(faults::cannot("model", "Anthropic has no embedding models. Choose another provider's, or the local one."))
    }

    fn read_embeddings(&self, _body: &[u8]) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        Err(faults::malformed("embeddings").into())
    }

    fn fault(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let said = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut complaint = read::complaint(&said, Some(status));
        complaint.retry_after = faults::retry_after(headers);
        complaint.into()
    }
}

fn versioned(outgoing: Outgoing) -> Outgoing {
    outgoing.with("anthropic-version", "2023-06-01")
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    lifecycle: Option<String>,
    max_input_tokens: Option<u64>,
    max_tokens: Option<u64>,
}

impl From<Model> for ListedModel {
    fn from(model: Model) -> Self {
        Self { name: model.id, context: tokens(model.max_input_tokens), max_output: tokens(model.max_tokens), embeds: false }
    }
}
