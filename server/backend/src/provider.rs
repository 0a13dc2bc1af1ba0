//! Providers of a project: set up, looked at, asked. Their keys go in and never come out.

mod catalogue;
mod reach;

use atelier_domain::{
    account::Action,
    fault::Fault,
    id::{ProjectId, ProviderId},
    provider::{Checked, ListedModel, Provider, ProviderForm, ProviderKind, ProviderName},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, Target},
    db::Db,
    gateway::Provider as _,
    store::{self, provider::Sealed},
};

pub use catalogue::{Catalogue, callable, catalogue, delete_price, models, prices, put_price};
pub(crate) use reach::reach;

impl Target for ProviderId {
    type Found = (Provider, Sealed);

    fn missing(&self) -> Fault {
        Fault::not_found("provider_not_found", "This provider")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Self::Found)>, Fault> {
        Ok(store::provider::by_id(db, *self).await?.map(|found| (found.0.project, found)))
    }
}

/// # Errors
/// Denied for everybody but owners.
pub async fn list(cx: &Cx, project: ProjectId) -> Result<Vec<Provider>, Fault> {
    cx.read(Action::Administer, project, async |db, _| store::provider::list(db, project).await).await
}

/// Sets a provider up, or changes it. A key does not follow to another host: whoever reads there would read it.
///
/// # Errors
/// Denied for everybody but owners; Invalid with every field at fault.
pub async fn put(cx: &Cx, project: ProjectId, name: &ProviderName, kind: ProviderKind, form: ProviderForm) -> Result<(Provider, bool), Fault> {
    let form = form.tidy()?;
    cx.write(Action::Administer, project, async |tx, _| {
        let before = store::provider::by_name(tx, project, name).await?;
        let created = before.is_none();
        let (mut provider, mut sealed) = match before {
            Some((provider, sealed)) => (provider, sealed),
            None => (blank(tx.new_id(), project, name.clone(), kind, tx.now()), Sealed::default()),
        };
        let place = (provider.kind, host(provider.base_url.as_deref()).map(str::to_owned));
        provider.kind = kind;
        if let Some(url) = form.base_url {
            provider.base_url = Some(url).filter(|url| !url.is_empty());
        }
        let moved = place != (provider.kind, host(provider.base_url.as_deref()).map(str::to_owned));
        let secret = sealed.key.is_some() && form.key.is_none() || sealed.headers.is_some() && form.headers.is_none();
        if moved && secret {
            return Err(Fault::field("key", "Enter its key and headers again: they do not follow to another address."));
        }
        let sealer = &cx.studio.settings.sealer;
        if let Some(key) = form.key {
            provider.key_hint = (!key.is_empty()).then(|| key[key.len().saturating_sub(4)..].to_owned()).filter(|_| key.len() >= 12);
            sealed.key = if key.is_empty() { None } else { Some(sealer.seal(&reach::of_key(provider.id), &key)?) };
            provider.key_hint = provider.key_hint.or_else(|| sealed.key.as_ref().map(|_| String::new()));
        }
        if let Some(headers) = form.headers {
            provider.headers = headers.iter().map(|(name, _)| name.clone()).collect();
            let text = serde_json::to_string(&headers).map_err(|_| Fault::internal())?;
            sealed.headers = if headers.is_empty() { None } else { Some(sealer.seal(&reach::of_headers(provider.id), &text)?) };
        }
        if let Some(models) = form.models {
            provider.models_typed = !models.is_empty();
            provider.models = models.into_iter().map(|name| ListedModel { name, ..ListedModel::default() }).collect();
        }
        (provider.updated_at, provider.updated_by) = (tx.now(), tx.author());
        provider.checked = None;
        store::provider::put(tx, &provider, &sealed).await?;
        let what = if created { "provider.added" } else { "provider.changed" };
        tx.changed(Area::Provider, provider.id.0, Some(project), what, json!({"name": provider.name, "kind": provider.kind, "base_url": provider.base_url}));
        Ok((provider, created))
    })
    .await
}

fn blank(id: ProviderId, project: ProjectId, name: ProviderName, kind: ProviderKind, at: atelier_domain::timestamp::Timestamp) -> Provider {
    Provider {
        id,
        project,
        name,
        kind,
        base_url: None,
        key_hint: None,
        headers: Vec::new(),
        models: Vec::new(),
        models_typed: false,
        checked: None,
        updated_at: at,
        updated_by: String::new(),
    }
}

/// Scheme, host and port of an address.
fn host(url: Option<&str>) -> Option<&str> {
    let url = url?;
    let after = url.find("://").map_or(0, |at| at + 3);
    Some(url[after..].find('/').map_or(url, |slash| &url[..after + slash]))
}

/// Prompts that name its models fail until it is set up again.
///
/// # Errors
/// Denied for everybody but owners; NotFound.
pub async fn remove(cx: &Cx, provider: ProviderId) -> Result<Provider, Fault> {
    cx.write(Action::Administer, provider, async |tx, (provider, _)| {
        store::provider::delete(tx, provider.id).await?;
        tx.changed(Area::Provider, provider.id.0, Some(provider.project), "provider.removed", json!({"name": provider.name}));
        Ok(provider)
    })
    .await
}

/// Asks a provider for its list of models, and keeps what came or why nothing did.
///
/// # Errors
/// Denied for everybody but owners; NotFound. What the provider says is in the answer.
pub async fn check(cx: &Cx, provider: ProviderId) -> Result<Provider, Fault> {
    let (provider, sealed) = cx.read(Action::Administer, provider, async |_, found| Ok(found)).await?;
    let begun = std::time::Instant::now();
    let listed = match reach(&cx.studio, &provider, &sealed) {
        Ok(remote) => remote.models().await.map_err(|failure| failure.fault),
        Err(fault) => Err(fault),
    };
    let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let checked = Checked { at: cx.now(), error: listed.as_ref().err().map(|fault| fault.message.clone()), took_us };
    cx.write(Action::Administer, provider.id, async |tx, _| {
        store::provider::checked(tx, provider.id, &checked, listed.as_deref().ok()).await?;
        let detail = json!({"name": provider.name, "good": checked.error.is_none()});
        tx.changed(Area::Provider, provider.id.0, Some(provider.project), "provider.checked", detail);
        Ok(store::provider::by_id(tx, provider.id).await?.ok_or_else(Fault::internal)?.0)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_stands_before_the_path() {
        for (url, found) in [("https://a.example/v1", "https://a.example"), ("http://127.0.0.1:8000", "http://127.0.0.1:8000")] {
            assert_eq!(host(Some(url)), Some(found));
        }
        assert_eq!(host(None), None);
    }
}
