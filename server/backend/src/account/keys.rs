//! API keys: made, listed, revoked, and checked from memory on every request of a program.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use atelier_domain::{
    account::{self, Action, ApiKey, KeyLimits, Scope},
    fault::{Fault, Problems},
    id::{KeyId, ProjectId},
    timestamp::Timestamp,
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, KeyGrant},
    db::internal,
    store,
    studio::Studio,
};

use super::secret;

const PREFIX: &str = "atl_";
const LENGTH: usize = PREFIX.len() + 43;

/// When keys were last used, until it is written.
#[derive(Debug, Default)]
pub struct KeyUses(Mutex<HashMap<KeyId, Timestamp>>);

impl KeyUses {
    fn note(&self, key: KeyId, at: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = uses.entry(key).or_insert(at);
        *last = at.max(*last);
    }

    fn take(&self) -> HashMap<KeyId, Timestamp> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Gives the key and its secret, which is shown this once.
///
/// # Errors
/// Denied for everybody but owners; Invalid on `name` or `scopes`.
pub async fn add_key(cx: &Cx, project: ProjectId, name: &str, scopes: &[Scope]) -> Result<(ApiKey, String), Fault> {
    let mut problems = Problems::default();
    let name = problems.keep(account::display_name("name", name)).unwrap_or_default();
    if scopes.is_empty() {
        problems.add("scopes", "Choose at least one: a key without a scope can do nothing.");
    }
    problems.check()?;
    let scopes: Vec<_> = Scope::ALL.iter().copied().filter(|scope| scopes.contains(scope)).collect();
    cx.write(Action::Administer, project, async |tx, project| {
        let secret = format!("{PREFIX}{}", secret::token());
        let hint = secret[LENGTH - 4..].to_owned();
        let key = ApiKey {
            id: tx.new_id(),
            name,
            hint,
            scopes,
            created_by: tx.author(),
            created_at: tx.now(),
            last_used_at: None,
            revoked_at: None,
            limits: KeyLimits::default(),
        };
        store::key::insert(tx, project.id, &key, &secret::digest(&secret)).await?;
        tx.changed(Area::Key, key.id.0, Some(project.id), "account.key.added", json!({ "name": key.name, "scopes": key.scopes }));
        Ok((key, secret))
    })
    .await
}

/// Those in use first, then the revoked.
///
/// # Errors
/// Denied for everybody but owners.
pub async fn keys(cx: &Cx, project: ProjectId) -> Result<Vec<ApiKey>, Fault> {
    cx.read(Action::Administer, project, async |db, project| store::key::list(db, project.id).await).await
}

/// What the project's keys are called, for who sees what they spend; the revoked too.
///
/// # Errors
/// NotFound.
pub async fn key_names(cx: &Cx, project: ProjectId) -> Result<HashMap<KeyId, String>, Fault> {
    let keys = cx.read(Action::See, project, async |db, project| store::key::list(db, project.id).await).await?;
    Ok(keys.into_iter().map(|key| (key.id, key.name)).collect())
}

/// On this node the very next request with it is refused.
///
/// # Errors
/// Denied for everybody but owners; NotFound.
pub async fn revoke_key(cx: &Cx, key: KeyId) -> Result<(), Fault> {
    cx.write(Action::Administer, key, async |tx, (project, found)| {
        let now = tx.now();
        store::key::revoke(tx, key, now).await?;
        tx.changed(Area::Key, key.0, Some(project), "account.key.revoked", json!({ "name": found.name }));
        Ok(())
    })
    .await
}

/// Sets how much a key may do through the gateway, from its next request on.
///
/// # Errors
/// Denied for everybody but owners; NotFound; Invalid for a limit of nothing.
pub async fn limit_key(cx: &Cx, key: KeyId, limits: KeyLimits) -> Result<(), Fault> {
    limits.check()?;
    cx.write(Action::Administer, key, async |tx, (project, found)| {
        store::key::set_limits(tx, key, limits).await?;
        tx.changed(Area::Key, key.0, Some(project), "account.key.limited", json!({ "name": found.name, "limits": limits }));
        Ok(())
    })
    .await
}

/// Who a bearer token is: from memory, else from the database.
///
/// # Errors
/// Unauthenticated.
pub async fn verify_key(studio: &Studio, token: &str) -> Result<Arc<KeyGrant>, Fault> {
    if token.len() != LENGTH || !token.starts_with(PREFIX) {
        return Err(Fault::unauthenticated());
    }
    let hash = secret::digest(token);
    let grant = match studio.caches.keys.get(&hash) {
        Some(grant) => grant,
        None => {
            let generation = studio.caches.keys.generation();
            let grant = store::key::grant(&mut *studio.db.read().await?, &hash).await?;
            let grant = Arc::new(grant.ok_or_else(Fault::unauthenticated)?);
            studio.caches.keys.put(generation, hash, grant.clone());
            grant
        }
    };
    studio.key_uses.note(grant.id, studio.clock.now());
    Ok(grant)
}

/// Writes when keys were last used; every few seconds, and at the end.
///
/// # Errors
/// Internal: what was noted is then kept for the next time.
pub async fn flush_key_uses(studio: &Studio) -> Result<(), Fault> {
    let uses = studio.key_uses.take();
    if uses.is_empty() {
        return Ok(());
    }
    let written = write_uses(studio, &uses).await;
    if written.is_err() {
        uses.into_iter().for_each(|(key, at)| studio.key_uses.note(key, at));
    }
    written
}

async fn write_uses(studio: &Studio, uses: &HashMap<KeyId, Timestamp>) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    for (key, at) in uses {
        store::key::set_used(&mut tx, *key, *at).await?;
    }
    tx.commit().await.map_err(internal)
}
