//! Working at grids: as many answers at once as each allows, as long as its cost limit lets it.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use atelier_domain::{
    completion::Event,
    cost::Nanos,
    fault::{Fault, Kind},
    grid::{CellState, Grid, GridState},
    id::{GridId, RunId, UserId},
    prompt::{Params, Prompt, Selector, Version},
    timestamp::Timestamp,
};
use tokio::task::JoinSet;

use super::{changed, halt};
use crate::{
    cx::{Actor, Cx},
    prompt::{PromptRef, version_in, version_written},
    run::{self, Ask, Source, Started, Through},
    store,
    studio::Studio,
};

/// How long a node holds a grid after it last said so, in seconds.
const HOLD: i64 = 15;
/// How often it says so, and looks whether somebody stopped it.
const BEAT: Duration = Duration::from_secs(2);
/// How long an answer waits that found the model's queue full.
const PATIENCE: Duration = Duration::from_millis(500);

/// Works at whatever grids there are, until the process ends.
pub async fn follow(studio: Arc<Studio>) {
    let node: Arc<str> = uuid::Uuid::now_v7().to_string().into();
    let cx = Cx::operator(studio);
    // What this drops is left: the process ends.
    let mut at_work = JoinSet::new();
    loop {
        while at_work.try_join_next().is_some() {}
        // A failure is in the log already; the next look may go better.
        while let Ok(Some((grid, user))) = take(&cx, &node).await {
            let (cx, node) = (cx.clone(), node.clone());
            at_work.spawn(async move {
                let id = grid.id;
                if let Err(fault) = work(&cx, &node, grid, user).await {
                    give_up(&cx, id, &fault).await;
                }
            });
        }
        tokio::select! {
            () = cx.studio.bell.rung() => {}
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

/// Lets go of every grid: where one process has the database for itself, and this is its start, nobody works at any.
///
/// # Errors
/// Internal.
pub async fn free(cx: &Cx) -> Result<(), Fault> {
    cx.check_admin()?;
    cx.change(async |tx| store::grid::let_go(tx).await).await
}

async fn take(cx: &Cx, node: &str) -> Result<Option<(Grid, UserId)>, Fault> {
    let now = cx.now();
    cx.change(async |tx| store::grid::take(tx, node, now, now.plus_seconds(HOLD)).await).await
}

/// A fault that nobody can mend by waiting stops the grid, and says so.
async fn give_up(cx: &Cx, grid: GridId, fault: &Fault) {
    let why = format!("It could not go on. {fault}");
    let stopped = cx.change(async |tx| match store::grid::by_id(tx, grid).await? {
        Some(grid) => halt(tx, &grid, &why).await,
        None => Ok(()),
    });
    if let Err(fault) = stopped.await {
        tracing::warn!(%grid, %fault, "a grid that cannot go on was not stopped");
    }
}

/// What is asked.
struct Plan {
    grid: Grid,
    /// Of each column.
    versions: Vec<Version>,
    /// Whoever works at it.
    node: String,
}

/// How a cell ended.
struct Ended {
    place: (usize, usize),
    run: Option<RunId>,
    outcome: Result<Option<Nanos>, Fault>,
}

async fn work(cx: &Cx, node: &str, grid: Grid, user: UserId) -> Result<(), Fault> {
    // As whoever started it: their name stands in the runs, and what they may no more, it may no more.
    let person = crate::account::load_user(&cx.studio, user).await?;
    let person = person.ok_or_else(|| Fault::denied(format!("{} is no longer here. Start another grid.", grid.started_by)))?;
    let mine = Cx::new(cx.studio.clone(), Actor::User(Arc::new(person)), cx.request_id.clone());
    let plan = Arc::new(Plan { versions: versions(&mine, &grid).await?, grid, node: node.to_owned() });
    let grid = &plan.grid;
    let Start { mut waiting, mut spent, mut dearest, mut seen } = start_of(cx, grid).await?;
    // Tasks of their own: one that waits for the database must not wait for this one, which waits for it too.
    let (mut going, mut beat) = (JoinSet::new(), tokio::time::interval(BEAT));
    loop {
        // What is on its way may cost as much as the dearest so far.
        let affordable = |going: usize| spent.0.saturating_add(dearest.0.saturating_mul(i64::try_from(going).unwrap_or(i64::MAX))) < grid.budget.0;
        // And before the first nobody knows what that is.
        let most = if seen { grid.concurrency as usize } else { 1 };
        while going.len() < most && affordable(going.len() + usize::from(dearest > Nanos::ZERO)) {
            let Some(place) = waiting.pop_front() else { break };
            going.spawn(answer(mine.clone(), plan.clone(), place));
        }
        if going.is_empty() {
            return if waiting.is_empty() { finish(cx, grid).await } else { out_of_money(cx, grid, spent).await };
        }
        tokio::select! {
            Some(ended) = going.join_next() => {
                let ended = ended.map_err(|_| Fault::internal())?;
                let cost = ended.outcome.as_ref().ok().copied().flatten().unwrap_or_default();
                (spent, dearest, seen) = (spent.saturating_add(cost), dearest.max(cost), true);
                keep(cx, grid, &ended).await?;
            }
            _ = beat.tick() => if !hold(cx, node, grid).await? { return Ok(()) },
            // Leaving drops what is on its way: whoever answers is left.
            () = cx.studio.bell.rung() => if !hold(cx, node, grid).await? { return Ok(()) },
        }
    }
}

/// What each column asks, read once.
async fn versions(cx: &Cx, grid: &Grid) -> Result<Vec<Version>, Fault> {
    cx.read(atelier_domain::account::Action::Write, PromptRef::Id(grid.prompt), async |db, prompt: Prompt| {
        let mut versions = Vec::new();
        for column in &grid.columns {
            versions.push(match &column.draft {
                Some(draft) => version_written(db, &prompt, draft.clone()).await?,
                None => version_in(db, &prompt, &Selector::Version(column.version)).await?,
            });
        }
        Ok(versions)
    })
    .await
}

/// Where a worker begins.
struct Start {
    /// Row by row.
    waiting: VecDeque<(usize, usize)>,
    spent: Nanos,
    /// The dearest answer so far.
    dearest: Nanos,
    /// There is an answer already.
    seen: bool,
}

async fn start_of(cx: &Cx, grid: &Grid) -> Result<Start, Fault> {
    let at = cx.now();
    cx.change(async |tx| {
        // Whoever had it before is gone, and their answers with them.
        store::grid::put_back(tx, grid.id, CellState::Running, at).await?;
        let cells = store::grid::cells(tx, grid, Timestamp::default(), 0).await?;
        let costs = store::grid::costs(tx, grid.id).await?;
        let over: HashSet<(usize, usize)> = cells.iter().filter(|cell| cell.state.is_over()).map(|cell| (cell.row, cell.column)).collect();
        let all = cells.iter().map(|cell| (cell.row, cell.column)).filter(|place| !over.contains(place));
        let (spent, dearest) = (costs.iter().copied().sum(), costs.iter().copied().max().unwrap_or_default());
        Ok(Start { waiting: all.collect(), spent, dearest, seen: !over.is_empty() })
    })
    .await
}

async fn answer(cx: Cx, plan: Arc<Plan>, place: (usize, usize)) -> Ended {
    let ((row, column), grid) = (place, &plan.grid);
    let (Some(case), Some(setting), Some(version)) = (grid.cases.get(row), grid.columns.get(column), plan.versions.get(column)) else {
        return Ended { place, run: None, outcome: Err(Fault::internal()) };
    };
    let ask = || Ask {
        source: Source::Exactly(Box::new(version.clone())),
        values: case.form.values.clone(),
        model: Some(setting.model.clone()),
        params: Params::clone(&setting.params),
        tail: Vec::new(),
        grid: Some(grid.id),
    };
    let started = loop {
        match run::start(&cx, PromptRef::Id(grid.prompt), ask(), Through::Studio).await {
            Ok(started) => break started,
            Err(fault) if fault.kind == Kind::Limited => tokio::time::sleep(PATIENCE).await,
            Err(fault) => return Ended { place, run: None, outcome: Err(fault) },
        }
    };
    let run = started.run;
    let begun = cx.change(async |tx| {
        let at = tx.now();
        store::grid::begin(tx, grid.id, &plan.node, place, run, at).await
    });
    let outcome = match begun.await {
        Ok(true) => outcome(started).await,
        // Dropping it leaves whoever answers.
        Ok(false) => Err(Fault::conflict("grid_stopped", "The grid was stopped.")),
        Err(fault) => Err(fault),
    };
    Ended { place, run: Some(run), outcome }
}

/// Waits for the end, and gives what it cost where that is known.
async fn outcome(mut started: Started) -> Result<Option<Nanos>, Fault> {
    while let Some(event) = started.events.recv().await {
        match event {
            Event::Done { measure, .. } => return Ok(measure.cost),
            Event::Failed { fault } => return Err(fault),
            _ => {}
        }
    }
    Err(Fault::internal())
}

async fn keep(cx: &Cx, grid: &Grid, ended: &Ended) -> Result<(), Fault> {
    let (state, error) = match &ended.outcome {
        Ok(_) => (CellState::Done, None),
        Err(fault) => (CellState::Failed, Some(fault.message.as_str())),
    };
    cx.change(async |tx| {
        let at = tx.now();
        store::grid::end(tx, grid.id, ended.place, ended.run, (state, error), at).await
    })
    .await
}

/// False where somebody stopped it, or took it.
async fn hold(cx: &Cx, node: &str, grid: &Grid) -> Result<bool, Fault> {
    let until = cx.now().plus_seconds(HOLD);
    cx.change(async |tx| store::grid::hold(tx, grid.id, node, until).await).await
}

async fn finish(cx: &Cx, grid: &Grid) -> Result<(), Fault> {
    cx.change(async |tx| {
        let at = tx.now();
        if store::grid::change(tx, grid.id, &[GridState::Running], GridState::Done, None, at).await? {
            changed(tx, grid, "grid.done");
        }
        Ok(())
    })
    .await
}

async fn out_of_money(cx: &Cx, grid: &Grid, spent: Nanos) -> Result<(), Fault> {
    let why = format!("The next answer could pass the cost limit of {}: {spent} is spent. Raise the limit to go on.", grid.budget);
    cx.change(async |tx| halt(tx, grid, &why).await).await
}
