//! Prompts: list, make, pull.

use atelier_backend::{
    prompt,
    pull::{self, PullKey, Pulled},
};
use atelier_domain::prompt::{Filter, Selector, Sort};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use utoipa::IntoParams;

use super::{
    extract::{At, Caller, FromQuery, Held, Json, Query, QueryFields},
    once::{Made, Once},
    wire,
};
use crate::problem::HttpError;

/// Which prompts to list, and how many.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Prompts in this folder and below it.
    #[param(value_type = Option<String>, max_length = 200)]
    folder: String,
    /// Prompts with this tag.
    #[param(value_type = Option<String>, max_length = 200)]
    tag: String,
    /// Found in name, description and tags, whatever the case.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// The last edited first, or by name.
    #[param(value_type = Option<SortBy>)]
    sort: Sort,
    /// Whether to list the archived prompts instead.
    #[param(value_type = Option<bool>)]
    archived: bool,
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: u32,
    /// What the page before gave as `next`.
    cursor: Option<String>,
}

#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SortBy {
    Updated,
    Name,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self {
            folder: query.text("folder"),
            tag: query.text("tag"),
            q: query.text("q"),
            sort: query.choice("sort", &[("updated", Sort::Updated), ("name", Sort::Name)]),
            archived: query.flag("archived"),
            limit: query.limit(),
            cursor: query.cursor(),
        }
    }
}

/// Lists prompts with their labels and newest version.
#[utoipa::path(get, path = "/api/v1/prompts", tag = "Prompts", operation_id = "listPrompts", params(ListQuery),
    responses((status = 200, description = "A page of prompts.", body = wire::List<wire::Prompt>)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn list(caller: Caller, Query(query): Query<ListQuery>) -> Result<axum::Json<wire::List<wire::Prompt>>, HttpError> {
    let ListQuery { folder, tag, q, sort, archived, limit, cursor } = query;
    let filter = Filter { folder, tag, q, sort, archived };
    let page = prompt::list(&caller.cx, caller.project, &filter, limit, cursor.as_deref()).await?;
    Ok(axum::Json(wire::List::from(page)))
}

/// Makes a prompt, still without a version.
#[utoipa::path(post, path = "/api/v1/prompts", tag = "Prompts", operation_id = "createPrompt", request_body = wire::PromptDraft, params(super::IdempotencyKey),
    responses((status = 201, description = "The prompt was made.", body = wire::Prompt, headers(("Location" = String, description = "Where it is pulled from."))),
        (status = 409, description = "The name is taken, or the Idempotency-Key came with another request.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn create(caller: Caller, once: Once, body: Json<wire::PromptDraft>) -> Result<Response, HttpError> {
    let (cx, project, draft) = (caller.cx.clone(), caller.project, body.value);
    let work = async move {
        let prompt = prompt::create(&cx, project, draft.into()).await?;
        Made::new(true, &wire::Prompt::from(prompt))
    };
    once.answer(caller, &body.bytes, work).await
}

/// Which version to pull.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "label and version are read as a selector")]
pub struct PullQuery {
    /// The label's version. Without label and version: `production`, else the newest. `latest` is always the newest.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]{0,63}$", example = "latest")]
    label: Option<String>,
    /// This version; not together with a label.
    #[param(minimum = 1)]
    version: Option<u32>,
    /// Whether `messages` come as written, includes not expanded.
    #[param(value_type = Option<bool>)]
    raw: bool,
    #[param(ignore)]
    selector: Selector,
}

impl FromQuery for PullQuery {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self { label: None, version: None, raw: query.flag("raw"), selector: query.selector() }
    }
}

/// Pulls a prompt: the version at a label, with its includes expanded and its variables open.
#[utoipa::path(get, path = "/api/v1/prompts/{name}", tag = "Prompts", operation_id = "pullPrompt",
    params(super::NamePath, PullQuery, ("If-None-Match" = Option<String>, Header, nullable = false, description = "The `ETag` of what you hold: where it still stands, the answer is 304.")),
    responses((status = 200, description = "The version.", body = wire::Version,
            headers(("ETag" = String, description = "Changes with the answer."), ("Cache-Control" = String, description = "`private, no-cache`: keep it, and ask each time."))),
        (status = 304, description = "What you hold still stands.", headers(("ETag" = String, description = "As you sent it.")))),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn pull(at: At, Query(query): Query<PullQuery>, held: Held) -> Result<Response, HttpError> {
    let key = PullKey { project: at.project, name: at.name, selector: query.selector, raw: query.raw };
    let pulled = pull::pull(&at.cx, key).await?;
    Ok(answer(&pulled, &held))
}

fn answer(pulled: &Pulled, held: &Held) -> Response {
    let mut response = if held.has(&pulled.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], pulled.body.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&pulled.etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}
