//! Providers and prices, for the pages of those who own a project.

use atelier_domain::{cost::ModelEntry, provider::Provider, timestamp::Timestamp};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Providers {
    pub providers: Vec<Provider>,
    pub now: Timestamp,
}

/// The table of prices, as far as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    pub as_of: String,
    pub source: String,
    pub entries: Vec<PriceRow>,
    /// How many there are, those that are not shown too.
    pub found: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PriceRow {
    pub entry: ModelEntry,
    /// The owner's own, over the program's.
    pub own: bool,
}

#[server(prefix = "/fn")]
pub async fn list_providers(project: String) -> Result<Providers, UiError> {
    use crate::backend::{cx, parse, provider, reply};
    let cx = cx()?;
    Ok(Providers { providers: reply(provider::list(&cx, parse(&project)?).await)?, now: cx.now() })
}

/// Sets a provider up or changes it, and looks whether it answers. An empty key or empty headers stay as they are.
#[server(prefix = "/fn")]
pub async fn put_provider(
    project: String,
    name: String,
    kind: String,
    base_url: String,
    key: String,
    headers: String,
    models: String,
) -> Result<Provider, UiError> {
    use crate::backend::{cx, parse, provider, redirect, reply};
    let found = reply(provider::put_form(&cx()?, parse(&project)?, provider::Typed { name, kind, base_url, key, headers, models }).await)?;
    redirect(&format!("/p/{}/settings?tab=providers", found.project));
    Ok(found)
}

/// Asks a provider for its models, and keeps how that went.
#[server(prefix = "/fn")]
pub async fn check_provider(provider: String) -> Result<Provider, UiError> {
    use crate::backend::{cx, parse, provider as providers, redirect, reply};
    let found = reply(providers::check(&cx()?, parse(&provider)?).await)?;
    redirect(&format!("/p/{}/settings?tab=providers", found.project));
    Ok(found)
}

#[server(prefix = "/fn")]
pub async fn remove_provider(provider: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, provider as providers, redirect, reply};
    let found = reply(providers::remove(&cx()?, parse(&provider)?).await)?;
    redirect(&format!("/p/{}/settings?tab=providers", found.project));
    Ok(())
}

/// The prices of models whose names hold `q`; an owner's own first.
#[server(prefix = "/fn")]
pub async fn list_prices(project: String, q: String) -> Result<Prices, UiError> {
    use crate::backend::{cx, parse, provider, reply};
    reply(provider::prices_page(&cx()?, parse(&project)?, &q).await)
}

/// What a model costs, in USD a million tokens, and how much it reads, as typed. What is empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PriceFields {
    pub model: String,
    pub input: String,
    pub cached: String,
    pub cache_write: String,
    pub image: String,
    pub output: String,
    pub reasoning: String,
    pub context: String,
}

#[server(prefix = "/fn")]
pub async fn set_price(project: String, #[server(flatten)] fields: PriceFields) -> Result<(), UiError> {
    use crate::backend::{cx, parse, provider, redirect, reply};
    let id = parse(&project)?;
    reply(provider::set_price(&cx()?, id, fields).await)?;
    redirect(&format!("/p/{project}/settings?tab=prices"));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn remove_price(project: String, model: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, provider, redirect, reply};
    reply(provider::delete_price(&cx()?, parse(&project)?, &model).await)?;
    redirect(&format!("/p/{project}/settings?tab=prices"));
    Ok(())
}
