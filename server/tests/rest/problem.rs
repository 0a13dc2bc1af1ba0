//! What every call answers to what it cannot read.

use axum::body::Body;
use futures::stream;
use http::{Method, header};
use serde_json::json;

use crate::support::{Client, TestApp, at, for_each_engine};

async fn send(client: &Client, kind: Option<&str>, body: Body) -> crate::support::Answer {
    let request = client.request(Method::POST, "/api/v1/prompts");
    let request = if let Some(kind) = kind { request.header(header::CONTENT_TYPE, kind) } else { request };
    client.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let good = || Body::from(r#"{"name": "a", "type": "chat"}"#);
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")] {
            send(&client, kind, good()).await.problem(415);
        }
        for body in ["", "{", "{\"name\": \"\\ud800\"}", "nul", "{} {}", "{\"a\": 1e999}"] {
            send(&client, Some("application/json"), Body::from(body)).await.problem(400);
        }
        send(&client, Some("application/json"), Body::from(vec![b'"', 0xff, b'"'])).await.problem(400);
        send(&client, Some("application/json"), Body::from("[".repeat(10_000))).await.problem(400);
        send(&client, Some("Application/JSON; charset=utf-8"), good()).await.ok(201);
    })
    .await;
}

#[tokio::test]
async fn a_body_takes_at_most_four_mebibytes() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let padded = |bytes: usize| {
            let body = r#"{"name": "a", "type": "chat"}"#;
            Body::from(format!("{}{body}", " ".repeat(bytes - body.len())))
        };
        send(&client, Some("application/json"), padded((4 << 20) + 1)).await.problem(413);
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 16]));
        send(&client, Some("application/json"), Body::from_stream(endless)).await.problem(413);
        send(&client, Some("application/json"), padded(4 << 20)).await.ok(201);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_call_is_not_found_and_a_wrong_method_says_which_are_right() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let client = app.writer().await;
        client.prompt("a", &["x"]).await;
        for path in ["/api/v1/nothing", "/api/v1", "/api/v1/", "/api/v1/prompts/a/b", "/api/v1/prompts/a/b/c"] {
            client.get(path).await.problem(404);
        }
        for path in ["/api/nothing", "/api/v2/prompts"] {
            app.stranger().get(path).await.problem(404);
        }
        for (method, path, allowed) in [
            (Method::DELETE, "/api/v1/prompts".to_owned(), "GET,HEAD,POST"),
            (Method::PATCH, at("a"), "GET,HEAD"),
            (Method::PUT, format!("{}/versions", at("a")), "GET,HEAD,POST"),
            (Method::GET, format!("{}/labels/x", at("a")), "PUT"),
            (Method::GET, format!("{}/run", at("a")), "POST"),
            (Method::POST, "/api/openapi.json".to_owned(), "GET,HEAD"),
        ] {
            let answer = client.send_json(method.clone(), &path, &json!({})).await;
            answer.problem(405);
            let mut allow: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
            allow.sort_unstable();
            assert_eq!(allow.join(","), allowed, "{method} {path}");
        }
        assert_eq!(client.send_json(Method::HEAD, &at("a"), &json!({})).await.status, 200);
    })
    .await;
}
