//! Experiments for OpenFeature's clients: the OpenFeature Remote Evaluation Protocol, 0.3.
//!
//! A flag is an experiment, its value a variant's `{prompt, version}`. Who asks for one flag sees it, so that counts as an
//! exposure; who fetches all at once may show none of them, so that does not.

use std::sync::Arc;

use atelier_backend::{
    account,
    cx::{Actor, Cx},
    experiment::{self, Asked, Assigned},
    pull::project_of_key,
    studio::Studio,
};
use atelier_domain::{
    account::{Action, Scope},
    canonical,
    fault::{Fault, Kind},
    id::ProjectId,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    auth,
    middleware::{cors, request_id::RequestId},
    problem::HttpError,
};

/// Of a request: a context is a handful of attributes.
const BODY_LIMIT: usize = 256 << 10;

pub fn router(studio: Arc<Studio>) -> Router {
    Router::new()
        .route("/ofrep/v1/evaluate/flags", routing::post(all))
        .route("/ofrep/v1/evaluate/flags/{key}", routing::post(one))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(studio.clone(), cors::layer))
        .with_state(studio)
}

/// Who asks, and for whom.
struct Caller {
    cx: Cx,
    /// By which the key may ask.
    right: Action,
    project: ProjectId,
}

async fn caller(studio: Arc<Studio>, headers: &HeaderMap, id: Arc<str>) -> Result<Caller, Fault> {
    let token = auth::token(headers).ok_or_else(Fault::unauthenticated)?;
    let grant = account::verify_key(&studio, token).await?;
    // A page in a browser holds a key that may read and nothing else.
    let right = if grant.scopes.contains(&Scope::Ingest) { Action::Ingest } else { Action::See };
    let cx = Cx::new(studio, Actor::Key(grant), id);
    let project = project_of_key(&cx)?;
    cx.actor.check(right, project, Fault::unauthenticated())?;
    Ok(Caller { cx, right, project })
}

/// What is wrong with a request, by the protocol's words.
struct Wrong(&'static str, &'static str);

/// The unit and what is known of it.
fn context(body: &Bytes) -> Result<Asked, Wrong> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Wrong("PARSE_ERROR", "The body is no valid JSON."))?;
    let context = match body.get("context") {
        None => Map::new(),
        Some(Value::Object(context)) => context.clone(),
        Some(_) => return Err(Wrong("INVALID_CONTEXT", "The context is a JSON object.")),
    };
    let unit = match context.get("targetingKey") {
        Some(Value::String(unit)) if !unit.is_empty() => unit.clone(),
        None | Some(Value::Null | Value::String(_)) => {
            return Err(Wrong("TARGETING_KEY_MISSING", "The context needs a targetingKey: a stable id of whom the experiment assigns."));
        }
        Some(_) => return Err(Wrong("INVALID_CONTEXT", "The targetingKey is a text.")),
    };
    Ok(Asked { unit, attributes: context, variables: None })
}

/// The variant of who takes no part and gets what is published: some clients want a name in any case.
const PUBLISHED: &str = "default";

fn told(key: &str, assigned: &Assigned) -> Value {
    let variant = assigned.variant.as_ref().map_or(PUBLISHED, |variant| variant.key.as_str());
    json!({
        "key": key, "variant": variant, "reason": assigned.reason.ofrep(), "value": {"prompt": assigned.prompt, "version": assigned.version},
        "metadata": {"assignment_id": assigned.id, "reason": assigned.reason},
    })
}

fn failed(key: &str, fault: &Fault) -> (StatusCode, Value) {
    let (status, code) = match fault.kind {
        Kind::NotFound => (StatusCode::NOT_FOUND, "FLAG_NOT_FOUND"),
        Kind::Invalid => (StatusCode::BAD_REQUEST, "INVALID_CONTEXT"),
        _ => (StatusCode::BAD_REQUEST, "GENERAL"),
    };
    (status, json!({"key": key, "errorCode": code, "errorDetails": fault.message}))
}

fn refused(key: Option<&str>, Wrong(code, details): &Wrong) -> Response {
    let mut body = json!({"errorCode": code, "errorDetails": details});
    if let (Some(key), Some(body)) = (key, body.as_object_mut()) {
        body.insert("key".to_owned(), key.into());
    }
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// Neither of flags nor of contexts: keys, limits, our own mistakes.
fn is_general(fault: &Fault) -> bool {
    !matches!(fault.kind, Kind::NotFound | Kind::Invalid | Kind::Conflict)
}

async fn one(State(studio): State<Arc<Studio>>, Path(key): Path<String>, request: Request) -> Response {
    let (caller, body) = match open(studio, request).await {
        Ok(open) => open,
        Err(response) => return response,
    };
    let asked = match context(&body) {
        Ok(asked) => asked,
        Err(wrong) => return refused(Some(&key), &wrong),
    };
    match experiment::assign(&caller.cx, caller.right, caller.project, &key, asked).await {
        Ok(assigned) => axum::Json(told(&key, &assigned)).into_response(),
        Err(fault) if is_general(&fault) => HttpError(fault).into_response(),
        Err(fault) => {
            let (status, body) = failed(&key, &fault);
            (status, axum::Json(body)).into_response()
        }
    }
}

async fn all(State(studio): State<Arc<Studio>>, request: Request) -> Response {
    let held = request.headers().get(header::IF_NONE_MATCH).cloned();
    let (caller, body) = match open(studio, request).await {
        Ok(open) => open,
        Err(response) => return response,
    };
    let asked = match context(&body) {
        Ok(asked) => asked,
        Err(wrong) => return refused(None, &wrong),
    };
    let flags = match flags(&caller, asked).await {
        Ok(flags) => flags,
        Err(fault) => return HttpError(fault).into_response(),
    };
    let text = json!({"flags": flags}).to_string();
    let etag = format!("\"{}\"", &canonical::hex(&Sha256::digest(text.as_bytes()))[..32]);
    if held.is_some_and(|held| held.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    ([(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, etag)], text).into_response()
}

async fn flags(Caller { cx, right, project }: &Caller, asked: Asked) -> Result<Vec<Value>, Fault> {
    let mut flags = Vec::new();
    for key in experiment::keys(cx, *right, *project).await? {
        match experiment::peek(cx, *right, *project, &key, asked.clone()).await {
            Ok(assigned) => flags.push(told(&key, &assigned)),
            Err(fault) if is_general(&fault) => return Err(fault),
            Err(fault) => flags.push(failed(&key, &fault).1),
        }
    }
    Ok(flags)
}

async fn open(studio: Arc<Studio>, request: Request) -> Result<(Caller, Bytes), Response> {
    use axum::extract::FromRequest;
    let id = RequestId::of(&request);
    let caller = caller(studio, request.headers(), id).await.map_err(|fault| HttpError(fault).into_response())?;
    let body = Bytes::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
    Ok((caller, body))
}
