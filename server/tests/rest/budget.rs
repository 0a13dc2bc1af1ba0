//! `PUT /api/v1/budgets/{name}` and `GET /api/v1/budgets`.

use atelier_domain::account::Scope;
use serde_json::{Value, json};

use crate::support::{TestApp, for_each_engine};

#[tokio::test]
async fn a_budget_is_set_by_its_name_and_set_anew() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Admin]).await;
        assert_eq!(client.get("/api/v1/budgets").await.ok(200)["data"], json!([]));
        let made = client.put("/api/v1/budgets/Whole%20project", &json!({"per": "project", "period": "month", "limit": "12.50"})).await.ok(201);
        let accounts = json!([{"subject": null, "spent": "0", "reserved": "0"}]);
        assert_eq!((&made["name"], &made["limit"], &made["warn_at"], &made["accounts"]), (&json!("Whole project"), &json!("12.5"), &json!(80), &accounts));
        assert!(made["since"].as_str().unwrap().ends_with("-01T00:00:00Z"), "{made}");
        let body = json!({"per": "project", "period": "total", "limit": "20", "warn_at": 50, "subject": null});
        let anew = client.put("/api/v1/budgets/Whole%20project", &body).await.ok(200);
        assert_eq!((&anew["period"], &anew["limit"], &anew["since"], &anew["until"]), (&json!("total"), &json!("20"), &Value::Null, &Value::Null));
        let each = client.put("/api/v1/budgets/Each%20user", &json!({"per": "user", "period": "day", "limit": "0.5"})).await.ok(201);
        assert_eq!(each["accounts"], json!([]), "nobody has spent anything yet");
        let listed = client.get("/api/v1/budgets").await.ok(200);
        assert_eq!(listed["data"], json!([each, anew]));
        let elsewhere = app.with_key_of(test.elsewhere, &[Scope::Admin]).await;
        assert_eq!(elsewhere.get("/api/v1/budgets").await.ok(200)["data"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_key_is_named_by_its_id_or_its_name() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let client = app.with_key(&[Scope::Admin]).await;
        let body = |subject: &str| json!({"per": "key", "subject": subject, "period": "day", "limit": "1"});
        let by_name = client.put("/api/v1/budgets/a", &body("test")).await.ok(201);
        let id = by_name["subject"].as_str().unwrap();
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{by_name}");
        assert_eq!(client.put("/api/v1/budgets/a", &body(id)).await.ok(200), by_name);
        app.with_key(&[Scope::Read]).await;
        assert_eq!(client.put("/api/v1/budgets/a", &body("test")).await.fields(), ["subject"], "two have this name");
    })
    .await;
}

#[tokio::test]
async fn every_field_at_fault_is_named() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).with_key(&[Scope::Admin]).await;
        for (body, fields) in [
            (json!({}), vec!["per", "period", "limit"]),
            (json!({"per": "team", "period": "year", "limit": 5}), vec!["per", "period", "limit"]),
            (json!({"per": "project", "period": "day", "limit": "-1"}), vec!["limit"]),
            (json!({"per": "project", "period": "day", "limit": "1e3"}), vec!["limit"]),
            (json!({"per": "project", "period": "day", "limit": "1", "warn_at": 0, "subject": "x"}), vec!["warn_at", "subject"]),
            (json!({"per": "user", "period": "day", "limit": "1", "subject": ""}), vec!["subject"]),
            (json!({"per": "key", "period": "day", "limit": "1", "subject": "nobody"}), vec!["subject"]),
        ] {
            assert_eq!(client.put("/api/v1/budgets/x", &body).await.fields(), fields, "{body}");
        }
        assert_eq!(client.put("/api/v1/budgets/%20", &json!({"per": "project", "period": "day", "limit": "1"})).await.fields(), ["name"]);
    })
    .await;
}
