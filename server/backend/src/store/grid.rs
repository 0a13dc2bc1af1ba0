//! Grids and their cells.

use atelier_domain::{
    completion::Measure,
    cost::Nanos,
    fault::Fault,
    grid::{Cell, CellState, Grid, GridState, Mark, as_expected},
    id::{GridId, PromptId, RunId, UserId},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{broken, get, id, json, number, parsed, text};

macro_rules! grid_sql {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.project_id, g.prompt_id, p.name AS prompt_name, g.grid_columns, g.grid_cases, g.concurrency, g.budget, g.state, g.why, ",
            "g.user_id, g.started_by, g.started_at, g.ended_at FROM grids g JOIN prompts p ON p.id = g.prompt_id ",
            $rest
        )
    };
}

fn grid(row: &AnyRow) -> Result<Grid, Fault> {
    let ended: Option<i64> = get(row, "ended_at")?;
    Ok(Grid {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        prompt: id(row, "prompt_id")?,
        prompt_name: parsed(row, "prompt_name")?,
        columns: json(row, "grid_columns")?,
        cases: json(row, "grid_cases")?,
        concurrency: number(get(row, "concurrency")?),
        budget: Nanos(get(row, "budget")?),
        state: parsed(row, "state")?,
        why: get(row, "why")?,
        started_by: get(row, "started_by")?,
        started_at: Timestamp(get(row, "started_at")?),
        ended_at: ended.map(Timestamp),
    })
}

pub async fn by_id(db: &mut Db, wanted: GridId) -> Result<Option<Grid>, Fault> {
    let row = sqlx::query(grid_sql!("WHERE g.id = $1")).bind(wanted.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.as_ref().map(grid).transpose()
}

/// Newest first.
pub async fn list(db: &mut Db, prompt: PromptId, limit: i64) -> Result<Vec<Grid>, Fault> {
    let rows = sqlx::query(grid_sql!("WHERE g.prompt_id = $1 ORDER BY g.id DESC LIMIT $2")).bind(prompt.to_string()).bind(limit);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(grid).collect()
}

/// With every cell waiting.
pub async fn insert(db: &mut Db, grid: &Grid, user: UserId) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO grids (id, project_id, prompt_id, grid_columns, grid_cases, size, concurrency, budget, state, user_id, started_by, started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(grid.id.to_string())
    .bind(grid.project.to_string())
    .bind(grid.prompt.to_string())
    .bind(text(&grid.columns))
    .bind(text(&grid.cases))
    .bind(i64::try_from(grid.size()).unwrap_or(i64::MAX))
    .bind(i64::from(grid.concurrency))
    .bind(grid.budget.0)
    .bind(grid.state.as_str())
    .bind(user.to_string())
    .bind(&grid.started_by)
    .bind(grid.started_at.0)
    .execute(&mut *db)
    .await
    .map_err(internal)?;
    sqlx::query(
        "INSERT INTO grid_cells (grid_id, row_at, column_at, state, changed_at) WITH RECURSIVE \
         rows_of (at) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT at + 1 FROM rows_of WHERE at + 1 < CAST($2 AS BIGINT)), \
         columns_of (at) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT at + 1 FROM columns_of WHERE at + 1 < CAST($3 AS BIGINT)) \
         SELECT CAST($1 AS TEXT), rows_of.at, columns_of.at, 'waiting', CAST($4 AS BIGINT) FROM rows_of CROSS JOIN columns_of",
    )
    .bind(grid.id.to_string())
    .bind(as_i64(grid.cases.len()))
    .bind(as_i64(grid.columns.len()))
    .bind(grid.started_at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

fn as_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Moves it to another state; false where it is in none of `from`.
pub async fn change(db: &mut Db, wanted: GridId, from: &[GridState], to: GridState, why: Option<&str>, at: Timestamp) -> Result<bool, Fault> {
    let ended = (to != GridState::Running).then_some(at.0);
    let mut from = from.iter().map(|state| state.as_str()).cycle();
    let mut next = || from.next().unwrap_or_default();
    let done = sqlx::query("UPDATE grids SET state = $2, why = $3, ended_at = $4, held_by = '', held_until = 0 WHERE id = $1 AND state IN ($5, $6)")
        .bind(wanted.to_string())
        .bind(to.as_str())
        .bind(why)
        .bind(ended)
        .bind(next())
        .bind(next())
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_budget(db: &mut Db, wanted: GridId, budget: Nanos) -> Result<(), Fault> {
    sqlx::query("UPDATE grids SET budget = $2 WHERE id = $1").bind(wanted.to_string()).bind(budget.0).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Whose rights it runs with from now on.
pub async fn set_user(db: &mut Db, wanted: GridId, user: UserId) -> Result<(), Fault> {
    sqlx::query("UPDATE grids SET user_id = $2 WHERE id = $1").bind(wanted.to_string()).bind(user.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Puts cells of this state back to the waiting ones.
pub async fn put_back(db: &mut Db, wanted: GridId, state: CellState, at: Timestamp) -> Result<u64, Fault> {
    let done = sqlx::query("UPDATE grid_cells SET state = 'waiting', run_id = NULL, error = NULL, changed_at = $3 WHERE grid_id = $1 AND state = $2")
        .bind(wanted.to_string())
        .bind(state.as_str())
        .bind(at.0);
    Ok(done.execute(db).await.map_err(internal)?.rows_affected())
}

/// Takes a running grid that nobody holds, and gives whose rights it runs with.
pub async fn take(db: &mut Db, node: &str, now: Timestamp, until: Timestamp) -> Result<Option<(Grid, UserId)>, Fault> {
    let row = sqlx::query(grid_sql!("WHERE g.state = 'running' AND g.held_until < $1 ORDER BY g.id LIMIT 1")).bind(now.0);
    let Some(row) = row.fetch_optional(&mut *db).await.map_err(internal)? else { return Ok(None) };
    let (grid, user) = (grid(&row)?, id(&row, "user_id")?);
    let done = sqlx::query("UPDATE grids SET held_by = $2, held_until = $3 WHERE id = $1 AND state = 'running' AND held_until < $4")
        .bind(grid.id.to_string())
        .bind(node)
        .bind(until.0)
        .bind(now.0)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok((done.rows_affected() == 1).then_some((grid, user)))
}

/// False where it is this node's no more: it was stopped, or another node took it.
pub async fn hold(db: &mut Db, wanted: GridId, node: &str, until: Timestamp) -> Result<bool, Fault> {
    let done =
        sqlx::query("UPDATE grids SET held_until = $3 WHERE id = $1 AND held_by = $2 AND state = 'running'").bind(wanted.to_string()).bind(node).bind(until.0);
    Ok(done.execute(db).await.map_err(internal)?.rows_affected() == 1)
}

/// Lets go of all: the process that held them is gone.
pub async fn let_go(db: &mut Db) -> Result<(), Fault> {
    sqlx::query("UPDATE grids SET held_by = '', held_until = 0 WHERE held_by <> ''").execute(db).await.map_err(internal)?;
    Ok(())
}

macro_rules! cell_sql {
    ($rest:literal) => {
        concat!(
            "SELECT c.row_at, c.column_at, c.state, c.run_id, c.error, c.mark, c.note, c.marked_by, c.changed_at, r.output, r.error AS run_error, r.finish, r.measure ",
            "FROM grid_cells c LEFT JOIN runs r ON r.id = c.run_id ",
            $rest
        )
    };
}

/// `answer` is the longest beginning of an answer that is given, in characters.
fn cell(row: &AnyRow, grid: &Grid, answer: usize) -> Result<Cell, Fault> {
    let at = |column: &'static str| get::<i64>(row, column).map(|at| usize::try_from(at).unwrap_or_default());
    let (measure, finish, run): (Option<String>, Option<String>, Option<String>) = (get(row, "measure")?, get(row, "finish")?, get(row, "run_id")?);
    let (own, of_run): (Option<String>, Option<String>) = (get(row, "error")?, get(row, "run_error")?);
    let mark: Option<String> = get(row, "mark")?;
    let output: String = get::<Option<String>>(row, "output")?.unwrap_or_default();
    let (row_at, state): (usize, CellState) = (at("row_at")?, parsed(row, "state")?);
    let expected = grid.cases.get(row_at).and_then(|case| case.form.expected.as_deref()).filter(|_| state == CellState::Done);
    Ok(Cell {
        row: row_at,
        column: at("column_at")?,
        state,
        run: run.map(|run| run.parse::<RunId>()).transpose().map_err(|error| broken("run_id", &error))?,
        met: expected.map(|expected| as_expected(expected, &output)),
        output: output.chars().take(answer).collect(),
        error: own.or(of_run),
        finish: finish.map(|finish| serde_json::from_value(finish.into())).transpose().map_err(|error| broken("finish", &error))?,
        measure: measure.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| broken("measure", &error))?,
        mark: mark.map(|mark| mark.parse()).transpose()?,
        note: get(row, "note")?,
        marked_by: get(row, "marked_by")?,
        changed_at: Timestamp(get(row, "changed_at")?),
    })
}

/// Those that changed at `since` or after it, row by row.
pub async fn cells(db: &mut Db, grid: &Grid, since: Timestamp, answer: usize) -> Result<Vec<Cell>, Fault> {
    let rows = sqlx::query(cell_sql!("WHERE c.grid_id = $1 AND c.changed_at >= $2 ORDER BY c.row_at, c.column_at")).bind(grid.id.to_string()).bind(since.0);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| cell(row, grid, answer)).collect()
}

pub async fn cell_at(db: &mut Db, grid: &Grid, row: usize, column: usize) -> Result<Option<Cell>, Fault> {
    let found = sqlx::query(cell_sql!("WHERE c.grid_id = $1 AND c.row_at = $2 AND c.column_at = $3")).bind(grid.id.to_string()).bind(as_i64(row));
    let found = found.bind(as_i64(column)).fetch_optional(db).await.map_err(internal)?;
    found.map(|row| cell(&row, grid, usize::MAX)).transpose()
}

/// What each of its answers cost, those too that were left on their way or asked again.
pub async fn costs(db: &mut Db, wanted: GridId) -> Result<Vec<Nanos>, Fault> {
    let rows = sqlx::query("SELECT r.measure FROM run_details d JOIN runs r ON r.id = d.run_id WHERE d.grid_id = $1 AND r.measure IS NOT NULL");
    let rows = rows.bind(wanted.to_string()).fetch_all(db).await.map_err(internal)?;
    let costs: Vec<Option<Nanos>> = rows.iter().map(|row| json::<Measure>(row, "measure").map(|measure| measure.cost)).collect::<Result<_, _>>()?;
    Ok(costs.into_iter().flatten().collect())
}

/// A waiting cell has its run. False where the grid is this node's no more: whoever stopped it has put its cells back already.
pub async fn begin(db: &mut Db, grid: GridId, node: &str, (row, column): (usize, usize), run: RunId, at: Timestamp) -> Result<bool, Fault> {
    // Locks the grid: it is not stopped between this and the cell.
    let held = sqlx::query("UPDATE grids SET held_by = held_by WHERE id = $1 AND held_by = $2 AND state = 'running'").bind(grid.to_string()).bind(node);
    if held.execute(&mut *db).await.map_err(internal)?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE grid_cells SET state = 'running', run_id = $4, changed_at = $5 WHERE grid_id = $1 AND row_at = $2 AND column_at = $3 AND state = 'waiting'",
    )
    .bind(grid.to_string())
    .bind(as_i64(row))
    .bind(as_i64(column))
    .bind(run.to_string())
    .bind(at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(true)
}

/// A cell is over, unless somebody put it back meanwhile. One without a run could not even begin.
pub async fn end(
    db: &mut Db,
    grid: GridId,
    (row, column): (usize, usize),
    run: Option<RunId>,
    (state, error): (CellState, Option<&str>),
    at: Timestamp,
) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE grid_cells SET state = $4, error = $5, changed_at = $6 \
         WHERE grid_id = $1 AND row_at = $2 AND column_at = $3 AND (run_id = $7 OR (run_id IS NULL AND CAST($8 AS BIGINT) = 1))",
    )
    .bind(grid.to_string())
    .bind(as_i64(row))
    .bind(as_i64(column))
    .bind(state.as_str())
    .bind(error)
    .bind(at.0)
    .bind(run.map(|run| run.to_string()))
    .bind(i64::from(run.is_none()))
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// Sets what is thought of an answer. False where there is no such cell.
pub async fn mark(db: &mut Db, grid: GridId, (row, column): (usize, usize), mark: Option<Mark>, note: &str, by: &str, at: Timestamp) -> Result<bool, Fault> {
    let done = sqlx::query("UPDATE grid_cells SET mark = $4, note = $5, marked_by = $6, changed_at = $7 WHERE grid_id = $1 AND row_at = $2 AND column_at = $3")
        .bind(grid.to_string())
        .bind(as_i64(row))
        .bind(as_i64(column))
        .bind(mark.map(Mark::as_str))
        .bind(note)
        .bind(by)
        .bind(at.0)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(done.rows_affected() == 1)
}
