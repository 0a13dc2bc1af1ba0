//! Failed sign-ins: a counter for each account and each address. A restart forgets none.

use atelier_domain::{fault::Fault, timestamp::Timestamp};

use crate::db::{Db, internal};

use super::get;

/// Failures of `subject`, the last of them after `since`.
pub async fn failures(db: &mut Db, subject: &str, since: Timestamp) -> Result<Option<(i64, Timestamp)>, Fault> {
    let row = sqlx::query("SELECT failures, since FROM attempts WHERE subject = $1 AND since > $2").bind(subject).bind(since.0);
    row.fetch_optional(db).await.map_err(internal)?.map(|row| Ok((get(&row, "failures")?, Timestamp(get(&row, "since")?)))).transpose()
}

pub async fn set(db: &mut Db, subject: &str, failures: i64, at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO attempts (subject, failures, since) VALUES ($1, $2, $3) \
         ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, since = excluded.since",
    )
    .bind(subject)
    .bind(failures)
    .bind(at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// Takes one failure back: it was a success.
pub async fn refund(db: &mut Db, subject: &str) -> Result<(), Fault> {
    sqlx::query("UPDATE attempts SET failures = failures - 1 WHERE subject = $1 AND failures > 0").bind(subject).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn clear(db: &mut Db, subject: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM attempts WHERE subject = $1").bind(subject).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn sweep(db: &mut Db, before: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM attempts WHERE since <= $1").bind(before.0).execute(db).await.map_err(internal)?;
    Ok(())
}
