//! A call of the gateway that names an experiment.

use atelier_backend::provider;
use atelier_domain::{
    cost::{ModelEntry, Price},
    provider::{ProviderForm, ProviderKind},
};
use atelier_upstream::Upstream;

use super::*;

const CHAT: &str = "/v1/chat/completions";

fn call(unit: &str, more: Value) -> Value {
    let mut atelier = json!({"experiment": "greeting", "unit": unit, "variables": {"question": "where?"}});
    atelier.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"model": "acme/echo", "messages": [{"role": "user", "content": "Where is my lamp?"}], "atelier": atelier})
}

#[tokio::test]
async fn the_variant_answers_and_its_requests_are_measured() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        let cx = test.operator();
        let form = ProviderForm { base_url: Some(upstream.url()), key: Some("sk-test-1".to_owned()), ..ProviderForm::default() };
        provider::put(&cx, test.project, &"acme".parse().unwrap(), ProviderKind::Openai, form).await.unwrap();
        let price = Price { input: "1".parse().unwrap(), output: "2".parse().unwrap(), ..Price::default() };
        provider::put_price(&cx, test.project, ModelEntry { name: "acme/echo".into(), price: Some(price), ..ModelEntry::default() }).await.unwrap();
        let client = studio(test).await;
        let mut body = definition("greeting");
        body["variants"][1]["params"] = json!({"temperature": 0.5});
        body["metrics"] = json!([{"name": "resolved"}, {"name": "cost", "source": "cost", "role": "guardrail"}, {"name": "speed", "source": "latency", "role": "guardrail"},
            {"name": "tokens", "source": "tokens", "role": "guardrail"}, {"name": "failures", "source": "error", "role": "guardrail"}]);
        client.post(ALL, &body).await.ok(201);
        client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200);
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for number in 0..20 {
            let unit = format!("user-{number}");
            let answer = client.post(CHAT, &call(&unit, json!({}))).await;
            answer.ok(200);
            let variant = answer.header("x-atelier-variant").to_owned();
            assert_eq!(variant, assigned(&client, &unit).await["variant"], "as by REST");
            let version = if variant == "b" { 2 } else { 1 };
            assert_eq!(answer.header("x-atelier-prompt"), format!("support/reply@{version}"));
            let sent = upstream.requests().last().unwrap().body.clone();
            let first = sent["messages"][0]["content"].as_str().unwrap();
            assert_eq!(first, if variant == "b" { "Answer warmly: where?" } else { "Answer where?" });
            assert_eq!((sent["temperature"].as_f64(), sent.get("atelier")), ((variant == "b").then_some(0.5), None));
            *seen.entry(variant).or_default() += 1;
        }
        assert_eq!(seen.len(), 2);
        let shown = results(test, &client).await;
        assert_eq!((&shown["units"], &shown["mixed_units"]), (&json!(20), &json!(0)));
        for metric in ["cost", "speed", "tokens", "failures"] {
            let of = shown["metrics"].as_array().unwrap().iter().find(|one| one["name"] == metric).unwrap();
            for variant in of["variants"].as_array().unwrap() {
                assert_eq!(variant["units"], seen[variant["key"].as_str().unwrap()], "{metric}");
                let mean = variant["mean"].as_f64().unwrap();
                assert!(if metric == "failures" { mean == 0.0 } else { mean > 0.0 }, "{metric}: {mean}");
            }
        }
        // The money is that of the records.
        let requests = TestApp::new(test).with_key(&[Scope::Requests]).await.get("/api/v1/requests?experiment=greeting&variant=b&limit=200").await.ok(200);
        let costs: Vec<f64> = requests["data"].as_array().unwrap().iter().map(|one| one["cost"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(costs.len() as u64, seen["b"]);
        assert!(requests["data"].as_array().unwrap().iter().all(|one| one["unit"].as_str().is_some_and(|unit| unit.starts_with("user-"))));
        let mean = shown["metrics"][1]["variants"][1]["mean"].as_f64().unwrap();
        assert!((mean - costs.iter().sum::<f64>() / costs.len() as f64).abs() < 1e-12, "{mean}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_cannot_take_part_says_why_and_one_outside_gets_what_is_published() {
    for_each_engine(async |test| {
        let upstream = Upstream::start().await.unwrap();
        let form = ProviderForm { base_url: Some(upstream.url()), key: Some("sk-test-1".to_owned()), ..ProviderForm::default() };
        provider::put(&test.operator(), test.project, &"acme".parse().unwrap(), ProviderKind::Openai, form).await.unwrap();
        let client = studio(test).await;
        client.prompt("other", &["x"]).await;
        client.post(ALL, &definition("greeting")).await.ok(201);
        let outside = client.post(CHAT, &call("mara", json!({}))).await;
        outside.ok(200);
        assert_eq!((outside.header("x-atelier-variant"), outside.header("x-atelier-prompt")), ("", "support/reply@1"));
        client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200);
        for (body, status) in [
            (call("mara", json!({"experiment": "none"})), 404),
            (call("", json!({})), 400),
            (call("mara", json!({"prompt": "other"})), 400),
            (call("mara", json!({"unit": null})), 400),
        ] {
            assert_eq!(client.post(CHAT, &body).await.status.as_u16(), status, "{body}");
        }
        // The end user is the unit, where no other is named.
        assert_eq!(client.post(CHAT, &call("mara", json!({"unit": null, "user": "mara"}))).await.ok(200)["object"], "chat.completion");
        assert_eq!(results(test, &client).await["units"], 1);
    })
    .await;
}
