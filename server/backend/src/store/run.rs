//! Runs: what a prompt was asked with, and what came back.

use atelier_domain::{
    fault::Fault,
    id::{ProjectId, PromptId, RunId},
    run::{Ending, Run, RunDetails},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{broken, get, id, json, number, parsed, text};

macro_rules! run_sql {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.project_id, r.prompt_id, p.name AS prompt_name, r.version, r.model, r.variables, r.messages, r.params, r.state, r.finish, r.output, r.reasoning, r.tool_calls, ",
            "r.error, r.measure, r.started_by, r.started_at, r.ended_at FROM runs r JOIN prompts p ON p.id = r.prompt_id ",
            $rest
        )
    };
}

fn run(row: &AnyRow) -> Result<Run, Fault> {
    let measure: Option<String> = get(row, "measure")?;
    Ok(Run {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        prompt: id(row, "prompt_id")?,
        prompt_name: parsed(row, "prompt_name")?,
        version: number(get(row, "version")?),
        model: get(row, "model")?,
        variables: json(row, "variables")?,
        messages: json(row, "messages")?,
        params: json(row, "params")?,
        state: parsed(row, "state")?,
        output: get(row, "output")?,
        reasoning: get(row, "reasoning")?,
        tool_calls: json(row, "tool_calls")?,
        error: get(row, "error")?,
        measure: measure.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken("measure", &error))?,
        started_by: get(row, "started_by")?,
        started_at: Timestamp(get(row, "started_at")?),
    })
}

pub async fn by_id(db: &mut Db, wanted: RunId) -> Result<Option<Run>, Fault> {
    let row = sqlx::query(run_sql!("WHERE r.id = $1")).bind(wanted.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.as_ref().map(run).transpose()
}

/// Newest first; of one prompt where `prompt` is given.
pub async fn list(db: &mut Db, project: ProjectId, prompt: Option<PromptId>, before: Option<RunId>, limit: i64) -> Result<Vec<Run>, Fault> {
    // "g" stands past every hexadecimal digit, whatever the database sorts by.
    let before = before.map_or("g".to_owned(), |run| run.to_string());
    let query = match prompt {
        Some(prompt) => sqlx::query(run_sql!("WHERE r.prompt_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3")).bind(prompt.to_string()),
        None => sqlx::query(run_sql!("WHERE r.project_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3")).bind(project.to_string()),
    };
    let rows = query.bind(before).bind(limit).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(run).collect()
}

/// With what its own page reads.
pub async fn insert(db: &mut Db, run: &Run, details: &RunDetails) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO runs (id, project_id, prompt_id, version, model, variables, messages, params, state, output, started_by, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(run.id.to_string())
    .bind(run.project.to_string())
    .bind(run.prompt.to_string())
    .bind(i64::from(run.version))
    .bind(&run.model)
    .bind(text(&run.variables))
    .bind(text(&run.messages))
    .bind(text(&run.params))
    .bind(run.state.as_str())
    .bind(&run.output)
    .bind(&run.started_by)
    .bind(run.started_at.0)
    .execute(&mut *db)
    .await
    .map_err(internal)?;
    sqlx::query("INSERT INTO run_details (run_id, template, price, grid_id) VALUES ($1, $2, $3, $4)")
        .bind(run.id.to_string())
        .bind(text(&details.template))
        .bind(details.price.as_ref().map(text))
        .bind(details.grid.map(|grid| grid.to_string()))
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// `None` for runs of the first releases.
pub async fn details(db: &mut Db, run: RunId) -> Result<Option<RunDetails>, Fault> {
    let row = sqlx::query("SELECT template, price, answer, grid_id FROM run_details WHERE run_id = $1").bind(run.to_string());
    let Some(row) = row.fetch_optional(db).await.map_err(internal)? else { return Ok(None) };
    let price: Option<String> = get(&row, "price")?;
    let price = price.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken("price", &error))?;
    let grid: Option<String> = get(&row, "grid_id")?;
    let grid = grid.map(|grid| grid.parse()).transpose().map_err(|error| broken("grid_id", &error))?;
    Ok(Some(RunDetails { template: json(&row, "template")?, price, answer: get(&row, "answer")?, grid }))
}

pub async fn end(db: &mut Db, run: RunId, ending: &Ending, at: Timestamp) -> Result<(), Fault> {
    // Postgres takes no NUL, and a model may write one.
    let plain = |text: &str| text.replace('\0', "");
    sqlx::query("UPDATE runs SET state = $2, finish = $3, output = $4, error = $5, measure = $6, ended_at = $7, reasoning = $8, tool_calls = $9 WHERE id = $1")
        .bind(run.to_string())
        .bind(ending.state.as_str())
        .bind(ending.finish.map(atelier_domain::completion::Finish::as_str))
        .bind(plain(&ending.output))
        .bind(&ending.error)
        .bind(ending.measure.as_ref().map(text))
        .bind(at.0)
        .bind(plain(&ending.reasoning))
        .bind(text(&ending.tool_calls).replace("\\u0000", ""))
        .execute(&mut *db)
        .await
        .map_err(internal)?;
    if let Some(answer) = &ending.answer {
        sqlx::query("UPDATE run_details SET answer = $2 WHERE run_id = $1").bind(run.to_string()).bind(plain(answer)).execute(db).await.map_err(internal)?;
    }
    Ok(())
}

/// Ends what a process left unfinished that had begun before.
pub async fn end_lost(db: &mut Db, error: &str, before: Timestamp, at: Timestamp) -> Result<u64, Fault> {
    let done = sqlx::query("UPDATE runs SET state = 'failed', error = $1, ended_at = $2 WHERE state = 'running' AND started_at < $3")
        .bind(error)
        .bind(at.0)
        .bind(before.0)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(done.rows_affected())
}
