//! Versions with their pins, and who includes whom.

use atelier_domain::{
    fault::Fault,
    id::{PromptId, VersionId},
    prompt::{Body, Includer, LabelName, Pin, Summary, Version},
    template::Include,
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    db::{Db, internal},
    store::{broken, get, id, json, number, parsed, text},
};

/// Of the prompts that include one.
const INCLUDERS_MAX: i64 = 500;

macro_rules! version_columns {
    () => {
        "v.id, v.prompt_id, v.number, v.body, v.declared, v.inherited, v.model, v.params, v.tools, v.response_format, v.note, v.variables, v.content_hash, v.author, v.created_at"
    };
}

fn version(row: &AnyRow) -> Result<Version, Fault> {
    let response_format: Option<String> = get(row, "response_format")?;
    let wanted = number(get(row, "number")?);
    Ok(Version {
        id: id(row, "id")?,
        prompt: id(row, "prompt_id")?,
        number: wanted,
        // Versions of the first releases have no ids: they get the same ones each time.
        body: with_ids(json(row, "body")?, wanted),
        declared: json(row, "declared")?,
        inherited: json(row, "inherited")?,
        model: get(row, "model")?,
        params: json(row, "params")?,
        tools: json(row, "tools")?,
        response_format: response_format.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken("response_format", &error))?,
        note: get(row, "note")?,
        includes: Vec::new(),
        variables: json(row, "variables")?,
        content_hash: get(row, "content_hash")?,
        author: get(row, "author")?,
        created_at: Timestamp(get(row, "created_at")?),
    })
}

fn with_ids(mut body: Body, version: u32) -> Body {
    if let Body::Messages(messages) = &mut body {
        messages.iter_mut().enumerate().filter(|(_, message)| message.id.is_empty()).for_each(|(at, message)| message.id = format!("{version}.{}", at + 1));
    }
    body
}

pub async fn version_of(db: &mut Db, prompt: PromptId, wanted: u32) -> Result<Option<Version>, Fault> {
    let row = sqlx::query(concat!("SELECT ", version_columns!(), " FROM versions v WHERE v.prompt_id = $1 AND v.number = $2"))
        .bind(prompt.to_string())
        .bind(i64::from(wanted))
        .fetch_optional(&mut *db)
        .await
        .map_err(internal)?;
    let Some(row) = row else { return Ok(None) };
    let mut version = version(&row)?;
    version.includes = pins(db, version.id).await?;
    Ok(Some(version))
}

/// All of a prompt, oldest first.
pub async fn versions(db: &mut Db, prompt: PromptId) -> Result<Vec<Version>, Fault> {
    let rows = sqlx::query(concat!("SELECT ", version_columns!(), " FROM versions v WHERE v.prompt_id = $1 ORDER BY v.number"))
        .bind(prompt.to_string())
        .fetch_all(&mut *db)
        .await
        .map_err(internal)?;
    let mut versions = rows.iter().map(version).collect::<Result<Vec<_>, _>>()?;
    for version in &mut versions {
        version.includes = pins(db, version.id).await?;
    }
    Ok(versions)
}

async fn pins(db: &mut Db, version: VersionId) -> Result<Vec<Pin>, Fault> {
    let rows = sqlx::query("SELECT name, label, included_id, included_version FROM pins WHERE version_id = $1 ORDER BY position")
        .bind(version.to_string())
        .fetch_all(db)
        .await
        .map_err(internal)?;
    rows.iter()
        .map(|row| {
            let label: Option<String> = get(row, "label")?;
            let label: Option<LabelName> = label.map(|label| label.parse()).transpose()?;
            Ok(Pin { include: Include { name: parsed(row, "name")?, label }, version: number(get(row, "included_version")?), prompt: id(row, "included_id")? })
        })
        .collect()
}

pub async fn insert_version(db: &mut Db, version: &Version) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO versions \
         (id, prompt_id, number, body, model, params, tools, response_format, note, variables, content_hash, author, created_at, declared, inherited) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(version.id.to_string())
    .bind(version.prompt.to_string())
    .bind(i64::from(version.number))
    .bind(text(&version.body))
    .bind(&version.model)
    .bind(text(&version.params))
    .bind(text(&version.tools))
    .bind(version.response_format.as_ref().map(text))
    .bind(&version.note)
    .bind(text(&version.variables))
    .bind(&version.content_hash)
    .bind(&version.author)
    .bind(version.created_at.0)
    .bind(text(&version.declared))
    .bind(text(&version.inherited))
    .execute(&mut *db)
    .await
    .map_err(internal)?;
    for (position, pin) in (0i64..).zip(&version.includes) {
        sqlx::query("INSERT INTO pins (version_id, position, name, label, included_id, included_version) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(version.id.to_string())
            .bind(position)
            .bind(pin.include.name.as_str())
            .bind(pin.include.label.as_ref().map(LabelName::as_str))
            .bind(pin.prompt.to_string())
            .bind(i64::from(pin.version))
            .execute(&mut *db)
            .await
            .map_err(internal)?;
    }
    sqlx::query("UPDATE prompts SET latest = $2, updated_at = $3, updated_by = $4 WHERE id = $1")
        .bind(version.prompt.to_string())
        .bind(i64::from(version.number))
        .bind(version.created_at.0)
        .bind(&version.author)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// The history, newest first, below `before`; one more than `limit` where there are more.
pub async fn history(db: &mut Db, prompt: PromptId, before: u32, limit: i64) -> Result<Vec<Summary>, Fault> {
    let rows = sqlx::query(
        "SELECT number, note, author, model, content_hash, created_at FROM versions WHERE prompt_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(prompt.to_string())
    .bind(i64::from(before))
    .bind(limit)
    .fetch_all(db)
    .await
    .map_err(internal)?;
    rows.iter()
        .map(|row| {
            Ok(Summary {
                number: number(get(row, "number")?),
                note: get(row, "note")?,
                author: get(row, "author")?,
                model: get(row, "model")?,
                content_hash: get(row, "content_hash")?,
                created_at: Timestamp(get(row, "created_at")?),
            })
        })
        .collect()
}

/// The prompts whose newest version includes this one, by name. `current` is still what the version has.
pub async fn includers(db: &mut Db, prompt: PromptId) -> Result<Vec<Includer>, Fault> {
    let rows = sqlx::query(
        "SELECT p.id, p.name, p.latest, i.label, i.included_version FROM pins i JOIN versions v ON v.id = i.version_id \
         JOIN prompts p ON p.id = v.prompt_id AND p.latest = v.number WHERE i.included_id = $1 AND p.archived_at IS NULL ORDER BY p.name, i.position LIMIT $2",
    )
    .bind(prompt.to_string())
    .bind(INCLUDERS_MAX)
    .fetch_all(db)
    .await
    .map_err(internal)?;
    rows.iter()
        .map(|row| {
            let label: Option<String> = get(row, "label")?;
            let pinned = number(get(row, "included_version")?);
            Ok(Includer {
                prompt: id(row, "id")?,
                name: parsed(row, "name")?,
                version: number(get(row, "latest")?),
                label: label.map(|label| label.parse()).transpose()?,
                pinned,
                current: pinned,
            })
        })
        .collect()
}
