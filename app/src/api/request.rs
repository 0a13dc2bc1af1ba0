//! Requests, for the pages.

use atelier_domain::{
    request::{Exchange, Line, RequestQuery},
    timestamp::Timestamp,
};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// A page of requests, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    pub lines: Vec<Line>,
    pub next: Option<String>,
    /// From here the live tail goes on.
    pub place: String,
    pub now: Timestamp,
    /// The studio's public address.
    pub url: String,
}

/// What came since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Newest first.
    pub lines: Vec<Line>,
    pub place: String,
}

/// What a filter offers to choose from; other words can be typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestChoices {
    pub prompts: Vec<String>,
    pub models: Vec<String>,
    /// Ids and names.
    pub keys: Vec<(String, String)>,
}

/// One request with all that its panel shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRequest {
    pub line: Line,
    /// `None` where bodies are not kept.
    pub exchange: Option<Exchange>,
    /// What was said of it, the newest first.
    pub scores: Vec<Scored>,
    /// Of its prompt, newest first.
    pub versions: Vec<OtherVersion>,
    /// Whether the caller may run prompts here.
    pub may_run: bool,
    pub url: String,
    pub now: Timestamp,
}

/// What somebody said of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    pub name: String,
    /// "yes", "4.5", or words.
    pub value: String,
    pub comment: Option<String>,
    /// "A user, through key shop".
    pub by: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherVersion {
    pub number: u32,
    /// "Version 7, production".
    pub words: String,
    /// Its own.
    pub model: Option<String>,
}

#[server(prefix = "/fn")]
pub async fn list_requests(project: String, query: RequestQuery, cursor: Option<String>) -> Result<Requests, UiError> {
    use crate::backend::{cx, parse, reply, request};
    reply(request::page(&cx()?, parse(&project)?, &query, cursor.as_deref()).await)
}

/// How many there are, as far as they are counted, and whether there are more.
#[server(prefix = "/fn")]
pub async fn count_requests(project: String, query: RequestQuery) -> Result<(i64, bool), UiError> {
    use crate::backend::{cx, parse, reply, request};
    reply(request::counted(&cx()?, parse(&project)?, &query).await)
}

/// What came after a place in the list.
#[server(prefix = "/fn")]
pub async fn tail_requests(project: String, query: RequestQuery, place: String) -> Result<Tail, UiError> {
    use crate::backend::{cx, parse, reply, request};
    reply(request::tail(&cx()?, parse(&project)?, &query, &place).await)
}

#[server(prefix = "/fn")]
pub async fn choose_requests(project: String) -> Result<RequestChoices, UiError> {
    use crate::backend::{cx, parse, reply, request};
    reply(request::to_choose(&cx()?, parse(&project)?).await)
}

#[server(prefix = "/fn")]
pub async fn show_request(project: String, request: String) -> Result<OpenRequest, UiError> {
    use crate::backend::{cx, parse, reply, request as requests};
    reply(requests::open(&cx()?, parse(&project)?, parse(&request)?).await)
}
