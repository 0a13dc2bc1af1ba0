//! User accounts: one's own, and those that administrators and the command line add.

use atelier_domain::{
    account::{self, User},
    fault::{Fault, Problems},
    id::UserId,
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, SignedIn, Tx},
    store,
    studio::Studio,
};

use super::{attempts, secret, sign_in};

/// Who has a session, with the projects that they are in, ordered by name. Read anew on each request: nothing is cached.
///
/// # Errors
/// Internal.
pub async fn load_user(studio: &Studio, user: UserId) -> Result<Option<SignedIn>, Fault> {
    store::account::signed_in(&mut *studio.db.read().await?, user).await
}

/// # Errors
/// Denied for everybody but administrators and the command line.
pub async fn list_users(cx: &Cx) -> Result<Vec<User>, Fault> {
    cx.check_admin()?;
    store::account::users(&mut *cx.studio.db.read().await?).await
}

/// Without a name, the account is called by what stands before the @.
///
/// # Errors
/// Denied for everybody but administrators and the command line; Invalid with every field that needs a change.
pub async fn add_user(cx: &Cx, email: &str, name: Option<&str>, password: &str, admin: bool) -> Result<UserId, Fault> {
    cx.check_admin()?;
    let (user, password_hash) = make(cx, Problems::default(), email, name, password, admin).await?;
    cx.administer(async |tx| insert(tx, &user, &password_hash).await).await?;
    Ok(user.id)
}

/// For the command line: a new password for `email`; it ends that person's sessions.
///
/// # Errors
/// Denied, Invalid for the password, NotFound for the address.
pub async fn set_password(cx: &Cx, email: &str, password: &str) -> Result<UserId, Fault> {
    cx.check_admin()?;
    let email = account::email(email)?;
    account::check_password(password)?;
    let password_hash = secret::hash(password).await?;
    cx.administer(async |tx| {
        let known = store::account::credentials(tx, &email).await?;
        let known =
            known.ok_or_else(|| Fault::new(atelier_domain::fault::Kind::NotFound, "user_not_found", format!("Nobody here has the address {email}.")))?;
        replace_password(tx, known.id, &email, &password_hash, "account.password.set").await?;
        Ok(known.id)
    })
    .await
}

/// Ends every session of this person, the current one too: the caller begins a new one.
///
/// # Errors
/// Invalid on `current` or `password`; Limited after too many tries.
pub async fn change_password(cx: &Cx, current: &str, new: &str) -> Result<(), Fault> {
    let user = cx.user()?;
    account::check_password(new)?;
    let (attempt, found) = sign_in::check(cx, &user.email, current, None).await?;
    if found.is_none() {
        return Err(Fault::field("current", attempt.failed("This is not your current password.").message));
    }
    let password_hash = secret::hash(new).await?;
    cx.own(async |tx, user| replace_password(tx, user.id, &user.email, &password_hash, "account.password.changed").await).await
}

/// # Errors
/// Invalid on `name`.
pub async fn update_account(cx: &Cx, name: &str, shortcuts: bool) -> Result<(), Fault> {
    let name = account::display_name("name", name)?;
    cx.own(async |tx, user| {
        store::account::update_user(tx, user.id, &name, shortcuts).await?;
        tx.changed(Area::User, user.id.0, None, "account.user.changed", json!({ "name": name, "shortcuts": shortcuts }));
        Ok(())
    })
    .await
}

/// Checks a new account's fields, beside those that have problems already, and hashes the password: nothing is stored yet.
pub(super) async fn make(cx: &Cx, mut problems: Problems, email: &str, name: Option<&str>, password: &str, admin: bool) -> Result<(User, String), Fault> {
    let email = problems.keep(account::email(email));
    let default_name = || email.as_deref().and_then(|email| email.split('@').next()).unwrap_or("?").chars().take(100).collect();
    let name = problems.keep(name.map_or_else(|| Ok(default_name()), |name| account::display_name("name", name)));
    problems.keep(account::check_password(password));
    problems.check()?;
    let user = User { id: cx.new_id(), email: email.unwrap_or_default(), name: name.unwrap_or_default(), admin, created_at: cx.now() };
    Ok((user, secret::hash(password).await?))
}

pub(super) async fn insert(tx: &mut Tx<'_>, user: &User, password_hash: &str) -> Result<(), Fault> {
    store::account::insert_user(tx, user, password_hash).await?;
    tx.changed(Area::User, user.id.0, None, "account.user.added", json!({ "email": user.email, "admin": user.admin }));
    Ok(())
}

/// Whoever knew the old password, or held a session by it, is out.
pub(super) async fn replace_password(tx: &mut Tx<'_>, user: UserId, email: &str, password_hash: &str, what: &'static str) -> Result<(), Fault> {
    store::account::set_password(tx, user, password_hash).await?;
    store::session::delete_of(tx, user).await?;
    store::account::invitation::delete_resets(tx, user).await?;
    attempts::clear(tx, email).await?;
    tx.changed(Area::User, user.0, None, what, json!({}));
    Ok(())
}
