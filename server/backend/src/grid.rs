//! Grids: every test case of a prompt asked of several versions and models.
//!
//! A grid is a row that says "running", and its cells. Whatever node finds it unheld works at it (`work`); a node that is gone
//! loses its hold, and another one goes on. Nothing is lost but answers that were on their way.

mod watch;
mod work;

use std::sync::Arc;

use atelier_domain::{
    account::Action,
    completion::LOCAL_MODEL,
    cost::Nanos,
    fault::Fault,
    grid::{Cell, CellState, Grid, GridCase, GridColumn, GridForm, GridState, Mark, NOTE_MAX},
    id::{GridId, ProjectId},
    playground::Setting,
    prompt::{Prompt, Selector, Version},
    timestamp::Timestamp,
};
use serde_json::json;
use tokio::sync::Notify;

use crate::{
    cx::{Area, Cx, Target, Tx},
    db::Db,
    prompt::{PromptRef, version_in, version_of_draft},
    store,
};

pub use watch::watch;
pub use work::{follow, free};

/// Grids in a list.
const LISTED: i64 = 50;
/// The largest copy of cases that a grid keeps, in bytes.
const CASES_BYTES: usize = 16 << 20;
/// The longest beginning of an answer in a list of cells, in characters.
const SHOWN: usize = 400;

/// Wakes whoever works at grids, in this process.
#[derive(Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_waiters();
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}

impl Target for GridId {
    type Found = Grid;

    fn missing(&self) -> Fault {
        Fault::not_found("grid_not_found", "This grid")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Grid)>, Fault> {
        Ok(store::grid::by_id(db, *self).await?.map(|grid| (grid.project, grid)))
    }
}

/// Begins a grid of all cases that the prompt has now. It runs with the rights of whoever starts it.
///
/// # Errors
/// Unauthenticated for programs; Invalid where there are no cases, or a column cannot be run.
pub async fn start(cx: &Cx, prompt: impl Into<PromptRef>, form: GridForm) -> Result<Grid, Fault> {
    form.check()?;
    let user = cx.user()?.id;
    let grid = cx
        .write(Action::Write, prompt.into(), async |tx, prompt: Prompt| {
            let cases = store::case::of(tx, prompt.id).await?;
            if cases.is_empty() {
                return Err(Fault::field("columns", "This prompt has no test cases yet. Add one first."));
            }
            let cases: Vec<GridCase> = cases.into_iter().map(|case| GridCase { number: case.number, form: case.form }).collect();
            if serde_json::to_string(&cases).map_or(0, |text| text.len()) > CASES_BYTES {
                return Err(Fault::field("columns", "The test cases of one grid take at most 16 MiB. Split them between prompts."));
            }
            let mut columns = Vec::new();
            for setting in &form.columns {
                columns.push(column(cx, tx, &prompt, setting).await?);
            }
            let grid = Grid {
                id: tx.new_id(),
                project: prompt.project,
                prompt: prompt.id,
                prompt_name: prompt.name,
                columns,
                cases,
                concurrency: form.concurrency,
                budget: form.budget,
                state: GridState::Running,
                why: None,
                started_by: tx.author(),
                started_at: tx.now(),
                ended_at: None,
            };
            store::grid::insert(tx, &grid, user).await?;
            changed(tx, &grid, "grid.started");
            Ok(grid)
        })
        .await?;
    cx.studio.bell.ring();
    Ok(grid)
}

fn changed(tx: &mut Tx<'_>, grid: &Grid, what: &'static str) {
    let detail = json!({"prompt": grid.prompt_name, "cases": grid.cases.len(), "columns": grid.columns.len()});
    tx.changed(Area::Other, grid.id.0, Some(grid.project), what, detail);
}

async fn column(cx: &Cx, db: &mut Db, prompt: &Prompt, setting: &Setting) -> Result<GridColumn, Fault> {
    let version: Version = match setting.version {
        0 => version_of_draft(db, prompt, Some(cx.user()?.id)).await?,
        number => version_in(db, prompt, &Selector::Version(number)).await?,
    };
    let model = Some(setting.model.clone()).filter(|model| !model.is_empty()).or_else(|| version.model.clone());
    Ok(GridColumn {
        version: version.number,
        model: model.unwrap_or_else(|| LOCAL_MODEL.to_owned()),
        params: setting.params(),
        draft: (version.number == 0).then(|| version.to_draft()),
    })
}

/// Newest first.
///
/// # Errors
/// NotFound.
pub async fn list(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Vec<Grid>, Fault> {
    cx.read(Action::See, prompt.into(), async |db, prompt: Prompt| store::grid::list(db, prompt.id, LISTED).await).await
}

/// A grid with those of its cells that changed at `since` or after it, the beginnings of their answers, and what all of them cost.
///
/// # Errors
/// NotFound.
pub async fn since(cx: &Cx, grid: GridId, since: Timestamp) -> Result<(Grid, Vec<Cell>, Nanos), Fault> {
    cx.read(Action::See, grid, async |db, grid: Grid| {
        let cells = store::grid::cells(db, &grid, since, SHOWN).await?;
        let spent = store::grid::costs(db, grid.id).await?.into_iter().sum();
        Ok((grid, cells, spent))
    })
    .await
}

/// Two grids with their cells, the whole answers, for looking at them side by side.
///
/// # Errors
/// NotFound, for grids of two projects too.
pub async fn both(cx: &Cx, one: GridId, other: GridId) -> Result<[(Grid, Vec<Cell>); 2], Fault> {
    let whole = async |grid: GridId| {
        cx.read(Action::See, grid, async |db, grid: Grid| {
            let cells = store::grid::cells(db, &grid, Timestamp::default(), usize::MAX).await?;
            Ok((grid, cells))
        })
        .await
    };
    let (one, other) = (whole(one).await?, whole(other).await?);
    if one.0.project == other.0.project { Ok([one, other]) } else { Err(Fault::not_found("grid_not_found", "This grid")) }
}

/// One cell, its whole answer.
///
/// # Errors
/// NotFound.
pub async fn cell(cx: &Cx, grid: GridId, row: usize, column: usize) -> Result<(Grid, Cell), Fault> {
    cx.read(Action::See, grid, async |db, grid: Grid| {
        let cell = store::grid::cell_at(db, &grid, row, column).await?;
        cell.map(|cell| (grid, cell)).ok_or_else(|| Fault::not_found("cell_not_found", "This answer"))
    })
    .await
}

/// Says what is thought of an answer; no mark takes it back.
///
/// # Errors
/// NotFound; Invalid for a note that is too long.
pub async fn mark(cx: &Cx, grid: GridId, (row, column): (usize, usize), mark: Option<Mark>, note: &str) -> Result<(), Fault> {
    if note.chars().count() > NOTE_MAX || note.contains('\0') {
        return Err(Fault::field("note", "A note has at most 2,000 characters, none of them NUL."));
    }
    cx.write(Action::Review, grid, async |tx, grid: Grid| {
        let (by, at) = (tx.author(), tx.now());
        if store::grid::mark(tx, grid.id, (row, column), mark, note.trim(), &by, at).await? {
            Ok(())
        } else {
            Err(Fault::not_found("cell_not_found", "This answer"))
        }
    })
    .await
}

/// Stops a grid. Answers on their way are left; their cells wait until it goes on.
///
/// # Errors
/// NotFound.
pub async fn stop(cx: &Cx, grid: GridId) -> Result<(), Fault> {
    cx.write(Action::Write, grid, async |tx, grid: Grid| {
        let why = format!("{} stopped it.", tx.author());
        halt(tx, &grid, &why).await
    })
    .await?;
    cx.studio.bell.ring();
    Ok(())
}

/// What stopping is, whoever does it.
async fn halt(tx: &mut Tx<'_>, grid: &Grid, why: &str) -> Result<(), Fault> {
    let at = tx.now();
    if store::grid::change(tx, grid.id, &[GridState::Running], GridState::Stopped, Some(why), at).await? {
        store::grid::put_back(tx, grid.id, CellState::Running, at).await?;
        changed(tx, grid, "grid.stopped");
    }
    Ok(())
}

/// Goes on with a grid, with the rights of whoever asks; with its failed cells anew where `failed`; up to another cost where `budget`
/// says one.
///
/// # Errors
/// NotFound; Conflict where nothing is left to do; Invalid for a limit that is none.
pub async fn resume(cx: &Cx, grid: GridId, failed: bool, budget: Option<Nanos>) -> Result<(), Fault> {
    cx.write(Action::Write, grid, async |tx, grid: Grid| {
        let at = tx.now();
        if let Some(budget) = budget {
            let form = GridForm { columns: grid.columns.iter().map(GridColumn::setting).collect(), concurrency: grid.concurrency, budget };
            form.check()?;
            store::grid::set_budget(tx, grid.id, budget).await?;
        }
        if let Ok(user) = cx.user() {
            store::grid::set_user(tx, grid.id, user.id).await?;
        }
        let again = if failed { store::grid::put_back(tx, grid.id, CellState::Failed, at).await? } else { 0 };
        if grid.state == GridState::Done && again == 0 {
            return Err(Fault::conflict("grid_done", "Every case of this grid is answered."));
        }
        if store::grid::change(tx, grid.id, &[GridState::Stopped, GridState::Done], GridState::Running, None, at).await? {
            changed(tx, &grid, "grid.resumed");
        }
        Ok(())
    })
    .await?;
    cx.studio.bell.ring();
    Ok(())
}
