//! Who pulls what, by day.

use atelier_domain::{
    fault::Fault,
    id::{KeyId, PromptId},
    prompt::KeyUse,
    timestamp::Timestamp,
};

use crate::db::{Db, internal};

use super::get;

/// Of the keys that pulled a prompt.
const KEYS_MAX: i64 = 100;

/// Adds to what is there: other nodes count too.
pub async fn add(db: &mut Db, prompt: PromptId, key: KeyId, label: &str, day: i64, pulls: i64, last_at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO pulls (prompt_id, key_id, label, day, pulls, last_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (prompt_id, key_id, label, day) DO UPDATE SET pulls = pulls.pulls + excluded.pulls, \
         last_at = CASE WHEN excluded.last_at > pulls.last_at THEN excluded.last_at ELSE pulls.last_at END",
    )
    .bind(prompt.to_string())
    .bind(key.to_string())
    .bind(label)
    .bind(day)
    .bind(pulls)
    .bind(last_at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// The keys that pulled a prompt since that day, the busiest first.
pub async fn since(db: &mut Db, prompt: PromptId, day: i64) -> Result<Vec<KeyUse>, Fault> {
    let rows = sqlx::query(
        "SELECT k.name, u.label, CAST(SUM(u.pulls) AS BIGINT) AS pulls, MAX(u.last_at) AS last_at FROM pulls u JOIN api_keys k ON k.id = u.key_id \
         WHERE u.prompt_id = $1 AND u.day >= $2 GROUP BY k.id, k.name, u.label ORDER BY 3 DESC, k.name LIMIT $3",
    )
    .bind(prompt.to_string())
    .bind(day)
    .bind(KEYS_MAX)
    .fetch_all(db)
    .await
    .map_err(internal)?;
    rows.iter()
        .map(|row| {
            let pulls: i64 = get(row, "pulls")?;
            Ok(KeyUse { key: get(row, "name")?, label: get(row, "label")?, pulls: pulls.unsigned_abs(), last_at: Timestamp(get(row, "last_at")?) })
        })
        .collect()
}

/// Forgets what is older.
pub async fn sweep(db: &mut Db, before: i64) -> Result<(), Fault> {
    sqlx::query("DELETE FROM pulls WHERE day < $1").bind(before).execute(db).await.map_err(internal)?;
    Ok(())
}
