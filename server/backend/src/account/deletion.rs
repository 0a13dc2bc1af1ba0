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
/// Denied for everybody but its owners and the command line; Invalid on `name` where it is another one.
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

/// The command line may.
fn administers(cx: &Cx) -> bool {
    matches!(cx.actor, Actor::Operator)
}

/// A group of requests; whether there may be more.
async fn requests(cx: &Cx, tx: &mut Tx<'_>, project: ProjectId) -> Result<bool, Fault> {
    let doomed = store::request::doomed(tx, project, None, None, GROUP).await?;
    store::request::delete(tx, cx.studio.db.engine, &doomed).await?;
    Ok(doomed.len() == GROUP as usize)
}

#[cfg(test)]
mod tests {
    use atelier_domain::{
        account::{KeyLimits, Role},
        fault::Kind,
    };

    use super::*;
    use crate::{
        account,
        backup::tests::{furnish, studio},
        db::fresh,
        prompt,
        store::{backup, gateway::Kept},
    };

    /// What belongs to people and the studio; and the audit, of which the content goes.
    const STAYS: [&str; 9] = ["users", "sessions", "attempts", "local_models", "audit", "changes", "journal_places", "projects", backup::MIGRATIONS];

    async fn fill(cx: &Cx) -> ProjectId {
        furnish(cx).await;
        let project = account::project_named(cx, "Northwind").await.unwrap().id;
        let mut tx = cx.studio.db.begin().await.unwrap();
        let kept = Kept { project, hash: "a".into(), expires_at: cx.now().plus_seconds(60), made_at: cx.now(), answer: vec![1] };
        store::gateway::put_answer(&mut tx, &kept).await.unwrap();
        tx.commit().await.unwrap();
        for key in account::keys(cx, project).await.unwrap() {
            account::limit_key(cx, key.id, KeyLimits::default()).await.unwrap();
        }
        project
    }

    #[tokio::test]
    async fn a_deleted_project_leaves_no_row_in_any_table() {
        let folder = fresh::Folder::new();
        for engine in fresh::engines() {
            let studio = studio(&fresh::url(engine, &folder).await).await;
            let cx = Cx::operator(studio.clone());
            let project = fill(&cx).await;
            let tables = async || backup::tables(&mut studio.db.read().await.unwrap(), engine).await.unwrap();
            let used = async |table: &str| backup::has_rows(&mut studio.db.read().await.unwrap(), table).await.unwrap();
            for table in tables().await.iter().filter(|table| !STAYS.contains(&table.as_str())) {
                assert!(used(table).await, "{engine:?}: {table} was tried");
            }
            assert!(delete_project(&cx, project, "northwind").await.unwrap_err().of("name").is_some());
            delete_project(&cx, project, " Northwind ").await.unwrap();
            for table in tables().await.iter().filter(|table| !STAYS.contains(&table.as_str())) {
                assert!(!used(table).await, "{engine:?}: {table} still has a row: name it in store/account/deletion.rs");
            }
            assert!(account::list_projects(&cx).await.unwrap().is_empty());
            let mut db = studio.db.read().await.unwrap();
            let details: Vec<String> = sqlx::query_scalar("SELECT detail FROM audit WHERE project_id = $1 AND what <> 'account.project.deleted'")
                .bind(project.to_string())
                .fetch_all(&mut *db)
                .await
                .unwrap();
            assert!(details.len() > 5 && details.iter().all(|detail| detail == "{}"), "{details:?}");
            drop(db);
            studio.db.close().await;
        }
    }

    #[tokio::test]
    async fn owners_delete_a_project_and_no_other() {
        let folder = fresh::Folder::new();
        for engine in fresh::engines() {
            let studio = studio(&fresh::url(engine, &folder).await).await;
            let cx = Cx::operator(studio.clone());
            let (one, other) = (account::add_project(&cx, "One").await.unwrap(), account::add_project(&cx, "Other").await.unwrap());
            let new = |name: &str| serde_json::from_value(json!({"name": name, "type": "text", "description": "", "tags": []})).unwrap();
            prompt::create(&cx, one, new("a")).await.unwrap();
            prompt::create(&cx, other, new("b")).await.unwrap();
            let person = async |email: &str, admin: bool, role: Option<Role>| {
                let user = account::add_user(&cx, email, None, "four plain words here", admin).await.unwrap();
                if let Some(role) = role {
                    account::add_member(&cx, one, email, role).await.unwrap();
                }
                let user = account::load_user(&studio, user).await.unwrap().unwrap();
                Cx::new(studio.clone(), Actor::User(std::sync::Arc::new(user)), "test")
            };
            let editor = person("e@x.example", false, Some(Role::Editor)).await;
            let owner = person("o@x.example", false, Some(Role::Owner)).await;
            let admin = person("a@x.example", true, None).await;
            assert_eq!(delete_project(&editor, one, "One").await.unwrap_err().kind, Kind::Denied);
            assert_eq!(delete_project(&owner, other, "Other").await.unwrap_err().kind, Kind::NotFound);
            delete_project(&owner, one, "One").await.unwrap();
            assert_eq!(delete_project(&admin, one, "One").await.unwrap_err().kind, Kind::NotFound);
            let left = account::list_projects(&cx).await.unwrap();
            assert_eq!(left.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(), ["Other"]);
            let mut db = studio.db.read().await.unwrap();
            assert!(backup::has_rows(&mut db, "prompts").await.unwrap(), "the other's prompt is still there");
            drop(db);
            assert_eq!(delete_project(&admin, other, "Other").await.unwrap_err().kind, Kind::NotFound);
            delete_project(&cx, other, "Other").await.unwrap();
            studio.db.close().await;
        }
    }
}
