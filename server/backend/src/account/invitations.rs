//! Links that let somebody in, to be sent by whoever makes them: no e-mail server is needed.

use atelier_domain::{
    account::{self, Action, Invitation, Link, Role},
    fault::{Fault, Kind, Problems},
    id::{InvitationId, ProjectId, UserId},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, Tx},
    db::Db,
    store::{
        self,
        account::invitation::{self, Purpose, Row},
    },
};

use super::{people, projects, secret, sign_in};

const DAY: i64 = 24 * 60 * 60;
const INVITATION: i64 = 7 * DAY;
const RESET: i64 = DAY;

/// Gives the link, which is shown this once. A newer invitation replaces an open one.
///
/// # Errors
/// Denied for everybody but owners; Invalid on `email`.
pub async fn invite(cx: &Cx, project: ProjectId, email: &str, role: Role) -> Result<String, Fault> {
    let email = account::email(email)?;
    cx.write(Action::Administer, project, async |tx, project| {
        if let Some(known) = store::account::credentials(tx, &email).await?
            && let Some(has) = store::account::role(tx, project.id, known.id).await?
        {
            return Err(Fault::field("email", format!("{} is a member already, as {has}.", known.name)));
        }
        invitation::delete_open(tx, project.id, &email).await?;
        let (row, token) = make(tx, email, Purpose::Join(project.id, role), INVITATION).await?;
        tx.changed(Area::Other, row.id.0, Some(project.id), "account.invitation.made", json!({ "email": row.email, "role": role }));
        Ok(format!("{}/invite/{token}", cx.studio.settings.url))
    })
    .await
}

/// Gives the link by which `user` sets a new password, for an administrator to hand over.
///
/// # Errors
/// Denied for everybody but administrators and the command line; NotFound.
pub async fn reset_link(cx: &Cx, user: UserId) -> Result<String, Fault> {
    cx.administer(async |tx| {
        let known = store::account::user(tx, user).await?.ok_or_else(|| Fault::not_found("user_not_found", "This account"))?;
        invitation::delete_resets(tx, user).await?;
        let (row, token) = make(tx, known.email, Purpose::Reset(user), RESET).await?;
        tx.changed(Area::Other, row.id.0, None, "account.reset.made", json!({ "email": row.email }));
        Ok(format!("{}/reset/{token}", cx.studio.settings.url))
    })
    .await
}

async fn make(tx: &mut Tx<'_>, email: String, purpose: Purpose, lives: i64) -> Result<(Row, String), Fault> {
    let (token, now) = (secret::token(), tx.now());
    let row = Row { id: tx.new_id(), email, purpose, created_by: tx.author(), created_at: now, expires_at: now.plus_seconds(lives), used_at: None };
    invitation::insert(tx, &row, &secret::digest(&token)).await?;
    Ok((row, token))
}

/// Those that are open, the newest first.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn invitations(cx: &Cx, project: ProjectId) -> Result<Vec<Invitation>, Fault> {
    cx.read(Action::Administer, project, async |db, project| invitation::open(db, project.id, cx.now()).await).await
}

/// # Errors
/// Denied for everybody but owners; NotFound.
pub async fn withdraw_invitation(cx: &Cx, invited: InvitationId) -> Result<(), Fault> {
    cx.write(Action::Administer, invited, async |tx, (project, email)| {
        invitation::delete(tx, invited).await?;
        tx.changed(Area::Other, invited.0, Some(project), "account.invitation.withdrawn", json!({ "email": email }));
        Ok(())
    })
    .await
}

/// What a link is for. Its token is the right to know.
///
/// # Errors
/// NotFound or Conflict with what to do where it is unknown, used or expired.
pub async fn look_at_link(cx: &Cx, token: &str) -> Result<Link, Fault> {
    let mut db = cx.studio.db.read().await?;
    let row = open(cx, &mut db, token).await?;
    match row.purpose {
        Purpose::Reset(_) => Ok(Link::Reset { email: row.email }),
        Purpose::Join(project, role) => {
            let project = store::account::project(&mut db, project).await?.ok_or_else(unknown)?.name;
            let has_account = store::account::credentials(&mut db, &row.email).await?.is_some();
            Ok(Link::Invite { project, role, email: row.email, has_account })
        }
    }
}

/// Who has an account accepts with its password; for everybody else an account is made.
///
/// # Errors
/// As [`look_at_link`]; Invalid on `name` or `password`; Limited after too many tries.
pub async fn accept_invitation(cx: &Cx, token: &str, name: &str, password: &str) -> Result<UserId, Fault> {
    let row = open(cx, &mut *cx.studio.db.read().await?, token).await?;
    let Purpose::Join(project, role) = row.purpose else { return Err(unknown()) };
    if store::account::credentials(&mut *cx.studio.db.read().await?, &row.email).await?.is_none() {
        let (user, password_hash) = people::make(cx, Problems::default(), &row.email, Some(name), password, false).await?;
        return cx
            .change(async |tx| {
                people::insert(tx, &user, &password_hash).await?;
                join(tx, row.id, project, user.id, role).await
            })
            .await;
    }
    let (attempt, found) = sign_in::check(cx, &row.email, password, None).await?;
    let user = found.ok_or_else(|| Fault::field("password", attempt.failed("This is not the password of your account.").message))?;
    cx.change(async |tx| {
        attempt.succeeded(tx).await?;
        join(tx, row.id, project, user, role).await
    })
    .await
}

async fn join(tx: &mut Tx<'_>, invitation: InvitationId, project: ProjectId, user: UserId, role: Role) -> Result<UserId, Fault> {
    use_up(tx, invitation).await?;
    projects::put_in(tx, project, user, role).await?;
    Ok(user)
}

/// Sets a new password and ends every session of the account.
///
/// # Errors
/// As [`look_at_link`]; Invalid on `password`.
pub async fn use_reset(cx: &Cx, token: &str, password: &str) -> Result<UserId, Fault> {
    account::check_password(password)?;
    let row = open(cx, &mut *cx.studio.db.read().await?, token).await?;
    let Purpose::Reset(user) = row.purpose else { return Err(unknown()) };
    let password_hash = secret::hash(password).await?;
    cx.change(async |tx| {
        use_up(tx, row.id).await?;
        people::replace_password(tx, user, &row.email, &password_hash, "account.password.reset").await?;
        Ok(user)
    })
    .await
}

/// A link works once, however many use it at the same moment.
async fn use_up(tx: &mut Tx<'_>, invitation: InvitationId) -> Result<(), Fault> {
    let now = tx.now();
    if invitation::set_used(tx, invitation, now).await? { Ok(()) } else { Err(used()) }
}

async fn open(cx: &Cx, db: &mut Db, token: &str) -> Result<Row, Fault> {
    let row = invitation::by_token(db, &secret::digest(token)).await?.ok_or_else(unknown)?;
    if row.used_at.is_some() {
        return Err(used());
    }
    if row.expires_at <= cx.now() {
        return Err(Fault::conflict("link_expired", "This link has expired. Ask whoever sent it for a new one."));
    }
    Ok(row)
}

fn unknown() -> Fault {
    Fault::new(Kind::NotFound, "link_unknown", "This link is not valid. Check that it was copied whole, or ask whoever sent it for a new one.")
}

fn used() -> Fault {
    Fault::conflict("link_used", "This link was used already. Sign in, or ask whoever sent it for a new one.")
}
