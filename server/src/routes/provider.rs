//! Providers: set up and listed. A key goes in and never comes out.

use atelier_backend::provider;
use atelier_domain::provider::{ProviderForm, ProviderKind, ProviderName};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use utoipa::IntoParams;

use super::{
    extract::{AtNamed, Caller, FromBody, Json},
    fields::Fields,
    wire::{List, provider as wire},
};
use crate::problem::HttpError;

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as the domain's name; this is its description")]
pub struct ProviderPath {
    /// What stands before the slash of its models' names.
    #[param(pattern = "^[a-z0-9][a-z0-9._-]{0,39}$", example = "openai")]
    name: String,
}

/// What a body says of a provider.
pub struct Draft {
    kind: ProviderKind,
    form: ProviderForm,
}

impl FromBody for Draft {
    fn read(body: &mut Fields) -> Option<Self> {
        let kind = body.need::<ProviderKind>("kind");
        let headers = body.take::<std::collections::BTreeMap<String, String>>("headers");
        let form = ProviderForm {
            base_url: body.take("base_url"),
            key: body.take("key"),
            headers: headers.map(|headers| headers.into_iter().collect()),
            models: body.take("models"),
        };
        Some(Self { kind: kind?, form })
    }
}

/// Lists the providers of the project.
#[utoipa::path(get, path = "/api/v1/providers", tag = "Providers", operation_id = "listProviders",
    responses((status = 200, description = "All of them, by name.", body = List<wire::Provider>)),
    security(("bearer" = ["admin"]), ("x-api-key" = ["admin"])))]
pub async fn list(caller: Caller) -> Result<axum::Json<List<wire::Provider>>, HttpError> {
    let providers = provider::list(&caller.cx, caller.project).await?;
    Ok(axum::Json(List { data: providers.into_iter().map(wire::Provider::from).collect(), next: None }))
}

/// Sets a provider up, or changes it. What is not sent stays as it is; the key has to be sent again where the host changes.
#[utoipa::path(put, path = "/api/v1/providers/{name}", tag = "Providers", operation_id = "putProvider", request_body = wire::ProviderDraft, params(ProviderPath),
    responses((status = 200, description = "The provider was changed.", body = wire::Provider), (status = 201, description = "The provider was set up.", body = wire::Provider)),
    security(("bearer" = ["admin"]), ("x-api-key" = ["admin"])))]
pub async fn put(AtNamed { cx, project, name }: AtNamed, body: Json<Draft>) -> Result<Response, HttpError> {
    let name: ProviderName = name.parse()?;
    let Draft { kind, form } = body.value;
    let (provider, created) = provider::put(&cx, project, &name, kind, form).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(wire::Provider::from(provider))).into_response())
}
