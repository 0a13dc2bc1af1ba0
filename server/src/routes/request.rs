//! Requests: listed, looked at, and an end user's deleted.

use atelier_backend::{
    cx::Cx,
    request::{self, Whole},
};
use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    request::{CacheVerdict, Outcome, RequestFilter, RequestQuery, Source},
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use http::header;
use utoipa::IntoParams;

use super::{
    extract::{AtRequest, AtUser, Caller, FromQuery, Query, QueryFields},
    wire::{List, request as wire},
};
use crate::problem::HttpError;

/// Requests that are read at once, with all that was said in them.
const AT_ONCE: u32 = 50;
/// What a file of them is.
pub(crate) const JSONL: &str = "application/jsonl";

/// Which requests. All that is given has to hold.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as the domain's query; this is its description")]
pub struct FilterQuery {
    /// Words of what was asked and answered, or of the user; or an id.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Those that came then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Those that came then or earlier.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// The prompt's name.
    #[param(max_length = 200)]
    prompt: Option<String>,
    /// 0 for drafts.
    #[param(value_type = Option<u32>, minimum = 0)]
    version: Option<u32>,
    /// `provider/model`.
    #[param(max_length = 200)]
    model: Option<String>,
    #[param(max_length = 200)]
    tag: Option<String>,
    /// The end user, as the caller named them.
    #[param(max_length = 200)]
    user: Option<String>,
    #[param(max_length = 200)]
    session: Option<String>,
    /// The id of an API key.
    #[param(value_type = Option<String>, format = "uuid")]
    key: Option<String>,
    #[param(value_type = Option<wire::Outcome>)]
    outcome: Option<String>,
    #[param(value_type = Option<wire::Cache>)]
    cache: Option<String>,
    #[param(value_type = Option<wire::Source>)]
    source: Option<String>,
    /// The key of an experiment.
    #[param(max_length = 200)]
    experiment: Option<String>,
    /// The key of its variant.
    #[param(max_length = 200)]
    variant: Option<String>,
}

/// How many.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read with the filter; this is its description")]
pub struct PageQuery {
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: u32,
    /// What the page before gave as `next`.
    cursor: Option<String>,
}

/// As the query is read.
pub struct Listed {
    query: RequestQuery,
    limit: u32,
    cursor: Option<String>,
}

/// As the query of an export is read.
pub struct Exported(RequestQuery);

impl FromQuery for Exported {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self(RequestQuery {
            q: query.text("q"),
            from: query.some("from"),
            to: query.some("to"),
            prompt: query.text("prompt"),
            version: query.some("version"),
            model: query.text("model"),
            tag: query.text("tag"),
            user: query.text("user"),
            session: query.text("session"),
            key: query.some("key"),
            outcome: query.word("outcome", Outcome::ALL, Outcome::as_str),
            cache: query.word("cache", CacheVerdict::ALL, CacheVerdict::as_str),
            source: query.word("source", Source::ALL, Source::as_str),
            experiment: query.text("experiment"),
            variant: query.text("variant"),
            within: String::new(),
        })
    }
}

impl FromQuery for Listed {
    fn read(query: &mut QueryFields<'_>) -> Self {
        let Exported(asked) = Exported::read(query);
        Self { query: asked, limit: query.limit(), cursor: query.cursor() }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as the domain's id; this is its description")]
pub struct RequestPath {
    /// As the header `x-atelier-request-id` of its answer had it.
    #[param(value_type = String, format = "uuid")]
    id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as a word; this is its description")]
pub struct UserPath {
    /// The end user, as callers named them; percent-encoded.
    #[param(min_length = 1, max_length = 200)]
    user: String,
}

/// Lists what came through the gateway, the newest first.
#[utoipa::path(get, path = "/api/v1/requests", tag = "Requests", operation_id = "listRequests", params(FilterQuery, PageQuery),
    responses((status = 200, description = "A page of requests.", body = List<wire::Request>)),
    security(("bearer" = ["requests"]), ("x-api-key" = ["requests"])))]
pub async fn list(caller: Caller, Query(listed): Query<Listed>) -> Result<axum::Json<List<wire::Request>>, HttpError> {
    let Listed { query, limit, cursor } = listed;
    let filter = request::read(&caller.cx, caller.project, &query).await?;
    let page = request::list(&caller.cx, caller.project, filter, limit, cursor.as_deref()).await?;
    Ok(axum::Json(List::from(page)))
}

/// Exports what the same query lists, whole: a line of JSON each, the newest first. Where the file ends early, its last line is incomplete.
#[utoipa::path(get, path = "/api/v1/requests.jsonl", tag = "Requests", operation_id = "exportRequests", params(FilterQuery),
    responses((status = 200, description = "The requests, each as `getRequest` gives it.", body = String, content_type = "application/jsonl")),
    security(("bearer" = ["requests"]), ("x-api-key" = ["requests"])))]
pub async fn export(caller: Caller, Query(asked): Query<Exported>) -> Result<Response, HttpError> {
    let lines = exported(caller.cx, caller.project, &asked.0).await?;
    Ok(([(header::CONTENT_TYPE, JSONL)], lines).into_response())
}

/// What a query finds, read as it is sent.
///
/// # Errors
/// As [`request::export`]; what goes wrong later ends the text early.
pub(crate) async fn exported(cx: Cx, project: ProjectId, query: &RequestQuery) -> Result<Body, HttpError> {
    let filter = request::read(&cx, project, query).await?;
    let first = request::export(&cx, project, filter.clone(), AT_ONCE, None).await?;
    Ok(Body::from_stream(lines(cx, project, filter, first)))
}

/// The next ones are read when these are sent.
fn lines(cx: Cx, project: ProjectId, filter: RequestFilter, first: (Vec<Whole>, Option<String>)) -> impl Stream<Item = Result<Bytes, Fault>> + Send {
    stream::try_unfold((Some(first), None::<String>), move |(ready, cursor)| {
        let (cx, filter) = (cx.clone(), filter.clone());
        async move {
            let (found, next) = match (ready, cursor) {
                (Some(ready), _) => ready,
                (None, Some(cursor)) => request::export(&cx, project, filter, AT_ONCE, Some(&cursor)).await?,
                (None, None) => return Ok(None),
            };
            let mut text = Vec::new();
            for one in found {
                serde_json::to_writer(&mut text, &wire::WholeRequest::from(one)).map_err(|_| Fault::internal())?;
                text.push(b'\n');
            }
            Ok(Some((Bytes::from(text), (None, next))))
        }
    })
}

/// Gives one request with all that was said.
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "Requests", operation_id = "getRequest", params(RequestPath),
    responses((status = 200, description = "The request.", body = wire::WholeRequest)),
    security(("bearer" = ["requests"]), ("x-api-key" = ["requests"])))]
pub async fn find(at: AtRequest) -> Result<axum::Json<wire::WholeRequest>, HttpError> {
    Ok(axum::Json(request::find(&at.cx, at.request).await?.into()))
}

/// Deletes an end user's requests with all that was said. Sums and budgets keep what they cost, without the user.
#[utoipa::path(delete, path = "/api/v1/users/{user}/data", tag = "Requests", operation_id = "eraseUser", params(UserPath),
    responses((status = 200, description = "They are deleted; there may have been none.", body = wire::Erased),
        (status = 422, description = "This names no user: it is empty, longer than 200 bytes, or has control characters.")),
    security(("bearer" = ["admin"]), ("x-api-key" = ["admin"])))]
pub async fn erase_user(at: AtUser) -> Result<axum::Json<wire::Erased>, HttpError> {
    let requests = request::erase_user(&at.cx, at.project, &at.user).await?;
    Ok(axum::Json(wire::Erased { requests }))
}
