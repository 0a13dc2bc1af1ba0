//! The OpenAPI 3.1 description, made from what is routed and from the wire's own types.
//!
//! What every call shares (keys, errors) is added here, by what a call takes: a body may be malformed, a path may lead nowhere.

use std::sync::OnceLock;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderValue, header};
use utoipa::{
    OpenApi as _, ToSchema as _,
    openapi::{
        Content, HeaderBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    problem::{MEDIA_TYPE, Problem, ProblemField},
    routes,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Atelier",
        description = "Prompts, versions and labels over HTTP.\n\nEvery call needs an API key of one project, as `Authorization: Bearer atl_…` or as `x-api-key: atl_…`. \
            JSON in and out, times in RFC 3339 and UTC; every error is a problem document (RFC 9457). A body takes at most 4 MiB. \
            A 2xx on a write means that it is committed.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/")),
    components(schemas(Problem, ProblemField, routes::prompt::SortBy, routes::completion::Chunk, routes::completion::StreamError)),
    tags(
        (name = "Prompts", description = "Find, make and pull prompts."),
        (name = "Versions", description = "Versions never change."),
        (name = "Labels", description = "Labels move: `production` is what code pulls."),
        (name = "Use", description = "Fill a prompt in, or ask its model."),
        (name = "Providers", description = "Who answers besides the model of this machine."),
        (name = "Budgets", description = "How much may be spent, and how much was."),
        (name = "Experiments", description = "Which version is better, asked of live traffic."),
        (name = "Scores", description = "What users and programs say of answers, and what that means."),
        (name = "Requests", description = "What came through the gateway, and what it took.")
    )
)]
struct Base;

/// The whole description.
pub fn openapi() -> OpenApi {
    let base = OpenApiRouter::<()>::with_openapi(Base::openapi());
    let (_, mut description) = base.merge(routes::calls()).split_for_parts();
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = description.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("atl_…").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("x-api-key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("x-api-key"))));
    description.security = Some(["bearer", "x-api-key"].map(|scheme| SecurityRequirement::new(scheme, [""; 0])).into());
    for item in description.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
            complete(operation);
        }
    }
    description
}

/// Adds the errors that any call of this kind may give.
fn complete(operation: &mut Operation) {
    let has = |place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place))
    };
    let mut errors = vec![
        ("400", "The address or the body cannot be read."),
        ("401", "No valid API key."),
        ("403", "The key does not have the scope."),
        ("429", "Too many, too fast. Try again in a moment."),
        ("500", "Our own mistake: quote the request id."),
    ];
    if has(&ParameterIn::Path) {
        errors.push(("404", "There is no such prompt, label, version, request or experiment in the key's project."));
    }
    if has(&ParameterIn::Query) || operation.request_body.is_some() {
        errors.push(("422", "A field breaks a rule: `errors` names each."));
    }
    if operation.request_body.is_some() {
        errors.extend([("413", "The body is over 4 MiB."), ("415", "The body is no JSON.")]);
    }
    for (status, description) in errors {
        let response = ResponseBuilder::new().description(description).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            finish(status, response);
        }
    }
}

fn finish(status: &str, response: &mut Response) {
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    if status >= "400" {
        response.content.insert(MEDIA_TYPE.to_owned(), RefOr::T(Content::new(Some(RefOr::Ref(Ref::from_schema_name(Problem::name()))))));
    }
    let extra = match status {
        "401" => Some(("WWW-Authenticate", "`Bearer`.")),
        "429" => Some(("Retry-After", "In seconds.")),
        _ => None,
    };
    if let Some((name, description)) = extra {
        response.headers.insert(name.to_owned(), RefOr::T(HeaderBuilder::new().schema(Some(text())).description(Some(description)).build()));
    }
}

fn served() -> &'static Bytes {
    static JSON: OnceLock<Bytes> = OnceLock::new();
    JSON.get_or_init(|| openapi().to_json().unwrap_or_default().into())
}

/// `GET /api/openapi.json`.
pub async fn document() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (headers, served().clone())
}
