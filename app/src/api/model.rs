//! Models of this machine by file, for administrators.

use atelier_domain::{model_file::ModelFile, timestamp::Timestamp};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Models {
    pub files: Vec<ModelFile>,
    pub now: Timestamp,
}

#[server(prefix = "/fn")]
pub async fn list_models() -> Result<Models, UiError> {
    use crate::backend::{cx, reply};
    let cx = cx()?;
    Ok(Models { files: reply(atelier_backend::model::list(&cx).await)?, now: cx.now() })
}

/// Adds a file by its path on the machine that serves.
#[server(prefix = "/fn")]
pub async fn add_model(name: String, path: String) -> Result<ModelFile, UiError> {
    use crate::backend::{cx, redirect, reply};
    let cx = cx()?;
    // Whoever may not hears that first.
    reply(cx.check_admin())?;
    let name = reply(name.trim().parse())?;
    let added = reply(atelier_backend::model::put(&cx, &name, &path).await)?;
    redirect("/admin");
    Ok(added)
}

/// The file stays.
#[server(prefix = "/fn")]
pub async fn remove_model(name: String) -> Result<(), UiError> {
    use crate::backend::{cx, redirect, reply};
    let cx = cx()?;
    reply(cx.check_admin())?;
    let name = reply(name.parse())?;
    reply(atelier_backend::model::remove(&cx, &name).await)?;
    redirect("/admin");
    Ok(())
}
