//! Requests on the wire: in lists, whole, and in an export.

use atelier_backend::request::Whole as Found;
use atelier_domain::{
    cost::Nanos,
    id::{KeyId, RequestId, RunId},
    request as domain,
    timestamp::Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident as $schema:ident of $domain:ident { $($(#[$of:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = $schema)]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl From<domain::$domain> for $name {
            fn from(word: domain::$domain) -> Self {
                match word { $(domain::$domain::$variant => Self::$variant),+ }
            }
        }
    };
}

words! {
    Source as RequestSource of Source {
        Gateway,
        /// `POST /prompts/{name}/run`.
        Api,
        /// A page of the studio.
        Studio,
        Grid,
    }
}

words! {
    Endpoint as RequestEndpoint of Endpoint {
        Chat,
        /// Anthropic's.
        Messages,
        Embeddings,
    }
}

words! {
    Outcome as RequestOutcome of Outcome {
        Answered,
        /// The provider, or the way there.
        Failed,
        /// The client left before the end.
        Left,
        /// The studio: a budget, a limit, a model that is not there.
        Refused,
    }
}

words! {
    Cache as CacheVerdict of CacheVerdict { Off, Miss, Exact, Semantic }
}

/// Tokens. The parts are within their whole.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestTokens)]
pub struct Tokens {
    #[schema(minimum = 0)]
    pub input: u64,
    /// Of the input, read from the provider's cache.
    #[schema(minimum = 0)]
    pub cached: u64,
    /// Of the input, written to the provider's cache.
    #[schema(minimum = 0)]
    pub cache_write: u64,
    /// Of the input, pictures, where the provider tells them apart.
    #[schema(minimum = 0)]
    pub image: u64,
    #[schema(minimum = 0)]
    pub output: u64,
    /// Of the output, thought and not shown.
    #[schema(minimum = 0)]
    pub reasoning: u64,
    /// The provider told none, so they were counted.
    pub estimated: bool,
}

/// Microseconds.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestTimes)]
pub struct Times {
    /// In the studio, before anybody was asked.
    #[schema(minimum = 0)]
    pub queue: u64,
    /// From the question to the provider until its answer's end.
    #[schema(minimum = 0)]
    pub upstream: u64,
    /// From the request to the first piece of the answer; null where none came.
    #[schema(required, minimum = 0)]
    pub first: Option<u64>,
    /// From the request to the last byte.
    #[schema(minimum = 0)]
    pub whole: u64,
}

/// A request but for its texts.
#[derive(Serialize, ToSchema)]
pub struct Request {
    #[schema(value_type = String, format = "uuid")]
    pub id: RequestId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub source: Source,
    pub endpoint: Endpoint,
    /// What was asked, in a line; empty where bodies are not kept.
    pub asked: String,
    /// The key's id.
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub key: Option<KeyId>,
    #[schema(required)]
    pub key_name: Option<String>,
    /// The end user, as the caller names them.
    #[schema(required)]
    pub user: Option<String>,
    #[schema(required)]
    pub session: Option<String>,
    #[schema(required)]
    pub trace_id: Option<String>,
    pub tags: Vec<String>,
    /// The prompt's name as it is now.
    #[schema(required)]
    pub prompt: Option<String>,
    /// 0 for a draft.
    #[schema(required, minimum = 0)]
    pub version: Option<u32>,
    #[schema(required)]
    pub experiment: Option<String>,
    #[schema(required)]
    pub variant: Option<String>,
    /// Whom the experiment assigned.
    #[schema(required)]
    pub unit: Option<String>,
    /// The id of the studio's run that it was.
    #[schema(value_type = Option<String>, format = "uuid", required)]
    pub run: Option<RunId>,
    /// `provider/model`; what the caller named where there is none.
    pub model: String,
    pub outcome: Outcome,
    /// What the caller was answered with, of HTTP.
    #[schema(minimum = 0)]
    pub status: u16,
    /// A stable code where it went wrong.
    #[schema(required)]
    pub code: Option<String>,
    pub streamed: bool,
    pub cache: Cache,
    pub tokens: Tokens,
    /// In USD, as a decimal; null where no price is known.
    #[schema(value_type = Option<String>, required, example = "0.00061")]
    pub cost: Option<Nanos>,
    /// What the cache saved, in USD.
    #[schema(value_type = String, example = "0")]
    pub saved: Nanos,
    pub times: Times,
    #[schema(minimum = 0)]
    pub retries: u32,
}

impl From<domain::Line> for Request {
    fn from(line: domain::Line) -> Self {
        let domain::Line { facts, asked, prompt_name, key_name } = line;
        let domain::Facts { usage, times, .. } = facts;
        Self {
            id: facts.id,
            at: facts.at,
            source: facts.source.into(),
            endpoint: facts.endpoint.into(),
            asked,
            key: facts.key,
            key_name,
            user: facts.user,
            session: facts.session,
            trace_id: facts.trace,
            tags: facts.tags,
            prompt: prompt_name.map(|name| name.to_string()),
            version: facts.version,
            experiment: facts.experiment,
            variant: facts.variant,
            unit: facts.unit,
            run: facts.run,
            model: facts.model,
            outcome: facts.outcome.into(),
            status: facts.status,
            code: facts.code,
            streamed: facts.streamed,
            cache: facts.cache.into(),
            tokens: Tokens {
                input: usage.input,
                cached: usage.cached,
                cache_write: usage.cache_write,
                image: usage.image,
                output: usage.output,
                reasoning: usage.reasoning,
                estimated: facts.estimated,
            },
            cost: facts.cost,
            saved: facts.saved,
            times: Times { queue: times.queue, upstream: times.upstream, first: times.first, whole: times.whole },
            retries: facts.retries,
        }
    }
}

/// An answer, its pieces put together.
#[derive(Serialize, ToSchema)]
pub struct Said {
    pub text: String,
    pub reasoning: String,
    pub refusal: String,
    /// As OpenAI's chat completions have them.
    #[schema(value_type = Vec<Object>)]
    pub tool_calls: Vec<Value>,
    /// Why it ended: `stop`, `length`, `tool_calls`; null where nobody said.
    #[schema(required)]
    pub finish: Option<String>,
}

/// What was said, as it is kept: redacted.
#[derive(Serialize, ToSchema)]
pub struct Exchange {
    #[schema(value_type = Object)]
    pub variables: Map<String, Value>,
    /// The body as it went to the model, in the words of the API that was called.
    #[schema(value_type = Value)]
    pub request: Value,
    pub answer: Said,
    /// The sentence, where it went wrong.
    #[schema(required)]
    pub error: Option<String>,
    /// Something was too long to be kept whole.
    pub cut: bool,
}

impl From<domain::Exchange> for Exchange {
    fn from(exchange: domain::Exchange) -> Self {
        let domain::Said { text, reasoning, refusal, tool_calls, finish } = exchange.answer;
        let answer = Said { text, reasoning, refusal, tool_calls, finish };
        Self { variables: exchange.variables, request: exchange.request, answer, error: exchange.error, cut: exchange.cut }
    }
}

/// A request with its texts.
#[derive(Serialize, ToSchema)]
pub struct WholeRequest {
    #[serde(flatten)]
    pub request: Request,
    /// Null where bodies are not kept.
    #[schema(required)]
    pub exchange: Option<Exchange>,
}

impl From<Found> for WholeRequest {
    fn from(found: Found) -> Self {
        Self { request: found.line.into(), exchange: found.exchange.map(Exchange::from) }
    }
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
pub struct Erased {
    #[schema(minimum = 0)]
    pub requests: u64,
}
