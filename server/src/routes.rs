//! REST: the calls of `api.md`. A handler says who asks, calls one use case, and writes its answer.
//!
//! A call is routed and described by one line of [`calls`], so that the OpenAPI description covers what is served and nothing else.

pub mod budget;
pub mod completion;
pub mod experiment;
mod extract;
mod fields;
mod many;
mod once;
pub mod prompt;
pub mod provider;
pub mod reference;
pub mod request;
pub mod run;
pub mod score;
pub mod version;
pub mod wire;

use axum::{Router, routing};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{openapi, problem};

/// Every call, all below `/api/v1`.
pub fn calls() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(prompt::list, prompt::create))
        .routes(routes!(prompt::pull))
        .routes(routes!(version::save, version::history))
        .routes(routes!(version::diff))
        .routes(routes!(version::move_label))
        .routes(routes!(run::render))
        .routes(routes!(run::run))
        .routes(routes!(provider::list))
        .routes(routes!(provider::put))
        .routes(routes!(budget::list))
        .routes(routes!(budget::put))
        .routes(routes!(request::list))
        .routes(routes!(request::find))
        .routes(routes!(request::export))
        .routes(routes!(request::erase_user))
        .routes(routes!(experiment::list, experiment::create))
        .routes(routes!(experiment::find))
        .routes(routes!(experiment::start))
        .routes(routes!(experiment::pause))
        .routes(routes!(experiment::split))
        .routes(routes!(experiment::decide))
        .routes(routes!(experiment::assign))
        .routes(routes!(experiment::results))
        .routes(routes!(experiment::outcomes))
        .routes(routes!(score::list, score::send))
        .routes(routes!(score::definitions))
        .routes(routes!(score::define))
}

/// Each request carries the `Cx` of its key.
pub fn api() -> Router {
    let (router, _) = calls().split_for_parts();
    router.method_not_allowed_fallback(problem::method_not_allowed)
}

/// Beside it, without a key: the description and its page, below `/api`.
pub fn docs() -> Router {
    Router::new()
        .route("/api/openapi.json", routing::get(openapi::document))
        .route("/api/docs", routing::get(reference::page))
        .route("/api/{*rest}", routing::any(problem::unknown_call))
        .method_not_allowed_fallback(problem::method_not_allowed)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as the domain's name; this is its description")]
pub(crate) struct NamePath {
    /// The prompt's name, percent-encoded: `support%2Freply`.
    #[param(min_length = 1, max_length = 200, example = "support/reply")]
    name: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by `once`; this is its description")]
pub(crate) struct IdempotencyKey {
    /// For 24 hours the same key and body give the same answer again; another body is 409.
    #[param(rename = "Idempotency-Key", nullable = false, min_length = 1, max_length = 255, pattern = "^[ -~]+$")]
    key: Option<String>,
}
