//! A run's answer in the shape of OpenAI's chat completions: whole, or as server-sent events.

use std::convert::Infallible;

use atelier_backend::run::Started;
use atelier_domain::{
    completion::{Event, Finish, Measure},
    fault::Fault,
};
use axum::response::{
    IntoResponse, Response,
    sse::{Event as Sent, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{AnyOfBuilder, ObjectBuilder, Schema, Type},
    },
};

/// A whole answer.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatCompletion)]
pub struct Completion {
    /// The run's id.
    pub id: String,
    /// `chat.completion`.
    #[schema(value_type = String)]
    pub object: &'static str,
    /// Seconds since 1970.
    pub created: i64,
    pub model: String,
    pub choices: Vec<Choice>,
    pub usage: Usage,
}

#[derive(Serialize, ToSchema)]
pub struct Choice {
    pub index: u32,
    pub message: Answer,
    /// `stop`, `length`, `tool_calls` or `content_filter`.
    #[schema(value_type = String)]
    pub finish_reason: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct Answer {
    /// `assistant`.
    #[schema(value_type = String)]
    pub role: &'static str,
    pub content: String,
    /// What the model asks of tools.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Value>,
}

/// In tokens.
#[derive(Serialize, ToSchema)]
pub struct Usage {
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    pub total_tokens: u32,
}

impl From<Measure> for Usage {
    fn from(measure: Measure) -> Self {
        let (prompt_tokens, completion_tokens) = (measure.input_tokens, measure.output_tokens);
        Self { prompt_tokens, completion_tokens, total_tokens: prompt_tokens.saturating_add(completion_tokens) }
    }
}

/// A piece of a streamed answer.
#[derive(Serialize, ToSchema)]
#[schema(as = ChatCompletionChunk)]
pub struct Chunk {
    pub id: String,
    /// `chat.completion.chunk`.
    #[schema(value_type = String)]
    pub object: &'static str,
    pub created: i64,
    pub model: String,
    /// Empty in the chunk that tells the usage.
    pub choices: Vec<ChunkChoice>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

#[derive(Serialize, ToSchema)]
pub struct ChunkChoice {
    pub index: u32,
    pub delta: Delta,
    /// Null until the last.
    #[schema(value_type = Option<String>, required)]
    pub finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize, ToSchema)]
pub struct Delta {
    #[schema(value_type = Option<String>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What the model asks of tools, whole, each with its `index`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Value>,
}

/// An error after the answer began: the status is long gone, and this is where OpenAI's clients look for one.
#[derive(Serialize, ToSchema)]
pub struct StreamError {
    pub error: ErrorDetail,
}

#[derive(Serialize, ToSchema)]
pub struct ErrorDetail {
    pub message: String,
    /// `upstream_error`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// Always null.
    #[schema(required)]
    pub param: Option<String>,
    /// Stable, for programs: `model_unavailable`.
    pub code: String,
}

/// A server-sent event of a streamed answer.
#[derive(ToSchema)]
#[schema(as = ChatCompletionEvent)]
#[expect(dead_code, reason = "sent as text; this is its description")]
pub struct StreamEvent {
    #[schema(schema_with = event_data)]
    data: String,
}

fn event_data() -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let json = |name| text().content_media_type("application/json").content_schema(Some(Ref::from_schema_name(name)));
    AnyOfBuilder::new()
        .item(json(Chunk::name()))
        .item(json(StreamError::name()))
        .item(text().enum_values(Some(["[DONE]"])))
        .description(Some("A chunk as JSON; the last event has `[DONE]`, or the error that ended the answer."))
        .into()
}

/// Clients of OpenAI know no third reason: an answer that somebody stopped has stopped.
fn reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::Cancelled => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::ContentFilter | Finish::Refusal => "content_filter",
    }
}

/// Waits for the end. Where the client leaves, this is dropped, and with it the run.
///
/// # Errors
/// What the model failed with.
pub async fn whole(mut started: Started, created: i64) -> Result<axum::Json<Completion>, Fault> {
    let (mut content, mut tool_calls) = (String::new(), Vec::new());
    while let Some(event) = started.events.recv().await {
        match event {
            Event::Text { text } => content.push_str(&text),
            Event::ToolCalls { calls } => tool_calls = calls,
            Event::Done { finish, measure } => {
                let choice = Choice { index: 0, message: Answer { role: "assistant", content, tool_calls }, finish_reason: reason(finish) };
                let (id, model) = (started.run.to_string(), started.model);
                return Ok(axum::Json(Completion { id, object: "chat.completion", created, model, choices: vec![choice], usage: measure.into() }));
            }
            Event::Failed { fault } => return Err(fault),
            Event::Queued { .. } | Event::Started { .. } | Event::Reasoning { .. } => {}
        }
    }
    Err(Fault::internal())
}

/// Chunks as they come, then `[DONE]`. Where the client leaves, the stream is dropped, and with it the run.
pub fn streamed(started: Started, created: i64, with_usage: bool) -> Response {
    Sse::new(sent(started, created, with_usage)).keep_alive(KeepAlive::default()).into_response()
}

fn sent(started: Started, created: i64, with_usage: bool) -> impl Stream<Item = Result<Sent, Infallible>> {
    let Started { run, model, mut events, .. } = started;
    let chunk = move |choices, usage| json_line(&Chunk { id: run.to_string(), object: "chat.completion.chunk", created, model: model.clone(), choices, usage });
    let first = chunk(
        vec![ChunkChoice { index: 0, delta: Delta { role: Some("assistant"), content: Some(String::new()), ..Delta::default() }, finish_reason: None }],
        None,
    );
    let events = stream::poll_fn(move |context| events.poll_recv(context));
    let rest = events.flat_map(move |event| {
        stream::iter(match event {
            Event::Queued { .. } | Event::Started { .. } | Event::Reasoning { .. } => vec![],
            Event::ToolCalls { calls } => {
                let tool_calls = calls.into_iter().enumerate().map(|(index, call)| indexed(index, call)).collect();
                vec![chunk(vec![ChunkChoice { index: 0, delta: Delta { tool_calls, ..Delta::default() }, finish_reason: None }], None)]
            }
            Event::Text { text } => {
                vec![chunk(vec![ChunkChoice { index: 0, delta: Delta { content: Some(text), ..Delta::default() }, finish_reason: None }], None)]
            }
            Event::Done { finish, measure } => {
                let mut last = vec![chunk(vec![ChunkChoice { index: 0, delta: Delta::default(), finish_reason: Some(reason(finish)) }], None)];
                last.extend(with_usage.then(|| chunk(vec![], Some(measure.into()))));
                last.push(Sent::default().data("[DONE]"));
                last
            }
            Event::Failed { fault } => vec![failed(fault)],
        })
    });
    stream::once(async { first }).chain(rest).map(Ok)
}

/// A call in a stream says which it is.
fn indexed(index: usize, call: Value) -> Value {
    let mut whole = Map::from_iter([("index".to_owned(), index.into())]);
    if let Value::Object(call) = call {
        whole.extend(call);
    }
    Value::Object(whole)
}

fn failed(Fault { message, code, .. }: Fault) -> Sent {
    json_line(&StreamError { error: ErrorDetail { message, kind: "upstream_error", param: None, code: code.into_owned() } })
}

/// JSON holds no line breaks.
fn json_line(value: &impl Serialize) -> Sent {
    Sent::default().data(serde_json::to_string(value).unwrap_or_default())
}
