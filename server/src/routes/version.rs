//! Versions: save, history; labels: move.

use atelier_backend::prompt;
use atelier_domain::prompt::{Draft, Selector};
use axum::response::Response;
use utoipa::IntoParams;

use super::{
    extract::{At, Caller, FromQuery, Json, PathLabel, Query, QueryFields},
    once::{Made, Once},
    wire,
};
use crate::problem::HttpError;

/// Saves the next version. What is saved never changes; includes are pinned to the versions that they have now.
#[utoipa::path(post, path = "/api/v1/prompts/{name}/versions", tag = "Versions", operation_id = "saveVersion", request_body = wire::VersionDraft,
    params(super::NamePath, super::IdempotencyKey),
    responses((status = 200, description = "The content is that of the newest version: this one. Nothing was saved.", body = wire::Version),
        (status = 201, description = "The new version, as written.", body = wire::Version, headers(("Location" = String, description = "Where it is pulled from."))),
        (status = 409, description = "The prompt is archived, or the Idempotency-Key came with another request.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn save(at: At, once: Once, body: Json<Draft>) -> Result<Response, HttpError> {
    let (cx, target, draft) = (at.cx.clone(), at.prompt(), body.value);
    let work = async move {
        let saved = prompt::save_version(&cx, target, draft).await?;
        Made::new(saved.created, &wire::Version::from((saved.prompt, saved.version)))
    };
    once.answer(Caller { cx: at.cx, project: at.project }, &body.bytes, work).await
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: u32,
    /// What the page before gave as `next`.
    cursor: Option<String>,
}

impl FromQuery for PageQuery {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self { limit: query.limit(), cursor: query.cursor() }
    }
}

/// The history of a prompt, newest first.
#[utoipa::path(get, path = "/api/v1/prompts/{name}/versions", tag = "Versions", operation_id = "listVersions", params(super::NamePath, PageQuery),
    responses((status = 200, description = "A page of versions.", body = wire::List<wire::HistoryEntry>)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn history(at: At, Query(query): Query<PageQuery>) -> Result<axum::Json<wire::List<wire::HistoryEntry>>, HttpError> {
    let found = prompt::history(&at.cx, at.prompt(), query.limit, query.cursor.as_deref()).await?;
    Ok(axum::Json(wire::history(found)))
}

/// Which two versions to compare.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    #[param(value_type = u32, minimum = 1)]
    from: u32,
    #[param(value_type = u32, minimum = 1)]
    to: u32,
}

impl FromQuery for DiffQuery {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self { from: query.version("from"), to: query.version("to") }
    }
}

/// Compares two versions: their messages line by line and word by word, matched where they moved, and everything else in a table.
#[utoipa::path(get, path = "/api/v1/prompts/{name}/diff", tag = "Versions", operation_id = "compareVersions", params(super::NamePath, DiffQuery),
    responses((status = 200, description = "What leads from one to the other.", body = wire::Diff)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn diff(at: At, Query(query): Query<DiffQuery>) -> Result<axum::Json<wire::Diff>, HttpError> {
    let (prompt, from) = prompt::version(&at.cx, at.prompt(), &Selector::Version(query.from)).await?;
    let (_, to) = prompt::version(&at.cx, at.prompt(), &Selector::Version(query.to)).await?;
    Ok(axum::Json(wire::Diff::new(prompt.name.to_string(), &from, &to)))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as the domain's label; this is its description")]
pub struct LabelPath {
    /// Lower-case letters, digits, `-`, `_` and `.`; not `latest`.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]{0,63}$", example = "production")]
    label: String,
}

/// Moves a label to a version; rolling back is the same. The very next pull sees it.
#[utoipa::path(put, path = "/api/v1/prompts/{name}/labels/{label}", tag = "Labels", operation_id = "moveLabel", request_body = wire::LabelTarget,
    params(super::NamePath, LabelPath),
    responses((status = 200, description = "The label stands there now.", body = wire::LabelMove),
        (status = 409, description = "The label stands elsewhere than `expected_version`, or the prompt is archived.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn move_label(at: At, PathLabel(label): PathLabel, body: Json<wire::LabelTarget>) -> Result<axum::Json<wire::LabelMove>, HttpError> {
    let wire::LabelTarget { version, expected_version } = body.value;
    let moved = prompt::move_label(&at.cx, at.prompt(), label, version, expected_version).await?;
    Ok(axum::Json(wire::LabelMove::from((at.name, moved))))
}
