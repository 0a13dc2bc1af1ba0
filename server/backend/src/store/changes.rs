//! The rows of the change feed.

use atelier_domain::fault::Fault;
use uuid::Uuid;

use crate::{
    cx::{Area, Change},
    db::{Db, Engine, internal},
};

use super::{get, id};

/// Any number will do: it names the lock that orders commits.
const FEED_LOCK: &str = "SELECT CAST(pg_advisory_xact_lock(7021) AS TEXT)";

/// Gives each changed entity the next number. On Postgres a lock held until the commit makes numbers appear in their order,
/// so that a reader past a number has seen every smaller one; SQLite has one writer anyway.
pub async fn bump(db: &mut Db, engine: Engine, changes: &[Change]) -> Result<(), Fault> {
    let heard: Vec<&Change> = changes.iter().filter(|change| change.area != Area::Other).collect();
    if !heard.is_empty() && engine == Engine::Postgres {
        sqlx::query(FEED_LOCK).execute(&mut *db).await.map_err(internal)?;
    }
    for change in heard {
        sqlx::query(
            "INSERT INTO changes (area, entity, seq) VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM changes)) \
             ON CONFLICT (area, entity) DO UPDATE SET seq = excluded.seq",
        )
        .bind(change.area.as_str())
        .bind(change.entity.to_string())
        .execute(&mut *db)
        .await
        .map_err(internal)?;
    }
    Ok(())
}

pub async fn newest(db: &mut Db) -> Result<i64, Fault> {
    sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM changes").fetch_one(db).await.map_err(internal)
}

/// Changes past `known`, oldest first: area, entity, number.
pub async fn since(db: &mut Db, known: i64) -> Result<Vec<(String, Uuid, i64)>, Fault> {
    let rows = sqlx::query("SELECT area, entity, seq FROM changes WHERE seq > $1 ORDER BY seq").bind(known).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "area")?, id(row, "entity")?, get(row, "seq")?))).collect()
}
