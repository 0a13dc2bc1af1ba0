//! Signing in with e-mail and password.

use atelier_domain::{account, fault::Fault, id::UserId};
use serde_json::json;

use crate::{
    cx::{Area, Cx},
    store,
};

use super::{attempts::Attempt, secret};

/// Gives the person whose session may begin. An unknown address takes as long, and is answered, as a wrong password.
///
/// # Errors
/// Invalid where they do not match, Limited during a pause.
pub async fn sign_in(cx: &Cx, email: &str, password: &str, ip: &str) -> Result<UserId, Fault> {
    let email = account::email(email)?;
    let (attempt, found) = check(cx, &email, password, Some(ip)).await?;
    let Some(user) = found else {
        tracing::warn!(ip, "a sign-in failed");
        return Err(attempt.failed("E-mail and password do not match."));
    };
    cx.change(async |tx| {
        attempt.succeeded(tx).await?;
        tx.changed(Area::Other, user.0, None, "account.session.started", json!({ "ip": ip }));
        Ok(user)
    })
    .await
}

/// Counts a try and checks the password; the caller reports what came of it to the attempt.
pub async fn check(cx: &Cx, email: &str, password: &str, ip: Option<&str>) -> Result<(Attempt, Option<UserId>), Fault> {
    let attempt = Attempt::begin(cx, email, ip).await?;
    let known = store::account::credentials(&mut *cx.studio.db.read().await?, email).await?;
    let right = secret::verify(password, known.as_ref().map(|known| known.password_hash.as_str())).await?;
    Ok((attempt, known.filter(|_| right).map(|known| known.id)))
}
