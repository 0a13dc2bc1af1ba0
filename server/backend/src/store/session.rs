//! Sessions of people. A row that is gone is a session that ended: it is never written anew under its id.

use atelier_domain::{fault::Fault, id::UserId, timestamp::Timestamp};

use crate::{
    db::{Db, internal},
    session::Stored,
};

use super::get;

/// False where the id is taken.
pub async fn insert(db: &mut Db, session: &Stored) -> Result<bool, Fault> {
    sqlx::query("INSERT INTO sessions (id, user_id, data, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
        .bind(&session.id)
        .bind(session.user.map(|user| user.to_string()))
        .bind(&session.data)
        .bind(session.expires_at.0)
        .execute(db)
        .await
        .map(|done| done.rows_affected() == 1)
        .map_err(internal)
}

pub async fn update(db: &mut Db, session: &Stored) -> Result<(), Fault> {
    sqlx::query("UPDATE sessions SET user_id = $1, data = $2, expires_at = $3 WHERE id = $4")
        .bind(session.user.map(|user| user.to_string()))
        .bind(&session.data)
        .bind(session.expires_at.0)
        .bind(&session.id)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

/// Data and expiry of a session that has not expired.
pub async fn load(db: &mut Db, id: &str, now: Timestamp) -> Result<Option<(String, Timestamp)>, Fault> {
    let row = sqlx::query("SELECT data, expires_at FROM sessions WHERE id = $1 AND expires_at > $2").bind(id).bind(now.0);
    row.fetch_optional(db).await.map_err(internal)?.map(|row| Ok((get(&row, "data")?, Timestamp(get(&row, "expires_at")?)))).transpose()
}

pub async fn delete(db: &mut Db, id: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn delete_of(db: &mut Db, user: UserId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn sweep(db: &mut Db, now: Timestamp) -> Result<(), Fault> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now.0).execute(db).await.map_err(internal)?;
    Ok(())
}
