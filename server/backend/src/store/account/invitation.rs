//! Links that let somebody in: invitations have a project and a role, password resets a user. Of a token, only its hash is here.

use atelier_domain::{
    account::{Invitation, Role},
    fault::Fault,
    id::{InvitationId, ProjectId, UserId},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::db::{Db, internal};

use super::{LONGEST_LIST, get, id, parsed};

/// A row of either kind.
pub struct Row {
    pub id: InvitationId,
    pub email: String,
    pub purpose: Purpose,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

pub enum Purpose {
    Join(ProjectId, Role),
    Reset(UserId),
}

pub async fn insert(db: &mut Db, row: &Row, token_hash: &str) -> Result<(), Fault> {
    let (project, role, user) = match row.purpose {
        Purpose::Join(project, role) => (Some(project.to_string()), Some(role.as_str()), None),
        Purpose::Reset(user) => (None, None, Some(user.to_string())),
    };
    sqlx::query(
        "INSERT INTO invitations (id, token_hash, project_id, user_id, email, role, created_by, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id.to_string())
    .bind(token_hash)
    .bind(project)
    .bind(user)
    .bind(&row.email)
    .bind(role)
    .bind(&row.created_by)
    .bind(row.created_at.0)
    .bind(row.expires_at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn by_token(db: &mut Db, token_hash: &str) -> Result<Option<Row>, Fault> {
    let row = sqlx::query("SELECT id, project_id, user_id, email, role, created_by, created_at, expires_at, used_at FROM invitations WHERE token_hash = $1");
    row.bind(token_hash).fetch_optional(db).await.map_err(internal)?.as_ref().map(row_of).transpose()
}

/// An invitation into a project, whatever its state.
pub async fn project_of(db: &mut Db, invitation: InvitationId) -> Result<Option<(ProjectId, String)>, Fault> {
    let row = sqlx::query("SELECT project_id, email FROM invitations WHERE id = $1 AND project_id IS NOT NULL").bind(invitation.to_string());
    row.fetch_optional(db).await.map_err(internal)?.map(|row| Ok((id(&row, "project_id")?, get(&row, "email")?))).transpose()
}

/// Newest first.
pub async fn open(db: &mut Db, project: ProjectId, now: Timestamp) -> Result<Vec<Invitation>, Fault> {
    let rows = sqlx::query(
        "SELECT id, email, role, created_by, created_at, expires_at FROM invitations \
         WHERE project_id = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT $3",
    );
    let rows = rows.bind(project.to_string()).bind(now.0).bind(LONGEST_LIST).fetch_all(db).await.map_err(internal)?;
    let invitation = |row: &AnyRow| {
        Ok(Invitation {
            id: id(row, "id")?,
            email: get(row, "email")?,
            role: parsed(row, "role")?,
            created_by: get(row, "created_by")?,
            created_at: Timestamp(get(row, "created_at")?),
            expires_at: Timestamp(get(row, "expires_at")?),
        })
    };
    rows.iter().map(invitation).collect()
}

/// False where somebody was faster: a link works once.
pub async fn set_used(db: &mut Db, invitation: InvitationId, at: Timestamp) -> Result<bool, Fault> {
    let update = sqlx::query("UPDATE invitations SET used_at = $1 WHERE id = $2 AND used_at IS NULL").bind(at.0).bind(invitation.to_string());
    Ok(update.execute(db).await.map_err(internal)?.rows_affected() == 1)
}

pub async fn delete(db: &mut Db, invitation: InvitationId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM invitations WHERE id = $1").bind(invitation.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Drops the open invitations of `email` into `project`: a newer one replaces them.
pub async fn delete_open(db: &mut Db, project: ProjectId, email: &str) -> Result<(), Fault> {
    let delete = sqlx::query("DELETE FROM invitations WHERE project_id = $1 AND email = $2 AND used_at IS NULL").bind(project.to_string()).bind(email);
    delete.execute(db).await.map_err(internal)?;
    Ok(())
}

/// Drops the reset links of `user` that were not used.
pub async fn delete_resets(db: &mut Db, user: UserId) -> Result<(), Fault> {
    sqlx::query("DELETE FROM invitations WHERE user_id = $1 AND used_at IS NULL").bind(user.to_string()).execute(db).await.map_err(internal)?;
    Ok(())
}

fn row_of(row: &AnyRow) -> Result<Row, Fault> {
    let purpose = match get::<Option<String>>(row, "user_id")? {
        Some(_) => Purpose::Reset(id(row, "user_id")?),
        None => Purpose::Join(id(row, "project_id")?, parsed(row, "role")?),
    };
    Ok(Row {
        id: id(row, "id")?,
        email: get(row, "email")?,
        purpose,
        created_by: get(row, "created_by")?,
        created_at: Timestamp(get(row, "created_at")?),
        expires_at: Timestamp(get(row, "expires_at")?),
        used_at: get::<Option<i64>>(row, "used_at")?.map(Timestamp),
    })
}
