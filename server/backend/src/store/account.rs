//! People, projects and who is in which.

pub mod attempt;
pub mod deletion;
pub mod invitation;

use atelier_domain::{
    account::{Member, Membership, Project, Role, User},
    fault::Fault,
    id::{ProjectId, UserId},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    cx::SignedIn,
    db::{Db, Engine, internal, unique_or_internal},
};

use super::{get, id, parsed};

/// More than anybody scrolls through; these lists are short by nature.
const LONGEST_LIST: i64 = 1_000;

/// Serialises what must count before it writes (the first user, the last owner). SQLite has one writer anyway.
pub async fn lock(db: &mut Db, engine: Engine) -> Result<(), Fault> {
    if engine == Engine::Postgres {
        sqlx::query("SELECT CAST(pg_advisory_xact_lock(7022) AS TEXT)").execute(db).await.map_err(internal)?;
    }
    Ok(())
}

pub async fn any_user(db: &mut Db) -> Result<bool, Fault> {
    let found: Option<String> = sqlx::query_scalar("SELECT id FROM users LIMIT 1").fetch_optional(db).await.map_err(internal)?;
    Ok(found.is_some())
}

pub async fn insert_user(db: &mut Db, user: &User, password_hash: &str) -> Result<(), Fault> {
    let taken = Fault::field("email", format!("{} has an account already.", user.email));
    sqlx::query("INSERT INTO users (id, email, name, password_hash, admin, shortcuts, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6)")
        .bind(user.id.to_string())
        .bind(&user.email)
        .bind(&user.name)
        .bind(password_hash)
        .bind(i64::from(user.admin))
        .bind(user.created_at.0)
        .execute(db)
        .await
        .map_err(unique_or_internal(taken))?;
    Ok(())
}

/// What a password is checked against.
pub struct Credentials {
    pub id: UserId,
    pub name: String,
    pub password_hash: String,
}

/// `None` for the disabled too.
pub async fn credentials(db: &mut Db, email: &str) -> Result<Option<Credentials>, Fault> {
    let row = sqlx::query("SELECT id, name, password_hash FROM users WHERE email = $1 AND disabled_at IS NULL").bind(email);
    let row = row.fetch_optional(db).await.map_err(internal)?;
    row.map(|row| Ok(Credentials { id: id(&row, "id")?, name: get(&row, "name")?, password_hash: get(&row, "password_hash")? })).transpose()
}

pub async fn set_password(db: &mut Db, user: UserId, password_hash: &str) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2").bind(password_hash).bind(user.to_string());
    update.execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn update_user(db: &mut Db, user: UserId, name: &str, shortcuts: bool) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE users SET name = $1, shortcuts = $2 WHERE id = $3").bind(name).bind(i64::from(shortcuts)).bind(user.to_string());
    update.execute(db).await.map_err(internal)?;
    Ok(())
}

/// `None` for the disabled too.
pub async fn signed_in(db: &mut Db, user: UserId) -> Result<Option<SignedIn>, Fault> {
    let row = sqlx::query("SELECT name, email, admin, shortcuts FROM users WHERE id = $1 AND disabled_at IS NULL").bind(user.to_string());
    let Some(row) = row.fetch_optional(&mut *db).await.map_err(internal)? else { return Ok(None) };
    Ok(Some(SignedIn {
        id: user,
        name: get(&row, "name")?,
        email: get(&row, "email")?,
        admin: get::<i64>(&row, "admin")? != 0,
        shortcuts: get::<i64>(&row, "shortcuts")? != 0,
        memberships: memberships(db, user).await?,
    }))
}

async fn memberships(db: &mut Db, user: UserId) -> Result<Vec<Membership>, Fault> {
    let rows = sqlx::query("SELECT p.id, p.name, m.role FROM members m JOIN projects p ON p.id = m.project_id WHERE m.user_id = $1 ORDER BY p.name")
        .bind(user.to_string())
        .fetch_all(db)
        .await
        .map_err(internal)?;
    rows.iter().map(|row| Ok(Membership { project: id(row, "id")?, project_name: get(row, "name")?, role: parsed(row, "role")? })).collect()
}

pub async fn user(db: &mut Db, user: UserId) -> Result<Option<User>, Fault> {
    let row = sqlx::query("SELECT id, email, name, admin, created_at FROM users WHERE id = $1 AND disabled_at IS NULL").bind(user.to_string());
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(user_of).transpose()
}

pub async fn users(db: &mut Db) -> Result<Vec<User>, Fault> {
    let rows = sqlx::query("SELECT id, email, name, admin, created_at FROM users WHERE disabled_at IS NULL ORDER BY name, id LIMIT $1").bind(LONGEST_LIST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(user_of).collect()
}

fn user_of(row: &AnyRow) -> Result<User, Fault> {
    Ok(User {
        id: id(row, "id")?,
        email: get(row, "email")?,
        name: get(row, "name")?,
        admin: get::<i64>(row, "admin")? != 0,
        created_at: Timestamp(get(row, "created_at")?),
    })
}

fn name_taken(name: &str) -> Fault {
    Fault::field("project", format!("There is a project named “{name}” already."))
}

pub async fn insert_project(db: &mut Db, project: &Project) -> Result<(), Fault> {
    sqlx::query("INSERT INTO projects (id, name, time_zone, created_at) VALUES ($1, $2, $3, $4)")
        .bind(project.id.to_string())
        .bind(&project.name)
        .bind(&project.time_zone)
        .bind(project.created_at.0)
        .execute(db)
        .await
        .map_err(unique_or_internal(name_taken(&project.name)))?;
    Ok(())
}

pub async fn rename_project(db: &mut Db, project: ProjectId, name: &str) -> Result<(), Fault> {
    let update = sqlx::query("UPDATE projects SET name = $1 WHERE id = $2").bind(name).bind(project.to_string());
    update.execute(db).await.map_err(unique_or_internal(name_taken(name)))?;
    Ok(())
}

pub async fn project(db: &mut Db, project: ProjectId) -> Result<Option<Project>, Fault> {
    let row = sqlx::query("SELECT id, name, time_zone, created_at FROM projects WHERE id = $1").bind(project.to_string());
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(project_of).transpose()
}

pub async fn project_by_name(db: &mut Db, name: &str) -> Result<Option<Project>, Fault> {
    let row = sqlx::query("SELECT id, name, time_zone, created_at FROM projects WHERE name = $1").bind(name);
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(project_of).transpose()
}

pub async fn projects(db: &mut Db) -> Result<Vec<Project>, Fault> {
    let rows = sqlx::query("SELECT id, name, time_zone, created_at FROM projects ORDER BY name LIMIT $1").bind(LONGEST_LIST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(project_of).collect()
}

pub async fn projects_of(db: &mut Db, user: UserId) -> Result<Vec<Project>, Fault> {
    let rows = sqlx::query(
        "SELECT p.id, p.name, p.time_zone, p.created_at FROM projects p JOIN members m ON m.project_id = p.id WHERE m.user_id = $1 ORDER BY p.name LIMIT $2",
    );
    rows.bind(user.to_string()).bind(LONGEST_LIST).fetch_all(db).await.map_err(internal)?.iter().map(project_of).collect()
}

fn project_of(row: &AnyRow) -> Result<Project, Fault> {
    Ok(Project { id: id(row, "id")?, name: get(row, "name")?, time_zone: get(row, "time_zone")?, created_at: Timestamp(get(row, "created_at")?) })
}

/// Adds a member, or changes the role of one.
pub async fn set_member(db: &mut Db, project: ProjectId, user: UserId, role: Role, at: Timestamp) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO members (project_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
    )
    .bind(project.to_string())
    .bind(user.to_string())
    .bind(role.as_str())
    .bind(at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

pub async fn remove_member(db: &mut Db, project: ProjectId, user: UserId) -> Result<(), Fault> {
    let delete = sqlx::query("DELETE FROM members WHERE project_id = $1 AND user_id = $2").bind(project.to_string()).bind(user.to_string());
    delete.execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn role(db: &mut Db, project: ProjectId, user: UserId) -> Result<Option<Role>, Fault> {
    let row = sqlx::query("SELECT role FROM members WHERE project_id = $1 AND user_id = $2").bind(project.to_string()).bind(user.to_string());
    row.fetch_optional(db).await.map_err(internal)?.map(|row| parsed(&row, "role")).transpose()
}

pub async fn owners(db: &mut Db, project: ProjectId) -> Result<i64, Fault> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM members WHERE project_id = $1 AND role = $2").bind(project.to_string()).bind(Role::Owner.as_str());
    count.fetch_one(db).await.map_err(internal)
}

pub async fn members(db: &mut Db, project: ProjectId) -> Result<Vec<Member>, Fault> {
    let rows = sqlx::query(
        "SELECT u.id, u.name, u.email, m.role, m.created_at FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.project_id = $1 ORDER BY u.name, u.id LIMIT $2",
    );
    let rows = rows.bind(project.to_string()).bind(LONGEST_LIST).fetch_all(db).await.map_err(internal)?;
    let member = |row: &AnyRow| {
        let since = Timestamp(get(row, "created_at")?);
        Ok(Member { user: id(row, "id")?, name: get(row, "name")?, email: get(row, "email")?, role: parsed(row, "role")?, since })
    };
    rows.iter().map(member).collect()
}
