//! The first start: the first administrator and the first project.
//!
//! Who opens the page from another machine needs the code that the log showed; it is kept in memory alone.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use atelier_domain::{
    account::{self, Project, User},
    fault::{Fault, Problems},
    id::{ProjectId, UserId},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx},
    store,
};

use super::{people, projects, secret};

/// What a process knows of its set-up.
#[derive(Debug, Default)]
pub struct Setup {
    code: Mutex<Option<String>>,
    /// Users are never deleted: once true, it stays so.
    done: AtomicBool,
}

impl Setup {
    fn accepts(&self, given: &str) -> bool {
        let code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        code.as_deref().is_some_and(|code| secret::equal(code, &given.trim().to_uppercase()))
    }

    fn finish(&self) {
        self.done.store(true, Ordering::Relaxed);
        self.code.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The form of the set-up page.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    pub name: String,
    pub email: String,
    pub password: String,
    pub project: String,
    /// Needed off loopback.
    pub code: Option<String>,
    /// Whether the sample project is wanted too: the caller sows it.
    pub sample: bool,
}

/// Whether there is nobody yet.
///
/// # Errors
/// Internal.
pub async fn needs_setup(cx: &Cx) -> Result<bool, Fault> {
    let setup = &cx.studio.setup;
    if setup.done.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let any = store::account::any_user(&mut *cx.studio.db.read().await?).await?;
    if any {
        setup.finish();
    }
    Ok(!any)
}

/// Makes the one-time code, where it is needed, for the log.
///
/// # Errors
/// Internal.
pub async fn make_setup_code(cx: &Cx) -> Result<Option<String>, Fault> {
    /// Without the letters and digits that are taken for each other.
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    if !needs_setup(cx).await? {
        return Ok(None);
    }
    let letters: String = rand::random::<[u8; 12]>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let code = format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..]);
    *cx.studio.setup.code.lock().unwrap_or_else(PoisonError::into_inner) = Some(code.clone());
    Ok(Some(code))
}

/// Makes the first user, administrator and owner of the first project.
///
/// # Errors
/// Conflict once there is a user; Invalid with every field that needs a change.
pub async fn set_up(cx: &Cx, form: SetUp, from_loopback: bool) -> Result<(UserId, ProjectId), Fault> {
    if !needs_setup(cx).await? {
        return Err(done_already());
    }
    let mut problems = Problems::default();
    if !from_loopback && !form.code.as_deref().is_some_and(|code| cx.studio.setup.accepts(code)) {
        problems.add("code", "This is not the code. The server's log shows it, in the lines of its start.");
    }
    let project_name = problems.keep(account::display_name("project", &form.project));
    let made = people::make(cx, problems, &form.email, Some(&form.name), &form.password, true).await?;
    let project = Project { id: cx.new_id(), name: project_name.unwrap_or_default(), time_zone: projects::TIME_ZONE.to_owned(), created_at: cx.now() };
    cx.change(async |tx| {
        first_user(cx, tx, &made).await?;
        projects::insert(tx, &project, Some(made.0.id)).await
    })
    .await?;
    cx.studio.setup.finish();
    Ok((made.0.id, project.id))
}

/// For unattended starts: the first administrator, unless there is a user. They make their project themselves.
///
/// # Errors
/// Invalid with what is wrong with address or password.
pub async fn add_first_admin(cx: &Cx, email: &str, password: &str) -> Result<Option<UserId>, Fault> {
    if !needs_setup(cx).await? {
        return Ok(None);
    }
    let made = people::make(cx, Problems::default(), email, None, password, true).await?;
    cx.change(async |tx| first_user(cx, tx, &made).await).await?;
    cx.studio.setup.finish();
    Ok(Some(made.0.id))
}

async fn first_user(cx: &Cx, tx: &mut crate::cx::Tx<'_>, (user, password_hash): &(User, String)) -> Result<(), Fault> {
    store::account::lock(tx, cx.studio.db.engine).await?;
    if store::account::any_user(tx).await? {
        return Err(done_already());
    }
    store::account::insert_user(tx, user, password_hash).await?;
    tx.changed(Area::User, user.id.0, None, "account.user.added", json!({ "email": user.email, "admin": true }));
    Ok(())
}

fn done_already() -> Fault {
    Fault::conflict("already_set_up", "This studio is set up already. Sign in, or ask its administrator for an invitation.")
}
