//! `POST /prompts/{name}/render`.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine};

#[tokio::test]
async fn values_are_filled_in_as_text() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("tone", &["Be {{mood}}."]).await;
        client.prompt("support/reply", &["{{> tone}} {{question}} {{n}}", "second"]).await;
        let path = format!("{}/render", at("support/reply"));
        let body = json!({"version": 1, "variables": {"mood": "{{question}}", "question": "Why?", "n": [1, true], "more": null}});
        let rendered = client.post(&path, &body).await.ok(200);
        assert_eq!(rendered, json!({"name": "support/reply", "version": 1, "messages": [{"role": "user", "content": "Be {{question}}. Why? [1,true]"}]}));
        assert_eq!(client.post(&path, &json!({})).await.ok(200)["version"], 2);
    })
    .await;
}

#[tokio::test]
async fn each_missing_variable_is_named() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["{{a}} {{b}} {{c}}"]).await;
        let path = format!("{}/render", at("reply"));
        assert_eq!(client.post(&path, &json!({"variables": {"b": "x"}})).await.fields(), ["variables.a", "variables.c"]);
        assert_eq!(client.post(&path, &json!({"variables": [], "label": 5, "version": "x"})).await.fields(), ["label", "version", "variables"]);
        assert_eq!(client.post(&path, &json!({"label": "production", "version": 1, "variables": {}})).await.fields(), ["version"]);
        client.post(&path, &json!({"label": "staging", "variables": {}})).await.problem(404);
    })
    .await;
}
