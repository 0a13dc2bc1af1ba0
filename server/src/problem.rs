//! A fault as HTTP says it: RFC 9457 `application/problem+json`.
//!
//! Use cases know kinds of faults; the few statuses that only the wire knows (400, 405, 413, 415) stand here, by their codes.

use atelier_domain::fault::{Fault, FieldError, Kind};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// Faults that no use case knows: code, status, title.
const OF_THE_WIRE: [(&str, u16, &str); 4] = [
    ("malformed", 400, "Not readable"),
    ("method_not_allowed", 405, "Method not allowed"),
    ("too_large", 413, "Too large"),
    ("unsupported_media_type", 415, "Media type not supported"),
];

/// The wrapper for handlers: `Result<_, HttpError>`.
#[derive(Debug)]
pub struct HttpError(pub Fault);

impl From<Fault> for HttpError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

/// What could not be read at all.
pub fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(Kind::Invalid, "malformed", message)
}

pub fn too_large() -> Fault {
    Fault::new(Kind::Invalid, "too_large", "A request's body takes at most 4 MiB.")
}

pub fn unsupported_media_type() -> Fault {
    Fault::new(Kind::Invalid, "unsupported_media_type", "Send JSON, with the header “Content-Type: application/json”.")
}

/// For routes that know the path, but not the method; the router adds `Allow`.
pub async fn method_not_allowed() -> HttpError {
    HttpError(Fault::new(Kind::Invalid, "method_not_allowed", "This address does not take this method; the header “Allow” names those that it takes."))
}

/// For what lies below `/api` and is no call.
pub async fn unknown_call() -> HttpError {
    HttpError(Fault::new(Kind::NotFound, "call_not_found", "There is no such call: /api/docs lists them all."))
}

/// A field of the request that breaks a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// The field's path as the client wrote it: `messages[2].content`.
    pub field: String,
    /// What to change, as a sentence.
    pub detail: String,
}

impl From<FieldError> for ProblemField {
    fn from(FieldError { field, detail }: FieldError) -> Self {
        Self { field, detail }
    }
}

/// Every error has this shape (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable, for programs: `urn:atelier:prompt_not_found`.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    pub kind: String,
    /// The same for every problem of one sort.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The HTTP status once more.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// A sentence that says what to do.
    pub detail: String,
    /// Every field that needs a change, with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
    /// To quote when you ask for help; the header `x-request-id` has it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let of_the_wire = OF_THE_WIRE.iter().find(|(code, ..)| *code == fault.code);
        let (status, title) = of_the_wire.map_or((fault.kind.status(), fault.kind.title()), |(_, status, title)| (*status, *title));
        Self {
            kind: format!("urn:atelier:{}", fault.code),
            title,
            status,
            detail: fault.message,
            errors: fault.fields.into_iter().map(ProblemField::from).collect(),
            request_id: fault.request_id,
        }
    }
}

impl Problem {
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn to_json(&self) -> String {
        // A document of texts and numbers always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Kept in a response's extensions until [`identify`] knows the request's id.
#[derive(Clone)]
struct Unidentified(Fault);

/// A problem as it was kept for an `Idempotency-Key`: each request that gets it has an id of its own.
#[derive(Clone)]
pub struct Kept(pub String);

/// Writes the request's id into a problem that was answered without it.
pub fn identify(mut response: Response, id: &str) -> Response {
    if let Some(Kept(problem)) = response.extensions_mut().remove::<Kept>()
        && let Ok(serde_json::Value::Object(mut problem)) = serde_json::from_str(&problem)
    {
        problem.insert("request_id".to_owned(), id.into());
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, serde_json::Value::Object(problem).to_string().into());
    }
    let Some(Unidentified(fault)) = response.extensions_mut().remove::<Unidentified>() else { return response };
    let (parts, _) = response.into_parts();
    let problem = Problem::from(Fault { request_id: Some(id.to_owned()), ..fault });
    Response::from_parts(parts, problem.to_json().into())
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let kind = self.0.kind;
        let problem = Problem::from(self.0.clone());
        let mut response = (problem.status(), [(header::CONTENT_TYPE, MEDIA_TYPE)], problem.to_json()).into_response();
        let headers = response.headers_mut();
        match kind {
            Kind::Unauthenticated => drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Kind::Limited => drop(headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => {}
        }
        response.extensions_mut().insert(Unidentified(self.0));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_wire_has_its_own_status() {
        for (fault, status) in [
            (malformed("x"), 400),
            (too_large(), 413),
            (unsupported_media_type(), 415),
            (Fault::field("name", "x"), 422),
            (Fault::unauthenticated(), 401),
            (Fault::internal(), 500),
        ] {
            assert_eq!(Problem::from(fault).status, status);
        }
    }

    #[test]
    fn a_problem_without_fields_has_no_list_of_them() {
        let text = Problem::from(Fault::not_found("prompt_not_found", "This prompt")).to_json();
        assert!(text.starts_with(r#"{"type":"urn:atelier:prompt_not_found","title":"Not found","status":404,"detail":"#) && !text.contains("errors"));
    }
}
