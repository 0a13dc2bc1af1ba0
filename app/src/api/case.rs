//! Test cases, for the pages.

use atelier_domain::{
    case::Case,
    grid::{Grid, GridState},
    prompt::Variable,
    timestamp::Timestamp,
};
use leptos::server;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::UiError;

/// What the page of a prompt's test cases shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cases {
    pub cases: Vec<Case>,
    /// What a case can give values to: the newest version's, and those that cases have besides.
    pub variables: Vec<Variable>,
    pub grids: Vec<GridRow>,
    pub may_write: bool,
    pub now: Timestamp,
}

/// A grid in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridRow {
    pub id: String,
    pub columns: Vec<String>,
    /// The columns as the playground's address has them.
    pub setting: String,
    pub cases: usize,
    pub state: GridState,
    pub why: Option<String>,
    pub started_by: String,
    pub started_at: Timestamp,
}

impl From<Grid> for GridRow {
    fn from(grid: Grid) -> Self {
        let settings: Vec<_> = grid.columns.iter().map(atelier_domain::grid::GridColumn::setting).collect();
        Self {
            id: grid.id.to_string(),
            columns: grid.columns.iter().map(|column| format!("{}, {}", column.title(), column.model)).collect(),
            setting: atelier_domain::playground::Setting::write_all(&settings),
            cases: grid.cases.len(),
            state: grid.state,
            why: grid.why,
            started_by: grid.started_by,
            started_at: grid.started_at,
        }
    }
}

#[server(prefix = "/fn")]
pub async fn list_cases(project: String, prompt: String) -> Result<Cases, UiError> {
    use crate::backend::{case, cx, parse, reply};
    reply(case::page(&cx()?, parse(&project)?, parse(&prompt)?).await)
}

/// Adds a case, or changes the one that `case` names. An empty value is none.
#[server(prefix = "/fn")]
pub async fn put_case(
    prompt: String,
    #[server(default)] case: String,
    #[server(default)] values: BTreeMap<String, String>,
    #[server(default)] expected: String,
) -> Result<u32, UiError> {
    use crate::backend::{case as cases, cx, parse, redirect, reply};
    let cx = cx()?;
    let case = if case.is_empty() { None } else { Some(parse(&case)?) };
    let kept = reply(cases::put(&cx, parse(&prompt)?, case, values, expected).await)?;
    redirect(&reply(cases::address(&cx, kept.prompt).await)?);
    Ok(kept.number)
}

/// # Errors
/// NotFound.
#[server(prefix = "/fn")]
pub async fn delete_case(case: String) -> Result<(), UiError> {
    use crate::backend::{case as cases, cx, parse, redirect, reply};
    let cx = cx()?;
    let prompt = reply(cases::delete(&cx, parse(&case)?).await)?;
    redirect(&reply(cases::address(&cx, prompt).await)?);
    Ok(())
}

/// Adds what a file holds; gives how many there were.
#[server(prefix = "/fn")]
pub async fn import_cases(prompt: String, text: String) -> Result<usize, UiError> {
    use crate::backend::{case as cases, cx, parse, reply};
    reply(cases::import(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, &text).await)
}

/// Keeps what a run was asked as a case, with its answer as the expected one where `expected`; gives the case's number.
#[server(prefix = "/fn")]
pub async fn keep_case(run: String, expected: bool) -> Result<u32, UiError> {
    use crate::backend::{case as cases, cx, parse, redirect_plain, reply};
    let cx = cx()?;
    let kept = reply(cases::keep_run(&cx, parse(&run)?, expected).await)?;
    redirect_plain(&reply(cases::address(&cx, kept.prompt).await)?);
    Ok(kept.number)
}
