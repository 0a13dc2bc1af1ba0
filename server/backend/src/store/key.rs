//! API keys: the hash of each, never the key.

use atelier_domain::{
    account::{ApiKey, KeyLimits},
    fault::Fault,
    id::{KeyId, ProjectId},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    cx::KeyGrant,
    db::{Db, internal},
};

use super::{get, id, json, text};

const LONGEST_LIST: i64 = 1_000;

pub async fn insert(db: &mut Db, project: ProjectId, key: &ApiKey, hash: &str) -> Result<(), Fault> {
    sqlx::query("INSERT INTO api_keys (id, project_id, name, hash, hint, scopes, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(key.id.to_string())
        .bind(project.to_string())
        .bind(&key.name)
        .bind(hash)
        .bind(&key.hint)
        .bind(text(&key.scopes))
        .bind(&key.created_by)
        .bind(key.created_at.0)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// A key that is not revoked, by its hash.
pub async fn grant(db: &mut Db, hash: &str) -> Result<Option<KeyGrant>, Fault> {
    let row = sqlx::query("SELECT id, project_id, name, scopes, rate, concurrency FROM api_keys WHERE hash = $1 AND revoked_at IS NULL").bind(hash);
    let row = row.fetch_optional(db).await.map_err(internal)?;
    row.map(|row| {
        Ok(KeyGrant { id: id(&row, "id")?, project: id(&row, "project_id")?, name: get(&row, "name")?, scopes: json(&row, "scopes")?, limits: limits(&row)? })
    })
    .transpose()
}

pub async fn find(db: &mut Db, key: KeyId) -> Result<Option<(ProjectId, ApiKey)>, Fault> {
    let row = sqlx::query(
        "SELECT id, project_id, name, hint, scopes, created_by, created_at, last_used_at, revoked_at, rate, concurrency FROM api_keys WHERE id = $1",
    );
    let row = row.bind(key.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.map(|row| Ok((id(&row, "project_id")?, key_of(&row)?))).transpose()
}

/// Those in use first, the newest first.
pub async fn list(db: &mut Db, project: ProjectId) -> Result<Vec<ApiKey>, Fault> {
    let rows = sqlx::query(
        "SELECT id, project_id, name, hint, scopes, created_by, created_at, last_used_at, revoked_at, rate, concurrency FROM api_keys \
         WHERE project_id = $1 ORDER BY COALESCE(revoked_at, 0), id DESC LIMIT $2",
    );
    rows.bind(project.to_string()).bind(LONGEST_LIST).fetch_all(db).await.map_err(internal)?.iter().map(key_of).collect()
}

pub async fn revoke(db: &mut Db, key: KeyId, at: Timestamp) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL").bind(at.0).bind(key.to_string());
    update.execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn set_limits(db: &mut Db, key: KeyId, limits: KeyLimits) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE api_keys SET rate = $1, concurrency = $2 WHERE id = $3");
    let update = update.bind(limits.rate.map(i64::from)).bind(limits.concurrency.map(i64::from)).bind(key.to_string());
    update.execute(db).await.map_err(internal)?;
    Ok(())
}

fn limits(row: &AnyRow) -> Result<KeyLimits, Fault> {
    let limit = |column| Ok::<_, Fault>(get::<Option<i64>>(row, column)?.and_then(|limit| u32::try_from(limit).ok()));
    Ok(KeyLimits { rate: limit("rate")?, concurrency: limit("concurrency")? })
}

/// Another node may have written a later time already.
pub async fn set_used(db: &mut Db, key: KeyId, at: Timestamp) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND COALESCE(last_used_at, 0) < $1").bind(at.0).bind(key.to_string());
    update.execute(db).await.map_err(internal)?;
    Ok(())
}

fn key_of(row: &AnyRow) -> Result<ApiKey, Fault> {
    Ok(ApiKey {
        id: id(row, "id")?,
        name: get(row, "name")?,
        hint: get(row, "hint")?,
        scopes: json(row, "scopes")?,
        created_by: get(row, "created_by")?,
        created_at: Timestamp(get(row, "created_at")?),
        last_used_at: get::<Option<i64>>(row, "last_used_at")?.map(Timestamp),
        revoked_at: get::<Option<i64>>(row, "revoked_at")?.map(Timestamp),
        limits: limits(row)?,
    })
}
