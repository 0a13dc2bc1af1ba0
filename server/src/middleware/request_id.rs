//! Each request has an id: in its log lines, in the audit, in the answer's `x-request-id`, and so in what a user quotes.

use std::{sync::Arc, time::Instant};

use axum::{extract::Request, middleware::Next, response::Response};
use http::HeaderValue;
use tracing::Instrument;
use uuid::Uuid;

use super::headers;
use crate::problem;

#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    /// Of a request that passed here.
    pub fn of(request: &Request) -> Arc<str> {
        request.extensions().get::<Self>().map_or_else(|| "-".into(), |id| id.0.clone())
    }
}

/// The outermost layer: id, log span, and the headers that every answer has.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let mut buffer = Uuid::encode_buffer();
    let id: &str = Uuid::now_v7().as_hyphenated().encode_lower(&mut buffer);
    let value = HeaderValue::from_str(id);
    let span = tracing::info_span!("request", id);
    let id: Arc<str> = id.into();
    request.extensions_mut().insert(RequestId(id.clone()));
    let began = tracing::enabled!(tracing::Level::DEBUG).then(|| (Instant::now(), request.method().clone(), request.uri().path().to_owned()));
    async move {
        let mut response = problem::identify(next.run(request).await, &id);
        headers::secure(response.headers_mut());
        if let Ok(value) = value {
            response.headers_mut().insert("x-request-id", value);
        }
        if let Some((began, method, path)) = began {
            tracing::debug!(%method, path, status = response.status().as_u16(), micros = began.elapsed().as_micros() as u64, "answered");
        }
        response
    }
    .instrument(span)
    .await
}
