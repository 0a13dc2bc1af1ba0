//! Test cases of prompts.

use atelier_domain::{
    case::{Case, CaseForm},
    fault::Fault,
    id::{CaseId, ProjectId, PromptId},
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{get, id, json, number, text};

fn case(row: &AnyRow) -> Result<Case, Fault> {
    Ok(Case {
        id: id(row, "id")?,
        prompt: id(row, "prompt_id")?,
        number: number(get(row, "number")?),
        form: CaseForm { values: json(row, "case_values")?, expected: get(row, "expected")? },
        updated_by: get(row, "updated_by")?,
        updated_at: atelier_domain::timestamp::Timestamp(get(row, "updated_at")?),
    })
}

/// By number.
pub async fn of(db: &mut Db, prompt: PromptId) -> Result<Vec<Case>, Fault> {
    let rows = sqlx::query("SELECT id, prompt_id, number, case_values, expected, updated_by, updated_at FROM test_cases WHERE prompt_id = $1 ORDER BY number");
    rows.bind(prompt.to_string()).fetch_all(db).await.map_err(internal)?.iter().map(case).collect()
}

pub async fn count(db: &mut Db, prompt: PromptId) -> Result<usize, Fault> {
    let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM test_cases WHERE prompt_id = $1").bind(prompt.to_string());
    Ok(usize::try_from(count.fetch_one(db).await.map_err(internal)?).unwrap_or_default())
}

/// With the project that it is in.
pub async fn by_id(db: &mut Db, wanted: CaseId) -> Result<Option<(ProjectId, Case)>, Fault> {
    let row = sqlx::query(
        "SELECT c.id, c.prompt_id, c.number, c.case_values, c.expected, c.updated_by, c.updated_at, p.project_id \
         FROM test_cases c JOIN prompts p ON p.id = c.prompt_id WHERE c.id = $1",
    );
    let row = row.bind(wanted.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.map(|row| Ok((id(&row, "project_id")?, case(&row)?))).transpose()
}

/// The largest number that a case of the prompt has; grids remember numbers of cases that are gone.
pub async fn last_number(db: &mut Db, prompt: PromptId) -> Result<u32, Fault> {
    let last = sqlx::query_scalar::<_, i64>("SELECT COALESCE(MAX(number), 0) FROM test_cases WHERE prompt_id = $1").bind(prompt.to_string());
    Ok(number(last.fetch_one(db).await.map_err(internal)?))
}

pub async fn insert(db: &mut Db, case: &Case) -> Result<(), Fault> {
    sqlx::query("INSERT INTO test_cases (id, prompt_id, number, case_values, expected, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(case.id.to_string())
        .bind(case.prompt.to_string())
        .bind(i64::from(case.number))
        .bind(text(&case.form.values))
        .bind(&case.form.expected)
        .bind(case.updated_at.0)
        .bind(&case.updated_by)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

pub async fn update(db: &mut Db, case: &Case) -> Result<(), Fault> {
    sqlx::query("UPDATE test_cases SET case_values = $2, expected = $3, updated_at = $4, updated_by = $5 WHERE id = $1")
        .bind(case.id.to_string())
        .bind(text(&case.form.values))
        .bind(&case.form.expected)
        .bind(case.updated_at.0)
        .bind(&case.updated_by)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

pub async fn delete(db: &mut Db, case: CaseId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM test_cases WHERE id = $1").bind(case.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}
