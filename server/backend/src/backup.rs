//! Backups: everything that the studio knows, at one moment, in a file that either database can be filled from.
//!
//! A file of JSON lines: a head, then a line a row, then the number of rows. Without that last line it was cut off. A file
//! appears whole or not at all, and a restore does everything in one transaction, so nothing is ever half there.

mod file;
#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;

use atelier_domain::{fault::Fault, timestamp::Timestamp};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use sqlx::migrate::Migrator;

use crate::{
    cx::Cx,
    db::{Database, Db},
    store::backup::{self as store, BATCH, Cells, KEPT, LEFT_OUT, MIGRATIONS},
};

use file::{Reader, Writer};

const FORMAT: &str = "atelier-backup-1";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    /// The newest migration of the database that it came from.
    schema: i64,
    /// Of the program, for a reader.
    version: String,
    made_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Row { table: String, row: Cells },
    End { rows: u64 },
}

/// Writes everything but sessions and sign-in attempts to `file`, for its owner's eyes, and gives the number of rows.
///
/// # Errors
/// One sentence for the operator; an older `file` is then still there.
pub async fn backup(cx: &Cx, file: &Path) -> Result<u64, String> {
    cx.check_admin().map_err(sentence)?;
    let mut tx = cx.studio.db.snapshot().await.map_err(sentence)?;
    let schema = cx.studio.db.schema().await.ok_or("The database has no schema yet.")?;
    let mut writer = Writer::create(file)?;
    writer.line(&Head { format: FORMAT.to_owned(), schema, version: env!("CARGO_PKG_VERSION").to_owned(), made_at: cx.now() })?;
    let mut count = 0;
    for table in KEPT {
        let mut rows = store::rows(&mut tx, table);
        while let Some(row) = rows.next().await {
            writer.line(&Line::Row { table: table.to_owned(), row: row.map_err(sentence)? })?;
            count += 1;
        }
    }
    writer.line(&Line::End { rows: count })?;
    writer.finish()?;
    Ok(count)
}

/// Fills the empty database at `url` from `file`, brings it up to date, and gives the number of rows.
///
/// # Errors
/// One sentence for the operator; the database is then as it was.
pub async fn restore(url: &str, file: &Path) -> Result<u64, String> {
    let database = Database::connect(url).await?;
    let done = fill(&database, database.migrator(), file).await;
    database.close().await;
    done
}

pub(crate) async fn fill(database: &Database, migrator: &Migrator, file: &Path) -> Result<u64, String> {
    let mut reader = Reader::open(file)?;
    let head: Head = reader.next()?.filter(|head: &Head| head.format == FORMAT).ok_or_else(|| reader.no_backup())?;
    if !migrator.version_exists(head.schema) {
        let (schema, version) = (head.schema, head.version);
        return Err(format!("{} was made by a newer version of Atelier ({version}, schema {schema}): restore it with that version.", file.display()));
    }
    let schema = database.schema().await;
    let mut tx = database.begin().await.map_err(sentence)?;
    check_empty(&mut tx, database).await?;
    if schema.is_some_and(|schema| schema != head.schema) {
        clear(&mut tx, database).await?;
    }
    let migrating = |error| format!("The database could not be prepared: {error}");
    migrator.run_direct(Some(head.schema), &mut *tx, false).await.map_err(migrating)?;
    let count = insert(&mut tx, &mut reader).await?;
    migrator.run_direct(None, &mut *tx, false).await.map_err(migrating)?;
    tx.commit().await.map_err(|error| format!("The database could not be filled: {error}"))?;
    Ok(count)
}

async fn check_empty(db: &mut Db, database: &Database) -> Result<(), String> {
    for table in store::tables(db, database.engine).await.map_err(sentence)? {
        let counts = table != MIGRATIONS && !LEFT_OUT.contains(&table.as_str());
        if counts && store::has_rows(db, &table).await.map_err(sentence)? {
            return Err("The database is not empty: restore into a fresh one (another ATELIER_DATA or DATABASE_URL).".to_owned());
        }
    }
    Ok(())
}

/// An empty database of another schema than the backup's begins anew.
async fn clear(db: &mut Db, database: &Database) -> Result<(), String> {
    for table in store::tables(db, database.engine).await.map_err(sentence)? {
        store::drop_table(db, database.engine, &table).await.map_err(sentence)?;
    }
    Ok(())
}

/// Writes the rows, those that are alike together.
async fn insert(db: &mut Db, reader: &mut Reader) -> Result<u64, String> {
    let (mut count, mut table, mut batch) = (0, String::new(), Vec::<Cells>::new());
    loop {
        let line = reader.next()?.ok_or_else(|| reader.cut_off())?;
        let (next, row) = match line {
            Line::End { rows } if rows == count => break,
            Line::End { .. } => return Err(reader.cut_off()),
            Line::Row { table, row } => (table, row),
        };
        let alike = next == table && batch.first().is_none_or(|first| first.keys().eq(row.keys()));
        if !alike || batch.len() == BATCH {
            flush(db, &table, &mut batch, reader).await?;
        }
        if !KEPT.contains(&next.as_str()) {
            return Err(reader.no_backup());
        }
        (table, count) = (next, count + 1);
        batch.push(row);
    }
    flush(db, &table, &mut batch, reader).await?;
    Ok(count)
}

async fn flush(db: &mut Db, table: &str, batch: &mut Vec<Cells>, reader: &Reader) -> Result<(), String> {
    store::insert(db, table, batch).await.map_err(|fault| reader.at(&fault.message))?;
    batch.clear();
    Ok(())
}

fn sentence(fault: Fault) -> String {
    fault.message
}
