//! What a project keeps of its traffic, and the answers that it may give again.

use atelier_domain::{fault::Fault, gateway::GatewaySettings, id::ProjectId, timestamp::Timestamp};

use crate::db::{Db, internal};

use super::{id, json, text};

/// The defaults where nothing was set.
pub async fn settings(db: &mut Db, project: ProjectId) -> Result<GatewaySettings, Fault> {
    let row =
        sqlx::query("SELECT settings FROM gateway_settings WHERE project_id = $1").bind(project.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.map_or_else(|| Ok(GatewaySettings::default()), |row| json(&row, "settings"))
}

pub async fn put_settings(db: &mut Db, project: ProjectId, settings: &GatewaySettings, at: Timestamp, by: &str) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO gateway_settings (project_id, settings, updated_at, updated_by) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (project_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )
    .bind(project.to_string())
    .bind(text(settings))
    .bind(at.0)
    .bind(by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// Every project, with what it keeps.
pub async fn all_settings(db: &mut Db) -> Result<Vec<(ProjectId, GatewaySettings)>, Fault> {
    let rows = sqlx::query("SELECT p.id, COALESCE(g.settings, '{}') AS settings FROM projects p LEFT JOIN gateway_settings g ON g.project_id = p.id");
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| Ok((id(row, "id")?, json(row, "settings")?))).collect()
}

/// An answer to be kept.
pub struct Kept {
    pub project: ProjectId,
    pub hash: String,
    pub expires_at: Timestamp,
    pub made_at: Timestamp,
    /// Compressed.
    pub answer: Vec<u8>,
}

pub async fn put_answer(db: &mut Db, kept: &Kept) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO cached_answers (project_id, hash, expires_at, made_at, answer) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project_id, hash) DO UPDATE SET expires_at = excluded.expires_at, made_at = excluded.made_at, answer = excluded.answer",
    )
    .bind(kept.project.to_string())
    .bind(&kept.hash)
    .bind(kept.expires_at.0)
    .bind(kept.made_at.0)
    .bind(&kept.answer)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// Projects, hashes, when they expire and were made, of answers made since then, the oldest first.
pub async fn answers_since(db: &mut Db, since: Timestamp, now: Timestamp, most: i64) -> Result<Vec<(String, String, i64, i64)>, Fault> {
    let rows = sqlx::query_as(
        "SELECT project_id, hash, expires_at, made_at FROM cached_answers WHERE made_at >= $1 AND expires_at > $2 ORDER BY made_at DESC LIMIT $3",
    );
    rows.bind(since.0).bind(now.0).bind(most).fetch_all(db).await.map_err(internal)
}

pub async fn answer(db: &mut Db, project: ProjectId, hash: &str, now: Timestamp) -> Result<Option<Vec<u8>>, Fault> {
    let row = sqlx::query_scalar("SELECT answer FROM cached_answers WHERE project_id = $1 AND hash = $2 AND expires_at > $3");
    row.bind(project.to_string()).bind(hash).bind(now.0).fetch_optional(db).await.map_err(internal)
}

pub async fn sweep_answers(db: &mut Db, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM cached_answers WHERE expires_at <= $1").bind(now.0).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn forget_answers(db: &mut Db, project: ProjectId) -> Result<u64, Fault> {
    let done = sqlx::query("DELETE FROM cached_answers WHERE project_id = $1").bind(project.to_string()).execute(db).await.map_err(internal)?;
    Ok(done.rows_affected())
}
