//! What one process shares: the database, caches, the clock, the local model.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use atelier_domain::{
    completion::LOCAL_MODEL,
    id::{ProjectId, RunId},
    prompt::TokenCount,
    timestamp::Timestamp,
};
use uuid::Uuid;

use crate::{
    account::{KeyUses, Setup},
    books::Books,
    cache::Caches,
    cx::Area,
    db::Database,
    experiment::Exposures,
    gateway::{Answers, Http, Limits, Private, Timeouts, Towards},
    grid::Bell,
    journal::Journal,
    local::{LocalModel, embed::Embedder},
    metrics::Metrics,
    model::Files,
    prompt::Pulls,
    run::Underway,
    seal::Sealer,
};

/// Calls for embeddings that wait; past it, callers are told to come again.
const EMBEDDINGS: usize = 64;

/// The time; a test may move it.
#[derive(Debug, Default)]
pub struct Clock {
    /// Added to the system's time, in seconds.
    ahead: AtomicI64,
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).plus_seconds(self.ahead.load(Ordering::Relaxed))
    }

    /// Moves the time forward, for tests of what expires.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// What the settings say, as far as use cases need it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The public address without a trailing slash: links are made from it.
    pub url: String,
    pub data: PathBuf,
    /// The folder of weights.
    pub models: PathBuf,
    pub sealer: Sealer,
    /// Which outgoing addresses may be private.
    pub private: Private,
}

pub struct Studio {
    pub db: Database,
    pub caches: Caches,
    pub clock: Clock,
    pub model: LocalModel,
    pub embedder: Embedder,
    /// Other models of this machine.
    pub files: Files,
    pub settings: Settings,
    pub setup: Setup,
    pub key_uses: KeyUses,
    pub pulls: Pulls,
    pub underway: Underway,
    /// Wakes whoever works at grids.
    pub bell: Bell,
    /// The way to providers.
    pub http: Http,
    pub journal: Journal,
    pub books: Books,
    /// What may be answered again.
    pub answers: Answers,
    pub limits: Limits,
    pub metrics: Metrics,
    /// Which exposures were put down.
    pub exposures: Exposures,
    /// Tells the numbers of this process's requests from another's.
    node: i64,
}

impl Studio {
    /// # Errors
    /// One sentence where nothing outside can be asked: TLS finds no root certificates.
    pub fn new(db: Database, model: LocalModel, settings: Settings) -> Result<Arc<Self>, String> {
        let http = Http::new(settings.private, Towards::Providers, Timeouts::default().connect);
        let http = http.map_err(|_| "No provider can be asked: the root certificates of this machine cannot be read.".to_owned())?;
        Ok(Arc::new(Self {
            journal: Journal::at(settings.data.join("journal")),
            files: Files::default(),
            embedder: Embedder::start(settings.models.clone(), EMBEDDINGS),
            http,
            db,
            caches: Caches::default(),
            clock: Clock::default(),
            model,
            settings,
            setup: Setup::default(),
            key_uses: KeyUses::default(),
            pulls: Pulls::default(),
            underway: Underway::default(),
            bell: Bell::default(),
            books: Books::default(),
            answers: Answers::default(),
            limits: Limits::default(),
            metrics: Metrics::default(),
            exposures: Exposures::default(),
            node: rand::random_range(0..crate::store::request::STEP),
        }))
    }

    /// A number of this process, below the step by which requests of one microsecond are told apart.
    pub fn node(&self) -> i64 {
        self.node
    }

    /// Something changed, here or on another node: whoever knows better than the database forgets it.
    pub fn heard(&self, area: Area, entity: Uuid) {
        self.caches.forget(area, entity);
        match area {
            Area::Run => drop(self.underway.stop(RunId(entity))),
            Area::Budget => self.books.forget(ProjectId(entity)),
            Area::Cache => self.answers.forget(ProjectId(entity)),
            // It may be gone.
            Area::Project => {
                self.books.forget(ProjectId(entity));
                self.answers.forget(ProjectId(entity));
            }
            _ => {}
        }
    }

    /// Tokens of these texts by the vocabulary of `model`, else estimated by the local model's, else four bytes each.
    pub fn tokens(&self, model: &str, texts: &[String]) -> TokenCount {
        let local = model.is_empty() || model == LOCAL_MODEL;
        let mut estimate = !local;
        let mut count = |text: &String| {
            let tokens = self.model.count_tokens(text).unwrap_or_else(|| {
                estimate = true;
                text.len().div_ceil(4)
            });
            u32::try_from(tokens).unwrap_or(u32::MAX)
        };
        let each: Vec<u32> = texts.iter().map(&mut count).collect();
        let window = u32::try_from(self.model.context()).ok().filter(|window| local && *window > 0);
        TokenCount { total: each.iter().fold(0, |sum, count| sum.saturating_add(*count)), each, estimate, window }
    }
}
