//! `POST /api/v1/scores`, `GET /api/v1/scores`, and what scores may say.

use atelier_backend::score;
use atelier_domain::account::Scope;
use serde_json::{Value, json};

use crate::{
    experiment,
    request::recorded,
    support::{Client, TestApp, TestStudio, for_each_engine},
};

const SCORES: &str = "/api/v1/scores";
const DEFINITIONS: &str = "/api/v1/score-definitions";
const REQUEST: &str = "01a20472-cd66-71ef-9a03-68d4d1d47d63";

async fn client(test: &TestStudio) -> Client {
    TestApp::new(test).with_key(&[Scope::Read, Scope::Manage, Scope::Ingest, Scope::Admin]).await
}

fn helpful(id: &str, value: bool) -> Value {
    json!({"id": id, "target": {"request_id": REQUEST}, "name": "helpful", "value": value, "source": "user"})
}

async fn listed(client: &Client, query: &str) -> Vec<Value> {
    client.get(&format!("{SCORES}{query}")).await.ok(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_score_is_joined_to_its_request_and_replaced_by_its_id() {
    for_each_engine(async |test| {
        let client = client(test).await;
        client.prompt("support/reply", &["one"]).await;
        let prompt = score::prompt_named(&test.operator(), test.project, "support/reply").await.unwrap();
        // Before the request is on record: what is known of it comes later.
        assert_eq!(client.post(SCORES, &helpful("thumb", true)).await.ok(202), json!({"accepted": 1}));
        assert_eq!(listed(&client, "").await[0]["prompt"], Value::Null);
        assert!(!score::join(&test.studio).await.unwrap());
        recorded(test, test.project, REQUEST.parse().unwrap(), |record| {
            record.facts.prompt = Some(prompt);
            record.facts.version = Some(1);
        })
        .await;
        score::join(&test.studio).await.unwrap();
        let found = listed(&client, &format!("?request_id={REQUEST}")).await.remove(0);
        let known = (&found["prompt"], &found["user"], &found["model"], &found["value"], &found["source"], &found["author"]);
        assert_eq!(
            known,
            (&json!({"name": "support/reply", "version": 1}), &json!("mara"), &json!("acme/echo"), &json!(true), &json!("user"), &json!("key test"))
        );
        // The same thumb, down now; and more of the same request, among it what holds an address.
        let more = json!([
            helpful("thumb", false),
            {"target": {"request_id": REQUEST}, "name": "note", "value": "Ask jon@northwind.example", "comment": "I am mara@northwind.example"},
            {"target": {"trace_id": "trace-1", "span_id": "span-1"}, "name": "length", "value": 2.5},
        ]);
        assert_eq!(client.post(SCORES, &more).await.ok(202)["accepted"], 3);
        let all = listed(&client, "").await;
        assert_eq!(all.len(), 3, "{all:?}");
        assert_eq!(listed(&client, "?name=helpful").await[0]["value"], json!(false));
        assert_eq!((&all[0]["target"], &all[0]["value"]), (&json!({"trace_id": "trace-1", "span_id": "span-1"}), &json!(2.5)));
        assert_eq!((&all[1]["value"], &all[1]["comment"]), (&json!("Ask [e-mail]"), &json!("I am [e-mail]")), "texts lose what the project wants out of them");
        for (query, count) in [
            ("?prompt=support%2Freply", 2),
            ("?prompt=support%2Freply&version=2", 0),
            ("?source=user", 1),
            ("?from=2999-01-01T00:00:00Z", 0),
            ("?to=2999-01-01T00:00:00Z&name=note", 1),
        ] {
            assert_eq!(listed(&client, query).await.len(), count, "{query}");
        }
        let first = client.get(&format!("{SCORES}?limit=2")).await.ok(200);
        let rest = client.get(&format!("{SCORES}?limit=2&cursor={}", first["next"].as_str().unwrap())).await.ok(200);
        assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
        client.get(&format!("{SCORES}?prompt=none")).await.problem(404);
        for (query, field) in [
            ("cursor=x", "cursor"),
            ("version=2147483648", "version"),
            ("version=-1", "version"),
            ("from=noon", "from"),
            (&format!("name={}", "x".repeat(101)), "name"),
        ] {
            assert_eq!(client.get(&format!("{SCORES}?{query}")).await.fields(), [field]);
        }
        // Elsewhere there is none of it, and an end user's go with their requests.
        let elsewhere = TestApp::new(test).with_key_of(test.elsewhere, &[Scope::Read]).await;
        assert!(listed(&elsewhere, "").await.is_empty());
        client.send_json(http::Method::DELETE, "/api/v1/users/mara/data", &Value::Null).await;
        assert_eq!(listed(&client, "").await.len(), 1, "that of the trace");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_kept() {
    for_each_engine(async |test| {
        let client = client(test).await;
        let with = |field: &str, value: Value| {
            let mut score = helpful("a", true);
            score[field] = value;
            score
        };
        for (body, wanted) in [
            (json!({}), vec!["target", "name", "value"]),
            (json!(5), vec![""]),
            (with("target", json!("x")), vec!["target"]),
            (with("target", json!({})), vec!["target"]),
            (with("target", json!({"request_id": "x"})), vec!["target.request_id"]),
            (with("target", json!({"request_id": REQUEST, "trace_id": "x"})), vec!["target"]),
            (with("target", json!({"trace_id": ""})), vec!["target"]),
            (with("name", json!("$cost")), vec!["name"]),
            (with("value", json!([1])), vec!["value"]),
            (with("value", json!(1e12)), vec!["value"]),
            (with("source", json!("reviewer")), vec!["source"]),
            (with("id", json!("")), vec!["id"]),
            (json!([helpful("a", true), with("value", json!({}))]), vec!["[1].value"]),
        ] {
            assert_eq!(client.post(SCORES, &body).await.fields(), wanted, "{body}");
        }
        let many: Vec<Value> = (0..1_001).map(|number| helpful(&number.to_string(), true)).collect();
        assert_eq!(client.post(SCORES, &json!(many)).await.fields(), [""]);
        assert!(listed(&client, "").await.is_empty());
        assert_eq!(client.post(SCORES, &json!(many[..1_000])).await.ok(202)["accepted"], 1_000);
        assert_eq!(client.post(SCORES, &json!(many[..1_000])).await.ok(202)["accepted"], 1_000, "again, in the place of what was");
        assert_eq!(listed(&client, "?limit=200").await.len(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_definition_has_versions_and_scores_keep_theirs() {
    for_each_engine(async |test| {
        let client = client(test).await;
        let stars = |max: u32| json!({"kind": "number", "min": 1, "max": max, "rubric": "Five is best.", "examples": [{"answer": "Hello!", "value": 2, "why": "Too short."}]});
        let at = format!("{DEFINITIONS}/stars");
        let made = client.put(&at, &stars(5)).await.ok(201);
        assert_eq!((&made["version"], &made["kind"], &made["max"], &made["examples"][0]["value"]), (&json!(1), &json!("number"), &json!(5.0), &json!(2)));
        assert_eq!(client.put(&at, &stars(5)).await.ok(200), made, "nothing changed");
        let score = |value: f64| json!({"target": {"request_id": REQUEST}, "name": "stars", "value": value});
        client.post(SCORES, &score(5.0)).await.ok(202);
        assert_eq!(client.post(SCORES, &score(6.0)).await.fields(), ["value"]);
        assert_eq!(client.put(&at, &stars(10)).await.ok(200)["version"], 2);
        client.post(SCORES, &score(6.0)).await.ok(202);
        let kept: Vec<Value> = listed(&client, "?name=stars").await.into_iter().map(|score| score["definition"].clone()).collect();
        assert_eq!(kept, [json!(2), json!(1)]);
        let tone = json!({"kind": "category", "choices": ["cold", "warm"], "ordered": true});
        client.put(&format!("{DEFINITIONS}/tone"), &tone).await.ok(201);
        let all = client.get(DEFINITIONS).await.ok(200);
        let names: Vec<&str> = all["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["stars", "tone"]);
        assert_eq!(client.post(SCORES, &json!({"target": {"request_id": REQUEST}, "name": "tone", "value": "hot"})).await.fields(), ["value"]);
        for (body, wanted) in [
            (json!({"kind": "x"}), vec!["kind"]),
            (json!({"kind": "category", "choices": ["a"]}), vec!["choices"]),
            (json!({"kind": "number", "min": 5, "max": 1}), vec!["max"]),
            (json!({"kind": "category", "choices": ["a", "b"], "min": 1}), vec!["min"]),
            (json!({"kind": "yes_no", "choices": ["a", "b"], "ordered": true}), vec!["choices", "ordered"]),
            (json!({"kind": "yes_no", "examples": [{"answer": "", "value": 3}]}), vec!["examples[0].value"]),
        ] {
            assert_eq!(client.put(&at, &body).await.fields(), wanted, "{body}");
        }
        assert_eq!(client.put(&format!("{DEFINITIONS}/%24cost"), &tone).await.fields(), ["name"]);
    })
    .await;
}

#[tokio::test]
async fn scores_are_a_metric_of_experiments() {
    for_each_engine(async |test| {
        let mut definition = experiment::definition("greeting");
        definition["metrics"][0]["source"] = json!("score");
        let client = experiment::running_as(test, definition).await;
        let mut requests = Vec::new();
        for number in 0..120 {
            let unit = format!("user-{number}");
            let variant = experiment::assigned(&client, &unit).await["variant"].as_str().unwrap().to_owned();
            let helped = if variant == "b" { number % 5 != 0 } else { number % 2 == 0 };
            let id = recorded(test, test.project, test.operator().new_id(), |record| {
                record.facts.user = Some(unit.clone());
                record.facts.unit = Some(unit);
                record.facts.experiment = Some("greeting".into());
                record.facts.variant = Some(variant.clone());
                record.facts.phase = Some(1);
            })
            .await;
            requests.push((id, helped, variant));
        }
        let scores = |turned: bool| -> Vec<Value> {
            let one =
                |(id, helped, _): &(_, bool, String)| json!({"id": id, "target": {"request_id": id}, "name": "resolved", "value": *helped != turned, "source": "user"});
            requests.iter().map(one).collect()
        };
        // First the wrong way round; then each is replaced by what it should be.
        client.post(SCORES, &json!(scores(true))).await.ok(202);
        client.post(SCORES, &json!(scores(false))).await.ok(202);
        let metric = |results: &Value| results["metrics"][0]["variants"].clone();
        let variants = metric(&experiment::results(test, &client).await);
        assert_eq!(variants.as_array().unwrap().iter().map(|variant| variant["units"].as_u64().unwrap()).sum::<u64>(), 120, "{variants}");
        for variant in variants.as_array().unwrap() {
            let of: Vec<bool> = requests.iter().filter(|(_, _, seen)| variant["key"] == **seen).map(|(_, helped, _)| *helped).collect();
            let wanted = of.iter().filter(|helped| **helped).count() as f64 / of.len() as f64;
            assert!((variant["mean"].as_f64().unwrap() - wanted).abs() < 1e-9, "{variant}: {wanted}");
        }
    })
    .await;
}
