//! What the three providers have in common, from this side: who asks what, and answers by recorded shapes.

pub(crate) mod anthropic;
pub(crate) mod gemini;
pub(crate) mod openai;

use serde_json::{Value, json};

use crate::wire::Request;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    OpenAi,
    Anthropic,
    Gemini,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chat,
    Models,
    Embed,
    Other,
}

/// A request, understood.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub protocol: Protocol,
    pub kind: Kind,
    pub model: String,
    pub stream: bool,
    /// Whether the key begins with `sk-test-`.
    pub known: bool,
    /// Whether a redirect led here.
    pub moved: bool,
    pub path: String,
    /// The last message of the user.
    pub said: String,
    pub limit: Option<u64>,
    /// What tool there is to call, unless its answer is here already.
    pub tool: Option<String>,
    /// Whether JSON by a schema was asked for, in this provider's way.
    pub schema: bool,
    pub inputs: Vec<String>,
    /// Whether vectors are wanted as base64.
    pub base64: bool,
    /// Where a list goes on.
    pub page: Option<String>,
}

pub(crate) fn read(request: &Request, body: &Value) -> Ask {
    let (moved, path) = request.path.strip_prefix("/moved").map_or((false, request.path.as_str()), |path| (true, path));
    let bare = path.split('?').next().unwrap_or(path);
    let protocol = if bare.starts_with("/v1beta/") {
        Protocol::Gemini
    } else if bare == "/v1/messages" || request.header("anthropic-version").is_some() {
        Protocol::Anthropic
    } else {
        Protocol::OpenAi
    };
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let key = match protocol {
        Protocol::OpenAi => bearer.or_else(|| request.header("api-key")),
        Protocol::Anthropic => request.header("x-api-key"),
        Protocol::Gemini => request.header("x-goog-api-key"),
    };
    let kind = match bare.rsplit(['/', ':']).next().unwrap_or_default() {
        "completions" | "messages" | "generateContent" | "streamGenerateContent" => Kind::Chat,
        "embeddings" | "batchEmbedContents" => Kind::Embed,
        "models" if request.method == "GET" => Kind::Models,
        _ => Kind::Other,
    };
    let page = ["after_id=", "pageToken="].iter().find_map(|name| path.split(['?', '&']).find_map(|part| part.strip_prefix(*name))).map(str::to_owned);
    let mut ask = Ask {
        protocol,
        kind,
        model: body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned(),
        stream: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
        known: key.is_some_and(|key| key.starts_with("sk-test-")),
        moved,
        path: path.to_owned(),
        said: String::new(),
        limit: None,
        tool: None,
        schema: false,
        inputs: Vec::new(),
        base64: false,
        page,
    };
    match protocol {
        Protocol::OpenAi => openai::read(&mut ask, body),
        Protocol::Anthropic => anthropic::read(&mut ask, body),
        Protocol::Gemini => gemini::read(&mut ask, bare, body),
    }
    ask
}

impl Ask {
    pub fn provider(&self) -> &'static str {
        match self.protocol {
            Protocol::OpenAi => "openai",
            Protocol::Anthropic => "anthropic",
            Protocol::Gemini => "gemini",
        }
    }

    /// The events of a streamed answer; the last ones end it.
    pub fn events(&self, words: &[String]) -> Vec<String> {
        match self.protocol {
            Protocol::OpenAi => openai::events(self, words),
            Protocol::Anthropic => anthropic::events(self, words),
            Protocol::Gemini => gemini::events(self, words),
        }
    }

    pub fn whole(&self, text: &str, words: usize) -> Value {
        match self.protocol {
            Protocol::OpenAi => openai::whole(self, text, words),
            Protocol::Anthropic => anthropic::whole(self, text, words),
            Protocol::Gemini => gemini::whole(self, text, words),
        }
    }

    pub fn models(&self) -> Value {
        match self.protocol {
            Protocol::OpenAi => openai::models(),
            Protocol::Anthropic => anthropic::models(self.page.as_deref()),
            Protocol::Gemini => gemini::models(self.page.as_deref()),
        }
    }

    /// Vectors that tell texts apart: length, first byte, last byte.
    pub fn embeddings(&self) -> Value {
        let vector = |text: &String| {
            let byte = |byte: Option<&u8>| f64::from(byte.copied().unwrap_or_default()) / 256.0;
            vec![text.len() as f64, byte(text.as_bytes().first()), byte(text.as_bytes().last())]
        };
        let vectors: Vec<Vec<f64>> = self.inputs.iter().map(vector).collect();
        match self.protocol {
            Protocol::OpenAi => openai::embeddings(self, &vectors),
            Protocol::Anthropic => json!({"type": "error", "error": {"type": "not_found_error", "message": "Not Found"}}),
            Protocol::Gemini => gemini::embeddings(&vectors),
        }
    }
}

/// The texts of a content that is a text or a list of parts.
fn texts(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    }
}
