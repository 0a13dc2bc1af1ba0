//! `Idempotency-Key`: the same key and request give the same answer again, another request 409.

use atelier_backend::idempotency::{self, Begin};
use atelier_domain::{account::Action, canonical, fault::Fault};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::extract::Caller;
use crate::problem::{self, HttpError, Problem};

/// What a write answers: its status, and its body as JSON.
pub struct Made {
    status: StatusCode,
    body: String,
}

impl Made {
    pub fn new(created: bool, wire: &impl Serialize) -> Result<Self, Fault> {
        let body = serde_json::to_string(wire).map_err(|_| Fault::internal())?;
        Ok(Self { status: if created { StatusCode::CREATED } else { StatusCode::OK }, body })
    }
}

impl From<Result<Made, Fault>> for Made {
    fn from(result: Result<Made, Fault>) -> Self {
        result.unwrap_or_else(|fault| {
            let problem = Problem::from(fault);
            Made { status: problem.status(), body: problem.to_json() }
        })
    }
}

impl IntoResponse for Made {
    fn into_response(self) -> Response {
        let kind = if self.status.is_success() { "application/json" } else { problem::MEDIA_TYPE };
        let place = (self.status == StatusCode::CREATED).then(|| location(&self.body)).flatten();
        let refused = (!self.status.is_success()).then(|| problem::Kept(self.body.clone()));
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], self.body).into_response();
        if let Some(refused) = refused {
            response.extensions_mut().insert(refused);
        }
        if let Some(place) = place {
            response.headers_mut().insert(header::LOCATION, place);
        }
        response
    }
}

/// Where a thing that was made can be read: from its body, so that a repeated answer says it too.
fn location(body: &str) -> Option<HeaderValue> {
    let made: Value = serde_json::from_str(body).ok()?;
    if let Some(key) = made.get("key").and_then(Value::as_str) {
        return HeaderValue::from_str(&format!("/api/v1/experiments/{key}")).ok();
    }
    let mut place = "/api/v1/prompts/".to_owned();
    place.extend(percent_encoding::utf8_percent_encode(made.get("name")?.as_str()?, percent_encoding::NON_ALPHANUMERIC));
    if let Some(version) = made.get("version").and_then(Value::as_u64) {
        place.push_str(&format!("?version={version}"));
    }
    HeaderValue::from_str(&place).ok()
}

/// The request's `Idempotency-Key`, where it has one, and what it is for.
pub struct Once {
    key: Option<String>,
    call: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let key = parts.headers.get("idempotency-key").map(HeaderValue::to_str).transpose();
        let key = key.map_err(|_| Fault::field("Idempotency-Key", "A key holds printable ASCII characters only."))?;
        Ok(Self { key: key.map(str::to_owned), call: format!("{} {}", parts.method, parts.uri.path()) })
    }
}

impl Once {
    /// Does `work`, or gives its earlier answer again. With a key the work is finished and kept though the client leaves.
    ///
    /// # Errors
    /// Conflict for a key that came with another request; else what `work` gives.
    pub async fn answer(self, caller: Caller, sent: &Bytes, work: impl Future<Output = Result<Made, Fault>> + Send + 'static) -> Result<Response, HttpError> {
        let Some(key) = self.key else { return Ok(work.await?.into_response()) };
        let Caller { cx, project } = caller;
        // Whoever may not write must not see what somebody else has written.
        cx.actor.check(Action::Write, project, Fault::not_found("prompt_not_found", "This prompt"))?;
        let hash = Sha256::new().chain_update(&self.call).chain_update([0]).chain_update(sent).finalize();
        if let Begin::Again(status, body) = idempotency::begin(&cx, project, &key, &canonical::hex(&hash)).await? {
            return Ok(Made { status: StatusCode::from_u16(status).unwrap_or_default(), body }.into_response());
        }
        let kept = tokio::spawn(async move {
            let made = Made::from(work.await);
            idempotency::keep(&cx, project, &key, made.status.as_u16(), &made.body).await.map(|()| made)
        });
        Ok(kept.await.map_err(|_| Fault::internal())??.into_response())
    }
}
