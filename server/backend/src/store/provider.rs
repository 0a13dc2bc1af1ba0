//! Providers with their sealed secrets, and an owner's prices.

use atelier_domain::{
    cost::ModelEntry,
    fault::Fault,
    id::{ProjectId, ProviderId},
    provider::{Checked, ListedModel, Provider, ProviderName},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{broken, get, id, json, parsed, text};

const LONGEST_LIST: i64 = 200;
const MOST_PRICES: i64 = 2_000;

/// What opens with the studio's secret key alone.
#[derive(Clone, Default)]
pub struct Sealed {
    pub key: Option<String>,
    pub headers: Option<String>,
}

macro_rules! provider_sql {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, name, kind, base_url, key_hint, header_names, models, models_typed, checked, updated_at, updated_by, ",
            "sealed_key, sealed_headers FROM providers ",
            $rest
        )
    };
}

fn provider(row: &AnyRow) -> Result<(Provider, Sealed), Fault> {
    let checked: Option<String> = get(row, "checked")?;
    let provider = Provider {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        name: parsed(row, "name")?,
        kind: parsed(row, "kind")?,
        base_url: get(row, "base_url")?,
        key_hint: get(row, "key_hint")?,
        headers: json(row, "header_names")?,
        models: json(row, "models")?,
        models_typed: get::<i64>(row, "models_typed")? == 1,
        checked: checked.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken("checked", &error))?,
        updated_at: Timestamp(get(row, "updated_at")?),
        updated_by: get(row, "updated_by")?,
    };
    Ok((provider, Sealed { key: get(row, "sealed_key")?, headers: get(row, "sealed_headers")? }))
}

pub async fn by_id(db: &mut Db, wanted: ProviderId) -> Result<Option<(Provider, Sealed)>, Fault> {
    let row = sqlx::query(provider_sql!("WHERE id = $1")).bind(wanted.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.as_ref().map(provider).transpose()
}

pub async fn by_name(db: &mut Db, project: ProjectId, name: &ProviderName) -> Result<Option<(Provider, Sealed)>, Fault> {
    let query = sqlx::query(provider_sql!("WHERE project_id = $1 AND name = $2")).bind(project.to_string()).bind(name.as_str());
    query.fetch_optional(db).await.map_err(internal)?.as_ref().map(provider).transpose()
}

/// By name.
pub async fn list(db: &mut Db, project: ProjectId) -> Result<Vec<Provider>, Fault> {
    let query = sqlx::query(provider_sql!("WHERE project_id = $1 ORDER BY name LIMIT $2")).bind(project.to_string()).bind(LONGEST_LIST);
    query.fetch_all(db).await.map_err(internal)?.iter().map(|row| provider(row).map(|(provider, _)| provider)).collect()
}

/// Writes it, whether it was there or not.
pub async fn put(db: &mut Db, provider: &Provider, sealed: &Sealed) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO providers (id, project_id, name, kind, base_url, sealed_key, key_hint, sealed_headers, header_names, models, models_typed, checked, \
         updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (project_id, name) DO UPDATE SET kind = $4, base_url = $5, sealed_key = $6, key_hint = $7, sealed_headers = $8, header_names = $9, \
         models = $10, models_typed = $11, checked = $12, updated_at = $13, updated_by = $14",
    )
    .bind(provider.id.to_string())
    .bind(provider.project.to_string())
    .bind(provider.name.as_str())
    .bind(provider.kind.as_str())
    .bind(&provider.base_url)
    .bind(&sealed.key)
    .bind(&provider.key_hint)
    .bind(&sealed.headers)
    .bind(text(&provider.headers))
    .bind(text(&provider.models))
    .bind(i64::from(provider.models_typed))
    .bind(provider.checked.as_ref().map(text))
    .bind(provider.updated_at.0)
    .bind(&provider.updated_by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// What a look at a provider found. Models that were typed stay.
pub async fn checked(db: &mut Db, provider: ProviderId, checked: &Checked, models: Option<&[ListedModel]>) -> Result<(), Fault> {
    sqlx::query("UPDATE providers SET checked = $2, models = CASE WHEN models_typed = 0 THEN COALESCE($3, models) ELSE models END WHERE id = $1")
        .bind(provider.to_string())
        .bind(text(checked))
        .bind(models.map(|models| text(&models)))
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

pub async fn delete(db: &mut Db, provider: ProviderId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM providers WHERE id = $1").bind(provider.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

/// An owner's own entries, by name.
pub async fn prices(db: &mut Db, project: ProjectId) -> Result<Vec<ModelEntry>, Fault> {
    let rows = sqlx::query("SELECT entry FROM prices WHERE project_id = $1 ORDER BY model LIMIT $2").bind(project.to_string()).bind(MOST_PRICES);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| json(row, "entry")).collect()
}

pub async fn put_price(db: &mut Db, project: ProjectId, entry: &ModelEntry, at: Timestamp, by: &str) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO prices (project_id, model, entry, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project_id, model) DO UPDATE SET entry = $3, updated_at = $4, updated_by = $5",
    )
    .bind(project.to_string())
    .bind(&entry.name)
    .bind(text(entry))
    .bind(at.0)
    .bind(by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn delete_price(db: &mut Db, project: ProjectId, model: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM prices WHERE project_id = $1 AND model = $2").bind(project.to_string()).bind(model).execute(db).await.map_err(internal)?;
    Ok(())
}
