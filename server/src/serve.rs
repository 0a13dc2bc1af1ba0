//! `atelier serve`: from the settings to a listening server, and back down on a signal.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use atelier_backend::{
    account, books,
    cx::Cx,
    db::{Database, Engine},
    experiment, feed,
    gateway::keep_answers,
    grid, idempotency, journal,
    local::LocalModel,
    prompt, request, run, score,
    seal::Sealer,
    session,
    studio::{Settings, Studio},
};
use atelier_domain::fault::Fault;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get, serve::ListenerExt};
use leptos::config::{Env, LeptosOptions};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;

use crate::{
    app_state::AppState,
    auth,
    config::{Config, secret},
    gateway, health,
    middleware::{origin::Origins, request_id},
    ofrep, pages, routes,
};

/// Of a request; a multipart upload has its own.
pub const BODY_LIMIT: usize = 4 << 20;
/// Generations that wait for the local model; past it, callers are told to come again.
const MODEL_QUEUE: usize = 16;
/// What requests in flight get after a signal.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until a signal ends it.
///
/// # Errors
/// One sentence for the operator.
pub async fn serve(config: Config) -> Result<(), String> {
    allow_connections();
    let listener = TcpListener::bind(config.addr).await.map_err(|error| format!("ATELIER_ADDR: cannot listen on {}: {error}.", config.addr))?;
    let bound = listener.local_addr().map_err(|error| format!("ATELIER_ADDR: {error}."))?;
    let studio = open(&config, bound, Some(config.weights())).await?;
    first_start(&config, &studio).await?;
    take_over(&studio).await?;
    // What an earlier process answered and could not write is in the database before anything is counted.
    journal::drain(&studio).await.map_err(|fault| fault.message)?;
    let state = state(&config, studio.clone(), bound);
    background(&studio);
    serve_metrics(&config, &state).await?;

    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let (stop, stopped) = tokio::sync::watch::channel(());
    let server = axum::serve(listener, app(state).into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(signalled(stop));
    say(&format!("Atelier serves on {}", studio.settings.url));
    tokio::select! {
        result = server => result.map_err(|error| format!("The server stopped: {error}."))?,
        () = overdue(stopped) => tracing::warn!("some requests did not finish in time"),
    }
    wind_up(&studio).await;
    Ok(())
}

/// As many open files, and so connections, as the system lets a process have: what it gives unasked is often 1,024.
fn allow_connections() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "no more than {:?} connections can be open", limit.current);
    }
}

/// Where metrics have an address of their own.
async fn serve_metrics(config: &Config, state: &AppState) -> Result<(), String> {
    let Some(addr) = config.metrics_addr else { return Ok(()) };
    let listener = TcpListener::bind(addr).await.map_err(|error| format!("ATELIER_METRICS_ADDR: cannot listen on {addr}: {error}."))?;
    let router = Router::new().route("/metrics", get(health::metrics)).with_state(state.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

/// The whole of what is served.
pub fn app(state: AppState) -> Router {
    // Whole paths, not nested ones: taking the beginning off each request's costs as much as the rest of a pull.
    let api = routes::api().layer(middleware::from_fn_with_state(state.studio.clone(), auth::require_key)).layer(DefaultBodyLimit::max(BODY_LIMIT));
    let metrics = if state.metrics { Router::new().route("/metrics", get(health::metrics)) } else { Router::new() };
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(metrics)
        .with_state(state.clone())
        .merge(api)
        .merge(gateway::router(state.studio.clone()))
        .merge(ofrep::router(state.studio.clone()))
        .merge(routes::docs())
        .merge(pages::router(&state))
        .layer(middleware::from_fn(request_id::layer))
}

/// Opens data folder and database. Without `weights` no model is loaded; where the file is missing, the model says so when it is asked.
///
/// # Errors
/// One sentence for the operator.
pub async fn open(config: &Config, bound: SocketAddr, weights: Option<std::path::PathBuf>) -> Result<Arc<Studio>, String> {
    make_data_folder(config)?;
    let db = Database::open(&config.database_url).await?;
    let sealer = Sealer::new(&secret::ensure(config)?);
    let settings = Settings { url: config.public_url(bound), data: config.data.clone(), models: config.models.clone(), sealer, private: config.allow_private };
    Studio::new(db, weights.map_or_else(LocalModel::absent, |weights| LocalModel::start(weights, MODEL_QUEUE)), settings)
}

/// # Errors
/// One sentence for the operator.
pub fn make_data_folder(config: &Config) -> Result<(), String> {
    std::fs::create_dir_all(&config.data).map_err(|error| format!("ATELIER_DATA: the folder {} cannot be made: {error}.", config.data.display()))
}

pub fn state(config: &Config, studio: Arc<Studio>, bound: SocketAddr) -> AppState {
    let leptos = LeptosOptions::builder()
        .output_name("atelier")
        .site_root(config.site.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(bound)
        .env(Env::PROD)
        .build();
    let origins = Arc::new(Origins::new(config.url.as_deref(), bound));
    AppState { studio, leptos, origins, proxies: config.trusted_proxies.clone().into(), metrics: config.metrics_addr.is_none() }
}

/// The first administrator from the settings, or the code for the set-up page.
async fn first_start(config: &Config, studio: &Arc<Studio>) -> Result<(), String> {
    let cx = Cx::operator(studio.clone());
    if let Some((email, password)) = &config.admin {
        let added = account::add_first_admin(&cx, email, password).await.map_err(|fault| format!("ATELIER_ADMIN_EMAIL, ATELIER_ADMIN_PASSWORD: {fault}"))?;
        if added.is_some() {
            tracing::info!(email, "added the first administrator");
        }
    }
    if let Some(code) = account::make_setup_code(&cx).await.map_err(|fault| fault.message)? {
        tracing::info!("Nobody is here yet. Open {}/setup; from another machine it asks for the code {code}", studio.settings.url);
    }
    Ok(())
}

/// What a process left unfinished that had this database before us; on Postgres others may be at it.
async fn take_over(studio: &Arc<Studio>) -> Result<(), String> {
    if studio.db.engine == Engine::Sqlite {
        let cx = Cx::operator(studio.clone());
        run::end_lost(&cx).await.map_err(|fault| fault.message)?;
        grid::free(&cx).await.map_err(|fault| fault.message)?;
    }
    Ok(())
}

fn background(studio: &Arc<Studio>) {
    tokio::spawn(feed::follow(studio.clone()));
    tokio::spawn(grid::follow(studio.clone()));
    tokio::spawn(experiment::follow(studio.clone()));
    tokio::spawn(score::follow(studio.clone()));
    tokio::spawn(journal::follow(studio.clone()));
    tokio::spawn(books::follow(studio.clone()));
    tokio::spawn(keep_answers(studio.clone()));
    every(10, studio, async |studio| account::flush_key_uses(&studio).await);
    every(10, studio, async |studio| prompt::flush_pulls(&studio).await);
    every(3_600, studio, async |studio| {
        session::sweep(&studio).await?;
        idempotency::sweep(&studio).await?;
        prompt::sweep_pulls(&studio).await?;
        run::sweep(&studio).await?;
        request::sweep(&studio).await?;
        account::sweep(&studio).await
    });
}

/// A failure is in the log already, where it happened; the next time may go better.
fn every<R: Future<Output = Result<(), Fault>> + Send>(seconds: u64, studio: &Arc<Studio>, run: impl Fn(Arc<Studio>) -> R + Send + 'static) {
    let studio = studio.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
        loop {
            ticks.tick().await;
            let _ = run(studio.clone()).await;
        }
    });
}

/// Ends with SIGTERM or SIGINT, and tells `stop`.
async fn signalled(stop: tokio::sync::watch::Sender<()>) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("finishing what is in flight");
    stop.send_replace(());
}

async fn overdue(mut stopped: tokio::sync::watch::Receiver<()>) {
    if stopped.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(DRAIN).await;
}

async fn wind_up(studio: &Studio) {
    let _ = account::flush_key_uses(studio).await;
    let _ = prompt::flush_pulls(studio).await;
    if journal::drain(studio).await.is_err() {
        tracing::warn!("some records stay in the journal until the next start");
    }
    if tokio::time::timeout(Duration::from_secs(5), studio.db.close()).await.is_err() {
        tracing::warn!("the database was still busy at the end");
    }
}

/// What a person who started us waits for.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
