//! `GET /prompts/{name}/versions`.

use serde_json::json;

use crate::support::{TestApp, at, for_each_engine};

#[tokio::test]
async fn the_history_is_newest_first_and_comes_in_pages() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).writer().await;
        client.prompt("support/reply", &["a", "b", "c"]).await;
        client.publish("support/reply", 2).await;
        let path = format!("{}/versions", at("support/reply"));
        let page = client.get(&format!("{path}?limit=2")).await.ok(200);
        let shown: Vec<_> = page["data"].as_array().unwrap().iter().map(|entry| (entry["version"].clone(), entry["labels"].clone())).collect();
        assert_eq!(shown, [(json!(3), json!([])), (json!(2), json!(["production"]))]);
        let rest = client.get(&format!("{path}?limit=2&cursor={}", page["next"].as_str().unwrap())).await.ok(200);
        assert_eq!((rest["data"].as_array().unwrap().len(), &rest["data"][0]["version"], &rest["next"]), (1, &json!(1), &json!(null)));
        assert_eq!(client.get(&format!("{path}?cursor=x")).await.fields(), ["cursor"]);
        assert_eq!(client.get(&format!("{path}?limit=1000")).await.fields(), ["limit"]);
    })
    .await;
}
