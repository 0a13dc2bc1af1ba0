//! Everything that a project has, table by table; a test compares this with the schema.

use atelier_domain::{
    fault::Fault,
    id::{ProjectId, RunId},
};

use crate::db::{Db, internal};
use crate::store::id;

/// What there may be much of: `$2` rows at most each time, those that hang on them before them.
const GROUPS: [&str; 13] = [
    "DELETE FROM scores WHERE id IN (SELECT id FROM scores WHERE project_id = $1 LIMIT $2)",
    "DELETE FROM run_details WHERE run_id IN (SELECT d.run_id FROM run_details d JOIN runs r ON r.id = d.run_id WHERE r.project_id = $1 LIMIT $2)",
    "DELETE FROM grid_cells WHERE (grid_id, row_at, column_at) IN \
     (SELECT c.grid_id, c.row_at, c.column_at FROM grid_cells c JOIN grids g ON g.id = c.grid_id WHERE g.project_id = $1 LIMIT $2)",
    "DELETE FROM grids WHERE id IN (SELECT id FROM grids WHERE project_id = $1 LIMIT $2)",
    "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE project_id = $1 LIMIT $2)",
    "DELETE FROM experiment_inbox WHERE (experiment_id, id) IN \
     (SELECT i.experiment_id, i.id FROM experiment_inbox i JOIN experiments e ON e.id = i.experiment_id WHERE e.project_id = $1 LIMIT $2)",
    "DELETE FROM outcome_ids WHERE (experiment_id, id) IN \
     (SELECT o.experiment_id, o.id FROM outcome_ids o JOIN experiments e ON e.id = o.experiment_id WHERE e.project_id = $1 LIMIT $2)",
    "DELETE FROM experiment_units WHERE (experiment_id, unit) IN \
     (SELECT u.experiment_id, u.unit FROM experiment_units u JOIN experiments e ON e.id = u.experiment_id WHERE e.project_id = $1 LIMIT $2)",
    "DELETE FROM experiment_looks WHERE (experiment_id, units) IN \
     (SELECT l.experiment_id, l.units FROM experiment_looks l JOIN experiments e ON e.id = l.experiment_id WHERE e.project_id = $1 LIMIT $2)",
    "DELETE FROM traffic WHERE project_id = $1 AND slot IN (SELECT slot FROM traffic WHERE project_id = $1 ORDER BY slot LIMIT $2)",
    "DELETE FROM cached_answers WHERE project_id = $1 AND hash IN (SELECT hash FROM cached_answers WHERE project_id = $1 LIMIT $2)",
    "DELETE FROM budget_spending WHERE (budget_id, since, subject) IN \
     (SELECT s.budget_id, s.since, s.subject FROM budget_spending s JOIN budgets b ON b.id = s.budget_id WHERE b.project_id = $1 LIMIT $2)",
    "DELETE FROM idempotency WHERE project_id = $1 AND key IN (SELECT key FROM idempotency WHERE project_id = $1 LIMIT $2)",
];

/// The rest, those that hang on others first. What was done stays in the audit, without what it was done with.
const REST: [&str; 24] = [
    "DELETE FROM score_definitions WHERE project_id = $1",
    "DELETE FROM experiment_arms WHERE experiment_id IN (SELECT id FROM experiments WHERE project_id = $1)",
    "DELETE FROM experiments WHERE project_id = $1",
    "DELETE FROM pulls WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM drafts WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM tool_mocks WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM test_cases WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM label_moves WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM labels WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM pins WHERE version_id IN (SELECT v.id FROM versions v JOIN prompts p ON p.id = v.prompt_id WHERE p.project_id = $1)",
    "DELETE FROM versions WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM prompt_tags WHERE prompt_id IN (SELECT id FROM prompts WHERE project_id = $1)",
    "DELETE FROM prompts WHERE project_id = $1",
    "DELETE FROM request_tags WHERE project_id = $1",
    "DELETE FROM api_keys WHERE project_id = $1",
    "DELETE FROM providers WHERE project_id = $1",
    "DELETE FROM prices WHERE project_id = $1",
    "DELETE FROM budgets WHERE project_id = $1",
    "DELETE FROM gateway_settings WHERE project_id = $1",
    "DELETE FROM invitations WHERE project_id = $1",
    "DELETE FROM members WHERE project_id = $1",
    "UPDATE audit SET detail = '{}' WHERE project_id = $1",
    "DELETE FROM changes WHERE entity = $1",
    "DELETE FROM projects WHERE id = $1",
];

/// Ends what the project's keys and grids do: nothing new comes while it is being deleted.
pub async fn close(db: &mut Db, project: ProjectId, at: i64) -> Result<(), Fault> {
    let keys = sqlx::query("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $1) WHERE project_id = $2").bind(at).bind(project.to_string());
    keys.execute(&mut *db).await.map_err(internal)?;
    let grids = sqlx::query("UPDATE grids SET state = 'stopped' WHERE project_id = $1 AND state = 'running'").bind(project.to_string());
    grids.execute(db).await.map_err(internal)?;
    Ok(())
}

/// Runs that are under way.
pub async fn running(db: &mut Db, project: ProjectId) -> Result<Vec<RunId>, Fault> {
    let rows = sqlx::query("SELECT id FROM runs WHERE project_id = $1 AND state = 'running'").bind(project.to_string());
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| id(row, "id")).collect()
}

/// Deletes some of what there may be much of, and says how many rows that were.
pub async fn some(db: &mut Db, project: ProjectId, most: i64) -> Result<u64, Fault> {
    let mut gone = 0;
    for sql in GROUPS {
        let done = sqlx::query(sql).bind(project.to_string()).bind(most).execute(&mut *db).await.map_err(internal)?.rows_affected();
        gone += done;
        // What hangs on the next rows may still be there.
        if done >= u64::try_from(most).unwrap_or_default() {
            break;
        }
    }
    Ok(gone)
}

/// Deletes all the rest, and the project.
pub async fn rest(db: &mut Db, project: ProjectId) -> Result<(), Fault> {
    some(db, project, i64::MAX).await?;
    for sql in REST {
        sqlx::query(sql).bind(project.to_string()).execute(&mut *db).await.map_err(internal)?;
    }
    Ok(())
}
