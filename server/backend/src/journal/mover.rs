//! From the journal to the database: in groups, in order, once each.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use atelier_domain::{
    budget::{self, Budget},
    fault::Fault,
    id::{ExperimentId, ProjectId},
    request::{Facts, Record},
};
use tokio::time::timeout;

use super::{
    entry::Entry,
    file::{HEAD, frames},
};
use crate::{
    db::{Db, Engine, internal},
    request::{compressed, words},
    store::{self, experiment::Event},
    studio::Studio,
};

/// How long a record waits for others at most.
const GROUP: Duration = Duration::from_millis(100);
const SYNC: Duration = Duration::from_secs(1);
/// Bytes and records of one transaction at most: other writers wait for its end.
const BYTES: u64 = 4 << 20;
const RECORDS: usize = 400;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After so long a file is closed: what is erased from the database is gone from the journal too.
const AGE: Duration = Duration::from_secs(10);

/// How far the files have been moved.
#[derive(Debug, Default)]
pub struct Place {
    /// The oldest file, and how much of it is in the database.
    at: Option<(PathBuf, u64)>,
}

/// Moves records until the process ends.
pub async fn follow(studio: Arc<Studio>) {
    tokio::join!(index(&studio), moving(&studio), syncing(&studio));
}

async fn moving(studio: &Studio) {
    let mut pause = GROUP;
    loop {
        let _ = timeout(SYNC, studio.journal.bell.notified()).await;
        tokio::time::sleep(pause).await;
        pause = match moved(studio, AGE).await {
            Ok(()) => GROUP,
            // The database is away: it is logged where it happened.
            Err(_) => (pause * 2).min(LONGEST_PAUSE),
        };
    }
}

/// On its own: a power cut costs no more than [`SYNC`], however much there is to move.
async fn syncing(studio: &Arc<Studio>) {
    loop {
        tokio::time::sleep(SYNC).await;
        let studio = studio.clone();
        let _ = tokio::task::spawn_blocking(move || studio.journal.sync()).await;
    }
}

/// Moves all that there is, and leaves no file: at the start, before anything is answered, before something is erased, and at the end.
///
/// # Errors
/// What the database says; the rest then waits in its file.
pub async fn drain(studio: &Studio) -> Result<(), Fault> {
    moved(studio, Duration::ZERO).await
}

/// A file that is older than `age`, and has been moved whole, is closed.
async fn moved(studio: &Studio, age: Duration) -> Result<(), Fault> {
    loop {
        // For one group: whoever waits until nothing is on its way gets in between.
        let mut place = studio.journal.moving.lock().await;
        if place.at.is_none() {
            let Some(path) = studio.journal.segments().all().into_iter().next() else { return Ok(()) };
            let moved = store::request::place(&mut *studio.db.read().await?, &name(&path)).await?;
            place.at = Some((path, u64::try_from(moved).unwrap_or_default()));
        }
        let Some((path, offset)) = &mut place.at else { return Ok(()) };
        let next = next(studio, path, *offset, age).map_err(|error| {
            tracing::error!(%error, "the journal cannot be read");
            Fault::internal()
        })?;
        match next {
            Next::Nothing => return Ok(()),
            Next::Whole => {
                finish(studio, path).await?;
                place.at = None;
            }
            Next::Group(group) => {
                let bytes = group.bytes as u64;
                write(studio, &group.entries, (&name(path), *offset + bytes)).await?;
                *offset += bytes;
                let _ = studio.journal.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| Some(waiting.saturating_sub(bytes)));
                studio.books.moved(group.entries.iter().filter_map(Entry::request));
            }
        }
    }
}

/// A commit on SQLite is on disk only once its log is; then the file may go.
async fn finish(studio: &Studio, path: &Path) -> Result<(), Fault> {
    studio.db.settle().await?;
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, file = %path.display(), "a moved journal file could not be deleted");
        return Ok(());
    }
    let mut tx = studio.db.begin().await?;
    store::request::delete_place(&mut tx, &name(path)).await?;
    tx.commit().await.map_err(internal)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

enum Next {
    Group(Group),
    /// Everything in it has been moved.
    Whole,
    Nothing,
}

/// The next records of a file.
fn next(studio: &Studio, path: &Path, offset: u64, age: Duration) -> io::Result<Next> {
    let mut segments = studio.journal.segments();
    let open = segments.written().filter(|(open, _)| *open == path).map(|(_, size)| size);
    let end = match open {
        Some(size) => size,
        None => fs::metadata(path)?.len(),
    };
    if offset >= end {
        // What comes next goes into another file, unless it has come meanwhile.
        return Ok(if open.is_none() || segments.close(path, end, age) { Next::Whole } else { Next::Nothing });
    }
    drop(segments);
    let most = (offset + BYTES).min(end);
    let mut group = Group::of(&part(path, offset, most)?);
    if group.bytes == 0 && most < end {
        // A record that is larger than a group.
        group = Group::of(&part(path, offset, end)?);
    }
    if group.bytes > 0 {
        return Ok(Next::Group(group));
    }
    tracing::error!(file = %path.display(), at = offset, "the journal is cut off here: the process ended while it wrote");
    Ok(Next::Whole)
}

fn part(path: &Path, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(to.saturating_sub(from)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[derive(Debug, Default)]
struct Group {
    entries: Vec<Entry>,
    /// Of the frames that they were in.
    bytes: usize,
}

impl Group {
    fn of(bytes: &[u8]) -> Self {
        let (mut group, mut count) = (Self::default(), 0);
        frames(bytes, |frame| {
            if count == RECORDS {
                return;
            }
            count += 1;
            group.bytes += HEAD + frame.len();
            match Entry::read(frame) {
                Ok(entry) => group.entries.push(entry),
                Err(error) => tracing::error!(%error, "an entry of the journal cannot be read"),
            }
        });
        group
    }
}

/// One transaction; where it does not go through as a whole, one for each entry, so that one that the database refuses holds up no other.
async fn write(studio: &Studio, entries: &[Entry], place: (&str, u64)) -> Result<(), Fault> {
    if group_written(studio, entries, Some(place)).await.is_ok() {
        return Ok(());
    }
    let (mut first, mut written) = (None, 0);
    for entry in entries {
        match group_written(studio, std::slice::from_ref(entry), None).await {
            Ok(()) => written += 1,
            Err(fault) => drop(first.get_or_insert((fault, entry.name()))),
        }
    }
    match first {
        // Nothing went through: it is not the entry.
        Some((fault, _)) if written == 0 => Err(fault),
        Some((_, name)) => {
            studio.journal.lost.fetch_add((entries.len() - written) as u64, Ordering::Relaxed);
            tracing::error!(first = %name, lost = entries.len() - written, "entries of the journal that the database refuses are left out");
            group_written(studio, &[], Some(place)).await
        }
        None => group_written(studio, &[], Some(place)).await,
    }
}

async fn group_written(studio: &Studio, entries: &[Entry], place: Option<(&str, u64)>) -> Result<(), Fault> {
    let engine = studio.db.engine;
    let mut tx = studio.db.begin().await?;
    store::budget::hold(&mut tx, engine).await?;
    let mut known = Known::default();
    let last = match studio.journal.last.load(Ordering::Relaxed) {
        0 => store::request::last(&mut tx).await?,
        last => last,
    };
    let mut seq = last;
    for entry in entries {
        match entry {
            Entry::Request(record) => {
                // Numbers of several nodes differ below the microsecond.
                seq = (seq + 1).max(store::request::seq_of(&record.facts) + studio.node());
                insert(&mut tx, engine, seq, record, &mut known).await?;
            }
            Entry::Exposed(exposed) => known.events.push(Event::exposed(exposed)),
        }
    }
    store::experiment::put_events(&mut tx, engine, &known.events).await?;
    if let Some((file, moved)) = place {
        store::request::put_place(&mut tx, file, i64::try_from(moved).unwrap_or(i64::MAX)).await?;
    }
    tx.commit().await.map_err(internal)?;
    studio.journal.last.store(seq, Ordering::Relaxed);
    Ok(())
}

/// What a group has read so far, and what it leads to.
#[derive(Default)]
struct Known {
    budgets: Vec<(ProjectId, Vec<Budget>)>,
    experiments: Vec<((ProjectId, String), Option<ExperimentId>)>,
    events: Vec<Event>,
}

impl Known {
    /// Which experiment a request took part in.
    async fn experiment(&mut self, db: &mut Db, facts: &Facts) -> Result<Option<ExperimentId>, Fault> {
        let (Some(key), Some(_), Some(_)) = (&facts.experiment, &facts.variant, &facts.unit) else { return Ok(None) };
        let place = (facts.project, key.clone());
        if let Some((_, found)) = self.experiments.iter().find(|(known, _)| *known == place) {
            return Ok(*found);
        }
        let found = store::experiment::id_of(db, facts.project, key).await?;
        self.experiments.push((place, found));
        Ok(found)
    }
}

async fn insert(db: &mut Db, engine: Engine, seq: i64, record: &Record, known: &mut Known) -> Result<(), Fault> {
    let project = record.facts.project;
    let at = match known.budgets.iter().position(|(known, _)| *known == project) {
        Some(at) => at,
        None => {
            // It was deleted while this request was under way: nothing of it may stay.
            if store::account::project(db, project).await?.is_none() {
                return Ok(());
            }
            known.budgets.push((project, store::budget::list(db, project).await?));
            known.budgets.len() - 1
        }
    };
    if !store::request::insert(db, seq, record).await? {
        return Ok(());
    }
    if let Some(exchange) = &record.exchange {
        store::request::insert_body(db, engine, seq, compressed(exchange), &words(&record.facts, exchange)).await?;
    }
    store::request::add_traffic(db, &record.facts).await?;
    for spent in budget::spending(&known.budgets[at].1, &record.facts) {
        store::budget::spend(db, &spent).await?;
    }
    if let Some(experiment) = known.experiment(db, &record.facts).await? {
        known.events.extend(Event::requested(experiment, &record.facts));
    }
    Ok(())
}

/// Makes the words anew that a restore left out, the newest first: what a stop interrupts goes on at the next start.
async fn index(studio: &Studio) {
    let engine = studio.db.engine;
    let Ok(mut db) = studio.db.read().await else { return };
    if store::request::is_indexed(&mut db, engine).await.unwrap_or(true) {
        return;
    }
    drop(db);
    let mut before = i64::MAX;
    loop {
        let Ok(mut tx) = studio.db.begin().await else { return };
        let Ok(bodies) = store::request::unindexed(&mut tx, engine, before, 200).await else { return };
        let Some((last, ..)) = bodies.last() else { return };
        before = *last;
        for (seq, user, body) in bodies {
            let Some(exchange) = crate::request::expanded(&body) else { continue };
            let facts = Facts { user, ..Facts::default() };
            if store::request::insert_words(&mut tx, engine, seq, &words(&facts, &exchange)).await.is_err() {
                return;
            }
        }
        if tx.commit().await.is_err() {
            return;
        }
    }
}
