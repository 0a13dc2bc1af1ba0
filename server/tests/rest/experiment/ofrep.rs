//! OpenFeature's clients.

use atelier_backend::traffic;
use atelier_domain::gateway::GatewaySettings;
use http::{Method, header};

use super::*;

const FLAGS: &str = "/ofrep/v1/evaluate/flags";

fn of(unit: &str) -> Value {
    json!({"context": {"targetingKey": unit, "locale": "sv"}})
}

#[tokio::test]
async fn a_flag_is_a_variant_and_asking_for_it_is_an_exposure() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let flag = client.post(&format!("{FLAGS}/greeting"), &of("mara")).await.ok(200);
        let wanted = assigned(&client, "mara").await;
        assert_eq!((&flag["key"], &flag["reason"], &flag["variant"]), (&json!("greeting"), &json!("SPLIT"), &wanted["variant"]));
        assert_eq!(flag["value"], json!({"prompt": wanted["prompt"]["name"], "version": wanted["prompt"]["version"]}));
        // A page in a browser may read, and nothing else.
        let reader = TestApp::new(test).with_key(&[Scope::Read]).await;
        assert_eq!(reader.post(&format!("{FLAGS}/greeting"), &of("jon")).await.ok(200)["reason"], "SPLIT");
        assert_eq!(results(test, &client).await["units"], 2);
        for (path, body, status, code) in [
            ("/none", of("mara"), 404, "FLAG_NOT_FOUND"),
            ("/greeting", json!({"context": {}}), 400, "TARGETING_KEY_MISSING"),
            ("/greeting", json!({"context": 5}), 400, "INVALID_CONTEXT"),
            ("/greeting", json!({"context": {"targetingKey": 5}}), 400, "INVALID_CONTEXT"),
            ("", json!({}), 400, "TARGETING_KEY_MISSING"),
        ] {
            let answer = client.post(&format!("{FLAGS}{path}"), &body).await;
            assert_eq!((answer.status.as_u16(), answer.json()["errorCode"].as_str().unwrap().to_owned()), (status, code.to_owned()), "{path} {body}");
        }
        TestApp::new(test).stranger().post(&format!("{FLAGS}/greeting"), &of("mara")).await.problem(401);
        TestApp::new(test).with_key(&[Scope::Gateway]).await.post(&format!("{FLAGS}/greeting"), &of("mara")).await.problem(403);
        let elsewhere = TestApp::new(test).with_key_of(test.elsewhere, &[Scope::Read]).await;
        assert_eq!(elsewhere.post(&format!("{FLAGS}/greeting"), &of("mara")).await.status.as_u16(), 404);
    })
    .await;
}

#[tokio::test]
async fn all_flags_come_at_once_and_expose_nobody() {
    for_each_engine(async |test| {
        let client = running(test).await;
        client.post(ALL, &definition("draft")).await.ok(201);
        let all = client.post(FLAGS, &of("mara")).await;
        let flags = all.ok(200)["flags"].clone();
        assert_eq!(flags.as_array().unwrap().len(), 1, "a draft is no flag yet");
        assert_eq!(flags[0]["variant"], client.post(&format!("{FLAGS}/greeting"), &of("mara")).await.ok(200)["variant"]);
        let again = client.request(Method::POST, FLAGS).header(header::CONTENT_TYPE, "application/json").header(header::IF_NONE_MATCH, all.header("etag"));
        let again = client.send(again.body(of("mara").to_string().into()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        client.post(FLAGS, &of("jon")).await.ok(200);
        assert_eq!(results(test, &client).await["units"], 1, "only who asked for the flag");
    })
    .await;
}

#[tokio::test]
async fn pages_of_listed_origins_read_with_a_key_that_may_read() {
    for_each_engine(async |test| {
        running(test).await;
        let settings = GatewaySettings { origins: vec!["https://shop.example".to_owned()], ..GatewaySettings::default() };
        traffic::put_settings(&test.operator(), test.project, settings).await.unwrap();
        let reader = TestApp::new(test).with_key(&[Scope::Read]).await;
        let sender = TestApp::new(test).with_key(&[Scope::Read, Scope::Ingest]).await;
        let elsewhere = TestApp::new(test).with_key_of(test.elsewhere, &[Scope::Read]).await;
        for (client, origin, allowed) in [
            (&reader, "https://shop.example", true),
            (&reader, "https://evil.example", false),
            (&reader, "null", false),
            (&sender, "https://shop.example", false),
            (&elsewhere, "https://shop.example", false),
        ] {
            let asked =
                client.request(Method::POST, &format!("{FLAGS}/greeting")).header(header::CONTENT_TYPE, "application/json").header(header::ORIGIN, origin);
            let answer = client.send(asked.body(of("mara").to_string().into()).unwrap()).await;
            assert_eq!(answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|value| value == origin), allowed, "{origin}");
            assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
            assert_eq!(answer.header("vary"), "origin");
        }
        let stranger = TestApp::new(test).stranger();
        for (path, origin, allowed) in [
            (format!("{FLAGS}/greeting"), "https://shop.example", true),
            (FLAGS.to_owned(), "https://shop.example", true),
            (FLAGS.to_owned(), "https://evil.example", false),
            ("/api/v1/prompts".to_owned(), "https://shop.example", false),
        ] {
            let asked = stranger.request(Method::OPTIONS, &path).header(header::ORIGIN, origin).header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
            let answer = stranger.send(asked.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|value| value == origin), allowed, "{path} {origin}");
            assert_eq!(answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_HEADERS), allowed, "{path} {origin}");
        }
    })
    .await;
}
