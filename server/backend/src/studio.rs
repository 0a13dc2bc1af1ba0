//! What one process shares: the database, caches, the clock, the local model.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use atelier_domain::timestamp::Timestamp;

use crate::{
    account::{KeyUses, Setup},
    cache::Caches,
    db::Database,
    local::LocalModel,
};

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
}

pub struct Studio {
    pub db: Database,
    pub caches: Caches,
    pub clock: Clock,
    pub model: LocalModel,
    pub settings: Settings,
    pub setup: Setup,
    pub key_uses: KeyUses,
}

impl Studio {
    pub fn new(db: Database, model: LocalModel, settings: Settings) -> Arc<Self> {
        Arc::new(Self { db, caches: Caches::default(), clock: Clock::default(), model, settings, setup: Setup::default(), key_uses: KeyUses::default() })
    }
}
