//! Pages and server functions, by Leptos; and the site's files.

use atelier_app::app::{App, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing,
};
use http::{HeaderValue, StatusCode, header};
use leptos::{IntoView, config::LeptosOptions};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower::ServiceBuilder;
use tower_http::{compression::CompressionLayer, limit::RequestBodyLimitLayer, services::ServeDir};

use crate::{
    app_state::AppState,
    download,
    middleware::{origin, page, person},
    serve::BODY_LIMIT,
    session,
};

/// Everything that a person's browser asks for: what is no page is a file, and what is neither is the page that says so.
pub fn router(state: &AppState) -> Router {
    let options = state.leptos.clone();
    let pages = Router::new()
        .leptos_routes(state, generate_route_list(App), move || begin(&options))
        .layer(middleware::from_fn(page::write))
        .route("/p/{project}/export", routing::get(download::prompts))
        .route("/p/{project}/requests.jsonl", routing::get(download::requests))
        .route("/p/{project}/cost/export", routing::get(download::costs));
    let missing = by_person(state, Router::new().fallback(not_found).layer(middleware::from_fn(page::write)));
    let files = ServeDir::new(&*state.leptos.site_root).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let files = ServiceBuilder::new().map_response(revalidated).service(files.fallback(missing));
    by_person(state, pages).fallback_service(files)
}

/// The layers around whatever a session decides; the last is the first to see a request.
fn by_person(state: &AppState, router: Router<AppState>) -> Router {
    router
        .layer(middleware::from_fn_with_state(state.clone(), person::resolve))
        .layer(session::layer(state.studio.clone()))
        .layer(middleware::from_fn_with_state(state.clone(), origin::check))
        // A form writes a letter that is not ASCII as three times its bytes.
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(3 * BODY_LIMIT))
        .layer(CompressionLayer::new())
        .with_state(state.clone())
}

fn begin(options: &LeptosOptions) -> impl IntoView + use<> {
    page::root();
    shell(options.clone())
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let mut response = leptos_axum::render_app_async(move || begin(&state.leptos))(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.into_response()
}

/// Files keep their names from build to build: a browser may keep them, and asks whether they are still the same.
fn revalidated<B>(mut response: http::Response<B>) -> http::Response<B> {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}
