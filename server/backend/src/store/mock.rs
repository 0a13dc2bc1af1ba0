//! Stored answers of tools.

use std::collections::BTreeMap;

use atelier_domain::{fault::Fault, id::PromptId, timestamp::Timestamp};

use crate::db::{Db, internal};

use super::get;

const MOST: i64 = 500;

/// By the tool's name.
pub async fn of(db: &mut Db, prompt: PromptId) -> Result<BTreeMap<String, String>, Fault> {
    let rows = sqlx::query("SELECT tool, answer FROM tool_mocks WHERE prompt_id = $1 ORDER BY tool LIMIT $2").bind(prompt.to_string()).bind(MOST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| Ok((get(row, "tool")?, get(row, "answer")?))).collect()
}

pub async fn put(db: &mut Db, prompt: PromptId, tool: &str, answer: &str, at: Timestamp, by: &str) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO tool_mocks (prompt_id, tool, answer, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (prompt_id, tool) DO UPDATE SET answer = $3, updated_at = $4, updated_by = $5",
    )
    .bind(prompt.to_string())
    .bind(tool)
    .bind(answer)
    .bind(at.0)
    .bind(by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn delete(db: &mut Db, prompt: PromptId, tool: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM tool_mocks WHERE prompt_id = $1 AND tool = $2").bind(prompt.to_string()).bind(tool).execute(db).await.map_err(internal)?;
    Ok(())
}
