//! `GET /prompts/{name}/diff`.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine};

#[tokio::test]
async fn a_diff_holds_lines_words_and_a_table() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &["You answer {{shop}}.\nBe brief.", "You answer {{shop}} kindly.\nBe brief."]).await;
        let path = at("support/reply");
        let model = json!({"messages": [{"role": "system", "content": "You answer {{shop}} kindly.\nBe brief."}], "model": "local/b",
            "variable_specs": [{"name": "shop", "type": "text", "default": "Northwind"}]});
        client.post(&format!("{path}/versions"), &model).await.ok(201);
        let found = client.get(&format!("{path}/diff?from=1&to=2")).await.ok(200);
        assert_eq!((&found["same"], &found["lines_added"], &found["lines_removed"]), (&json!(false), &json!(1), &json!(1)));
        let lines = &found["messages"][0]["lines"];
        assert_eq!(lines.as_array().unwrap().iter().map(|line| line["op"].as_str().unwrap()).collect::<Vec<_>>(), ["removed", "added", "same"]);
        let changed: Vec<_> =
            lines[1]["parts"].as_array().unwrap().iter().filter(|part| part["changed"] == true).map(|part| part["text"].as_str().unwrap()).collect();
        assert_eq!(changed.concat().trim(), "kindly");
        let table = client.get(&format!("{path}/diff?from=2&to=3")).await.ok(200);
        assert_eq!(
            table["settings"],
            json!([
                {"setting": "model", "name": null, "change": "added", "from": null, "to": "local/b", "lines": []},
                {"setting": "variable", "name": "shop", "change": "changed", "from": "text", "to": "text, Northwind unless given", "lines": []},
            ])
        );
        assert_eq!(client.get(&format!("{path}/diff?from=2&to=2")).await.ok(200)["same"], true);
    })
    .await;
}

#[tokio::test]
async fn versions_that_are_not_there_or_not_named_are_refused() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &["a"]).await;
        let path = format!("{}/diff", at("support/reply"));
        client.get(&format!("{path}?from=1&to=2")).await.problem(404);
        assert_eq!(client.get(&path).await.fields(), ["from", "to"]);
        assert_eq!(client.get(&format!("{path}?from=0&to=x")).await.fields(), ["from", "to"]);
    })
    .await;
}
