//! `POST /prompts/{name}/versions`.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine, message};

#[tokio::test]
async fn a_version_is_numbered_and_equal_content_makes_none() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &[]).await;
        let path = format!("{}/versions", at("support/reply"));
        let mut draft = message("Hello {{name}}");
        draft["params"] = json!({"temperature": 0.2, "top_k": 4});
        draft["note"] = json!("first");
        let first = client.post(&path, &draft).await;
        assert_eq!(first.header("location"), "/api/v1/prompts/support%2Freply?version=1");
        let version = first.ok(201);
        assert_eq!((&version["version"], &version["variables"], &version["note"]), (&json!(1), &json!(["name"]), &json!("first")));
        assert_eq!(version["params"], json!({"temperature": 0.2, "top_k": 4}));
        draft["note"] = json!("again");
        let again = client.post(&path, &draft).await;
        assert_eq!(again.ok(200)["note"], "first");
        assert_eq!(client.post(&path, &message("Bye")).await.ok(201)["version"], 2);
    })
    .await;
}

#[tokio::test]
async fn a_text_prompt_takes_a_text_and_a_chat_prompt_messages() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.post("/api/v1/prompts", &json!({"name": "text", "type": "text"})).await.ok(201);
        client.prompt("chat", &[]).await;
        let (text, chat) = (format!("{}/versions", at("text")), format!("{}/versions", at("chat")));
        assert_eq!(client.post(&text, &json!({"text": "Hi {{x}}"})).await.ok(201)["text"], "Hi {{x}}");
        assert_eq!(client.post(&text, &message("a")).await.fields(), ["text"]);
        assert_eq!(client.post(&chat, &json!({"text": "a"})).await.fields(), ["messages"]);
        assert_eq!(client.post(&chat, &json!({})).await.fields(), ["messages"]);
        assert_eq!(client.post(&chat, &json!({"text": "a", "messages": []})).await.fields()[0], "text");
    })
    .await;
}

#[tokio::test]
async fn every_field_at_fault_is_named_types_and_rules_alike() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &[]).await;
        let body = json!({
            "messages": [{"role": "user", "content": "{{"}, {"role": "robot", "content": ""}, {"role": "user", "content": 5}],
            "params": {"temperature": "hot"}, "model": "a b", "tools": [{}], "response_format": "json", "note": "x".repeat(1_001)
        });
        let mut fields = client.post(&format!("{}/versions", at("reply")), &body).await.fields();
        fields.sort();
        let all = ["messages[0].content", "messages[1].role", "messages[2].content", "model", "note", "params.temperature", "response_format", "tools[0]"];
        assert_eq!(fields, all);
    })
    .await;
}

#[tokio::test]
async fn large_and_many_are_refused_with_a_name() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &[]).await;
        let path = format!("{}/versions", at("reply"));
        client.post(&path, &message(&"x".repeat(1 << 20))).await.ok(201);
        assert_eq!(client.post(&path, &message(&"x".repeat((1 << 20) + 1))).await.fields(), ["messages[0].content"]);
        let variables: String = (0..500).map(|number| format!("{{{{v{number}}}}}")).collect();
        assert_eq!(client.post(&path, &message(&variables)).await.ok(201)["variables"].as_array().unwrap().len(), 500);
        assert_eq!(client.post(&path, &message("nul \u{0}")).await.fields(), ["messages[0].content"]);
    })
    .await;
}

#[tokio::test]
async fn a_prompt_that_contains_itself_is_refused_with_the_path() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("a", &["plain"]).await;
        client.prompt("b", &["{{> a}}"]).await;
        let problem = client.post(&format!("{}/versions", at("a")), &message("{{> b}}")).await.problem(422);
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("a → b → a"), "{problem}");
        assert_eq!(client.post(&format!("{}/versions", at("a")), &message("{{> nowhere}}")).await.fields(), ["messages[0].content"]);
    })
    .await;
}
