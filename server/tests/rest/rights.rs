//! The table of scopes, and other projects' names.

use atelier_domain::account::Scope;
use http::Method;
use serde_json::{Value, json};

use crate::{
    request::recorded,
    support::{TestApp, at, for_each_engine, message},
};

/// A request that is there.
const REQUEST: &str = "01a20472-cd66-71ef-9a03-68d4d1d47d63";

/// A test of the one version that there is against itself.
fn compared(key: &str) -> Value {
    let mut definition = crate::experiment::definition(key);
    definition["variants"][1]["version"] = json!(1);
    definition
}

/// Every call with a body that it takes, the scope it needs by `api.md`, and what it answers.
fn calls(name: &str) -> Vec<(Method, String, Value, Scope, u16)> {
    let at = at(name);
    vec![
        (Method::GET, "/api/v1/prompts".to_owned(), Value::Null, Scope::Read, 200),
        (Method::POST, "/api/v1/prompts".to_owned(), json!({"name": "made", "type": "chat"}), Scope::Manage, 201),
        (Method::GET, at.clone(), Value::Null, Scope::Read, 200),
        (Method::POST, format!("{at}/versions"), message("new"), Scope::Manage, 201),
        (Method::GET, format!("{at}/versions"), Value::Null, Scope::Read, 200),
        (Method::GET, format!("{at}/diff?from=1&to=1"), Value::Null, Scope::Read, 200),
        (Method::PUT, format!("{at}/labels/production"), json!({"version": 1}), Scope::Manage, 200),
        (Method::POST, format!("{at}/render"), json!({"version": 1}), Scope::Read, 200),
        // There is no model behind these tests.
        (Method::POST, format!("{at}/run"), json!({"version": 1}), Scope::Gateway, 502),
        (Method::GET, "/api/v1/providers".to_owned(), Value::Null, Scope::Admin, 200),
        (Method::PUT, "/api/v1/providers/openai".to_owned(), json!({"kind": "openai", "key": "sk-canary"}), Scope::Admin, 201),
        (Method::GET, "/api/v1/budgets".to_owned(), Value::Null, Scope::Admin, 200),
        (Method::PUT, "/api/v1/budgets/All".to_owned(), json!({"per": "project", "period": "month", "limit": "100"}), Scope::Admin, 201),
        (Method::GET, "/api/v1/requests".to_owned(), Value::Null, Scope::Requests, 200),
        (Method::GET, format!("/api/v1/requests/{REQUEST}"), Value::Null, Scope::Requests, 200),
        (Method::GET, "/api/v1/requests.jsonl?outcome=answered".to_owned(), Value::Null, Scope::Requests, 200),
        (Method::GET, "/api/v1/experiments".to_owned(), Value::Null, Scope::Read, 200),
        (Method::POST, "/api/v1/experiments".to_owned(), compared("made"), Scope::Manage, 201),
        (Method::GET, "/api/v1/experiments/made".to_owned(), Value::Null, Scope::Read, 200),
        (Method::POST, "/api/v1/experiments/made/start".to_owned(), Value::Null, Scope::Manage, 200),
        (Method::POST, "/api/v1/experiments/made/assign".to_owned(), json!({"unit": "mara"}), Scope::Ingest, 200),
        (Method::GET, "/api/v1/scores".to_owned(), Value::Null, Scope::Read, 200),
        (Method::POST, "/api/v1/scores".to_owned(), json!({"target": {"request_id": REQUEST}, "name": "helpful", "value": true}), Scope::Ingest, 202),
        (Method::GET, "/api/v1/score-definitions".to_owned(), Value::Null, Scope::Read, 200),
        (Method::PUT, "/api/v1/score-definitions/stars".to_owned(), json!({"kind": "number", "min": 1, "max": 5}), Scope::Manage, 201),
        (Method::POST, "/api/v1/outcomes".to_owned(), json!({"experiment": "made", "unit": "mara", "metric": "resolved", "value": 1}), Scope::Ingest, 202),
        (Method::GET, "/api/v1/experiments/made/results".to_owned(), Value::Null, Scope::Read, 200),
        (Method::PUT, "/api/v1/experiments/made/split".to_owned(), json!({"weights": {"control": 0.4, "b": 0.6}}), Scope::Manage, 200),
        (Method::POST, "/api/v1/experiments/made/pause".to_owned(), Value::Null, Scope::Manage, 200),
        (Method::POST, "/api/v1/experiments/made/decide".to_owned(), json!({"variant": "b"}), Scope::Manage, 200),
        (Method::DELETE, "/api/v1/users/nobody/data".to_owned(), Value::Null, Scope::Admin, 200),
    ]
}

#[tokio::test]
async fn each_call_takes_its_scope_and_no_other() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        app.writer().await.prompt("support/reply", &["one"]).await;
        recorded(test, test.project, REQUEST.parse().unwrap(), |_| {}).await;
        for (method, path, body, needed, status) in calls("support/reply") {
            app.stranger().send_json(method.clone(), &path, &body).await.problem(401);
            for scope in Scope::ALL.iter().filter(|scope| **scope != needed) {
                app.with_key(&[*scope]).await.send_json(method.clone(), &path, &body).await.problem(403);
            }
            let answer = app.with_key(&[needed]).await.send_json(method.clone(), &path, &body).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        }
    })
    .await;
}

#[tokio::test]
async fn another_projects_prompt_is_not_there_whatever_the_scopes() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        app.writer().await.prompt("support/reply", &["one"]).await;
        let elsewhere = app.with_key_of(test.elsewhere, Scope::ALL).await;
        for ((method, path, body, ..), (_, nowhere, ..)) in
            calls("support/reply").into_iter().zip(calls("support/none")).filter(|(call, _)| call.1.contains("support"))
        {
            let theirs = elsewhere.send_json(method.clone(), &path, &body).await.problem(404);
            let nothing = elsewhere.send_json(method, &nowhere, &body).await.problem(404);
            assert_eq!((&theirs["detail"], &theirs["type"]), (&nothing["detail"], &nothing["type"]), "{path}");
        }
        assert_eq!(elsewhere.get("/api/v1/prompts").await.ok(200)["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let mut client = app.writer().await;
        for key in ["", "atl_", "atl_0000000000000000000000000000000000000000000", "sk-x"] {
            client.key = Some(key.to_owned());
            assert_eq!(client.get("/api/v1/prompts").await.problem(401)["title"], "Not signed in");
        }
    })
    .await;
}

/// The gateway's calls; their errors have the shape of the API that was called.
#[tokio::test]
async fn the_gateway_takes_the_scope_gateway_and_the_models_and_prompts_of_its_own_project() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        app.writer().await.prompt("support/reply", &["one"]).await;
        let said = json!([{"role": "user", "content": "one"}]);
        let local = "local/smollm2-135m-instruct";
        let calls = [
            ("/v1/chat/completions", json!({"model": local, "messages": said})),
            ("/v1/messages", json!({"model": local, "max_tokens": 5, "messages": said})),
            ("/v1/embeddings", json!({"model": "local/all-minilm-l6-v2", "input": "one"})),
            ("/v1/models", Value::Null),
            ("/v1/models/local/smollm2-135m-instruct", Value::Null),
        ];
        for (path, body) in &calls {
            let method = || if body.is_null() { Method::GET } else { Method::POST };
            let refused = app.stranger().send_json(method(), path, body).await;
            assert_eq!(refused.status, 401, "{path}");
            assert!(refused.json()["error"]["message"].is_string(), "{path}");
            for scope in Scope::ALL.iter().filter(|scope| **scope != Scope::Gateway) {
                assert_eq!(app.with_key(&[*scope]).await.send_json(method(), path, body).await.status, 403, "{path} with {scope:?}");
            }
            // There is no model behind these tests.
            let answer = app.with_key(&[Scope::Gateway]).await.send_json(method(), path, body).await;
            assert!(![401, 403, 404, 405].contains(&answer.status.as_u16()), "{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        let elsewhere = app.with_key_of(test.elsewhere, &[Scope::Gateway]).await;
        let ask = |name: &str| json!({"model": format!("prompt/{name}"), "messages": said});
        let theirs = elsewhere.send_json(Method::POST, "/v1/chat/completions", &ask("support/reply")).await;
        let nothing = elsewhere.send_json(Method::POST, "/v1/chat/completions", &ask("support/none")).await;
        assert_eq!((theirs.status.as_u16(), nothing.status.as_u16()), (404, 404));
        let sentence = |answer: &crate::support::Answer, name: &str| answer.json()["error"]["message"].as_str().unwrap().replace(name, "it");
        assert_eq!(sentence(&theirs, "support/reply"), sentence(&nothing, "support/none"));
    })
    .await;
}
