//! Who changed what, and when. Rows are only ever added.

use atelier_domain::{fault::Fault, timestamp::Timestamp};
use uuid::Uuid;

use crate::{
    cx::Change,
    db::{Db, internal},
};

pub async fn insert(db: &mut Db, id: Uuid, change: &Change, actor: &str, request_id: &str, at: Timestamp) -> Result<(), Fault> {
    sqlx::query("INSERT INTO audit (id, project_id, actor, what, entity, detail, request_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(id.to_string())
        .bind(change.project.map(|project| project.to_string()))
        .bind(actor)
        .bind(change.what)
        .bind(change.entity.to_string())
        .bind(change.detail.to_string())
        .bind(request_id)
        .bind(at.0)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}
