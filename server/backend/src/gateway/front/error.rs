//! Faults as the two APIs tell them, so that their clients raise the right exception and try again only where that helps.

use std::borrow::Cow;

use atelier_domain::fault::{Fault, FieldError, Kind};
use bytes::Bytes;
use serde_json::json;

fn status(fault: &Fault) -> u16 {
    match (fault.code.as_ref(), fault.kind) {
        ("too_large", _) => 413,
        ("unsupported_media_type", _) => 415,
        ("method_not_allowed", _) => 405,
        ("provider_model", _) => 404,
        // The provider's key is ours: the client's own is good.
        ("provider_key", _) => 502,
        ("provider_overloaded", _) => 503,
        ("provider_timeout", _) => 504,
        (_, Kind::Invalid) => 400,
        (_, kind) => kind.status(),
    }
}

/// Whether it takes money or an administrator, rather than time.
fn is_spent(fault: &Fault) -> bool {
    fault.kind == Kind::Limited && (fault.code == "provider_quota" || fault.code.starts_with("budget"))
}

/// The message with every field that it does not tell of itself.
fn message_of(fault: &Fault) -> Cow<'_, str> {
    match fault.fields.as_slice() {
        [] | [_] => fault.message.as_str().into(),
        many => many.iter().fold(fault.message.clone(), |said, error| format!("{said} {}: {}", error.field, error.detail)).into(),
    }
}

/// Where it stands in the body. Adapters name a parameter as a prompt has it, within `params`, and that alone for one that they do not know.
fn field(error: &FieldError) -> Option<&str> {
    Some(error.field.strip_prefix("params.").unwrap_or(&error.field)).filter(|field| *field != "params")
}

pub(super) fn openai(fault: &Fault) -> (u16, Bytes) {
    let status = status(fault);
    let (kind, code) = match (status, fault.code.as_ref()) {
        (401, _) => ("invalid_request_error", "invalid_api_key"),
        (404, "provider_model" | "model_not_found") => ("invalid_request_error", "model_not_found"),
        (429, _) if is_spent(fault) => ("insufficient_quota", "insufficient_quota"),
        (429, _) => ("requests", "rate_limit_exceeded"),
        (_, "provider_too_long") => ("invalid_request_error", "context_length_exceeded"),
        (_, "provider_filtered") => ("invalid_request_error", "content_filter"),
        (_, "invalid") => ("invalid_request_error", "invalid_value"),
        (500.., code) => ("server_error", code),
        (_, code) => ("invalid_request_error", code),
    };
    let param = fault.fields.first().and_then(field);
    let body = json!({"error": {"message": message_of(fault), "type": kind, "param": param, "code": code}});
    (status, body.to_string().into())
}

pub(super) fn anthropic(fault: &Fault, request_id: &str) -> (u16, Bytes) {
    let status = match status(fault) {
        503 => 529,
        // A budget of the studio's is a limit that comes back with time; a provider's empty account is not.
        429 if fault.code == "provider_quota" => 402,
        status => status,
    };
    let kind = match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    // There is no field for it.
    let message = match fault.fields.as_slice() {
        [one] if status == 400 => field(one).map(|field| format!("{field}: {}", fault.message).into()),
        _ => None,
    };
    let message = message.unwrap_or_else(|| message_of(fault));
    let body = json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id});
    (status, body.to_string().into())
}
