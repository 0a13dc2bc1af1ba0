//! Whether the process lives, and whether it can serve.

use axum::extract::State;
use http::StatusCode;

use crate::app_state::AppState;

pub async fn alive() -> &'static str {
    "ok"
}

/// Ready while the database can be reached.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.studio.db.read().await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached"),
    }
}
