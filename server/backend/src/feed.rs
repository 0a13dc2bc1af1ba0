//! The change feed: what another process wrote reaches this one's caches within a second.
//!
//! Each node keeps the number of the last change that it knows and reads what is past it, four times a second. Where a
//! look fails, everything is forgotten: nobody knows what was missed.

use std::{sync::Arc, time::Duration};

use crate::{cx::Area, store, studio::Studio};

const PAUSE: Duration = Duration::from_millis(250);

/// Follows the feed until the process ends.
pub async fn follow(studio: Arc<Studio>) {
    let mut known = None;
    loop {
        match look(&studio, known).await {
            Ok(newest) => known = Some(newest),
            Err(()) => {
                studio.caches.forget_all();
                studio.books.forget_all();
                known = None;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Forgets what changed past `known` and gives the newest number.
async fn look(studio: &Studio, known: Option<i64>) -> Result<i64, ()> {
    let mut db = studio.db.read().await.map_err(drop)?;
    let Some(known) = known else {
        // Whatever was read before this number was known may be stale.
        let newest = store::changes::newest(&mut db).await.map_err(drop)?;
        studio.caches.forget_all();
        return Ok(newest);
    };
    let changes = store::changes::since(&mut db, known).await.map_err(drop)?;
    for (area, entity, _) in &changes {
        studio.heard(Area::parse(area), *entity);
    }
    Ok(changes.last().map_or(known, |(_, _, seq)| *seq))
}
