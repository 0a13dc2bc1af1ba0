//! Google's Gemini: generateContent and its streaming sister.

mod params;
mod read;
mod write;

use atelier_domain::fault::Fault;
use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Adapter, Decode, Delta, ListedModel, ModelPage, Outgoing, Secret, parse, streamed::Streamed, tokens};
use crate::gateway::{
    chat::{Chat, Usage},
    faults::{self, Failure},
};

/// Gemini's protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gemini;

impl Adapter for Gemini {
    fn base_url(&self) -> &'static str {
        "https://generativelanguage.googleapis.com"
    }

    fn auth(&self, key: &Secret) -> Result<HeaderMap, Fault> {
        Ok(HeaderMap::from_iter([(HeaderName::from_static("x-goog-api-key"), key.header("")?)]))
    }

    fn chat(&self, chat: &Chat, stream: bool) -> Result<Outgoing, Fault> {
        let (does, query) = if stream { ("streamGenerateContent", vec![("alt", "sse".to_owned())]) } else { ("generateContent", Vec::new()) };
        let path = format!("/v1beta/{}:{does}", resource(&chat.model)?);
        Ok(Outgoing { query, ..Outgoing::post(path, &write::body(chat)?) })
    }

    /// No client of ours speaks Gemini's own protocol.
    fn forward(&self, body: bytes::Bytes) -> Outgoing {
        Outgoing::post_bytes("/v1beta/openai/chat/completions", body)
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Streamed<read::Candidate>>::default()
    }

    fn answer(&self, body: &[u8]) -> Result<Vec<Delta>, Failure> {
        read::answer(body)
    }

    fn models(&self, page: Option<&str>) -> Outgoing {
        let mut outgoing = Outgoing::get("/v1beta/models");
        outgoing.query.push(("pageSize", "1000".to_owned()));
        outgoing.query.extend(page.map(|token| ("pageToken", token.to_owned())));
        outgoing
    }

    fn read_models(&self, body: &[u8]) -> Result<ModelPage, Failure> {
        let list: Models = parse(body)?;
        let models = list.models.into_iter().filter_map(Model::listed).collect();
        Ok(ModelPage { models, next: list.next_page_token.filter(|token| !token.is_empty()) })
    }

    fn embed(&self, model: &str, inputs: &[String]) -> Result<Outgoing, Fault> {
        let resource = resource(model)?;
        let requests: Vec<Value> = inputs.iter().map(|text| json!({"model": resource, "content": {"parts": [{"text": text}]}})).collect();
        Ok(Outgoing::post(format!("/v1beta/{resource}:batchEmbedContents"), &json!({"requests": requests})))
    }

    fn read_embeddings(&self, body: &[u8]) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        let list: Embeddings = parse(body)?;
        let input = list.usage_metadata.map_or(0, |usage| usage.prompt_token_count);
        Ok((list.embeddings.into_iter().map(|one| one.values).collect(), Usage { input, ..Usage::default() }))
    }

    fn fault(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let said = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut complaint = read::complaint(&said, Some(status));
        complaint.retry_after = complaint.retry_after.or_else(|| faults::retry_after(headers));
        complaint.into()
    }
}

/// The model's name stands in the path, so it may hold nothing that leads elsewhere.
fn resource(model: &str) -> Result<String, Fault> {
    let named = !model.is_empty() && model.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    if !named || !model.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@')) {
        return Err(faults::cannot("model", "A model of Gemini is named like gemini-2.5-flash."));
    }
    Ok(if model.contains('/') { model.to_owned() } else { format!("models/{model}") })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Models {
    #[serde(default)]
    models: Vec<Model>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    name: String,
    input_token_limit: Option<u64>,
    output_token_limit: Option<u64>,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
}

impl Model {
    /// `None` for those that make images, videos or speech by other calls.
    fn listed(self) -> Option<ListedModel> {
        let does = |names: &[&str]| self.supported_generation_methods.iter().any(|method| names.contains(&method.as_str()));
        let embeds = does(&["embedContent", "batchEmbedContents"]);
        let name = self.name.strip_prefix("models/").unwrap_or(&self.name).to_owned();
        let listed = ListedModel { name, context: tokens(self.input_token_limit), max_output: tokens(self.output_token_limit), embeds };
        (embeds || does(&["generateContent"])).then_some(listed)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Embeddings {
    embeddings: Vec<Embedding>,
    usage_metadata: Option<EmbeddingUsage>,
}

#[derive(Deserialize)]
struct Embedding {
    values: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmbeddingUsage {
    #[serde(default)]
    prompt_token_count: u64,
}
