//! The same key and request give the same answer for a day.

use atelier_domain::{fault::Fault, id::ProjectId};

use crate::{cx::Cx, db::internal, store, studio::Studio};

const DAY: i64 = 86_400;
/// After so long an answer that never came is taken for lost with its process.
const PATIENCE: i64 = 60;

/// What to do with a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Begin {
    /// Answer it, then call [`keep`].
    Fresh,
    /// Give this status and body again.
    Again(u16, String),
}

/// # Errors
/// Conflict where the key came with another request, or while the first is still being answered.
pub async fn begin(cx: &Cx, project: ProjectId, key: &str, request_hash: &str) -> Result<Begin, Fault> {
    if key.is_empty() || key.len() > 255 || key.chars().any(char::is_control) {
        return Err(Fault::field("Idempotency-Key", "A key has 1 to 255 characters."));
    }
    cx.change(async |tx| {
        let now = tx.now();
        if store::idempotency::reserve(tx, project, key, request_hash, now).await? {
            return Ok(Begin::Fresh);
        }
        let kept = store::idempotency::find(tx, project, key).await?.ok_or_else(in_progress)?;
        if kept.created_at > now.plus_seconds(-DAY) {
            if kept.request_hash != request_hash {
                return Err(Fault::conflict("idempotency_key_reused", "This Idempotency-Key was used for another request. Use a new key."));
            }
            if let Some((status, body)) = kept.answer {
                return Ok(Begin::Again(status, body));
            }
            if kept.created_at > now.plus_seconds(-PATIENCE) {
                return Err(in_progress());
            }
        }
        let taken = store::idempotency::take_over(tx, project, key, request_hash, kept.created_at, now).await?;
        if taken { Ok(Begin::Fresh) } else { Err(in_progress()) }
    })
    .await
}

fn in_progress() -> Fault {
    Fault::conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still being answered. Try again in a moment.")
}

/// Keeps the answer, or forgets a failure so that the client may try again.
///
/// # Errors
/// Internal.
pub async fn keep(cx: &Cx, project: ProjectId, key: &str, status: u16, body: &str) -> Result<(), Fault> {
    cx.change(async |tx| {
        if status < 500 && status != 429 {
            store::idempotency::keep(tx, project, key, status, body).await
        } else {
            store::idempotency::release(tx, project, key).await
        }
    })
    .await
}

/// Drops what is older than a day.
///
/// # Errors
/// Internal.
pub async fn sweep(studio: &Studio) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::idempotency::sweep(&mut tx, studio.clock.now().plus_seconds(-DAY)).await?;
    tx.commit().await.map_err(internal)
}
