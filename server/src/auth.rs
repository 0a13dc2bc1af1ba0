//! Programs: an API key as a bearer token, or in `x-api-key`. Checked from memory; no session here.

use std::sync::Arc;

use atelier_backend::{
    account,
    cx::{Actor, Cx},
    studio::Studio,
};
use atelier_domain::fault::Fault;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};

use crate::{middleware::request_id::RequestId, problem::HttpError};

/// Puts the key's `Cx` into the request's extensions, or answers 401.
pub async fn require_key(State(studio): State<Arc<Studio>>, mut request: Request, next: Next) -> Response {
    let Some(token) = token(request.headers()) else { return HttpError(Fault::unauthenticated()).into_response() };
    match account::verify_key(&studio, token).await {
        Ok(grant) => {
            let cx = Cx::new(studio, Actor::Key(grant), RequestId::of(&request));
            request.extensions_mut().insert(cx);
            next.run(request).await
        }
        Err(fault) => HttpError(fault).into_response(),
    }
}

/// Where OpenAI's and Anthropic's clients put it.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    bearer.or_else(|| headers.get("x-api-key")?.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_where_clients_put_it() {
        for (name, value, found) in [
            ("authorization", "Bearer atl_x", Some("atl_x")),
            ("authorization", "bearer  atl_x", Some("atl_x")),
            ("x-api-key", "atl_x", Some("atl_x")),
            ("authorization", "Basic atl_x", None),
            ("authorization", "atl_x", None),
            ("cookie", "atl_x", None),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(token(&headers), found, "{name}: {value}");
        }
    }
}
