//! Prompts, their versions, pins, labels and tags.

mod label;
mod version;

use std::collections::HashMap;

use atelier_domain::{
    fault::Fault,
    id::{ProjectId, PromptId},
    prompt::{Filter, Label, Prompt, PromptName, Sort, Tag},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal, unique_or_internal};

pub use label::{label_moves, move_label};
pub use version::{history, includers, insert_version, version_of, versions};

use super::{contains, get, id, number, parsed, with_list};

const TAKEN: &str = "A prompt of this name is already there. Choose another name, or open that one.";

macro_rules! prompt_columns {
    () => {
        "p.id, p.project_id, p.name, p.type, p.description, p.latest, p.created_at, p.updated_at, p.updated_by, p.archived_at"
    };
}

fn prompt(row: &AnyRow) -> Result<Prompt, Fault> {
    Ok(Prompt {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        name: parsed(row, "name")?,
        prompt_type: parsed(row, "type")?,
        description: get(row, "description")?,
        tags: Vec::new(),
        latest: number(get(row, "latest")?),
        labels: Vec::new(),
        created_at: Timestamp(get(row, "created_at")?),
        updated_at: Timestamp(get(row, "updated_at")?),
        updated_by: get(row, "updated_by")?,
        archived_at: get::<Option<i64>>(row, "archived_at")?.map(Timestamp),
    })
}

fn label(row: &AnyRow) -> Result<Label, Fault> {
    Ok(Label {
        label: parsed(row, "label")?,
        version: number(get(row, "version")?),
        moved_at: Timestamp(get(row, "moved_at")?),
        moved_by: get(row, "moved_by")?,
    })
}

/// Adds labels and tags: two reads for a page of prompts, whatever its length.
async fn complete(db: &mut Db, mut prompts: Vec<Prompt>) -> Result<Vec<Prompt>, Fault> {
    if prompts.is_empty() {
        return Ok(prompts);
    }
    let places: HashMap<PromptId, usize> = prompts.iter().enumerate().map(|(place, prompt)| (prompt.id, place)).collect();
    let labels = with_list("SELECT prompt_id, label, version, moved_at, moved_by FROM labels WHERE prompt_id IN", prompts.len(), "ORDER BY label");
    for row in bind_ids(sqlx::query(labels), &prompts).fetch_all(&mut *db).await.map_err(internal)? {
        if let Some(place) = places.get(&id(&row, "prompt_id")?) {
            prompts[*place].labels.push(label(&row)?);
        }
    }
    let tags = with_list("SELECT prompt_id, tag FROM prompt_tags WHERE prompt_id IN", prompts.len(), "ORDER BY tag");
    for row in bind_ids(sqlx::query(tags), &prompts).fetch_all(db).await.map_err(internal)? {
        if let Some(place) = places.get(&id(&row, "prompt_id")?) {
            prompts[*place].tags.push(parsed(&row, "tag")?);
        }
    }
    Ok(prompts)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind_ids<'q>(query: Query<'q>, prompts: &[Prompt]) -> Query<'q> {
    prompts.iter().fold(query, |query, prompt| query.bind(prompt.id.to_string()))
}

async fn one(db: &mut Db, row: Option<AnyRow>) -> Result<Option<Prompt>, Fault> {
    match row {
        Some(row) => Ok(complete(db, vec![prompt(&row)?]).await?.pop()),
        None => Ok(None),
    }
}

pub async fn by_id(db: &mut Db, prompt: PromptId) -> Result<Option<Prompt>, Fault> {
    let row = sqlx::query(concat!("SELECT ", prompt_columns!(), " FROM prompts p WHERE p.id = $1"))
        .bind(prompt.to_string())
        .fetch_optional(&mut *db)
        .await
        .map_err(internal)?;
    one(db, row).await
}

pub async fn by_name(db: &mut Db, project: ProjectId, name: &PromptName) -> Result<Option<Prompt>, Fault> {
    let row = sqlx::query(concat!("SELECT ", prompt_columns!(), " FROM prompts p WHERE p.project_id = $1 AND p.name = $2"))
        .bind(project.to_string())
        .bind(name.as_str())
        .fetch_optional(&mut *db)
        .await
        .map_err(internal)?;
    one(db, row).await
}

// An empty filter matches everything. What stands past a cursor is a text of its own, so that the index leads there.
macro_rules! list_sql {
    ($past:literal, $order:literal) => {
        concat!(
            "SELECT ",
            prompt_columns!(),
            " FROM prompts p WHERE p.project_id = $1 AND ((p.archived_at IS NOT NULL) = ($2 = 1)) ",
            "AND SUBSTR(p.name, 1, LENGTH($3)) = $3 AND ($4 = '' OR p.search LIKE $4 ESCAPE '\\') ",
            "AND ($5 = '' OR EXISTS (SELECT 1 FROM prompt_tags t WHERE t.prompt_id = p.id AND t.tag = $5)) ",
            $past,
            " ORDER BY ",
            $order,
            " LIMIT $6"
        )
    };
}

/// One prompt more than `limit` where there are more. `after` is the value and id of the last one seen.
pub async fn list(db: &mut Db, project: ProjectId, filter: &Filter, after: Option<(String, String)>, limit: i64) -> Result<Vec<Prompt>, Fault> {
    let sql = match (filter.sort, &after) {
        (Sort::Updated, None) => list_sql!("", "p.updated_at DESC, p.id DESC"),
        (Sort::Updated, Some(_)) => list_sql!("AND (p.updated_at, p.id) < (CAST($7 AS BIGINT), $8)", "p.updated_at DESC, p.id DESC"),
        (Sort::Oldest, None) => list_sql!("", "p.updated_at, p.id"),
        (Sort::Oldest, Some(_)) => list_sql!("AND (p.updated_at, p.id) > (CAST($7 AS BIGINT), $8)", "p.updated_at, p.id"),
        (Sort::NameDown, None) => list_sql!("", "p.name DESC, p.id DESC"),
        (Sort::NameDown, Some(_)) => list_sql!("AND (p.name, p.id) < ($7, $8)", "p.name DESC, p.id DESC"),
        (Sort::Name, None) => list_sql!("", "p.name, p.id"),
        (Sort::Name, Some(_)) => list_sql!("AND (p.name, p.id) > ($7, $8)", "p.name, p.id"),
    };
    // No LIKE for the folder: SQLite's does not tell case apart.
    let folder = if filter.folder.is_empty() { String::new() } else { format!("{}/", filter.folder) };
    let found = if filter.q.is_empty() { String::new() } else { contains(&filter.q) };
    let query = sqlx::query(sql).bind(project.to_string()).bind(i64::from(filter.archived)).bind(folder).bind(found).bind(&filter.tag).bind(limit);
    let query = match after {
        Some((value, id)) => query.bind(value).bind(id),
        None => query,
    };
    let rows = query.fetch_all(&mut *db).await.map_err(internal)?;
    let prompts = rows.iter().map(prompt).collect::<Result<_, _>>()?;
    complete(db, prompts).await
}

/// Every name in the project that is not archived.
pub async fn names(db: &mut Db, project: ProjectId) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("SELECT name FROM prompts WHERE project_id = $1 AND archived_at IS NULL ORDER BY name")
        .bind(project.to_string())
        .fetch_all(db)
        .await
        .map_err(internal)
}

/// Every name in the project that begins like this, archived ones too.
pub async fn names_like(db: &mut Db, project: ProjectId, start: &str) -> Result<Vec<String>, Fault> {
    sqlx::query_scalar("SELECT name FROM prompts WHERE project_id = $1 AND SUBSTR(name, 1, LENGTH($2)) = $2")
        .bind(project.to_string())
        .bind(start)
        .fetch_all(db)
        .await
        .map_err(internal)
}

/// Every tag in the project with the number of its prompts.
pub async fn tags(db: &mut Db, project: ProjectId) -> Result<Vec<(String, u32)>, Fault> {
    let rows = sqlx::query(
        "SELECT tag, COUNT(*) AS uses FROM prompt_tags WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1 AND archived_at IS NULL) \
         GROUP BY tag ORDER BY tag",
    )
    .bind(project.to_string())
    .fetch_all(db)
    .await
    .map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "tag")?, number(get(row, "uses")?)))).collect()
}

pub async fn archived_count(db: &mut Db, project: ProjectId) -> Result<u32, Fault> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM prompts WHERE project_id = $1 AND archived_at IS NOT NULL")
        .bind(project.to_string())
        .fetch_one(db)
        .await
        .map_err(internal)?;
    Ok(number(count))
}

fn search_text(prompt: &Prompt) -> String {
    let tags: Vec<&str> = prompt.tags.iter().map(Tag::as_str).collect();
    format!("{}\n{}\n{}", prompt.name, prompt.description, tags.join("\n")).to_lowercase()
}

pub async fn insert(db: &mut Db, prompt: &Prompt) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO prompts (id, project_id, name, type, description, search, latest, created_at, updated_at, updated_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(prompt.id.to_string())
    .bind(prompt.project.to_string())
    .bind(prompt.name.as_str())
    .bind(prompt.prompt_type.as_str())
    .bind(&prompt.description)
    .bind(search_text(prompt))
    .bind(i64::from(prompt.latest))
    .bind(prompt.created_at.0)
    .bind(prompt.updated_at.0)
    .bind(&prompt.updated_by)
    .execute(&mut *db)
    .await
    .map_err(unique_or_internal(Fault::conflict("name_taken", TAKEN).at("name")))?;
    insert_tags(db, prompt).await
}

/// Writes name, description, tags and whether it is archived.
pub async fn update(db: &mut Db, prompt: &Prompt) -> Result<(), Fault> {
    sqlx::query("UPDATE prompts SET name = $2, description = $3, search = $4, updated_at = $5, updated_by = $6, archived_at = $7 WHERE id = $1")
        .bind(prompt.id.to_string())
        .bind(prompt.name.as_str())
        .bind(&prompt.description)
        .bind(search_text(prompt))
        .bind(prompt.updated_at.0)
        .bind(&prompt.updated_by)
        .bind(prompt.archived_at.map(|at| at.0))
        .execute(&mut *db)
        .await
        .map_err(unique_or_internal(Fault::conflict("name_taken", TAKEN).at("name")))?;
    sqlx::query("DELETE FROM prompt_tags WHERE prompt_id = $1").bind(prompt.id.to_string()).execute(&mut *db).await.map_err(internal)?;
    insert_tags(db, prompt).await
}

async fn insert_tags(db: &mut Db, prompt: &Prompt) -> Result<(), Fault> {
    for tag in &prompt.tags {
        sqlx::query("INSERT INTO prompt_tags (prompt_id, tag) VALUES ($1, $2)")
            .bind(prompt.id.to_string())
            .bind(tag.as_str())
            .execute(&mut *db)
            .await
            .map_err(internal)?;
    }
    Ok(())
}

/// Holds the prompt's row until the transaction ends: two who save at once get two numbers.
pub async fn lock(db: &mut Db, prompt: PromptId) -> Result<(), Fault> {
    sqlx::query("UPDATE prompts SET latest = latest WHERE id = $1").bind(prompt.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}
