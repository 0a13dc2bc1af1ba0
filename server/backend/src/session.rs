//! Where sessions of people are kept; the server wraps it for tower-sessions.
//!
//! A session whose row is gone has ended: saving it again does not bring it back.

use atelier_domain::{fault::Fault, id::UserId, timestamp::Timestamp};

use crate::{db::internal, store, studio::Studio};

#[derive(Clone, Debug)]
pub struct Stored {
    pub id: String,
    /// Whose it is, so that a changed password ends it.
    pub user: Option<UserId>,
    pub data: String,
    pub expires_at: Timestamp,
}

/// False where the id is taken.
///
/// # Errors
/// Internal.
pub async fn create(studio: &Studio, session: &Stored) -> Result<bool, Fault> {
    let mut tx = studio.db.begin().await?;
    let created = store::session::insert(&mut tx, session).await?;
    tx.commit().await.map_err(internal)?;
    Ok(created)
}

/// # Errors
/// Internal.
pub async fn save(studio: &Studio, session: &Stored) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::session::update(&mut tx, session).await?;
    tx.commit().await.map_err(internal)
}

/// Data and expiry, unless it has expired.
///
/// # Errors
/// Internal.
pub async fn load(studio: &Studio, id: &str) -> Result<Option<(String, Timestamp)>, Fault> {
    store::session::load(&mut *studio.db.read().await?, id, studio.clock.now()).await
}

/// # Errors
/// Internal.
pub async fn delete(studio: &Studio, id: &str) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::session::delete(&mut tx, id).await?;
    tx.commit().await.map_err(internal)
}

/// Drops what has expired.
///
/// # Errors
/// Internal.
pub async fn sweep(studio: &Studio) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::session::sweep(&mut tx, studio.clock.now()).await?;
    tx.commit().await.map_err(internal)
}
