//! What a definition reads, and what it refuses.

use super::*;

fn changed(change: impl Fn(&mut Value)) -> Definition {
    let mut value: Value = serde_json::from_str(EXAMPLE).unwrap();
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_documented_example_is_valid_and_its_defaults_follow_from_the_source() {
    let definition = example();
    assert_eq!(definition.check(), Ok(()));
    assert_eq!(definition.clone().tidy(), definition);
    let cost = &definition.metrics[1];
    assert_eq!((cost.per, cost.missing, cost.min_effect, cost.denominator.as_deref()), (Per::Unit, Missing::Exclude, 0.0, None));
    let plain: Definition =
        serde_json::from_value(json!({"key": "k", "variants": [], "metrics": [{"name": "latency", "source": "latency"}, {"name": "x"}]})).unwrap();
    assert_eq!((plain.traffic, plain.alpha, plain.planned_units, plain.stop_on_harm), (1.0, 0.05, 10_000, false));
    assert_eq!((plain.metrics[0].direction, plain.metrics[0].per), (Direction::Down, Per::Request));
    assert_eq!((plain.metrics[1].direction, plain.metrics[1].source, plain.metrics[1].role), (Direction::Up, Source::Outcome, Role::Goal));
}

#[test]
fn a_definition_reads_back_as_it_was_written() {
    let definition = changed(|value| {
        value["audience"] = json!([{"attribute": "locale", "is": "in", "value": ["sv", "en"]}, {"attribute": "bot", "is": "missing"}]);
        value["forced"] = json!([{"unit": "mara", "variant": "b"}]);
        value["variants"][1]["params"] = json!({"temperature": 0.2, "reasoning_effort": "low"});
        value["variants"][1]["model"] = json!("openai/gpt-4o-mini");
        value["stop_on_harm"] = json!(true);
    });
    assert_eq!(definition.check(), Ok(()));
    assert_eq!(serde_json::from_str::<Definition>(&serde_json::to_string(&definition).unwrap()).unwrap(), definition);
}

#[test]
fn every_rule_names_its_field() {
    type Change = fn(&mut Value);
    let table: &[(&str, Change)] = &[
        ("key", |v| v["key"] = json!("Greeting!")),
        ("hypothesis", |v| v["hypothesis"] = json!("x".repeat(2_001))),
        ("traffic", |v| v["traffic"] = json!(0.0)),
        ("traffic", |v| v["traffic"] = json!(1.5)),
        ("alpha", |v| v["alpha"] = json!(0.5)),
        ("planned_units", |v| v["planned_units"] = json!(99)),
        ("variants", |v| v["variants"] = json!([v["variants"][0]])),
        ("variants", |v| v["variants"][0]["weight"] = json!(0.7)),
        ("variants", |v| {
            v["variants"][0]["weight"] = json!(1.0);
            v["variants"][1]["weight"] = json!(0.0);
        }),
        ("variants[0].weight", |v| {
            v["variants"][0]["weight"] = json!(-0.5);
            v["variants"][1]["weight"] = json!(1.5);
        }),
        ("variants[1].key", |v| v["variants"][1]["key"] = json!("control")),
        ("variants[1].key", |v| v["variants"][1]["key"] = json!("")),
        ("variants[0].prompt", |v| v["variants"][0]["prompt"] = json!("a//b")),
        ("variants[0].version", |v| v["variants"][0]["version"] = json!(0)),
        ("variants[0].params.temperature", |v| v["variants"][0]["params"] = json!({"temperature": 3})),
        ("metrics", |v| v["metrics"] = json!([v["metrics"][1]])),
        ("metrics[1].name", |v| v["metrics"][1]["name"] = json!("resolved")),
        ("metrics[0].min_effect", |v| v["metrics"][0]["min_effect"] = json!(-1)),
        ("metrics[0].denominator", |v| v["metrics"][0]["denominator"] = json!("resolved")),
        ("metrics", |v| v["metrics"] = Value::Array((0..21).map(|at| json!({"name": at.to_string()})).collect())),
        ("audience[0].value", |v| v["audience"] = json!([{"attribute": "a", "is": "in", "value": "x"}])),
        ("audience[0].attribute", |v| v["audience"] = json!([{"attribute": "", "is": "exists"}])),
        ("forced[0].variant", |v| v["forced"] = json!([{"unit": "u", "variant": "c"}])),
        ("forced[1].unit", |v| v["forced"] = json!([{"unit": "u", "variant": "b"}, {"unit": "u", "variant": "control"}])),
    ];
    for (field, change) in table {
        let fault = changed(change).tidy().check().unwrap_err();
        assert!(fault.of(field).is_some(), "{field}: {fault:?}");
    }
}

#[test]
fn weights_that_nearly_add_up_are_tidied_and_names_are_trimmed() {
    let definition = changed(|value| {
        let variant = |key: &str| json!({"key": key, "weight": 0.33, "prompt": " support/reply ", "version": 1, "model": " "});
        value["key"] = json!(" greeting ");
        value["variants"] = json!([variant("a"), variant("b "), variant("c")]);
    });
    assert!(definition.check().is_err());
    let tidy = definition.tidy();
    assert_eq!(tidy.check(), Ok(()));
    assert_eq!((tidy.key.as_str(), tidy.variants[1].key.as_str(), tidy.variants[0].model.as_deref()), ("greeting", "b", None));
}

#[test]
fn a_draft_may_be_unfinished_but_has_a_key() {
    let draft = |key: &str| serde_json::from_value::<Definition>(json!({"key": key, "variants": []})).unwrap();
    assert_eq!(draft("greeting").check_draft(), Ok(()));
    assert!(draft("").check_draft().is_err());
}

#[test]
fn goals_share_alpha_and_guardrails_keep_theirs() {
    let mut definition = example();
    assert_eq!(definition.alpha_of(&definition.metrics[0]), 0.05);
    definition.variants.push(Variant { key: "c".to_owned(), ..definition.variants[1].clone() });
    definition.metrics.push(Metric::new("helpful", Source::Score, Role::Goal));
    assert_eq!(definition.alpha_of(&definition.metrics[0]), 0.05 / 4.0);
    assert_eq!(definition.alpha_of(&definition.metrics[1]), 0.05);
}

#[test]
fn a_suggested_sample_grows_with_variants_and_with_an_uneven_split() {
    let definition = example();
    let suggested = |definition: &Definition| definition.suggested_units(&definition.metrics[0], 0.61, crate::statistics::share_variance(0.61));
    assert_eq!(suggested(&definition), Some(30_683));
    let uneven = changed(|value| (value["variants"][0]["weight"], value["variants"][1]["weight"]) = (json!(0.9), json!(0.1)));
    assert_eq!(suggested(&uneven), Some(85_228));
    let mut three = definition.clone();
    three.variants.push(Variant { key: "c".to_owned(), ..definition.variants[1].clone() });
    three.variants.iter_mut().for_each(|variant| variant.weight = 1.0 / 3.0);
    assert!(suggested(&three) > Some(30_683 * 3 / 2));
    let relative = changed(|value| (value["metrics"][0]["min_effect"], value["metrics"][0]["relative"]) = (json!(0.02 / 0.61), json!(true)));
    assert_eq!(suggested(&relative), suggested(&definition));
    for none in [
        changed(|value| value["metrics"][0]["min_effect"] = json!(0)),
        changed(|value| value["variants"][1]["weight"] = json!(0)),
        changed(|value| value["variants"] = json!([])),
    ] {
        assert_eq!(suggested(&none), None);
    }
}
