//! A project goes, and everything in it.
//!
//! Keys and grids end first, so that nothing new comes; then what there may be much of goes in groups, because other writers
//! wait for each; what is left goes in one piece. Whoever is interrupted begins again: until the end the project is there.

use atelier_domain::{
    account::{Action, Project},
    fault::Fault,
    id::ProjectId,
};
use serde_json::json;

use crate::{
    cx::{Actor, Area, Cx, Target, Tx},
    store,
};

/// Rows that are deleted in one transaction.
const GROUP: i64 = 500;

/// Deletes a project with everything in it; `name` is its name, typed again.
///
/// # Errors
/// Denied for everybody but its owners and administrators; Invalid on `name` where it is another one.
pub async fn delete_project(cx: &Cx, project: ProjectId, name: &str) -> Result<(), Fault> {
    let known = look(cx, project).await?;
    if known.name != name.trim() {
        return Err(Fault::field("name", format!("Type the project’s name as it is: {}.", known.name)));
    }
    let at = cx.now();
    let running = step(cx, project, async |tx| {
        store::account::deletion::close(tx, project, at.0).await?;
        tx.changed(Area::Project, project.0, Some(project), "account.project.closed", json!({}));
        store::account::deletion::running(tx, project).await
    })
    .await?;
    for run in running {
        cx.studio.underway.stop(run);
    }
    cx.studio.bell.ring();
    // What was answered and is not in the database yet belongs to it as well.
    crate::journal::drain(&cx.studio).await?;
    while step(cx, project, async |tx| requests(cx, tx, project).await).await? {}
    while step(cx, project, async |tx| store::account::deletion::some(tx, project, GROUP).await).await? > 0 {}
    step(cx, project, async |tx| {
        store::budget::hold(tx, cx.studio.db.engine).await?;
        while requests(cx, tx, project).await? {}
        store::account::deletion::rest(tx, project).await?;
        tx.changed(Area::Project, project.0, Some(project), "account.project.deleted", json!({"name": known.name}));
        Ok(())
    })
    .await
}

/// Whether the caller may, and what it is called.
async fn look(cx: &Cx, project: ProjectId) -> Result<Project, Fault> {
    if administers(cx) {
        let found = store::account::project(&mut *cx.studio.db.read().await?, project).await?;
        return found.ok_or_else(|| project.missing());
    }
    cx.read(Action::Administer, project, async |_, project| Ok(project)).await
}

/// One transaction, through the door that the caller may use.
async fn step<R>(cx: &Cx, project: ProjectId, run: impl AsyncFnOnce(&mut Tx<'_>) -> Result<R, Fault>) -> Result<R, Fault> {
    if administers(cx) {
        return cx.administer(run).await;
    }
    cx.write(Action::Administer, project, async |tx, _| run(tx).await).await
}

/// A project without an owner can be deleted too.
fn administers(cx: &Cx) -> bool {
    match &cx.actor {
        Actor::Operator => true,
        Actor::User(user) => user.admin,
        Actor::Anonymous | Actor::Key(_) => false,
    }
}

/// A group of requests; whether there may be more.
async fn requests(cx: &Cx, tx: &mut Tx<'_>, project: ProjectId) -> Result<bool, Fault> {
    let doomed = store::request::doomed(tx, project, None, None, GROUP).await?;
    store::request::delete(tx, cx.studio.db.engine, &doomed).await?;
    Ok(doomed.len() == GROUP as usize)
}
