//! OpenAI's chat completions, which vLLM, Ollama, llama.cpp, OpenRouter, Azure and many more speak too.

mod read;

use atelier_domain::fault::Fault;
use http::{HeaderMap, HeaderName, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Adapter, Decode, Delta, ListedModel, ModelPage, Outgoing, Secret, parse, streamed::Streamed, tokens};
use crate::gateway::{
    chat::{Chat, Function, Part, Role, Turn, Usage},
    faults::{self, Failure},
};

/// OpenAI's protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenAi {
    /// Azure wants the key as `api-key`, everybody else as a bearer token.
    pub azure: bool,
}

impl OpenAi {
    /// By the host of a base URL.
    pub fn at(host: &str) -> Self {
        Self { azure: [".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"].iter().any(|end| host.ends_with(end)) }
    }
}

impl Adapter for OpenAi {
    fn base_url(&self) -> &'static str {
        "https://api.openai.com/v1"
    }

    fn auth(&self, key: &Secret) -> Result<HeaderMap, Fault> {
        Ok(HeaderMap::from_iter([match self.azure {
            true => (HeaderName::from_static("api-key"), key.header("")?),
            false => (header::AUTHORIZATION, key.header("Bearer ")?),
        }]))
    }

    fn chat(&self, chat: &Chat, stream: bool) -> Result<Outgoing, Fault> {
        let mut body: Map<String, Value> = chat.others().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                body.insert(name.to_owned(), value);
            }
        };
        set("model", Some(chat.model.as_str().into()));
        set("messages", Some(chat.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?.into()));
        set("tools", Some(chat.tools.iter().map(tool).collect::<Vec<_>>()).filter(|tools| !tools.is_empty()).map(Value::from));
        set("tool_choice", chat.tool_choice.clone());
        set("response_format", chat.response_format.clone());
        set("temperature", chat.params.temperature.map(Value::from));
        set("top_p", chat.params.top_p.map(Value::from));
        set("stop", chat.params.stop.clone().filter(|stop| !stop.is_empty()).map(Value::from));
        set("seed", chat.params.seed.map(Value::from));
        let limit = if is_reasoning(&chat.model) { "max_completion_tokens" } else { "max_tokens" };
        set(limit, chat.params.max_tokens.map(Value::from));
        set("stream", Some(stream.into()));
        if stream {
            // Usage is recorded whether or not the caller asked for it.
            let mut options = body.get("stream_options").and_then(Value::as_object).cloned().unwrap_or_default();
            options.insert("include_usage".to_owned(), true.into());
            body.insert("stream_options".to_owned(), options.into());
        } else {
            body.shift_remove("stream_options");
        }
        Ok(Outgoing::post("/chat/completions", &body.into()))
    }

    fn forward(&self, body: bytes::Bytes) -> Outgoing {
        Outgoing::post_bytes("/chat/completions", body)
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Streamed<read::Chunks>>::default()
    }

    fn answer(&self, body: &[u8]) -> Result<Vec<Delta>, Failure> {
        read::answer(body)
    }

    fn models(&self, _page: Option<&str>) -> Outgoing {
        Outgoing::get("/models")
    }

    fn read_models(&self, body: &[u8]) -> Result<ModelPage, Failure> {
        let list: Models = parse(body)?;
        Ok(ModelPage { models: list.data.into_iter().map(ListedModel::from).collect(), next: None })
    }

    fn embed(&self, model: &str, inputs: &[String]) -> Result<Outgoing, Fault> {
        Ok(Outgoing::post("/embeddings", &json!({"model": model, "input": inputs, "encoding_format": "float"})))
    }

    fn read_embeddings(&self, body: &[u8]) -> Result<(Vec<Vec<f32>>, Usage), Failure> {
        let mut list: Embeddings = parse(body)?;
        list.data.sort_by_key(|one| one.index);
        let input = list.usage.map_or(0, |usage| usage.prompt_tokens);
        Ok((list.data.into_iter().map(|one| one.embedding).collect(), Usage { input, ..Usage::default() }))
    }

    fn fault(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let said = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut complaint = read::complaint(&said, Some(status));
        complaint.retry_after = faults::retry_after(headers);
        complaint.into()
    }
}

/// o1, o3-mini, gpt-5 and what follows take `max_completion_tokens` alone; many a server of others takes only `max_tokens`.
fn is_reasoning(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let digit = |text: &str| text.chars().next().and_then(|c| c.to_digit(10));
    name.strip_prefix('o').and_then(digit).is_some() || name.strip_prefix("gpt-").and_then(digit).is_some_and(|major| major >= 5)
}

fn tool(tool: &Value) -> Value {
    match (tool.get("function"), Function::of(tool)) {
        (None, Some(_)) => {
            let mut function = tool.clone();
            if let Some(map) = function.as_object_mut() {
                map.shift_remove("type");
            }
            json!({"type": "function", "function": function})
        }
        (Some(function), Some(_)) if tool.get("type").is_none() => json!({"type": "function", "function": function}),
        _ => tool.clone(),
    }
}

fn message(turn: &Turn) -> Result<Value, Fault> {
    let mut message = Map::from_iter([("role".to_owned(), turn.role.as_str().into())]);
    let content = match turn.text() {
        // Null is what OpenAI itself writes beside calls.
        Some(text) if text.is_empty() && !turn.tool_calls.is_empty() => Value::Null,
        Some(text) if turn.parts.len() < 2 => text.into(),
        _ => turn.parts.iter().map(part).collect::<Vec<_>>().into(),
    };
    message.insert("content".to_owned(), content);
    if !turn.tool_calls.is_empty() {
        message.insert("tool_calls".to_owned(), turn.tool_calls.clone().into());
    }
    match (&turn.tool_call_id, turn.role) {
        (Some(id), _) => drop(message.insert("tool_call_id".to_owned(), id.as_str().into())),
        (None, Role::Tool) => return Err(faults::cannot("messages", "A tool's message has to name the call that it answers, as tool_call_id.")),
        (None, _) => {}
    }
    if let Some(name) = &turn.name {
        message.insert("name".to_owned(), name.as_str().into());
    }
    Ok(message.into())
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image { url, detail: None } => json!({"type": "image_url", "image_url": {"url": url}}),
        Part::Image { url, detail } => json!({"type": "image_url", "image_url": {"url": url, "detail": detail}}),
        Part::Other(value) => value.clone(),
    }
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

/// OpenAI tells the name alone; vLLM, OpenRouter, Mistral and llama.cpp tell sizes, each in its own place.
#[derive(Deserialize)]
struct Model {
    id: String,
    max_model_len: Option<u64>,
    context_length: Option<u64>,
    max_context_length: Option<u64>,
    #[serde(default)]
    meta: Option<Meta>,
    #[serde(default)]
    top_provider: Option<TopProvider>,
}

#[derive(Deserialize)]
struct Meta {
    n_ctx_train: Option<u64>,
}

#[derive(Deserialize)]
struct TopProvider {
    max_completion_tokens: Option<u64>,
}

impl From<Model> for ListedModel {
    fn from(model: Model) -> Self {
        let context = model.max_model_len.or(model.context_length).or(model.max_context_length).or(model.meta.and_then(|meta| meta.n_ctx_train));
        let max_output = tokens(model.top_provider.and_then(|top| top.max_completion_tokens));
        // The protocol does not say which models embed; their names do.
        let lower = model.id.to_lowercase();
        let embeds = ["embed", "minilm", "bge-", "e5-", "gte-"].iter().any(|word| lower.contains(word));
        Self { name: model.id, context: tokens(context), max_output, embeds }
    }
}

#[derive(Deserialize)]
struct Embeddings {
    data: Vec<Embedding>,
    usage: Option<EmbeddingUsage>,
}

#[derive(Deserialize)]
struct Embedding {
    #[serde(default)]
    index: u64,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct EmbeddingUsage {
    #[serde(default)]
    prompt_tokens: u64,
}
