//! Whether the process lives, and whether it can serve.

use axum::extract::State;
use http::{StatusCode, header};

use crate::app_state::AppState;

pub async fn alive() -> &'static str {
    "ok"
}

/// Counters for Prometheus. They name no project, prompt or user.
pub async fn metrics(State(state): State<AppState>) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.studio.metrics.text(&state.studio))
}

/// Ready while the database can be reached.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.studio.db.read().await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached"),
    }
}
