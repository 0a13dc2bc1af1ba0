//! `GET /api/openapi.json` and `GET /api/docs`.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, for_each_engine};

/// The calls of `api.md` that are built, with their scopes, typed out a second time on purpose.
const CALLS: [(&str, &str, &str); 31] = [
    ("get", "/api/v1/prompts", "read"),
    ("post", "/api/v1/prompts", "manage"),
    ("get", "/api/v1/prompts/{name}", "read"),
    ("post", "/api/v1/prompts/{name}/versions", "manage"),
    ("get", "/api/v1/prompts/{name}/diff", "read"),
    ("get", "/api/v1/prompts/{name}/versions", "read"),
    ("put", "/api/v1/prompts/{name}/labels/{label}", "manage"),
    ("post", "/api/v1/prompts/{name}/render", "read"),
    ("post", "/api/v1/prompts/{name}/run", "gateway"),
    ("get", "/api/v1/providers", "admin"),
    ("put", "/api/v1/providers/{name}", "admin"),
    ("get", "/api/v1/budgets", "admin"),
    ("put", "/api/v1/budgets/{name}", "admin"),
    ("get", "/api/v1/requests", "requests"),
    ("get", "/api/v1/requests/{id}", "requests"),
    ("get", "/api/v1/requests.jsonl", "requests"),
    ("delete", "/api/v1/users/{user}/data", "admin"),
    ("get", "/api/v1/experiments", "read"),
    ("post", "/api/v1/experiments", "manage"),
    ("get", "/api/v1/experiments/{key}", "read"),
    ("post", "/api/v1/experiments/{key}/start", "manage"),
    ("post", "/api/v1/experiments/{key}/pause", "manage"),
    ("put", "/api/v1/experiments/{key}/split", "manage"),
    ("post", "/api/v1/experiments/{key}/decide", "manage"),
    ("post", "/api/v1/experiments/{key}/assign", "ingest"),
    ("get", "/api/v1/experiments/{key}/results", "read"),
    ("post", "/api/v1/outcomes", "ingest"),
    ("get", "/api/v1/scores", "read"),
    ("post", "/api/v1/scores", "ingest"),
    ("get", "/api/v1/score-definitions", "read"),
    ("put", "/api/v1/score-definitions/{name}", "manage"),
];

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(|(method, operation)| (method.clone(), path.clone(), operation))).collect()
}

/// Every `$ref` in a document.
fn references<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_covers_exactly_what_is_served() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let document = app.stranger().get("/api/openapi.json").await.ok(200);
        let described: BTreeSet<_> = operations(&document)
            .into_iter()
            .map(|(method, path, operation)| (method, path, operation["security"][0]["bearer"][0].as_str().unwrap().to_owned()))
            .collect();
        let built = CALLS.iter().map(|(method, path, scope)| ((*method).to_owned(), (*path).to_owned(), (*scope).to_owned())).collect();
        assert_eq!(described, built);
        let client = app.writer().await;
        for (method, path, _) in operations(&document) {
            let path = path.replace("{name}", "x").replace("{label}", "y").replace("{id}", "z").replace("{user}", "mara").replace("{key}", "greeting");
            let answer = client.send_json(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &path, &json!({})).await;
            assert!(answer.status != 405 && (answer.status != 404 || answer.json()["type"] != "urn:atelier:call_not_found"), "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_description_is_sound_openapi_3_1() {
    let document = serde_json::to_value(atelier_server::openapi::openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["title"], "Atelier");
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string());
        let parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let named = |place: &str| {
            parameters.iter().filter(|parameter| parameter["in"] == place).map(|parameter| parameter["name"].as_str().unwrap()).collect::<BTreeSet<_>>()
        };
        let placed: BTreeSet<_> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(named("path"), placed, "{method} {path}");
        assert!(parameters.iter().all(|parameter| parameter["schema"].is_object() && (parameter["in"] != "path" || parameter["required"] == true)));
        for (status, response) in operation["responses"].as_object().unwrap() {
            let content = response.get("content").and_then(Value::as_object);
            assert!(response["description"].is_string());
            assert_eq!(content.is_some_and(|content| content.contains_key("application/problem+json")), status.as_str() >= "400", "{method} {path} {status}");
        }
        for status in ["401", "403", "429", "500"] {
            assert!(operation["responses"].get(status).is_some(), "{method} {path} {status}");
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_call_and_runs_nothing() {
    for_each_engine(async |test| {
        let page = TestApp::new(test).stranger().get("/api/docs").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        for (method, path, _) in CALLS {
            assert!(html.contains(path) && html.contains(&method.to_uppercase()), "{method} {path}");
        }
        for absent in ["<script", "style=", "onclick", "javascript:"] {
            assert!(!html.contains(absent), "{absent}");
        }
        for id in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        }
    })
    .await;
}
