//! `GET /prompts`.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, at, for_each_engine};

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/v1/prompts?{query}")).await.ok(200);
    page["data"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn prompts_are_found_by_folder_tag_and_text() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        for (name, tags) in [("support/reply", vec!["mail"]), ("support/deep/close", vec![]), ("sales 100%", vec!["mail"])] {
            client.post("/api/v1/prompts", &json!({"name": name.replace('%', ""), "type": "chat", "tags": tags, "description": "Écrit"})).await.ok(201);
        }
        for (query, found) in [
            ("sort=name", vec!["sales 100", "support/deep/close", "support/reply"]),
            ("sort=name&folder=support", vec!["support/deep/close", "support/reply"]),
            ("sort=name&tag=mail", vec!["sales 100", "support/reply"]),
            ("tag=mail&folder=support", vec!["support/reply"]),
            ("q=CLOSE", vec!["support/deep/close"]),
            ("q=sales+100", vec!["sales 100"]),
            ("q=%25", vec![]),
            ("unknown=is+ignored&q=reply", vec!["support/reply"]),
            ("archived=true", vec![]),
        ] {
            assert_eq!(names(&client, query).await, found, "{query}");
        }
        assert_eq!(names(&client, "").await[0], "sales 100", "the last edited first");
    })
    .await;
}

#[tokio::test]
async fn a_listed_prompt_has_its_labels_and_newest_version() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["a", "b"]).await;
        client.publish("reply", 1).await;
        let page = client.get("/api/v1/prompts").await.ok(200);
        assert_eq!(page["data"][0]["labels"], json!([{"label": "production", "version": 1}]));
        assert_eq!((&page["data"][0]["latest"], &page["next"]), (&json!(2), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn cursors_lead_through_every_page() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        for number in 0..5 {
            client.prompt(&format!("a prompt {number}"), &[]).await;
        }
        for sort in ["name", "updated"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = client.get(&format!("/api/v1/prompts?sort={sort}&limit=2{cursor}")).await.ok(200);
                seen.extend(page["data"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap().to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={}", at(next).rsplit('/').next().unwrap());
            }
            assert_eq!(seen.len(), 5, "{seen:?}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 5, "{seen:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn bad_parameters_are_named() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        let long = "x".repeat(30_000);
        for (query, fields) in [
            ("limit=0", vec!["limit"]),
            ("limit=201&sort=size", vec!["sort", "limit"]),
            ("limit=many&archived=perhaps", vec!["archived", "limit"]),
            ("archived=1", vec!["archived"]),
            ("archived=", vec!["archived"]),
            ("cursor=nonsense", vec!["cursor"]),
            ("q=%00", vec!["q"]),
            (&format!("q={long}&folder={long}"), vec!["folder", "q"]),
        ] {
            assert_eq!(client.get(&format!("/api/v1/prompts?{query}")).await.fields(), fields, "{query:.40}");
        }
    })
    .await;
}
