//! Answers kept for requests that carried an `Idempotency-Key`.

use atelier_domain::{fault::Fault, id::ProjectId, timestamp::Timestamp};

use crate::db::{Db, internal};

use super::get;

/// A request seen before: its hash, and its answer once there was one.
pub struct Kept {
    pub request_hash: String,
    pub answer: Option<(u16, String)>,
    pub created_at: Timestamp,
}

pub async fn find(db: &mut Db, project: ProjectId, key: &str) -> Result<Option<Kept>, Fault> {
    let row = sqlx::query("SELECT request_hash, status, body, created_at FROM idempotency WHERE project_id = $1 AND key = $2")
        .bind(project.to_string())
        .bind(key)
        .fetch_optional(db)
        .await
        .map_err(internal)?;
    row.map(|row| {
        let status: Option<i64> = get(&row, "status")?;
        let body: Option<String> = get(&row, "body")?;
        let answer = status.zip(body).map(|(status, body)| (u16::try_from(status).unwrap_or(500), body));
        Ok(Kept { request_hash: get(&row, "request_hash")?, answer, created_at: Timestamp(get(&row, "created_at")?) })
    })
    .transpose()
}

/// Notes that a request is being answered. False where its key is known: of two at once, the second waits here and gets that.
pub async fn reserve(db: &mut Db, project: ProjectId, key: &str, request_hash: &str, at: Timestamp) -> Result<bool, Fault> {
    let insert =
        sqlx::query("INSERT INTO idempotency (project_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, key) DO NOTHING");
    let done = insert.bind(project.to_string()).bind(key).bind(request_hash).bind(at.0).execute(db).await.map_err(internal)?;
    Ok(done.rows_affected() == 1)
}

/// The same over what was noted at `before`. False where somebody else has just done so.
pub async fn take_over(db: &mut Db, project: ProjectId, key: &str, request_hash: &str, before: Timestamp, at: Timestamp) -> Result<bool, Fault> {
    let update = sqlx::query(
        "UPDATE idempotency SET request_hash = $3, status = NULL, body = NULL, created_at = $5 WHERE project_id = $1 AND key = $2 AND created_at = $4",
    );
    let done = update.bind(project.to_string()).bind(key).bind(request_hash).bind(before.0).bind(at.0).execute(db).await.map_err(internal)?;
    Ok(done.rows_affected() == 1)
}

pub async fn keep(db: &mut Db, project: ProjectId, key: &str, status: u16, body: &str) -> Result<(), Fault> {
    sqlx::query("UPDATE idempotency SET status = $3, body = $4 WHERE project_id = $1 AND key = $2")
        .bind(project.to_string())
        .bind(key)
        .bind(i64::from(status))
        .bind(body)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// A request that failed may be sent again.
pub async fn release(db: &mut Db, project: ProjectId, key: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM idempotency WHERE project_id = $1 AND key = $2").bind(project.to_string()).bind(key).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn sweep(db: &mut Db, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM idempotency WHERE created_at < $1").bind(before.0).execute(db).await.map_err(internal)?;
    Ok(())
}
