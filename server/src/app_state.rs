//! What handlers share.

use std::sync::Arc;

use atelier_backend::studio::Studio;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::{config::network::Network, middleware::origin::Origins};

#[derive(Clone)]
pub struct AppState {
    pub studio: Arc<Studio>,
    pub leptos: LeptosOptions,
    pub origins: Arc<Origins>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Arc<[Network]>,
    /// Whether `/metrics` is served here, rather than on an address of its own.
    pub metrics: bool,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
