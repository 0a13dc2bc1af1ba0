//! Experiments from their definition to their decision, by REST and through the gateway.

mod gateway;
mod ofrep;

use std::collections::BTreeMap;

use atelier_backend::{experiment, journal, prompt};
use atelier_domain::account::Scope;
use serde_json::{Value, json};

use crate::support::{Client, TestApp, TestStudio, for_each_engine, router};

const ALL: &str = "/api/v1/experiments";
const ONE: &str = "/api/v1/experiments/greeting";
const OUTCOMES: &str = "/api/v1/outcomes";

pub fn definition(key: &str) -> Value {
    json!({
        "key": key, "hypothesis": "Warmer is better.", "traffic": 1.0, "alpha": 0.05, "planned_units": 2_400,
        "variants": [
            {"key": "control", "weight": 0.5, "prompt": "support/reply", "version": 1},
            {"key": "b", "weight": 0.5, "prompt": "support/reply", "version": 2}
        ],
        "metrics": [
            {"name": "resolved", "source": "outcome", "role": "goal", "direction": "up", "min_effect": 0.02, "missing": "exclude"},
            {"name": "cost", "source": "cost", "role": "guardrail", "direction": "down"}
        ]
    })
}

/// A program with every scope of experiments, at a prompt with two versions of which the first is published.
async fn studio(test: &TestStudio) -> Client {
    let client = TestApp::new(test).with_key(&[Scope::Read, Scope::Manage, Scope::Ingest, Scope::Gateway]).await;
    client.prompt("support/reply", &["Answer {{question}}", "Answer warmly: {{question}}"]).await;
    client.publish("support/reply", 1).await;
    client
}

pub async fn running(test: &TestStudio) -> Client {
    running_as(test, definition("greeting")).await
}

pub async fn running_as(test: &TestStudio, definition: Value) -> Client {
    let client = studio(test).await;
    client.post(ALL, &definition).await.ok(201);
    client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200);
    client
}

pub async fn assigned(client: &Client, unit: &str) -> Value {
    client.post(&format!("{ONE}/assign"), &json!({"unit": unit})).await.ok(200)
}

/// Sees so many units, and sends an outcome of each: `value` of its number and its variant.
async fn units(client: &Client, count: usize, value: impl Fn(usize, &str) -> Option<f64>) -> BTreeMap<String, usize> {
    let (mut outcomes, mut seen) = (Vec::new(), BTreeMap::new());
    for number in 0..count {
        let unit = format!("user-{number}");
        let variant = assigned(client, &unit).await["variant"].as_str().unwrap().to_owned();
        if let Some(value) = value(number, &variant) {
            outcomes.push(json!({"id": unit, "experiment": "greeting", "unit": unit, "metric": "resolved", "value": value}));
        }
        *seen.entry(variant).or_default() += 1;
    }
    for part in outcomes.chunks(1_000) {
        assert_eq!(client.post(OUTCOMES, &json!(part)).await.ok(202)["accepted"], part.len());
    }
    seen
}

pub async fn results(test: &TestStudio, client: &Client) -> Value {
    // What a server does in the background, four times a second.
    journal::drain(&test.studio).await.unwrap();
    client.get(&format!("{ONE}/results")).await.ok(200)
}

#[tokio::test]
async fn a_test_is_made_started_paused_and_decided() {
    for_each_engine(async |test| {
        let client = studio(test).await;
        let made = client.post(ALL, &definition("greeting")).await;
        assert_eq!(made.header("location"), ONE);
        let made = made.ok(201);
        assert_eq!((&made["state"], &made["key"], &made["started_at"], &made["phases"]), (&json!("draft"), &json!("greeting"), &Value::Null, &json!([])));
        assert_eq!(client.get(ONE).await.ok(200), made);
        assert_eq!(client.get(&format!("{ALL}?state=draft")).await.ok(200)["data"], json!([made]));
        assert_eq!(client.get(&format!("{ALL}?state=running")).await.ok(200)["data"], json!([]));
        client.post(ALL, &definition("greeting")).await.problem(409);
        let unstarted = assigned(&client, "mara").await;
        assert_eq!((&unstarted["variant"], &unstarted["reason"], &unstarted["prompt"]["version"]), (&Value::Null, &json!("disabled"), &json!(1)));
        client.post(&format!("{ONE}/pause"), &Value::Null).await.problem(409);
        client.post(&format!("{ONE}/decide"), &json!({"variant": "b"})).await.problem(409);
        assert_eq!(client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200)["state"], "running");
        client.post(&format!("{ONE}/start"), &Value::Null).await.problem(409);
        // Another on the same prompt has to be wanted.
        client.post(ALL, &definition("second")).await.ok(201);
        let overlaps = client.post(&format!("{ALL}/second/start"), &json!({})).await.problem(409);
        assert!(overlaps["detail"].as_str().unwrap().contains("“greeting”"), "{overlaps}");
        client.post(&format!("{ALL}/second/start"), &json!({"confirm": true})).await.ok(200);
        assert_eq!(client.post(&format!("{ONE}/pause"), &Value::Null).await.ok(200)["state"], "paused");
        assert_eq!(assigned(&client, "mara").await["reason"], "disabled");
        assert_eq!(client.post(&format!("{ONE}/decide"), &json!({"variant": "c"})).await.fields(), ["variant"]);
        let decided = client.post(&format!("{ONE}/decide"), &json!({"variant": "b"})).await.ok(200);
        assert_eq!((&decided["state"], &decided["decided"]), (&json!("decided"), &json!("b")));
        let pulled = client.get(&format!("{}?label=production", crate::support::at("support/reply"))).await.ok(200);
        assert_eq!(pulled["version"], 2, "what was decided for is published");
        let over = assigned(&client, "mara").await;
        assert_eq!((&over["variant"], &over["reason"]), (&json!("b"), &json!("decided")));
        client.post(&format!("{ONE}/start"), &Value::Null).await.problem(409);
        client.get(&format!("{ALL}/none")).await.problem(404);
    })
    .await;
}

#[tokio::test]
async fn a_definition_says_everything_that_is_wrong_with_it() {
    for_each_engine(async |test| {
        let client = studio(test).await;
        let with = |path: &str, value: Value| {
            let mut all = definition("other");
            *all.pointer_mut(path).unwrap() = value;
            all
        };
        for (body, wanted) in [
            (with("/key", json!("a b")), vec!["key"]),
            (with("/traffic", json!(0)), vec!["traffic"]),
            (with("/alpha", json!(0.5)), vec!["alpha"]),
            (with("/planned_units", json!(5)), vec!["planned_units"]),
            (with("/variants/1/weight", json!(0.9)), vec!["variants"]),
            (with("/variants/1/key", json!("control")), vec!["variants[1].key"]),
            (with("/variants/1/version", json!(9)), vec!["variants[1].version"]),
            (with("/variants/1/version", json!("x")), vec!["variants[1].version"]),
            (with("/variants/0/prompt", json!("none")), vec!["variants[0].version"]),
            (with("/metrics", json!([])), vec!["metrics"]),
            (with("/metrics/0/source", json!("stars")), vec!["metrics[0].source"]),
            (with("/metrics/0/name", json!("$cost")), vec!["metrics[0].name"]),
            (with("/metrics/0/min_effect", json!(-1)), vec!["metrics[0].min_effect"]),
        ] {
            assert!(client.post(ALL, &body).await.fields().iter().any(|field| wanted.contains(&field.as_str())), "{body}");
        }
        assert_eq!(client.post(ALL, &json!({})).await.fields(), ["key"]);
        // A version that asks for more than callers send.
        client.post(&format!("{}/versions", crate::support::at("support/reply")), &crate::support::message("{{question}} {{mood}}")).await.ok(201);
        let more = with("/variants/1/version", json!(3));
        let problem = client.post(ALL, &more).await.problem(422);
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("“mood”"), "{problem}");
    })
    .await;
}

#[tokio::test]
async fn a_unit_always_gets_the_same_and_is_counted_once() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let first = assigned(&client, "mara").await;
        assert_eq!(first, assigned(&client, "mara").await);
        assert_eq!(first["prompt"]["name"], "support/reply");
        let filled = client.post(&format!("{ONE}/assign"), &json!({"unit": "mara", "variables": {"question": "why?"}})).await.ok(200);
        assert!(filled["messages"][0]["content"].as_str().unwrap().ends_with("why?"), "{filled}");
        assert_eq!(client.post(&format!("{ONE}/assign"), &json!({"unit": "mara", "variables": {}})).await.fields(), ["variables.question"]);
        assert_eq!(client.post(&format!("{ONE}/assign"), &json!({"unit": ""})).await.fields(), ["unit"]);
        // Another process gives the same, and what both saw counts once.
        let other = test.another().await;
        let there = Client { router: router(other.clone()), key: client.key.clone() };
        assert_eq!(assigned(&there, "mara").await, first);
        journal::drain(&other).await.unwrap();
        let counted = results(test, &client).await;
        assert_eq!((&counted["units"], &counted["mixed_units"]), (&json!(1), &json!(0)));
        assert_eq!(counted["verdict"]["decision"], "continue");
        other.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_prompt_that_is_renamed_takes_its_tests_along() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let before = assigned(&client, "mara").await;
        let prompt = prompt::find(&test.operator(), prompt::PromptRef::Name(test.project, "support/reply".parse().unwrap())).await.unwrap();
        prompt::describe(&test.operator(), prompt.id, "support/answer", "", &[]).await.unwrap();
        let after = assigned(&client, "mara").await;
        assert_eq!((&after["variant"], &after["prompt"]["name"]), (&before["variant"], &json!("support/answer")));
    })
    .await;
}

#[tokio::test]
async fn a_real_difference_is_shipped_and_its_numbers_stay() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let seen = units(&client, 2_400, |number, variant| Some(f64::from(u8::from(number % 10 < if variant == "b" { 8 } else { 5 })))).await;
        assert!(seen.values().all(|units| (1_100..=1_300).contains(units)), "{seen:?}");
        let shown = results(test, &client).await;
        assert_eq!((&shown["verdict"]["decision"], &shown["verdict"]["variant"]), (&json!("ship"), &json!("b")), "{}", shown["verdict"]);
        assert_eq!(shown["srm"]["alarm"], false);
        let goal = &shown["metrics"][0];
        let units: u64 = goal["variants"].as_array().unwrap().iter().map(|variant| variant["units"].as_u64().unwrap()).sum();
        assert_eq!(units, 2_400);
        let compared = &goal["comparisons"][0];
        let number = |name: &str| compared[name].as_f64().unwrap();
        assert!(0.0 < number("low") && number("low") < number("difference") && number("difference") < number("high"), "{compared}");
        assert!((number("difference") - 0.3).abs() < 0.05, "{compared}");
        client.post(&format!("{ONE}/decide"), &json!({"variant": "b", "label": null})).await.ok(200);
        assert_eq!(client.get(&format!("{}?label=production", crate::support::at("support/reply"))).await.ok(200)["version"], 1, "no label was to move");
        // What comes late changes nothing.
        let late = json!({"experiment": "greeting", "unit": "user-1", "metric": "resolved", "value": 0});
        assert_eq!(client.post(OUTCOMES, &late).await.ok(202), json!({"accepted": 0, "repeated": 0, "ignored": 1}));
        let after = results(test, &client).await;
        assert_eq!((&after["metrics"], &after["state"], &after["verdict"]), (&shown["metrics"], &json!("decided"), &shown["verdict"]));
    })
    .await;
}

#[tokio::test]
async fn lost_outcomes_of_one_variant_alarm_and_blank_the_winner() {
    for_each_engine(async |test| {
        let client = running(test).await;
        // A client that loses half of what one variant's unlucky units say.
        let value = |number: usize, variant: &str| {
            let resolved = number.is_multiple_of(2);
            (variant == "control" || resolved || number % 4 == 1).then_some(f64::from(u8::from(resolved)))
        };
        units(&client, 3_000, value).await;
        let shown = results(test, &client).await;
        assert_eq!((&shown["verdict"]["decision"], &shown["verdict"]["variant"]), (&json!("alarm"), &Value::Null), "{}", shown["verdict"]);
        assert_eq!((&shown["srm"]["alarm"], &shown["metrics"][0]["srm"]["alarm"]), (&json!(false), &json!(true)));
        assert_eq!((&shown["metrics"][0]["comparisons"][0]["low"], &shown["metrics"][0]["srm"]["of"]), (&Value::Null, &json!("outcomes")));
    })
    .await;
}

#[tokio::test]
async fn outcomes_count_once_whenever_they_come_and_all_or_none() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let one = |id: &str, unit: &str, value: Value| json!({"id": id, "experiment": "greeting", "unit": unit, "metric": "resolved", "value": value});
        // Before it was seen, by a clock that is off by hours.
        let early = json!({"experiment": "greeting", "unit": "mara", "metric": "resolved", "value": true, "at": "2001-01-01T00:00:00+05:00"});
        assert_eq!(client.post(OUTCOMES, &early).await.ok(202)["accepted"], 1);
        assert_eq!(results(test, &client).await["metrics"][0]["variants"][0]["units"], 0);
        assigned(&client, "mara").await;
        let list = json!([one("a", "jon", json!(1)), one("a", "jon", json!(1)), one("b", "ada", json!(0.5))]);
        assert_eq!(client.post(OUTCOMES, &list).await.ok(202), json!({"accepted": 2, "repeated": 1, "ignored": 0}));
        assert_eq!(client.post(OUTCOMES, &list).await.ok(202), json!({"accepted": 0, "repeated": 3, "ignored": 0}));
        for unit in ["jon", "ada"] {
            assigned(&client, unit).await;
        }
        let counted = results(test, &client).await;
        let of = |field: &str| counted["metrics"][0]["variants"].as_array().unwrap().iter().map(|variant| variant[field].as_f64().unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(of("units").iter().sum::<f64>(), 3.0);
        let total: f64 = of("units").iter().zip(of("mean")).map(|(units, mean)| units * mean).sum();
        assert!((total - 2.5).abs() < 1e-9, "{counted}");
        let wrong = json!([one("x", "u", json!(1)), one("y", "", json!(1)), one("z", "u", json!("many")), {"experiment": "none", "unit": "u", "metric": "resolved", "value": 1}]);
        assert_eq!(client.post(OUTCOMES, &wrong).await.fields(), ["[2].value"], "what cannot be read is told first");
        let wrong = json!([one("x", "u", json!(1)), one("y", "", json!(1)), {"experiment": "none", "unit": "u", "metric": "resolved", "value": 1},
            {"experiment": "greeting", "unit": "u", "metric": "cost", "value": 1}]);
        assert_eq!(client.post(OUTCOMES, &wrong).await.fields(), ["[1].unit", "[2].experiment", "[3].metric"]);
        assert_eq!(client.post(OUTCOMES, &one("x", "u", json!(1))).await.ok(202)["accepted"], 1, "none of those was taken");
        assert_eq!(client.post(OUTCOMES, &json!(vec![one("x", "u", json!(1)); 1_001])).await.problem(422)["status"], 422);
        assert_eq!(client.post(OUTCOMES, &json!([])).await.ok(202)["accepted"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_changed_weight_moves_its_share_and_leaves_out_who_was_seen_twice() {
    for_each_engine(async |test| {
        let client = running(test).await;
        let names: Vec<String> = (0..400).map(|number| format!("user-{number}")).collect();
        let all = async |client: &Client| {
            let mut variants = Vec::new();
            for name in &names {
                variants.push(assigned(client, name).await["variant"].as_str().unwrap().to_owned());
            }
            variants
        };
        let before = all(&client).await;
        assert_eq!(client.put(&format!("{ONE}/split"), &json!({"weights": {"control": 0.5, "c": 0.5}})).await.fields(), ["weights.c"]);
        assert_eq!(client.put(&format!("{ONE}/split"), &json!({"weights": {"control": 0.5, "b": 0.6}})).await.fields(), ["variants"]);
        let anew = client.put(&format!("{ONE}/split"), &json!({"weights": {"control": 0.25, "b": 0.75}})).await.ok(200);
        assert_eq!(anew["phases"].as_array().unwrap().len(), 2);
        let after = all(&client).await;
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!(before.iter().zip(&after).all(|(before, after)| before == after || after == "b"), "only towards what has more now");
        assert!((60..=140).contains(&moved), "about a quarter: {moved}");
        let counted = results(test, &client).await;
        assert_eq!((counted["mixed_units"].as_u64().unwrap() as usize, counted["units"].as_u64().unwrap() as usize), (moved, 400 - moved));
        // Those who stayed out of the first share come in anew.
        let part = client.put(&format!("{ONE}/split"), &json!({"weights": {"control": 0.25, "b": 0.75}, "traffic": 0.5})).await.ok(200);
        assert_eq!(part["traffic"], 0.5);
        let outside = client.post(&format!("{ONE}/assign"), &json!({"unit": "nobody-7"})).await.ok(200);
        assert!(outside["variant"].is_string() || (outside["reason"] == "not_in_traffic" && outside["prompt"]["version"] == 1), "{outside}");
    })
    .await;
}

#[tokio::test]
async fn an_audience_testers_and_slices_are_heeded() {
    for_each_engine(async |test| {
        let client = studio(test).await;
        let mut body = definition("greeting");
        let more = json!({
            "audience": [{"attribute": "locale", "is": "in", "value": ["sv", "en"]}], "slices": ["locale"], "forced": [{"unit": "tester", "variant": "b"}]
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post(ALL, &body).await.ok(201);
        client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200);
        let ask =
            async |unit: &str, locale: &str| client.post(&format!("{ONE}/assign"), &json!({"unit": unit, "attributes": {"locale": locale}})).await.ok(200);
        assert_eq!(ask("mara", "sv").await["reason"], "targeting_match");
        assert_eq!(ask("jon", "en").await["reason"], "targeting_match");
        assert_eq!(ask("ada", "de").await["reason"], "not_in_audience");
        let tester = ask("tester", "de").await;
        assert_eq!((&tester["variant"], &tester["reason"]), (&json!("b"), &json!("forced")));
        assert_eq!(results(test, &client).await["units"], 2, "testers are never counted");
        let found = experiment::find(&test.operator(), experiment::ExperimentRef::Key(test.project, "greeting".into())).await.unwrap();
        let course = experiment::course(&test.operator(), found.experiment.id).await.unwrap();
        let slices: Vec<&str> = course.slices.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(slices, ["locale=en", "locale=sv"]);
    })
    .await;
}

#[tokio::test]
async fn harm_stops_a_test_by_itself_where_it_is_to() {
    for_each_engine(async |test| {
        let client = studio(test).await;
        let mut body = definition("greeting");
        body["stop_on_harm"] = json!(true);
        client.post(ALL, &body).await.ok(201);
        client.post(&format!("{ONE}/start"), &Value::Null).await.ok(200);
        units(&client, 1_000, |number, variant| Some(f64::from(u8::from(number % 10 < if variant == "b" { 2 } else { 8 })))).await;
        let shown = results(test, &client).await;
        assert_eq!((&shown["state"], &shown["verdict"]["decision"]), (&json!("paused"), &json!("stop")), "{}", shown["verdict"]);
        assert_eq!(assigned(&client, "somebody new").await["reason"], "disabled");
    })
    .await;
}

#[tokio::test]
async fn an_end_user_s_assignments_are_nobody_s_once_they_are_erased() {
    for_each_engine(async |test| {
        let client = running(test).await;
        units(&client, 5, |_, _| Some(1.0)).await;
        let before = results(test, &client).await;
        let admin = TestApp::new(test).with_key(&[Scope::Admin]).await;
        admin.send_json(http::Method::DELETE, "/api/v1/users/user-3/data", &Value::Null).await.ok(200);
        let mut db = sqlx::AnyPool::connect(test.studio.db.url()).await.unwrap().acquire().await.unwrap();
        let left: Vec<String> = sqlx::query_scalar("SELECT unit FROM experiment_units ORDER BY unit").fetch_all(&mut *db).await.unwrap();
        assert!(left.len() == 5 && !left.contains(&"user-3".to_owned()), "{left:?}");
        assert_eq!(results(test, &client).await["metrics"], before["metrics"], "what it added to sums stays");
    })
    .await;
}
