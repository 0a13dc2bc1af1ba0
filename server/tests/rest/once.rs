//! `Idempotency-Key` on what makes something.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine, message};

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_again() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let body = json!({"name": "support/reply", "type": "chat"});
        let first = client.post_once("k 1", "/api/v1/prompts", &body).await;
        let again = client.post_once("k 1", "/api/v1/prompts", &body).await;
        first.ok(201);
        again.ok(201);
        assert_eq!((first.body, first.headers["location"].clone()), (again.body, again.headers["location"].clone()));
        let path = format!("{}/versions", at("support/reply"));
        assert_eq!(client.post_once("k 2", &path, &message("a")).await.ok(201)["version"], 1);
        client.post(&path, &message("b")).await.ok(201);
        assert_eq!(client.post_once("k 2", &path, &message("a")).await.ok(201)["version"], 1);
        assert_eq!(client.get(&at("support/reply")).await.ok(200)["version"], 2);
    })
    .await;
}

#[tokio::test]
async fn another_body_or_another_call_is_a_conflict() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.post_once("k", "/api/v1/prompts", &json!({"name": "a", "type": "chat"})).await.ok(201);
        let other = client.post_once("k", "/api/v1/prompts", &json!({"name": "b", "type": "chat"})).await.problem(409);
        assert_eq!(other["type"], "urn:atelier:idempotency_key_reused");
        client.post_once("k", &format!("{}/versions", at("a")), &message("a")).await.problem(409);
        assert_eq!(client.post_once(&"k".repeat(256), "/api/v1/prompts", &json!({"name": "b", "type": "chat"})).await.fields(), ["Idempotency-Key"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_given_again_too() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let path = format!("{}/versions", at("later"));
        client.post_once("k", &path, &message("a")).await.problem(404);
        client.prompt("later", &[]).await;
        let again = client.post_once("k", &path, &message("a")).await;
        assert_eq!((again.status.as_u16(), again.header("content-type")), (404, "application/problem+json"));
    })
    .await;
}

#[tokio::test]
async fn who_may_not_write_does_not_see_what_was_written() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let body = json!({"name": "secret", "type": "chat"});
        app.writer().await.post_once("k", "/api/v1/prompts", &body).await.ok(201);
        app.with_key(&[atelier_domain::account::Scope::Ingest]).await.post_once("k", "/api/v1/prompts", &body).await.problem(403);
        let elsewhere = app.with_key_of(test.elsewhere, &[atelier_domain::account::Scope::Manage]).await;
        elsewhere.post_once("k", "/api/v1/prompts", &body).await.ok(201);
    })
    .await;
}

#[tokio::test]
async fn twenty_at_once_make_one() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let body = json!({"name": "reply", "type": "chat"});
        let answers = futures::future::join_all((0..20).map(|_| client.post_once("k", "/api/v1/prompts", &body))).await;
        assert!(answers.iter().any(|answer| answer.status == 201));
        assert!(answers.iter().all(|answer| answer.status == 201 || answer.json()["type"] == "urn:atelier:idempotency_in_progress"));
    })
    .await;
}
