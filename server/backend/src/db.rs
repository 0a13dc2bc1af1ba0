//! The database: SQLite by default, Postgres by its URL; one SQL text for both.
//!
//! SQLite has one writing connection, so writes queue here instead of meeting SQLITE_BUSY; readers never wait for it (WAL).

#[cfg(test)]
pub(crate) mod fresh;
#[cfg(test)]
pub(crate) mod tests;

use std::{path::Path, str::FromStr, time::Duration};

use atelier_domain::fault::Fault;
use sqlx::{
    Any, AnyConnection, AnyPool, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
};

/// A connection as the store sees it, inside a transaction or not.
pub type Db = AnyConnection;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Two pools: on Postgres they are the same one.
#[derive(Clone, Debug)]
pub struct Database {
    pub engine: Engine,
    url: String,
    writer: AnyPool,
    reader: AnyPool,
}

impl Database {
    /// Opens `url`, copies an older SQLite file aside, and brings the schema up to date.
    ///
    /// # Errors
    /// One sentence for the operator: the address, or a schema newer than this binary.
    pub async fn open(url: &str) -> Result<Self, String> {
        let database = Self::connect(url).await?;
        if let Err(sentence) = database.migrate(database.migrator()).await {
            database.close().await;
            return Err(sentence);
        }
        Ok(database)
    }

    /// Opens `url` whatever schema it has; a missing SQLite file is made.
    pub(crate) async fn connect(url: &str) -> Result<Self, String> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("postgres") { Engine::Postgres } else { Engine::Sqlite };
        let say = |error: sqlx::Error| format!("DATABASE_URL: the database cannot be opened: {error}");
        let (writer, reader) = match engine {
            Engine::Postgres => {
                let pool = pool(10).connect(url).await.map_err(say)?;
                (pool.clone(), pool)
            }
            Engine::Sqlite => {
                let created = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
                let writer = pool(1).connect(&created).await.map_err(say)?;
                (writer, pool(4).connect(url).await.map_err(say)?)
            }
        };
        Ok(Self { engine, url: url.to_owned(), writer, reader })
    }

    pub(crate) fn migrator(&self) -> &'static Migrator {
        match self.engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        }
    }

    pub(crate) async fn migrate(&self, migrator: &Migrator) -> Result<(), String> {
        self.copy_before(migrator).await?;
        match migrator.run(&self.writer).await {
            Ok(()) => Ok(()),
            Err(MigrateError::VersionMissing(version)) => {
                Err(format!("The database was made by a newer version of Atelier (schema {version}). Start that version, or restore a backup."))
            }
            Err(error) => Err(format!("The database could not be brought up to date: {error}")),
        }
    }

    /// Keeps a copy of an older SQLite file beside it, named by its schema.
    async fn copy_before(&self, migrator: &Migrator) -> Result<(), String> {
        let newest = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
        let applied = self.schema().await;
        let (Engine::Sqlite, Some(applied), Some(path)) = (self.engine, applied, self.file()) else { return Ok(()) };
        if applied >= newest {
            return Ok(());
        }
        let copy = format!("{path}.before-{newest}");
        if Path::new(&copy).exists() {
            return Ok(());
        }
        sqlx::query("VACUUM INTO $1")
            .bind(&copy)
            .execute(&self.writer)
            .await
            .map_err(|error| format!("The database could not be copied before its upgrade: {error}"))?;
        tracing::info!(copy, "copied the database before its upgrade");
        Ok(())
    }

    /// The newest migration applied; `None` on a fresh database.
    pub async fn schema(&self) -> Option<i64> {
        crate::store::backup::schema(&self.reader).await
    }

    /// The newest migration that this binary knows.
    pub fn newest_schema() -> i64 {
        SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    fn file(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite://").map(|rest| rest.split('?').next().unwrap_or(rest))
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A transaction that writes. On SQLite it takes the write lock at once: a deferred one that reads first and writes later
    /// dies with code 517 whatever the time-out.
    ///
    /// # Errors
    /// Internal, logged here.
    pub async fn begin(&self) -> Result<Transaction<'static, Any>, Fault> {
        match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => self.writer.begin().await,
        }
        .map_err(internal)
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// Internal, logged here.
    pub async fn read(&self) -> Result<PoolConnection<Any>, Fault> {
        self.reader.acquire().await.map_err(internal)
    }

    /// A transaction that sees one moment of the database throughout.
    ///
    /// # Errors
    /// Internal, logged here.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>, Fault> {
        match self.engine {
            Engine::Sqlite => self.reader.begin().await,
            Engine::Postgres => self.reader.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
        .map_err(internal)
    }

    /// Makes what was committed safe from a power cut: SQLite's log is on disk once it has been copied into the database.
    ///
    /// # Errors
    /// Internal, logged here.
    pub async fn settle(&self) -> Result<(), Fault> {
        if self.engine == Engine::Sqlite {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_all(&self.writer).await.map_err(internal)?;
        }
        Ok(())
    }

    /// Lets every connection finish and closes them.
    pub async fn close(&self) {
        self.writer.close().await;
        self.reader.close().await;
    }
}

fn pool(connections: u32) -> AnyPoolOptions {
    // In KiB. The one that writes visits many pages: keys that are hashes lie anywhere.
    let cache = if connections == 1 { "PRAGMA cache_size = -32768" } else { "PRAGMA cache_size = -4096" };
    AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(20)).after_connect(move |connection, _| {
        Box::pin(async move {
            if connection.backend_name() == "SQLite" {
                // A group of scattered rows fills the usual thousand pages at once, and each time whoever writes would wait for the disk.
                let checkpoint = "PRAGMA wal_autocheckpoint = 16384";
                for pragma in
                    [cache, checkpoint, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 15000"]
                {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
            }
            Ok(())
        })
    })
}

/// Checks a URL without opening it.
///
/// # Errors
/// One sentence that names the setting.
pub fn check_url(url: &str) -> Result<(), String> {
    let known = ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if !known || AnyConnectOptions::from_str(url).is_err() {
        return Err("DATABASE_URL must begin with sqlite:// or postgres:// and be a valid address.".to_owned());
    }
    Ok(())
}

/// Logs a database error once, here, and gives the fault that hides it.
#[track_caller]
pub fn internal(error: sqlx::Error) -> Fault {
    let at = std::panic::Location::caller();
    match error {
        // The process is ending; whoever asks now is one of its own loops.
        sqlx::Error::PoolClosed => Fault::internal(),
        sqlx::Error::PoolTimedOut => {
            tracing::warn!(%at, "no database connection became free in time");
            Fault::new(atelier_domain::fault::Kind::Limited, "busy", "The database is very busy. Try again in a moment.")
        }
        error => {
            tracing::error!(%at, %error, "database error");
            Fault::internal()
        }
    }
}

/// A unique constraint becomes the conflict that a caller can act on; everything else is internal.
#[track_caller]
pub fn unique_or_internal(conflict: Fault) -> impl FnOnce(sqlx::Error) -> Fault {
    move |error| if error.as_database_error().is_some_and(|e| e.is_unique_violation()) { conflict } else { internal(error) }
}
