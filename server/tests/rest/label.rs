//! `PUT /prompts/{name}/labels/{label}`.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine};

#[tokio::test]
async fn a_label_moves_from_where_it_is_believed_to_stand() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &["a", "b"]).await;
        let path = format!("{}/labels/production", at("support/reply"));
        let new = client.put(&path, &json!({"version": 1, "expected_version": null})).await.ok(200);
        assert_eq!((&new["name"], &new["label"], &new["version"], &new["previous"]), (&json!("support/reply"), &json!("production"), &json!(1), &json!(null)));
        for wrong in [json!(null), json!(2), json!(0)] {
            let problem = client.put(&path, &json!({"version": 2, "expected_version": wrong})).await.problem(409);
            assert_eq!(problem["type"], "urn:atelier:label_moved");
        }
        assert_eq!(client.put(&path, &json!({"version": 2, "expected_version": 1})).await.ok(200)["previous"], 1);
        assert_eq!(client.put(&path, &json!({"version": 1})).await.ok(200)["previous"], 2);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_moved_is_said() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("reply", &["a"]).await;
        let path = |label: &str| format!("{}/labels/{label}", at("reply"));
        client.put(&path("production"), &json!({"version": 2})).await.problem(404);
        for label in ["latest", "Production", "a%20b", "a%2Fb"] {
            assert_eq!(client.put(&path(label), &json!({"version": 1})).await.fields(), ["label"], "{label}");
        }
        for (body, fields) in [
            (json!({}), vec!["version"]),
            (json!({"version": 0}), vec!["version"]),
            (json!({"version": 1.5, "expected_version": "1"}), vec!["expected_version", "version"]),
        ] {
            assert_eq!(client.put(&path("production"), &body).await.fields(), fields, "{body}");
        }
    })
    .await;
}
