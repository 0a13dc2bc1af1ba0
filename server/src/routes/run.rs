//! Filling a version in, and asking its model.

use atelier_backend::{
    prompt,
    run::{self, Ask, Through},
};
use axum::response::{IntoResponse, Response};

use super::{
    completion::{self, Completion, StreamEvent},
    extract::{At, Json},
    wire,
};
use crate::problem::HttpError;

/// Fills a version in.
#[utoipa::path(post, path = "/api/v1/prompts/{name}/render", tag = "Use", operation_id = "renderPrompt", request_body = wire::Filling, params(super::NamePath),
    responses((status = 200, description = "The version, filled in.", body = wire::Rendered)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn render(at: At, body: Json<wire::Filling>) -> Result<axum::Json<wire::Rendered>, HttpError> {
    let filling = body.value;
    let rendered = prompt::render(&at.cx, at.prompt(), &filling.selector, &filling.variables).await?;
    Ok(axum::Json(wire::Rendered::from(rendered)))
}

/// Fills a version in and asks its model. The answer has the shape of OpenAI's chat completions; a stream ends in `data: [DONE]`.
#[utoipa::path(post, path = "/api/v1/prompts/{name}/run", tag = "Use", operation_id = "runPrompt", request_body = wire::RunDraft, params(super::NamePath),
    responses((status = 200, description = "The answer; with `stream`, server-sent events with a chunk each.",
            content((Completion = "application/json"), (StreamEvent = "text/event-stream"))),
        (status = 502, description = "The model failed.")),
    security(("bearer" = ["gateway"]), ("x-api-key" = ["gateway"])))]
pub async fn run(at: At, body: Json<wire::RunDraft>) -> Result<Response, HttpError> {
    let ask = body.value;
    let created = at.cx.now().seconds();
    let started = run::start(&at.cx, at.prompt(), Ask::of(ask.selector, ask.variables), Through::Gateway).await?;
    if ask.stream {
        return Ok(completion::streamed(started, created, ask.stream_options.is_some_and(|options| options.include_usage)));
    }
    Ok(completion::whole(started, created).await?.into_response())
}
