//! Answers that web pages of other origins may read: those that the key's project lists.

use std::sync::Arc;

use atelier_backend::{account, studio::Studio, traffic};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::auth;

/// How long a browser need not ask again, in seconds.
const MAX_AGE: &str = "7200";

/// Asked before, it says what a page may send; afterwards, whether the page may read the answer.
pub async fn layer(State(studio): State<Arc<Studio>>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        let mut response = next.run(request).await;
        vary(response.headers_mut());
        return response;
    };
    let before = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = allowed(&studio, request.headers(), &origin, before).await;
    let mut response = if before { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    vary(headers);
    if allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after"));
    }
    if allowed && before {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, if-none-match, x-api-key"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    }
    response
}

/// What a cache keeps for one page is not for another.
fn vary(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// A fault allows nothing.
async fn allowed(studio: &Studio, headers: &HeaderMap, origin: &HeaderValue, before: bool) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    if before {
        return traffic::origin_known(studio, origin).await.unwrap_or_default();
    }
    let Some(token) = auth::token(headers) else { return false };
    match account::verify_key(studio, token).await {
        Ok(key) => traffic::origin_allowed(studio, &key, origin).await.unwrap_or_default(),
        Err(_) => false,
    }
}
