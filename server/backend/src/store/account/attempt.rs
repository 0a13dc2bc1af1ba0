//! Failed sign-ins: a counter for each account and each address. A restart forgets none.

use atelier_domain::{fault::Fault, timestamp::Timestamp};

use crate::db::{Db, internal};

use super::get;

/// Counts one more failure of `subject` and gives their number with the time of the last that was allowed. In one statement, so
/// that attempts of the same moment are counted one by one. What was before `forgotten` no longer counts; past `most`, the
/// time stays, and with it the end of the pause.
pub async fn count(db: &mut Db, subject: &str, now: Timestamp, forgotten: Timestamp, most: i64) -> Result<(i64, Timestamp), Fault> {
    let row = sqlx::query(
        "INSERT INTO attempts (subject, failures, since) VALUES ($1, 1, $2) ON CONFLICT (subject) DO UPDATE SET \
         failures = CASE WHEN attempts.since <= $3 THEN 1 ELSE attempts.failures + 1 END, \
         since = CASE WHEN attempts.since > $3 AND attempts.failures >= $4 THEN attempts.since ELSE excluded.since END \
         RETURNING failures, since",
    );
    let row = row.bind(subject).bind(now.0).bind(forgotten.0).bind(most).fetch_one(db).await.map_err(internal)?;
    Ok((get(&row, "failures")?, Timestamp(get(&row, "since")?)))
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
