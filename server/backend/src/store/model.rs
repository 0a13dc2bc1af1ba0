//! Files of models of this machine.

use atelier_domain::{
    fault::Fault,
    model_file::{FileName, ModelFile},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{get, json, parsed, text};

/// More of them nobody has.
const MOST: i64 = 200;

fn file(row: &AnyRow) -> Result<ModelFile, Fault> {
    Ok(ModelFile {
        name: parsed(row, "name")?,
        path: get(row, "path")?,
        facts: json(row, "facts")?,
        updated_by: get(row, "updated_by")?,
        updated_at: Timestamp(get(row, "updated_at")?),
    })
}

/// By name.
pub async fn list(db: &mut Db) -> Result<Vec<ModelFile>, Fault> {
    let rows = sqlx::query("SELECT name, path, facts, updated_at, updated_by FROM local_models ORDER BY name LIMIT $1").bind(MOST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(file).collect()
}

pub async fn by_name(db: &mut Db, name: &FileName) -> Result<Option<ModelFile>, Fault> {
    let row = sqlx::query("SELECT name, path, facts, updated_at, updated_by FROM local_models WHERE name = $1").bind(name.as_str());
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(file).transpose()
}

pub async fn put(db: &mut Db, file: &ModelFile) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO local_models (name, path, facts, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (name) DO UPDATE SET path = $2, facts = $3, updated_at = $4, updated_by = $5",
    )
    .bind(file.name.as_str())
    .bind(&file.path)
    .bind(text(&file.facts))
    .bind(file.updated_at.0)
    .bind(&file.updated_by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// False where there was none.
pub async fn delete(db: &mut Db, name: &FileName) -> Result<bool, Fault> {
    let done = sqlx::query("DELETE FROM local_models WHERE name = $1").bind(name.as_str()).execute(db).await.map_err(internal)?;
    Ok(done.rows_affected() == 1)
}
