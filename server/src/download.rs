//! Files for a person's disk: what is exported.

use atelier_backend::{
    cx::Cx,
    exchange::{self, Part},
    request::{self, Whole},
    traffic,
};
use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    request::{RequestFilter, RequestQuery},
    traffic::{By, Span, csv},
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use http::{HeaderValue, header};
use serde::Deserialize;

use crate::{problem::HttpError, routes::wire::request::WholeRequest};

/// Requests that are read at once, with all that was said in them.
const REQUESTS: u32 = 50;

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
/// As [`request::export`]; what goes wrong later ends the file early.
pub async fn requests(Extension(cx): Extension<Cx>, Path(project): Path<String>, Query(query): Query<RequestQuery>) -> Result<Response, HttpError> {
    let project: ProjectId = project.parse().map_err(|_| Fault::not_found("not_found", "This page"))?;
    let filter = request::read(&cx, project, &query).await?;
    let first = request::export(&cx, project, filter.clone(), REQUESTS, None).await?;
    let name = format!("requests-{}.jsonl", cx.now().day());
    Ok(saved(Body::from_stream(lines(cx, project, filter, first)).into_response(), "application/jsonl", &name))
}

/// The next ones are read when these are sent.
fn lines(cx: Cx, project: ProjectId, filter: RequestFilter, first: (Vec<Whole>, Option<String>)) -> impl Stream<Item = Result<Bytes, Fault>> + Send {
    stream::try_unfold((Some(first), None::<String>), move |(ready, cursor)| {
        let (cx, filter) = (cx.clone(), filter.clone());
        async move {
            let (found, next) = match (ready, cursor) {
                (Some(ready), _) => ready,
                (None, Some(cursor)) => request::export(&cx, project, filter, REQUESTS, Some(&cursor)).await?,
                (None, None) => return Ok(None),
            };
            let mut text = Vec::new();
            for one in found {
                serde_json::to_writer(&mut text, &WholeRequest::from(one)).map_err(|_| Fault::internal())?;
                text.push(b'\n');
            }
            Ok(Some((Bytes::from(text), (None, next))))
        }
    })
}

#[derive(Deserialize)]
pub struct Breakdown {
    #[serde(default)]
    span: String,
    #[serde(default)]
    by: String,
}

/// `GET /p/{project}/cost/export?span=…&by=…`: what stands on the page, as CSV.
///
/// # Errors
/// As [`traffic::report`].
pub async fn costs(Extension(cx): Extension<Cx>, Path(project): Path<String>, Query(wanted): Query<Breakdown>) -> Result<Response, HttpError> {
    let project: ProjectId = project.parse().map_err(|_| Fault::not_found("not_found", "This page"))?;
    let (span, by) = (Span::parse(&wanted.span).unwrap_or_default(), By::parse(&wanted.by).unwrap_or_default());
    let report = traffic::report(&cx, project, span, by).await?;
    let name = format!("cost-by-{}-{}-{}.csv", by.as_str(), report.window.from.day(), report.window.to.day());
    Ok(saved(csv(by, &report.slices).into_response(), "text/csv; charset=utf-8", &name))
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
