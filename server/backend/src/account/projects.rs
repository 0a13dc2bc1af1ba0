//! Projects and their members. A project with an owner keeps one.

use atelier_domain::{
    account::{self, Action, Member, Project, Role},
    fault::{Fault, Kind},
    id::{ProjectId, UserId},
};
use serde_json::json;

use crate::{
    cx::{Actor, Area, Cx, Target, Tx},
    store,
};

pub(super) const TIME_ZONE: &str = "UTC";

/// The signed-in person's projects, by name.
///
/// # Errors
/// Unauthenticated.
pub async fn projects(cx: &Cx) -> Result<Vec<Project>, Fault> {
    store::account::projects_of(&mut *cx.studio.db.read().await?, cx.user()?.id).await
}

/// # Errors
/// NotFound for everybody who is not in it.
pub async fn project(cx: &Cx, project: ProjectId) -> Result<Project, Fault> {
    cx.read(Action::See, project, async |_, project| Ok(project)).await
}

/// Every project by name, for administrators: its content stays closed to them.
///
/// # Errors
/// Denied for everybody but administrators and the command line.
pub async fn list_projects(cx: &Cx) -> Result<Vec<Project>, Fault> {
    cx.check_admin()?;
    store::account::projects(&mut *cx.studio.db.read().await?).await
}

/// For the command line, which knows projects by name.
///
/// # Errors
/// Denied, or NotFound.
pub async fn project_named(cx: &Cx, name: &str) -> Result<Project, Fault> {
    cx.check_admin()?;
    let found = store::account::project_by_name(&mut *cx.studio.db.read().await?, name.trim()).await?;
    found.ok_or_else(|| Fault::new(Kind::NotFound, "project_not_found", format!("There is no project named “{name}”.")))
}

/// A person who makes a project owns it.
///
/// # Errors
/// Denied for everybody but administrators and the command line; Invalid on `project`.
pub async fn add_project(cx: &Cx, name: &str) -> Result<ProjectId, Fault> {
    let name = account::display_name("project", name)?;
    let project = Project { id: cx.new_id(), name, time_zone: TIME_ZONE.to_owned(), created_at: cx.now() };
    let owner = match &cx.actor {
        Actor::User(user) => Some(user.id),
        _ => None,
    };
    cx.administer(async |tx| insert(tx, &project, owner).await).await?;
    Ok(project.id)
}

pub(super) async fn insert(tx: &mut Tx<'_>, project: &Project, owner: Option<UserId>) -> Result<(), Fault> {
    store::account::insert_project(tx, project).await?;
    if let Some(owner) = owner {
        store::account::set_member(tx, project.id, owner, Role::Owner, project.created_at).await?;
    }
    tx.changed(Area::Project, project.id.0, Some(project.id), "account.project.added", json!({ "name": project.name, "owner": owner }));
    Ok(())
}

/// # Errors
/// Denied for everybody but owners; Invalid on `project`.
pub async fn rename_project(cx: &Cx, project: ProjectId, name: &str) -> Result<(), Fault> {
    let name = account::display_name("project", name)?;
    cx.write(Action::Administer, project, async |tx, before| {
        store::account::rename_project(tx, before.id, &name).await?;
        let detail = json!({ "from": before.name, "to": name });
        tx.changed(Area::Project, before.id.0, Some(before.id), "account.project.renamed", detail);
        Ok(())
    })
    .await
}

/// # Errors
/// NotFound for everybody who is not in it.
pub async fn members(cx: &Cx, project: ProjectId) -> Result<Vec<Member>, Fault> {
    cx.read(Action::See, project, async |db, project| store::account::members(db, project.id).await).await
}

/// Puts somebody who has an account into a project without asking them: for the command line. Owners invite.
///
/// # Errors
/// Denied for everybody but administrators and the command line; NotFound for project or address.
pub async fn add_member(cx: &Cx, project: ProjectId, email: &str, role: Role) -> Result<(), Fault> {
    let email = account::email(email)?;
    cx.administer(async |tx| {
        let (_, project) = project.find(tx).await?.ok_or_else(|| project.missing())?;
        let known = store::account::credentials(tx, &email).await?;
        let user = known.ok_or_else(|| Fault::new(Kind::NotFound, "user_not_found", format!("Nobody here has the address {email}.")))?.id;
        put_in(tx, project.id, user, role).await
    })
    .await
}

/// Makes `user` a member: the caller has the right.
pub(super) async fn put_in(tx: &mut Tx<'_>, project: ProjectId, user: UserId, role: Role) -> Result<(), Fault> {
    // An invitation never takes away: the stronger role stays.
    let role = store::account::role(tx, project, user).await?.map_or(role, |has| has.min(role));
    let now = tx.now();
    store::account::set_member(tx, project, user, role, now).await?;
    tx.changed(Area::User, user.0, Some(project), "account.member.added", json!({ "role": role }));
    Ok(())
}

/// # Errors
/// Denied for everybody but owners; NotFound for who is no member; Conflict for the last owner.
pub async fn set_role(cx: &Cx, project: ProjectId, user: UserId, role: Role) -> Result<(), Fault> {
    cx.write(Action::Administer, project, async |tx, project| {
        let before = leaving(cx, tx, project.id, user, role != Role::Owner).await?;
        let now = tx.now();
        store::account::set_member(tx, project.id, user, role, now).await?;
        tx.changed(Area::User, user.0, Some(project.id), "account.member.changed", json!({ "from": before, "to": role }));
        Ok(())
    })
    .await
}

/// # Errors
/// As [`set_role`].
pub async fn remove_member(cx: &Cx, project: ProjectId, user: UserId) -> Result<(), Fault> {
    cx.write(Action::Administer, project, async |tx, project| {
        let before = leaving(cx, tx, project.id, user, true).await?;
        store::account::remove_member(tx, project.id, user).await?;
        tx.changed(Area::User, user.0, Some(project.id), "account.member.removed", json!({ "role": before }));
        Ok(())
    })
    .await
}

/// The role that a member has now. Refuses where an owner `leaves` who is the last.
async fn leaving(cx: &Cx, tx: &mut Tx<'_>, project: ProjectId, user: UserId, leaves: bool) -> Result<Role, Fault> {
    store::account::lock(tx, cx.studio.db.engine).await?;
    let role = store::account::role(tx, project, user).await?;
    let role = role.ok_or_else(|| Fault::new(Kind::NotFound, "member_not_found", "This person is not a member of the project."))?;
    if leaves && role == Role::Owner && store::account::owners(tx, project).await? == 1 {
        return Err(Fault::conflict("last_owner", "This is the last owner of the project. Make somebody else an owner first."));
    }
    Ok(role)
}
