//! The journal: what the gateway answered, appended to a file before the answer's last byte, and moved to the database in groups.
//!
//! Whatever ends the process, an answered request is in the file; what ends the machine takes at most the last second. A file
//! that has been moved whole is deleted, and one that has not is moved again at the next start: a request is written once by its id.

mod entry;
mod file;
mod mover;
#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use atelier_domain::{experiment::Exposed, request::Record};
use serde::Serialize;
use tokio::sync::Notify;

use file::Segments;
pub use mover::{drain, follow};

/// Bytes that may wait for the database; past it callers wait.
const BACKLOG: u64 = 256 << 20;
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub struct Journal {
    segments: Mutex<Segments>,
    /// Held while a group is being written: who holds it sees the database and the waiting records as one.
    moving: tokio::sync::Mutex<mover::Place>,
    /// Bytes written and not yet moved.
    waiting: AtomicU64,
    /// Entries that could not be written to the file.
    pub lost: AtomicU64,
    /// The number of the last request.
    last: AtomicI64,
    bell: Notify,
}

impl Journal {
    /// In a folder that is made at the first record.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            segments: Mutex::new(Segments::new(folder)),
            moving: tokio::sync::Mutex::default(),
            waiting: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            last: AtomicI64::new(0),
            bell: Notify::new(),
        }
    }

    fn segments(&self) -> MutexGuard<'_, Segments> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a request; it is in the file when this returns. Where the file takes none (a full disk), that is logged and counted:
    /// the answer is worth more than its record.
    pub fn append(&self, record: &Record) {
        if let Err(error) = self.write(record) {
            tracing::error!(%error, request = %record.facts.id, "a request could not be written to the journal");
        }
    }

    /// Appends that a unit was seen in a variant, likewise.
    pub fn expose(&self, exposed: &Exposed) {
        if let Err(error) = self.write(&Exposure { exposed }) {
            tracing::error!(%error, experiment = %exposed.experiment, "an exposure could not be written to the journal");
        }
    }

    fn write(&self, entry: &impl Serialize) -> Result<(), std::io::Error> {
        let written = serde_json::to_vec(entry).map_err(std::io::Error::from).and_then(|bytes| self.segments().append(&bytes));
        self.bell.notify_one();
        match written {
            Ok(bytes) => drop(self.waiting.fetch_add(bytes, Ordering::Relaxed)),
            Err(_) => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
        }
        written.map(drop)
    }

    /// Waits while the database is too far behind.
    pub async fn room(&self) {
        while self.waiting.load(Ordering::Relaxed) > BACKLOG {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Bytes that wait for the database.
    pub fn backlog(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Keeps groups from being written as long as it is held.
    pub async fn still(&self) -> impl Drop + '_ {
        Still(self.moving.lock().await)
    }

    fn sync(&self) {
        let files = self.segments().unsynced();
        for error in files.into_iter().filter_map(|file| file.sync_data().err()) {
            tracing::error!(%error, "the journal could not be synced");
        }
    }
}

/// As it stands in the file, where its name tells it from a request.
#[derive(Serialize)]
struct Exposure<'a> {
    exposed: &'a Exposed,
}

struct Still<'a>(#[expect(dead_code, reason = "held")] tokio::sync::MutexGuard<'a, mover::Place>);

impl Drop for Still<'_> {
    fn drop(&mut self) {}
}
