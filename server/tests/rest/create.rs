//! `POST /prompts`.

use serde_json::json;

use crate::support::{TestApp, for_each_engine};

const PROMPTS: &str = "/api/v1/prompts";

#[tokio::test]
async fn a_prompt_is_made_and_says_where_it_is() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let made = client.post(PROMPTS, &json!({"name": "support/reply", "type": "chat", "description": "Answers", "tags": ["b", "a", "b"]})).await;
        assert_eq!(made.header("location"), "/api/v1/prompts/support%2Freply");
        let prompt = made.ok(201);
        assert_eq!(prompt["name"], "support/reply");
        assert_eq!((&prompt["type"], &prompt["description"], &prompt["tags"]), (&json!("chat"), &json!("Answers"), &json!(["a", "b"])));
        assert_eq!((&prompt["labels"], &prompt["latest"], &prompt["archived_at"]), (&json!([]), &json!(null), &json!(null)));
        assert!(prompt["created_at"].as_str().unwrap().ends_with('Z'));
    })
    .await;
}

#[tokio::test]
async fn a_taken_name_is_a_conflict() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &[]).await;
        let problem = client.post(PROMPTS, &json!({"name": "reply", "type": "text"})).await.problem(409);
        assert_eq!(problem["type"], "urn:atelier:name_taken");
    })
    .await;
}

#[tokio::test]
async fn every_field_at_fault_is_named_at_once() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        for (body, fields) in [
            (json!({}), vec!["name", "type"]),
            (json!({"name": null, "type": "poem"}), vec!["name", "type"]),
            (json!({"name": "a//b", "type": 5, "tags": ["fine", 7, "a,b"], "description": true}), vec!["type", "description", "tags[1]", "name", "tags[2]"]),
            (json!({"name": "x".repeat(201), "type": "chat", "description": "x".repeat(2_001)}), vec!["name", "description"]),
            (json!({"name": "bell\u{7}", "type": "chat", "tags": "a"}), vec!["tags", "name"]),
            (json!(["no", "object"]), vec![""]),
        ] {
            assert_eq!(client.post(PROMPTS, &body).await.fields(), fields, "{body}");
        }
    })
    .await;
}
