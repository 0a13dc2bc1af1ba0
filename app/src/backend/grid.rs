//! Grids, put together for their pages: the first look, the stream, one answer, two columns side by side.

pub use atelier_backend::grid::*;

use atelier_backend::{cx::Cx, grid as grids};
use atelier_domain::{
    account::Action,
    case::text_of,
    cost::Nanos,
    fault::Fault,
    grid::{Cell, Grid, GridCase, GridColumn, GridForm, Mark, Side, Tally, pair},
    id::{GridId, ProjectId, PromptId},
    playground::Setting,
    timestamp::Timestamp,
};
use futures::{Stream, StreamExt};

use crate::{
    api::{
        UiError,
        grid::{CaseRow, CellSheet, ColumnHead, ComparedGrids, ComparedRow, ComparedSide, News, OpenGrid},
    },
    render::{answer, diff},
};

/// Of a case in a list, in characters.
const SUMMARY: usize = 300;

fn settings(grid: &Grid) -> Vec<Setting> {
    grid.columns.iter().map(GridColumn::setting).collect()
}

fn head(column: &GridColumn) -> ColumnHead {
    let params = serde_json::to_value(&column.params).ok().and_then(|params| params.as_object().cloned()).unwrap_or_default();
    let params = params.into_iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect::<Vec<_>>().join(", ");
    ColumnHead { title: column.title(), model: column.model.clone(), params, version: column.version }
}

fn row(case: &GridCase) -> CaseRow {
    let cut = |text: String| {
        let mut short: String = text.chars().take(SUMMARY).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        short
    };
    CaseRow { number: case.number, summary: cut(case.form.summary()), expected: case.form.expected.clone().map(cut) }
}

/// # Errors
/// NotFound, where the address names another project too.
pub async fn page(cx: &Cx, project: ProjectId, grid: GridId) -> Result<OpenGrid, Fault> {
    let (found, cells, spent) = grids::since(cx, grid, Timestamp::default()).await?;
    if found.project != project {
        return Err(Fault::not_found("grid_not_found", "This grid"));
    }
    let may = |action| cx.actor.check(action, project, Fault::internal()).is_ok();
    let others = grids::list(cx, found.prompt).await?;
    let words = |grid: Grid| {
        let columns: Vec<String> = grid.columns.iter().map(|column| format!("{} on {}", column.title(), column.model)).collect();
        (grid.id.to_string(), format!("{}, {}: {}", grid.started_at.readable(), grid.started_by, columns.join("; ")))
    };
    Ok(OpenGrid {
        id: grid.to_string(),
        prompt: found.prompt.to_string(),
        prompt_name: found.prompt_name.to_string(),
        columns: found.columns.iter().map(head).collect(),
        setting: Setting::write_all(&settings(&found)),
        cases: found.cases.iter().map(row).collect(),
        cells,
        concurrency: found.concurrency,
        others: others.into_iter().filter(|other| other.id != grid).map(words).collect(),
        may_write: may(Action::Write),
        may_mark: may(Action::Review),
        news: News { cells: Vec::new(), state: found.state, why: found.why, spent, budget: found.budget },
        started_by: found.started_by,
        started_at: found.started_at,
        now: cx.now(),
    })
}

/// # Errors
/// As [`grids::start`]; Invalid for a limit that is no amount.
pub async fn begin(cx: &Cx, prompt: PromptId, columns: &str, concurrency: u32, budget: &str) -> Result<String, Fault> {
    let form = GridForm { columns: Setting::read_all(columns), concurrency, budget: amount(budget)? };
    let grid = grids::start(cx, prompt, form).await?;
    Ok(format!("/p/{}/grids/{}", grid.project, grid.id))
}

fn amount(text: &str) -> Result<Nanos, Fault> {
    text.trim().trim_start_matches('$').parse::<Nanos>().map_err(|fault| fault.at("budget"))
}

/// # Errors
/// As [`grids::resume`].
pub async fn go_on(cx: &Cx, grid: GridId, failed: bool, budget: &str) -> Result<(), Fault> {
    let budget = if budget.trim().is_empty() { None } else { Some(amount(budget)?) };
    grids::resume(cx, grid, failed, budget).await
}

/// # Errors
/// NotFound.
pub async fn address(cx: &Cx, grid: GridId) -> Result<String, Fault> {
    let (found, ..) = grids::since(cx, grid, Timestamp(i64::MAX)).await?;
    Ok(format!("/p/{}/grids/{grid}", found.project))
}

/// What changes from `since` on, a JSON line each, until the grid stands.
///
/// # Errors
/// NotFound.
pub async fn follow(cx: &Cx, grid: GridId, since: Timestamp) -> Result<impl Stream<Item = Result<String, UiError>> + Send + use<>, Fault> {
    let looks = grids::watch(cx, grid, since).await?;
    // Fused: the compression around it asks once more after the end.
    Ok(looks.map(|look| line(look?)).fuse())
}

fn line((grid, cells, spent): (Grid, Vec<Cell>, Nanos)) -> Result<String, UiError> {
    let news = News { cells, state: grid.state, why: grid.why, spent, budget: grid.budget };
    serde_json::to_string(&news).map(|line| line + "\n").map_err(|_| UiError(Fault::internal()))
}

/// # Errors
/// NotFound.
pub async fn sheet(cx: &Cx, grid: GridId, row: usize, column: usize) -> Result<CellSheet, Fault> {
    let (found, cell) = grids::cell(cx, grid, row, column).await?;
    let form = found.cases.get(row).map(|case| case.form.clone()).unwrap_or_default();
    let against = form.expected.as_ref().filter(|_| cell.met == Some(false)).map(|expected| diff::between(expected, &cell.output, "Expected", "The answer"));
    Ok(CellSheet {
        html: answer::plain(&cell.output),
        against,
        expected: form.expected,
        values: form.values.into_iter().map(|(name, value)| (name, text_of(&value))).collect(),
        cell,
    })
}

/// # Errors
/// NotFound, where the address names another project too.
pub async fn compare(cx: &Cx, project: ProjectId, of: [GridId; 2], columns: [usize; 2]) -> Result<ComparedGrids, Fault> {
    let [one, other] = grids::both(cx, of[0], of[1]).await?;
    if one.0.project != project {
        return Err(Fault::not_found("grid_not_found", "This grid"));
    }
    // A grid of one column has no second one to be compared by.
    let columns = [columns[0].min(one.0.columns.len().saturating_sub(1)), columns[1].min(other.0.columns.len().saturating_sub(1))];
    let sides = [side(&one, columns[0]), side(&other, columns[1])];
    let (pairs, alone) = pair(answers(&one, columns[0]), answers(&other, columns[1]));
    let rows: Vec<ComparedRow> = pairs
        .into_iter()
        .map(|(case, [from, to])| {
            let same = from.output.split_whitespace().eq(to.output.split_whitespace());
            let diff = (!same).then(|| diff::between(&from.output, &to.output, "Before", "After"));
            ComparedRow { case: row(case), cells: [from.clone(), to.clone()], diff }
        })
        .collect();
    let marks = |from: Mark, to: Mark| rows.iter().filter(|row| row.cells[0].mark == Some(from) && row.cells[1].mark == Some(to)).count();
    let (better, worse) = (marks(Mark::Down, Mark::Up), marks(Mark::Up, Mark::Down));
    let same = rows.iter().filter(|row| row.diff.is_none()).count();
    let (prompt, prompt_name) = (one.0.prompt.to_string(), one.0.prompt_name.to_string());
    Ok(ComparedGrids { prompt, prompt_name, sides, rows, alone, better, worse, same })
}

fn answers((grid, cells): &(Grid, Vec<Cell>), column: usize) -> Side<'_> {
    (&grid.cases, cells.iter().filter(|cell| cell.column == column).collect())
}

fn side((grid, cells): &(Grid, Vec<Cell>), column: usize) -> ComparedSide {
    ComparedSide {
        grid: grid.id.to_string(),
        started_at: grid.started_at,
        started_by: grid.started_by.clone(),
        columns: grid.columns.iter().map(head).collect(),
        column,
        tally: Tally::of(cells.iter().filter(|cell| cell.column == column)),
    }
}
