//! `GET /prompts/{name}`.

use axum::body::Body;
use http::{Method, header};
use serde_json::json;

use crate::support::{TestApp, at, for_each_engine, message};

#[tokio::test]
async fn a_pull_gives_production_else_the_newest() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &["one", "two"]).await;
        let path = at("support/reply");
        assert!(path.ends_with("support%2Freply"));
        assert_eq!(client.get(&path).await.ok(200)["version"], 2);
        client.publish("support/reply", 1).await;
        for (query, version) in [("", 1), ("?label=production", 1), ("?label=latest", 2), ("?version=2", 2), ("?version=2&raw=true", 2), ("?x=y", 1)] {
            assert_eq!(client.get(&format!("{path}{query}")).await.ok(200)["version"], version, "{query}");
        }
        for query in ["?label=staging", "?version=3", "?version=4294967295"] {
            client.get(&format!("{path}{query}")).await.problem(404);
        }
    })
    .await;
}

#[tokio::test]
async fn a_label_that_moved_is_seen_by_the_very_next_pull() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["one", "two"]).await;
        let path = format!("{}?label=production", at("reply"));
        for round in 0..10 {
            let version = round % 2 + 1;
            client.publish("reply", version).await;
            let pulled = client.get(&path).await.ok(200);
            assert_eq!((&pulled["version"], &pulled["labels"]), (&json!(version), &json!(["production"])));
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_client_holds_is_not_sent_again() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["one", "two"]).await;
        client.publish("reply", 1).await;
        let path = at("reply");
        let first = client.get(&path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'));
        assert_eq!(first.header("cache-control"), "private, no-cache");
        for held in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
            let same = client.get_unless(&path, &held).await;
            assert_eq!((same.status.as_u16(), same.header("etag"), same.body.len()), (304, etag.as_str(), 0), "{held}");
        }
        assert_eq!(client.get_unless(&path, "\"other\"").await.status, 200);
        client.publish("reply", 2).await;
        let moved = client.get_unless(&path, &etag).await;
        assert_eq!(moved.ok(200)["version"], 2);
        assert_ne!(moved.header("etag"), etag);
    })
    .await;
}

#[tokio::test]
async fn includes_are_pinned_when_saved_and_expanded_when_pulled() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("tone", &["Be kind, {{name}}."]).await;
        client.prompt("reply", &["{{> tone}} {{question}}"]).await;
        client.post(&format!("{}/versions", at("tone")), &message("Be curt.")).await.ok(201);
        let pulled = client.get(&at("reply")).await.ok(200);
        assert_eq!(pulled["messages"][0]["content"], "Be kind, {{name}}. {{question}}");
        assert_eq!((&pulled["includes"], &pulled["variables"]), (&json!([{"name": "tone", "version": 1}]), &json!(["name", "question"])));
        let raw = client.get(&format!("{}?raw=true", at("reply"))).await.ok(200);
        assert_eq!(raw["messages"][0]["content"], "{{> tone}} {{question}}");
    })
    .await;
}

#[tokio::test]
async fn names_are_percent_decoded_once_and_nonsense_is_not_found() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("Brev på svenska/ä", &["hej"]).await;
        for path in [at("Brev på svenska/ä"), "/api/v1/prompts/Brev%20p%C3%A5%20svenska%2f%c3%a4".to_owned()] {
            assert_eq!(client.get(&path).await.ok(200)["name"], "Brev på svenska/ä", "{path}");
        }
        for path in ["Brev%2520p%C3%A5%20svenska%2F%C3%A4", "a%00b", "%20", "..", "a%2F%2Fb", "no-such"] {
            client.get(&format!("/api/v1/prompts/{path}")).await.problem(404);
        }
        client.get("/api/v1/prompts/%ff%fe").await.problem(400);
    })
    .await;
}

#[tokio::test]
async fn a_pull_says_what_is_wrong_with_its_query() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["one"]).await;
        for (query, field) in [
            ("label=production&version=1", "version"),
            ("version=0", "version"),
            ("version=-1", "version"),
            ("version=99999999999", "version"),
            ("version=", "version"),
            ("label=Bad+Label", "label"),
            ("label=", "label"),
            ("raw=maybe", "raw"),
        ] {
            assert_eq!(client.get(&format!("{}?{query}", at("reply"))).await.fields(), [field], "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_prompt_without_a_version_is_not_found_and_a_key_may_stand_in_either_header() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("empty", &[]).await;
        assert_eq!(client.get(&at("empty")).await.problem(404)["type"], "urn:atelier:version_not_found");
        client.prompt("reply", &["one"]).await;
        let key = client.key.clone().unwrap();
        let stranger = TestApp::new(test).stranger();
        let request = stranger.request(Method::GET, &at("reply")).header("x-api-key", key).body(Body::empty()).unwrap();
        assert_eq!(stranger.send(request).await.ok(200)["version"], 1);
        assert_eq!(stranger.get(&at("reply")).await.headers[header::WWW_AUTHENTICATE], "Bearer");
    })
    .await;
}
