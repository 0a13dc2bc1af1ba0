use http::HeaderMap;

use super::*;
use crate::gateway::faults::{About, Complaint};

fn provider(about: About) -> Fault {
    crate::gateway::Failure::from(Complaint { about, message: None, status: None, retry_after: None }).fault
}

#[test]
fn each_fault_has_the_status_and_the_words_of_the_api_that_was_called() {
    let limited = |code| Fault::limited(code, "Wait.");
    let cases = [
        (Fault::unauthenticated(), (401, "invalid_request_error", "invalid_api_key"), (401, "authentication_error")),
        (Fault::denied("No."), (403, "invalid_request_error", "not_allowed"), (403, "permission_error")),
        (Fault::not_found("model_not_found", "This model"), (404, "invalid_request_error", "model_not_found"), (404, "not_found_error")),
        (Fault::not_found("prompt_not_found", "This prompt"), (404, "invalid_request_error", "prompt_not_found"), (404, "not_found_error")),
        (Fault::conflict("changed", "Again."), (409, "invalid_request_error", "changed"), (409, "invalid_request_error")),
        (Fault::field("n", "No."), (400, "invalid_request_error", "invalid_value"), (400, "invalid_request_error")),
        (malformed("No."), (400, "invalid_request_error", "malformed"), (400, "invalid_request_error")),
        (Fault::new(Kind::Invalid, "too_large", "No."), (413, "invalid_request_error", "too_large"), (413, "request_too_large")),
        (limited("model_busy"), (429, "requests", "rate_limit_exceeded"), (429, "rate_limit_error")),
        (limited("budget_spent"), (429, "insufficient_quota", "insufficient_quota"), (429, "rate_limit_error")),
        (Fault::internal(), (500, "server_error", "internal"), (500, "api_error")),
        (provider(About::Key), (502, "server_error", "provider_key"), (502, "api_error")),
        (provider(About::Quota), (429, "insufficient_quota", "insufficient_quota"), (402, "billing_error")),
        (provider(About::Model), (404, "invalid_request_error", "model_not_found"), (404, "not_found_error")),
        (provider(About::TooLong), (400, "invalid_request_error", "context_length_exceeded"), (400, "invalid_request_error")),
        (provider(About::Filtered), (400, "invalid_request_error", "content_filter"), (400, "invalid_request_error")),
        (provider(About::TooMany), (429, "requests", "rate_limit_exceeded"), (429, "rate_limit_error")),
        (provider(About::Overloaded), (503, "server_error", "provider_overloaded"), (529, "overloaded_error")),
        (provider(About::TimeOut), (504, "server_error", "provider_timeout"), (504, "timeout_error")),
        (provider(About::Itself), (502, "server_error", "provider_failed"), (502, "api_error")),
        (provider(About::Request), (400, "invalid_request_error", "provider_invalid"), (400, "invalid_request_error")),
    ];
    for (fault, openai, anthropic) in cases {
        let (status, body) = Dialect::OpenAi.error(&fault, "req-1");
        let body: Value = serde_json::from_slice(&body).unwrap();
        let word = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap();
        assert_eq!((status, word("/error/type"), word("/error/code")), openai, "{fault:?}");
        let (status, body) = Dialect::Anthropic.error(&fault, "req-1");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, body.pointer("/error/type").and_then(Value::as_str).unwrap()), anthropic, "{fault:?}");
        assert_eq!((body.get("type"), body.get("request_id")), (Some(&json!("error")), Some(&json!("req-1"))));
    }
}

#[test]
fn the_field_is_told_where_each_api_tells_it() {
    let cases = [
        (Fault::field("messages[1].role", "Who?"), json!("messages[1].role"), "Who?", "messages[1].role: Who?"),
        (faults::cannot("params.seed", "No seed."), json!("seed"), "No seed.", "seed: No seed."),
        (faults::cannot("params", "No logit_bias."), Value::Null, "No logit_bias.", "No logit_bias."),
        (Fault::internal(), Value::Null, "Something", "Something"),
        (Fault::field("a", "A.").at("b"), json!("a"), "A. a: A. b: A.", "A. a: A. b: A."),
    ];
    for (fault, param, openai, anthropic) in cases {
        let said = |dialect: Dialect| serde_json::from_slice::<Value>(&dialect.error(&fault, "r").1).unwrap();
        assert_eq!(said(Dialect::OpenAi).pointer("/error/param"), Some(&param));
        for (dialect, begins) in [(Dialect::OpenAi, openai), (Dialect::Anthropic, anthropic)] {
            let said = said(dialect);
            let message = said.pointer("/error/message").and_then(Value::as_str).unwrap();
            assert!(message.starts_with(begins), "{message}");
        }
    }
}

#[test]
fn a_studio_behind_a_studio_understands_the_error() {
    for about in [About::Quota, About::Model, About::TooLong, About::TooMany, About::Overloaded, About::TimeOut, About::Itself, About::Request] {
        let fault = provider(about);
        for dialect in BOTH {
            let (status, body) = dialect.error(&fault, "r");
            assert_eq!(adapter(dialect).fault(status, &HeaderMap::new(), &body).fault.code, fault.code, "{dialect:?}");
        }
    }
}
