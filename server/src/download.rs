//! Files for a person's disk: what is exported.

use atelier_backend::{
    cx::Cx,
    exchange::{self, Part},
    traffic,
};
use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    request::RequestQuery,
    traffic::{By, Span, csv},
};
use axum::{
    Extension,
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Deserialize;

use crate::{problem::HttpError, routes::request};

#[derive(Deserialize)]
pub struct Wanted {
    prompt: Option<String>,
    #[serde(default)]
    folder: String,
    #[serde(default = "yaml")]
    format: String,
}

fn yaml() -> String {
    "yaml".to_owned()
}

/// `GET /p/{project}/export?prompt=…|folder=…&format=yaml|json`, in a person's session.
///
/// # Errors
/// As [`exchange::export`].
pub async fn prompts(Extension(cx): Extension<Cx>, Path(project): Path<String>, Query(wanted): Query<Wanted>) -> Result<Response, HttpError> {
    let gone = || Fault::not_found("not_found", "This page");
    let project: ProjectId = project.parse().map_err(|_| gone())?;
    let part = match wanted.prompt {
        Some(prompt) => Part::Prompt(prompt.parse().map_err(|_| gone())?),
        None => Part::Folder(wanted.folder),
    };
    let syntax = wanted.format.parse()?;
    let file = exchange::export(&cx, project, &part, syntax).await?;
    Ok(saved(file.text.into_response(), syntax.media_type(), &file.name))
}

/// `GET /p/{project}/requests.jsonl?…`: what the page of requests shows by the same query, a line of JSON each, in the shape of REST.
///
/// # Errors
/// As every list of requests; what goes wrong later ends the file early.
pub async fn requests(Extension(cx): Extension<Cx>, Path(project): Path<String>, Query(query): Query<RequestQuery>) -> Result<Response, HttpError> {
    let project: ProjectId = project.parse().map_err(|_| Fault::not_found("not_found", "This page"))?;
    let name = format!("requests-{}.jsonl", cx.now().day());
    let lines = request::exported(cx, project, &query).await?;
    Ok(saved(lines.into_response(), request::JSONL, &name))
}

#[derive(Deserialize)]
pub struct Breakdown {
    #[serde(default)]
    span: String,
    #[serde(default)]
    by: String,
}

/// `GET /p/{project}/cost/export?span=…&by=…`: the breakdown that stands on the page, all of it, as CSV.
///
/// # Errors
/// As [`traffic::breakdown`].
pub async fn costs(Extension(cx): Extension<Cx>, Path(project): Path<String>, Query(wanted): Query<Breakdown>) -> Result<Response, HttpError> {
    let project: ProjectId = project.parse().map_err(|_| Fault::not_found("not_found", "This page"))?;
    let (span, by) = (Span::parse(&wanted.span).unwrap_or_default(), By::parse(&wanted.by).unwrap_or_default());
    let (window, slices) = traffic::breakdown(&cx, project, span, by).await?;
    let name = format!("cost-by-{}-{}-{}.csv", by.as_str(), window.from.day(), window.to.day());
    Ok(saved(csv(by, &slices).into_response(), "text/csv; charset=utf-8", &name))
}

/// A file that the browser keeps, whatever it holds.
fn saved(mut response: Response, media_type: &'static str, name: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, attachment(name));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The file's name as RFC 6266 writes it.
fn attachment(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' }).collect();
    let whole = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    // Made of letters, digits and marks of ASCII: it always holds.
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_whatever_letters_it_has() {
        assert_eq!(attachment("support-reply.yaml"), "attachment; filename=\"support-reply.yaml\"; filename*=UTF-8''support%2Dreply%2Eyaml");
        assert_eq!(attachment("grüße\".json"), "attachment; filename=\"gr__e_.json\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%22%2Ejson");
    }
}
