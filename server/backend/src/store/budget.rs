//! Budgets and what was spent on them.

use atelier_domain::{
    budget::{Budget, Per, Spent},
    cost::Nanos,
    fault::Fault,
    id::{BudgetId, ProjectId},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, Engine, internal};

use super::{get, id, json, text};

const LONGEST_LIST: i64 = 200;
/// Accounts of one budget that are read at once.
const ACCOUNTS: i64 = 1_000_000;

pub async fn list(db: &mut Db, project: ProjectId) -> Result<Vec<Budget>, Fault> {
    let rows = sqlx::query("SELECT id, name, form FROM budgets WHERE project_id = $1 ORDER BY name LIMIT $2").bind(project.to_string()).bind(LONGEST_LIST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(budget).collect()
}

pub async fn by_name(db: &mut Db, project: ProjectId, name: &str) -> Result<Option<Budget>, Fault> {
    let row = sqlx::query("SELECT id, name, form FROM budgets WHERE project_id = $1 AND name = $2").bind(project.to_string()).bind(name);
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(budget).transpose()
}

pub async fn put(db: &mut Db, project: ProjectId, budget: &Budget, at: Timestamp, by: &str) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO budgets (id, project_id, name, form, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET form = excluded.form, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )
    .bind(budget.id.to_string())
    .bind(project.to_string())
    .bind(&budget.name)
    .bind(text(&budget.form))
    .bind(at.0)
    .bind(by)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn delete(db: &mut Db, budget: BudgetId) -> Result<(), Fault> {
    for sql in ["DELETE FROM budget_spending WHERE budget_id = $1", "DELETE FROM budgets WHERE id = $1"] {
        sqlx::query(sql).bind(budget.to_string()).execute(&mut *db).await.map_err(internal)?;
    }
    Ok(())
}

/// Keeps requests from being written until this transaction ends: a new budget shall miss none, and count none twice.
pub async fn hold(db: &mut Db, engine: Engine) -> Result<(), Fault> {
    if engine == Engine::Postgres {
        // "ATELIERB"; on SQLite there is one writer.
        sqlx::query("SELECT pg_advisory_xact_lock(4707780512871110466)").execute(db).await.map_err(internal)?;
    }
    Ok(())
}

/// What was spent since a period began, added up as facts of requests, for a budget that begins in its middle. By project and key it is
/// in the sums, which stay; by user and tag it is as much as there are still requests.
pub async fn past(db: &mut Db, project: ProjectId, per: Per, since: Timestamp) -> Result<Vec<atelier_domain::request::Facts>, Fault> {
    let from_sums = matches!(per, Per::Project | Per::Key);
    let (sql, first) = if from_sums {
        let sql = "SELECT NULLIF(key_id, '') AS key_id, NULL AS end_user, '[]' AS tags, CAST(SUM(cost) AS BIGINT) AS cost FROM traffic \
                   WHERE project_id = $1 AND slot >= $2 AND cost > 0 GROUP BY key_id";
        (sql, since.seconds())
    } else {
        let sql = "SELECT NULL AS key_id, end_user, tags, CAST(SUM(cost) AS BIGINT) AS cost FROM requests \
                   WHERE project_id = $1 AND seq >= $2 AND at >= $3 AND cost > 0 GROUP BY end_user, tags";
        (sql, since.0.saturating_mul(super::request::STEP))
    };
    let query = sqlx::query(sql).bind(project.to_string()).bind(first);
    let query = if from_sums { query } else { query.bind(since.0) };
    let rows = query.fetch_all(db).await.map_err(internal)?;
    let facts = |row: &AnyRow| {
        Ok(atelier_domain::request::Facts {
            project,
            at: since,
            key: get::<Option<String>>(row, "key_id")?.map(|_| id(row, "key_id")).transpose()?,
            user: get(row, "end_user")?,
            tags: json(row, "tags")?,
            cost: Some(Nanos(get(row, "cost")?)),
            ..Default::default()
        })
    };
    rows.iter().map(facts).collect()
}

pub async fn clear(db: &mut Db, budget: BudgetId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM budget_spending WHERE budget_id = $1").bind(budget.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn spend(db: &mut Db, spent: &Spent) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO budget_spending (budget_id, since, subject, nanos) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (budget_id, since, subject) DO UPDATE SET nanos = budget_spending.nanos + excluded.nanos",
    )
    .bind(spent.budget.to_string())
    .bind(spent.since.0)
    .bind(&spent.subject)
    .bind(spent.nanos.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// What was spent on a budget in the period that began then.
pub async fn spent(db: &mut Db, budget: BudgetId, since: Timestamp) -> Result<Vec<Spent>, Fault> {
    let rows = sqlx::query("SELECT subject, nanos FROM budget_spending WHERE budget_id = $1 AND since = $2 ORDER BY nanos DESC LIMIT $3");
    let rows = rows.bind(budget.to_string()).bind(since.0).bind(ACCOUNTS).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok(Spent { budget, subject: get(row, "subject")?, since, nanos: Nanos(get(row, "nanos")?) })).collect()
}

fn budget(row: &AnyRow) -> Result<Budget, Fault> {
    Ok(Budget { id: id(row, "id")?, name: get(row, "name")?, form: json(row, "form")? })
}

/// What an end user spent is counted without their name from now on.
pub async fn forget_user(db: &mut Db, project: ProjectId, user: &str) -> Result<(), Fault> {
    let sql =
        "DELETE FROM budget_spending WHERE subject = $1 AND budget_id IN (SELECT id FROM budgets WHERE project_id = $2 AND form LIKE '%\"per\":\"user\"%')";
    sqlx::query(sql).bind(user).bind(project.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn by_id(db: &mut Db, budget_id: BudgetId) -> Result<Option<(ProjectId, Budget)>, Fault> {
    let row =
        sqlx::query("SELECT id, project_id, name, form FROM budgets WHERE id = $1").bind(budget_id.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.map(|row| Ok((id(&row, "project_id")?, budget(&row)?))).transpose()
}
