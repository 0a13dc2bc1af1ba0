//! Watching a grid: what changes, as it changes, whichever node works at it.

use std::{collections::HashMap, time::Duration};

use atelier_domain::{
    cost::Nanos,
    fault::Fault,
    grid::{Cell, Grid, GridState},
    id::GridId,
    timestamp::Timestamp,
};
use futures::{Stream, stream};

use super::since;
use crate::cx::Cx;

const PAUSE: Duration = Duration::from_millis(400);
/// Writes of another node may be seen late by so many seconds.
const LATE: i64 = 5;

type Look = (Grid, Vec<Cell>, Nanos);

struct Watch {
    cx: Cx,
    grid: GridId,
    since: Timestamp,
    /// What was told, so that a look back tells nothing twice.
    told: HashMap<(usize, usize), Timestamp>,
    known: Option<(GridState, Option<String>)>,
}

/// Cells that change from `since` on, with how the grid stands; ends when it does not run. A fault ends it too.
///
/// # Errors
/// NotFound.
pub async fn watch(cx: &Cx, grid: GridId, from: Timestamp) -> Result<impl Stream<Item = Result<Look, Fault>> + Send + use<>, Fault> {
    // Whoever may not look hears it before the stream begins.
    since(cx, grid, Timestamp(i64::MAX)).await?;
    let watch = Watch { cx: cx.clone(), grid, since: from, told: HashMap::new(), known: None };
    Ok(stream::unfold(Some(watch), |watch| async {
        let mut watch = watch?;
        match watch.next().await {
            Ok(look) => {
                let over = look.0.state != GridState::Running;
                Some((Ok(look), Some(watch).filter(|_| !over)))
            }
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl Watch {
    /// Looks until something is new.
    async fn next(&mut self) -> Result<Look, Fault> {
        loop {
            if self.known.is_some() {
                tokio::time::sleep(PAUSE).await;
            }
            let (grid, mut cells, spent) = since(&self.cx, self.grid, self.since).await?;
            cells.retain(|cell| self.told.insert((cell.row, cell.column), cell.changed_at) != Some(cell.changed_at));
            let newest = cells.iter().map(|cell| cell.changed_at).max();
            self.since = newest.map_or(self.since, |newest| self.since.max(newest.plus_seconds(-LATE)));
            let stands = Some((grid.state, grid.why.clone()));
            if !cells.is_empty() || self.known != stands {
                self.known = stands;
                return Ok((grid, cells, spent));
            }
        }
    }
}
