//! What a project keeps of its traffic, and what its traffic comes to.

use atelier_domain::{account::Action, fault::Fault, gateway::GatewaySettings, id::ProjectId, timestamp::Timestamp};
use serde_json::json;

use crate::{
    cx::{Area, Cx},
    gateway::scrub,
    store,
};

pub use store::request::{By, Sum};

/// Rows of a breakdown at most.
const MOST: i64 = 200;

/// # Errors
/// Denied for everybody but owners.
pub async fn settings(cx: &Cx, project: ProjectId) -> Result<GatewaySettings, Fault> {
    cx.read(Action::Administer, project, async |db, project| store::gateway::settings(db, project.id).await).await
}

/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn put_settings(cx: &Cx, project: ProjectId, settings: GatewaySettings) -> Result<(), Fault> {
    settings.check()?;
    scrub::check(&settings.redact)?;
    cx.write(Action::Administer, project, async |tx, project| {
        let (at, by) = (tx.now(), tx.author());
        store::gateway::put_settings(tx, project.id, &settings, at, &by).await?;
        tx.changed(Area::Gateway, project.id.0, Some(project.id), "gateway.set", json!(settings));
        Ok(())
    })
    .await
}

/// Forgets every answer that could be given again, and gives how many there were.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn forget_answers(cx: &Cx, project: ProjectId) -> Result<u64, Fault> {
    let gone = cx
        .write(Action::Administer, project, async |tx, project| {
            let gone = store::gateway::forget_answers(tx, project.id).await?;
            tx.changed(Area::Cache, project.id.0, Some(project.id), "cache.emptied", json!({"answers": gone}));
            Ok(gone)
        })
        .await?;
    Ok(gone)
}

/// What a project's traffic came to between two times, by one dimension, the dearest first.
///
/// # Errors
/// NotFound.
pub async fn sums(cx: &Cx, project: ProjectId, from: Timestamp, to: Timestamp, by: By) -> Result<Vec<(String, Sum)>, Fault> {
    cx.read(Action::See, project, async |db, project| store::request::sums(db, project.id, from, to, by, MOST).await).await
}

/// By day in UTC, as days since 1970; days without traffic are left out.
///
/// # Errors
/// NotFound.
pub async fn by_day(cx: &Cx, project: ProjectId, from: Timestamp, to: Timestamp) -> Result<Vec<(i64, Sum)>, Fault> {
    cx.read(Action::See, project, async |db, project| store::request::by_day(db, project.id, from, to).await).await
}
