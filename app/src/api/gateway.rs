//! What a project keeps of its traffic, for the page of those who own it.

use atelier_domain::gateway::GatewaySettings;
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// What is typed of a project's settings. A tick that is not set sends nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GatewayFields {
    #[serde(default)]
    pub bodies: Option<String>,
    pub days: String,
    pub cache: String,
    /// How long an answer may be given again: so many units.
    pub keep: String,
    /// Seconds of one of them.
    pub unit: String,
    /// A line each.
    #[serde(default)]
    pub origins: String,
    #[serde(flatten)]
    pub redact: RedactionFields,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RedactionFields {
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub card: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    /// A line each.
    #[serde(default)]
    pub patterns: String,
}

#[server(prefix = "/fn")]
pub async fn show_gateway(project: String) -> Result<GatewaySettings, UiError> {
    use crate::backend::{cx, gateway, parse, reply};
    reply(gateway::settings(&cx()?, parse(&project)?).await)
}

#[server(prefix = "/fn")]
pub async fn set_gateway(project: String, #[server(flatten)] fields: GatewayFields) -> Result<(), UiError> {
    use crate::backend::{cx, gateway, parse, redirect_plain, reply};
    reply(gateway::put_form(&cx()?, parse(&project)?, fields).await)?;
    redirect_plain(&format!("/p/{project}/settings?tab=gateway&saved=true"));
    Ok(())
}

/// What a text becomes by these settings, which are not set by that.
#[server(prefix = "/fn")]
pub async fn try_redaction(project: String, sample: String, #[server(flatten)] fields: RedactionFields) -> Result<String, UiError> {
    use crate::backend::{cx, gateway, parse, reply};
    reply(gateway::try_redaction(&cx()?, parse(&project)?, gateway::redaction(fields), &sample).await)
}

/// How many answers were forgotten.
#[server(prefix = "/fn")]
pub async fn empty_cache(project: String) -> Result<u64, UiError> {
    use crate::backend::{cx, gateway, parse, redirect_plain, reply};
    let gone = reply(gateway::forget_answers(&cx()?, parse(&project)?).await)?;
    redirect_plain(&format!("/p/{project}/settings?tab=gateway&saved=true"));
    Ok(gone)
}

/// How many requests an end user has, up to ten thousand.
#[server(prefix = "/fn")]
pub async fn count_user(project: String, user: String) -> Result<i64, UiError> {
    use crate::backend::{cx, gateway, parse, reply};
    reply(gateway::count_user(&cx()?, parse(&project)?, &user).await)
}

/// Deletes an end user's requests; gives how many there were.
#[server(prefix = "/fn")]
pub async fn erase_user(project: String, user: String) -> Result<u64, UiError> {
    use crate::backend::{cx, gateway, parse, redirect_plain, reply};
    let gone = reply(gateway::erase_user(&cx()?, parse(&project)?, &user).await)?;
    redirect_plain(&format!("/p/{project}/settings?tab=gateway&erased={gone}"));
    Ok(gone)
}
