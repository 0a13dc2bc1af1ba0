//! From a provider as it is stored to one that can be asked.

use std::sync::Arc;

use atelier_domain::{
    fault::Fault,
    id::ProviderId,
    provider::{Provider, ProviderKind},
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    gateway::{Adapter, Anthropic, Gemini, OpenAi, Remote, Secret},
    store::provider::Sealed,
    studio::Studio,
};

/// What its key is sealed for.
pub fn of_key(provider: ProviderId) -> String {
    format!("provider {provider} key")
}

/// What its headers are sealed for.
pub fn of_headers(provider: ProviderId) -> String {
    format!("provider {provider} headers")
}

/// # Errors
/// Invalid where its address is none, or where its key was sealed with another secret key.
pub fn reach(studio: &Studio, provider: &Provider, sealed: &Sealed) -> Result<Remote, Fault> {
    let sealer = &studio.settings.sealer;
    let lost = || {
        let say = format!("The key of “{}” was sealed with another ATELIER_SECRET_KEY. Enter it again in Settings, Providers.", provider.name);
        Fault::upstream("provider_key", say)
    };
    let key = sealed.key.as_ref().map(|key| sealer.open(&of_key(provider.id), key).ok_or_else(lost)).transpose()?;
    let headers = match &sealed.headers {
        Some(headers) => headers_of(&sealer.open(&of_headers(provider.id), headers).ok_or_else(lost)?)?,
        None => HeaderMap::new(),
    };
    let adapter: Arc<dyn Adapter> = match provider.kind {
        ProviderKind::Openai => Arc::new(OpenAi::at(host(provider.base_url.as_deref().unwrap_or_default()))),
        ProviderKind::Anthropic => Arc::new(Anthropic),
        ProviderKind::Gemini => Arc::new(Gemini),
    };
    Ok(Remote::new(adapter, provider.base_url.as_deref(), key.map(Secret::new), studio.http.clone())?.with_headers(headers))
}

/// The host of an address, without scheme and port.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.split(['/', ':', '?']).next().unwrap_or_default()
}

fn headers_of(text: &str) -> Result<HeaderMap, Fault> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).map_err(|_| Fault::internal())?;
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) else { return Err(Fault::internal()) };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}
