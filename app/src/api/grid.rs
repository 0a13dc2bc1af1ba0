//! Grids, for the pages.

use atelier_domain::{
    cost::Nanos,
    grid::{Cell, GridState, Tally},
    timestamp::Timestamp,
};
use leptos::{
    server,
    server_fn::codec::{StreamingText, TextStream},
};
use serde::{Deserialize, Serialize};

use super::UiError;

/// A grid with all that its page shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenGrid {
    pub id: String,
    pub prompt: String,
    pub prompt_name: String,
    pub columns: Vec<ColumnHead>,
    /// The columns as the playground's address has them.
    pub setting: String,
    pub cases: Vec<CaseRow>,
    pub cells: Vec<Cell>,
    pub concurrency: u32,
    pub news: News,
    pub started_by: String,
    pub started_at: Timestamp,
    pub now: Timestamp,
    /// Other grids of the prompt, to compare with: id and words.
    pub others: Vec<(String, String)>,
    pub may_write: bool,
    pub may_mark: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnHead {
    pub title: String,
    pub model: String,
    /// What is asked otherwise than the version says: `temperature 0.2`.
    pub params: String,
    pub version: u32,
}

/// A case, as much of it as a list has room for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    pub number: u32,
    pub summary: String,
    pub expected: Option<String>,
}

/// What has changed: a line of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct News {
    #[serde(default)]
    pub cells: Vec<Cell>,
    pub state: GridState,
    pub why: Option<String>,
    pub spent: Nanos,
    pub budget: Nanos,
}

/// One answer, whole, as HTML beside what was expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellSheet {
    pub cell: Cell,
    /// The values that were asked.
    pub values: Vec<(String, String)>,
    pub html: String,
    pub expected: Option<String>,
    /// What the answer has that the expected one has not; nothing where it is the expected one.
    pub against: Option<String>,
}

/// Two columns, of two grids or of one, case by case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedGrids {
    pub prompt: String,
    pub prompt_name: String,
    pub sides: [ComparedSide; 2],
    pub rows: Vec<ComparedRow>,
    /// Cases that only one of them has.
    pub alone: usize,
    pub better: usize,
    pub worse: usize,
    pub same: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedSide {
    pub grid: String,
    pub started_at: Timestamp,
    pub started_by: String,
    pub columns: Vec<ColumnHead>,
    /// The one that is compared.
    pub column: usize,
    pub tally: Tally,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedRow {
    pub case: CaseRow,
    pub cells: [Cell; 2],
    /// Nothing where the words are the same.
    pub diff: Option<String>,
}

#[server(prefix = "/fn")]
pub async fn show_grid(project: String, grid: String) -> Result<OpenGrid, UiError> {
    use crate::backend::{cx, grid as grids, parse, reply};
    reply(grids::page(&cx()?, parse(&project)?, parse(&grid)?).await)
}

/// Streams what changes from `since` on, a JSON line each, until the grid stands.
#[server(prefix = "/fn", output = StreamingText)]
pub async fn follow_grid(grid: String, since: i64) -> Result<TextStream<UiError>, UiError> {
    use crate::backend::{cx, grid as grids, parse, reply};
    let news = reply(grids::follow(&cx()?, parse(&grid)?, Timestamp(since)).await)?;
    Ok(TextStream::new(news))
}

/// Begins a grid of all cases; `cols` are columns as the playground's address has them. Gives its address.
#[server(prefix = "/fn")]
pub async fn start_grid(prompt: String, cols: String, concurrency: u32, budget: String) -> Result<String, UiError> {
    use crate::backend::{cx, grid as grids, parse, redirect, reply};
    let address = reply(grids::begin(&cx()?, parse(&prompt)?, &cols, concurrency, &budget).await)?;
    redirect(&address);
    Ok(address)
}

#[server(prefix = "/fn")]
pub async fn stop_grid(grid: String) -> Result<(), UiError> {
    use crate::backend::{cx, grid as grids, parse, redirect_plain, reply};
    let (cx, grid) = (cx()?, parse(&grid)?);
    reply(grids::stop(&cx, grid).await)?;
    redirect_plain(&reply(grids::address(&cx, grid).await)?);
    Ok(())
}

/// Goes on; with the failed ones anew where `failed`; up to another cost where one is given.
#[server(prefix = "/fn")]
pub async fn resume_grid(grid: String, failed: bool, #[server(default)] budget: String) -> Result<(), UiError> {
    use crate::backend::{cx, grid as grids, parse, redirect_plain, reply};
    let (cx, grid) = (cx()?, parse(&grid)?);
    reply(grids::go_on(&cx, grid, failed, &budget).await)?;
    redirect_plain(&reply(grids::address(&cx, grid).await)?);
    Ok(())
}

/// `mark` is up, down, or nothing.
#[server(prefix = "/fn")]
pub async fn mark_cell(grid: String, row: usize, column: usize, #[server(default)] mark: String, #[server(default)] note: String) -> Result<(), UiError> {
    use crate::backend::{cx, grid as grids, parse, reply};
    let mark = if mark.is_empty() { None } else { Some(parse(&mark)?) };
    reply(grids::mark(&cx()?, parse(&grid)?, (row, column), mark, &note).await)
}

#[server(prefix = "/fn")]
pub async fn show_cell(grid: String, row: usize, column: usize) -> Result<CellSheet, UiError> {
    use crate::backend::{cx, grid as grids, parse, reply};
    reply(grids::sheet(&cx()?, parse(&grid)?, row, column).await)
}

/// `from` and `to` are grids, `a` and `b` their columns.
#[server(prefix = "/fn")]
pub async fn compare_grids(project: String, from: String, to: String, a: usize, b: usize) -> Result<ComparedGrids, UiError> {
    use crate::backend::{cx, grid as grids, parse, reply};
    reply(grids::compare(&cx()?, parse(&project)?, [parse(&from)?, parse(&to)?], [a, b]).await)
}
