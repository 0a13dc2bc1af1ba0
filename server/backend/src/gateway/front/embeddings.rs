//! Texts as vectors, as OpenAI's clients ask for them and get them.

use atelier_domain::fault::Fault;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::{
    fields::Fields,
    json,
    raw::{Raw, Rewrite},
};
use crate::gateway::{chat::Usage, faults};

/// The most inputs of one request.
const INPUTS_MAX: usize = 2_048;

/// What a client wants vectors of.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// As the client wrote it.
    pub model: String,
    pub input: Input,
    pub format: Format,
    /// A shorter vector than the model's own.
    pub dimensions: Option<u32>,
    pub user: Option<String>,
    /// The studio's extras, as they came.
    pub atelier: Option<Value>,
    body: Raw,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Texts(Vec<String>),
    /// Already in tokens of the model, which only the provider knows; `inputs` of them.
    Tokens {
        inputs: usize,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Float,
    /// Of 32-bit floats, little-endian.
    Base64,
}

/// # Errors
/// `malformed` for what is no JSON object; Invalid naming the field.
pub fn read(body: impl Into<Bytes>) -> Result<Inbound, Fault> {
    let body = Raw::parse(body.into())?;
    let mut read = body.some(&["model", "input", "encoding_format", "dimensions", "user", "atelier"])?;
    let atelier = read.shift_remove("atelier");
    let fields = Fields::new(&read);
    let format = match fields.text("encoding_format")? {
        None | Some("float") => Format::Float,
        Some("base64") => Format::Base64,
        Some(_) => return Err(Fault::field("encoding_format", "The encoding format is float or base64.")),
    };
    let dimensions = fields.count("dimensions")?;
    if dimensions == Some(0) {
        return Err(Fault::field("dimensions", "“dimensions” has to be 1 or more."));
    }
    let (model, input) = (fields.model()?.to_owned(), input(fields.get("input"))?);
    let user = fields.text("user")?.map(str::to_owned);
    Ok(Inbound { model, input, format, dimensions, user, atelier, body })
}

fn input(input: Option<&Value>) -> Result<Input, Fault> {
    let wrong = || Fault::field("input", "“input” has to be a text, a list of texts, or tokens.");
    let tokens = |list: &Vec<Value>| !list.is_empty() && list.iter().all(Value::is_u64);
    let input = match input.ok_or_else(|| Fault::field("input", "“input” is missing."))? {
        Value::String(text) => Input::Texts(vec![text.clone()]),
        Value::Array(list) if list.is_empty() => return Err(Fault::field("input", "“input” is an empty list.")),
        Value::Array(list) if tokens(list) => Input::Tokens { inputs: 1 },
        Value::Array(list) if list.len() > INPUTS_MAX => return Err(Fault::field("input", "At most 2,048 inputs in one request.")),
        Value::Array(list) if list.iter().all(|one| one.as_array().is_some_and(tokens)) => Input::Tokens { inputs: list.len() },
        Value::Array(list) => Input::Texts(list.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<_>>().ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    match &input {
        Input::Texts(texts) if texts.iter().any(String::is_empty) => Err(Fault::field("input", "No input may be empty.")),
        _ => Ok(input),
    }
}

impl Inbound {
    /// The body as it came, the studio's extras too.
    pub fn body(&self) -> &Bytes {
        self.body.bytes()
    }

    /// For whoever speaks another protocol, this process too.
    ///
    /// # Errors
    /// Invalid for tokens, and for a length of the vector.
    pub fn texts(&self) -> Result<&[String], Fault> {
        if self.dimensions.is_some() {
            return Err(faults::cannot("dimensions", "This model's vectors have one length. Leave “dimensions” out."));
        }
        match &self.input {
            Input::Texts(texts) => Ok(texts),
            Input::Tokens { .. } => Err(faults::cannot("input", "This model takes texts, not tokens.")),
        }
    }

    /// For a provider that speaks OpenAI's protocol, under its own name of the model.
    pub fn forward(&self, model: &str) -> Bytes {
        let mut out = Rewrite::new(&self.body);
        out.set("model", model);
        out.write()
    }

    /// The answer: one vector for each input, under the name that the client gave the model.
    pub fn answer(&self, vectors: &[Vec<f32>], usage: &Usage) -> Bytes {
        let data = vectors.iter().enumerate().map(|(index, vector)| One { object: "embedding", index, embedding: self.format.write(vector) }).collect();
        let usage = Tokens { prompt_tokens: usage.input, total_tokens: usage.input };
        let mut out = Vec::with_capacity(vectors.iter().map(|vector| vector.len() * 12 + 64).sum::<usize>() + 256);
        json(&List { object: "list", data, model: &self.model, usage }, &mut out);
        out.into()
    }
}

impl Format {
    fn write(self, vector: &[f32]) -> Vector<'_> {
        match self {
            Format::Float => Vector::Floats(vector),
            Format::Base64 => Vector::Base64(STANDARD.encode(vector.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())),
        }
    }
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<One<'a>>,
    model: &'a str,
    usage: Tokens,
}

#[derive(Serialize)]
struct One<'a> {
    object: &'static str,
    index: usize,
    embedding: Vector<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Vector<'a> {
    Floats(&'a [f32]),
    Base64(String),
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: u64,
    total_tokens: u64,
}
