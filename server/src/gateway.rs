//! The gateway's door: the paths of OpenAI's and Anthropic's APIs. Everything said here is said in the words of the API that was called.

use std::{convert::Infallible, sync::Arc};

use atelier_backend::{
    account,
    cx::{Actor, Cx},
    gateway::{
        Dialect,
        call::{self, Declined, Incoming, Reply, ReplyBody, Told},
    },
    provider,
    studio::Studio,
};
use atelier_domain::{account::Action, fault::Fault, request::CacheVerdict};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State},
    response::{IntoResponse, Response},
    routing,
};
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{auth, middleware::request_id::RequestId, problem};

/// Of a request: images travel within it.
const BODY_LIMIT: usize = 32 << 20;

/// Headers that a provider of the same protocol gets as they came.
const PASSED: [&str; 2] = ["anthropic-beta", "anthropic-version"];

pub fn router(studio: Arc<Studio>) -> Router {
    Router::new()
        .route("/v1/chat/completions", routing::post(completions))
        .route("/v1/messages", routing::post(messages))
        .route("/v1/embeddings", routing::post(embeddings))
        .route("/v1/models", routing::get(models))
        .route("/v1/models/{*model}", routing::get(model))
        .route("/v1/{*rest}", routing::any(unknown))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(studio)
}

/// The key's `Cx`.
async fn caller(studio: &Arc<Studio>, headers: &HeaderMap, id: Arc<str>) -> Result<Cx, Fault> {
    let token = auth::token(headers).ok_or_else(Fault::unauthenticated)?;
    let grant = account::verify_key(studio, token).await?;
    Ok(Cx::new(studio.clone(), Actor::Key(grant), id))
}

async fn completions(State(studio): State<Arc<Studio>>, request: Request) -> Response {
    chat(studio, request, Dialect::OpenAi).await
}

async fn messages(State(studio): State<Arc<Studio>>, request: Request) -> Response {
    chat(studio, request, Dialect::Anthropic).await
}

async fn chat(studio: Arc<Studio>, request: Request, dialect: Dialect) -> Response {
    let (cx, headers, body) = match open(&studio, request).await {
        Ok(open) => open,
        Err((fault, id)) => return error(dialect, &fault, &id, None),
    };
    let id = cx.request_id.clone();
    answered(dialect, call::chat(&cx, Incoming { dialect, body, headers }).await, &id)
}

async fn embeddings(State(studio): State<Arc<Studio>>, request: Request) -> Response {
    match open(&studio, request).await {
        Ok((cx, _, body)) => {
            let id = cx.request_id.clone();
            answered(Dialect::OpenAi, call::embeddings(&cx, body).await, &id)
        }
        Err((fault, id)) => error(Dialect::OpenAi, &fault, &id, None),
    }
}

/// Who asks, what goes on to the provider, and the body.
async fn open(studio: &Arc<Studio>, request: Request) -> Result<(Cx, HeaderMap, Bytes), (Fault, Arc<str>)> {
    let id = RequestId::of(&request);
    let cx = caller(studio, request.headers(), id.clone()).await.map_err(|fault| (fault, id.clone()))?;
    let headers = PASSED.into_iter().filter_map(|name| Some((HeaderName::from_static(name), request.headers().get(name)?.clone()))).collect();
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        let fault = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Fault::new(atelier_domain::fault::Kind::Invalid, "too_large", "A request's body takes at most 32 MiB.")
        } else {
            problem::malformed("The body ended before it was complete.")
        };
        (fault, id)
    })?;
    Ok((cx, headers, body))
}

fn answered(dialect: Dialect, answer: Result<Reply, Declined>, id: &str) -> Response {
    match answer {
        Ok(Reply { told, body }) => {
            let mut response = match body {
                ReplyBody::Whole(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
                ReplyBody::Stream(receiver) => {
                    let pieces = stream::unfold(receiver, async |mut receiver| Some((Ok::<_, Infallible>(receiver.recv().await?), receiver)));
                    let headers = [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
                    let mut response = (headers, Body::from_stream(pieces)).into_response();
                    // A proxy that gathers would hold the stream back.
                    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
                    response
                }
            };
            tell(response.headers_mut(), &told);
            response
        }
        Err(declined) => {
            let mut response = error(dialect, &declined.fault, id, declined.retry_after);
            warn(response.headers_mut(), &declined.warnings);
            response
        }
    }
}

fn tell(headers: &mut HeaderMap, told: &Told) {
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-atelier-request-id", Some(told.request.to_string()));
    set("x-atelier-cache", Some(told.cache.as_str().to_owned()));
    set("x-atelier-cost", Some(told.cost.unwrap_or_default().to_decimal()));
    // A price that nobody knows is no price of nothing.
    set("x-atelier-cost-unpriced", told.cost.is_none().then(|| "true".to_owned()));
    set("x-atelier-cost-estimated", told.estimated.then(|| "true".to_owned()));
    set("x-atelier-prompt", told.prompt.as_ref().map(|prompt| encoded(prompt)));
    set("x-atelier-variant", told.variant.clone());
    set("x-atelier-upstream-ms", told.upstream.map(|micros| format!("{}.{:03}", micros / 1_000, micros % 1_000)));
    if told.cache == CacheVerdict::Exact {
        set("x-atelier-upstream-ms", Some("0".to_owned()));
    }
    warn(headers, &told.warnings);
}

/// A name may hold any letter; a header may not.
fn encoded(text: &str) -> String {
    const KEEP: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'%');
    percent_encoding::utf8_percent_encode(text, KEEP).to_string()
}

fn warn(headers: &mut HeaderMap, warnings: &[(String, u32)]) {
    for (budget, percent) in warnings {
        if let Ok(value) = HeaderValue::from_str(&format!("{} {percent}%", encoded(budget))) {
            headers.append("x-atelier-budget", value);
        }
    }
}

fn error(dialect: Dialect, fault: &Fault, id: &str, retry_after: Option<u32>) -> Response {
    let (status, body) = dialect.error(fault, id);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-atelier-request-id", id);
    }
    headers.insert("x-atelier-cache", HeaderValue::from_static("off"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    // Asking again at once would not help: OpenAI's and Anthropic's clients heed this.
    if fault.code.starts_with("budget") {
        headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    response
}

/// `GET /v1/models`: what the project can ask.
async fn models(State(studio): State<Arc<Studio>>, request: Request) -> Response {
    let id = RequestId::of(&request);
    match listed(&studio, request.headers(), id.clone()).await {
        Ok(all) => axum::Json(json!({"object": "list", "data": all, "has_more": false, "first_id": null, "last_id": null})).into_response(),
        Err(fault) => error(Dialect::OpenAi, &fault, &id, None),
    }
}

async fn model(State(studio): State<Arc<Studio>>, Path(wanted): Path<String>, request: Request) -> Response {
    let id = RequestId::of(&request);
    let found = listed(&studio, request.headers(), id.clone()).await.and_then(|all| {
        let found = all.into_iter().find(|model| model.get("id").and_then(serde_json::Value::as_str) == Some(&wanted));
        found.ok_or_else(|| Fault::not_found("model_not_found", "This model").at("model"))
    });
    match found {
        Ok(model) => axum::Json(model).into_response(),
        Err(fault) => error(Dialect::OpenAi, &fault, &id, None),
    }
}

async fn listed(studio: &Arc<Studio>, headers: &HeaderMap, id: Arc<str>) -> Result<Vec<serde_json::Value>, Fault> {
    let cx = caller(studio, headers, id).await?;
    let project = atelier_backend::pull::project_of_key(&cx)?;
    cx.actor.check(Action::Infer, project, Fault::unauthenticated())?;
    let names = provider::callable(&cx, project).await?;
    let entry = |name: String| {
        let owner = name.split_once('/').map_or("atelier", |(owner, _)| owner).to_owned();
        json!({"id": name, "object": "model", "created": 0, "owned_by": owner, "type": "model", "display_name": name, "created_at": "1970-01-01T00:00:00Z"})
    };
    Ok(names.into_iter().map(entry).collect())
}

async fn unknown(request: Request) -> Response {
    let say = "There is no such call here: /v1/chat/completions, /v1/messages, /v1/embeddings and /v1/models are.";
    let fault = Fault::new(atelier_domain::fault::Kind::NotFound, "call_not_found", say);
    error(dialect_of(&request), &fault, &RequestId::of(&request), None)
}

/// Whose client asks, by the path.
fn dialect_of(request: &Request) -> Dialect {
    if request.uri().path().starts_with("/v1/messages") { Dialect::Anthropic } else { Dialect::OpenAi }
}

async fn wrong_method(request: Request) -> Response {
    let say = "This address does not take this method; the header “Allow” names those that it takes.";
    let fault = Fault::new(atelier_domain::fault::Kind::Invalid, "method_not_allowed", say);
    error(dialect_of(&request), &fault, &RequestId::of(&request), None)
}
