//! What a definition reads, what it takes, and what it refuses.

use serde_json::json;

use super::*;
use crate::{feedback::agreement::Level, statistics::ONE};

fn form(value: serde_json::Value) -> Form {
    serde_json::from_value(value).unwrap()
}

fn stars() -> Form {
    form(json!({"name": "stars", "kind": "number", "min": 1, "max": 5, "step": 1}))
}

fn tone() -> Form {
    form(json!({"name": "tone", "kind": "category", "choices": ["cold", "plain", "warm"], "ordered": true}))
}

fn of(kind: serde_json::Value) -> Kind {
    serde_json::from_value(kind).unwrap()
}

#[test]
fn a_definition_reads_back_as_it_was_written() {
    for form in [
        json!({"name": "stars", "kind": "number", "min": 1.0, "max": 5.0, "step": 0.5, "rubric": "Five is what you would send."}),
        json!({"name": "similar", "kind": "number", "min": -1.0, "max": 1.0}),
        json!({"name": "topic", "kind": "category", "choices": ["billing", "other"], "ordered": false}),
        json!({"name": "helpful", "kind": "yes_no", "examples": [{"text": "Ask again.", "value": false, "reason": "It answers nothing."}]}),
        json!({"name": "why", "kind": "text"}),
        json!({"name": "better", "kind": "correction", "examples": [{"text": "Helo", "value": "Hello"}]}),
    ] {
        let definition = Definition::new(self::form(form.clone())).unwrap();
        let mut expected = json!({"version": 1});
        expected.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        assert_eq!(serde_json::to_value(&definition).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Definition>(expected).unwrap(), definition);
    }
}

#[test]
fn every_rule_names_its_field() {
    for (fields, form) in [
        (&["name"][..], json!({"name": " ", "kind": "yes_no"})),
        (&["name"], json!({"name": "$cost", "kind": "yes_no"})),
        (&["name", "rubric"], json!({"name": "a\nb", "kind": "yes_no", "rubric": "x".repeat(10_001)})),
        (&["max"], json!({"name": "n", "kind": "number", "min": 5, "max": 5})),
        (&["min", "max"], json!({"name": "n", "kind": "number", "min": -1e10, "max": 0.123_456_7})),
        (&["step"], json!({"name": "n", "kind": "number", "min": 0, "max": 1, "step": 0})),
        (&["step"], json!({"name": "n", "kind": "number", "min": 0, "max": 1, "step": 0.3})),
        (&["choices"], json!({"name": "c", "kind": "category", "choices": ["one"]})),
        (&["choices[1]", "choices[2]"], json!({"name": "c", "kind": "category", "choices": ["one", "", " one "]})),
        (&["examples[0].text", "examples[0].value"], json!({"name": "y", "kind": "yes_no", "examples": [{"text": "", "value": 1}]})),
        (
            &["examples[1].value"],
            json!({"name": "n", "kind": "number", "min": 0, "max": 1, "examples": [{"text": "a", "value": 1}, {"text": "b", "value": 2}]}),
        ),
        (&["examples"], json!({"name": "t", "kind": "text", "examples": vec![json!({"text": "a", "value": "b"}); 21]})),
    ] {
        let fault = Definition::new(self::form(form.clone())).unwrap_err();
        assert_eq!(fault.fields.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{form}");
    }
}

#[test]
fn a_value_fits_or_is_told_what_is_expected() {
    let half = json!({"kind": "number", "min": -1, "max": 1, "step": 0.1});
    let any = json!({"kind": "number", "min": 0, "max": 1});
    let tone = json!({"kind": "category", "choices": ["cold", "warm"], "ordered": true});
    for (kind, value, millionths) in [
        (&half, json!(0.3), Ok(Some(300_000))),
        (&half, json!(-1), Ok(Some(-ONE))),
        (&half, json!(0.25), Err("A number from -1 to 1 in steps of 0.1 is expected here, and not 0.25.")),
        (&half, json!(1.1), Err("A number from -1 to 1 in steps of 0.1 is expected here, and not 1.1.")),
        (&half, json!("0.3"), Err("A number from -1 to 1 in steps of 0.1 is expected here, and not \"0.3\".")),
        (&any, json!(0.123_456_789), Ok(Some(123_457))),
        (&any, json!(true), Err("A number from 0 to 1 is expected here, and not true.")),
        (&any, json!(null), Err("A number from 0 to 1 is expected here, and not null.")),
        (&tone, json!("cold"), Ok(Some(ONE))),
        (&tone, json!("warm"), Ok(Some(2 * ONE))),
        (&tone, json!("Warm"), Err("One of “cold”, “warm” is expected here, and not \"Warm\".")),
        (&json!({"kind": "category", "choices": ["a", "b"]}), json!("b"), Ok(None)),
        (&json!({"kind": "yes_no"}), json!(true), Ok(Some(ONE))),
        (&json!({"kind": "yes_no"}), json!(false), Ok(Some(0))),
        (&json!({"kind": "yes_no"}), json!(1), Err("True or false is expected here, and not 1.")),
        (&json!({"kind": "text"}), json!("Too long."), Ok(None)),
        (&json!({"kind": "text"}), json!(" "), Err("A text of 1 to 10,000 characters is expected here, without NUL.")),
        (&json!({"kind": "correction"}), json!("Hello"), Ok(None)),
        (&json!({"kind": "correction"}), json!("a\0b"), Err("The corrected answer is expected here: a text of at most 256 KiB, without NUL.")),
        (&json!({"kind": "correction"}), json!(["a"]), Err("The corrected answer is expected here: a text of at most 256 KiB, without NUL.")),
    ] {
        let kind = of(kind.clone());
        let read = kind.read(&value);
        assert_eq!(read.as_ref().map(|value| kind.millionths(value)).map_err(|fault| fault.of("value").unwrap()), millionths, "{kind:?} {value}");
    }
    let long = of(json!({"kind": "yes_no"})).read(&json!("x".repeat(300))).unwrap_err();
    assert!(long.message.len() < 100, "{}", long.message);
}

#[test]
fn agreement_looks_at_a_kind_by_its_level() {
    let topics = of(json!({"kind": "category", "choices": ["a", "b"]}));
    let text = |text: &str| Value::Text(text.to_owned());
    for (kind, level, value, code) in [
        (stars().kind, Some(Level::Interval), Value::Number(3.0), Some(3 * ONE)),
        (tone().kind, Some(Level::Ordinal), text("plain"), Some(2 * ONE)),
        (topics.clone(), Some(Level::Nominal), text("b"), Some(2 * ONE)),
        (topics, Some(Level::Nominal), text("gone"), None),
        (Kind::YesNo, Some(Level::Nominal), Value::YesNo(true), Some(ONE)),
        (Kind::Text, None, text("why"), None),
        (Kind::Correction, None, text("better"), None),
    ] {
        assert_eq!((kind.level(), kind.code(&value)), (level, code), "{kind:?}");
    }
}

#[test]
fn a_definition_keeps_name_and_kind_through_its_versions() {
    let first = Definition::new(stars()).unwrap();
    assert_eq!(first.next(stars()), Ok(None));
    let reworded = Form { rubric: "Five is perfect.".to_owned(), ..stars() };
    let second = first.next(reworded.clone()).unwrap().unwrap();
    assert_eq!((second.version, &second.form), (2, &reworded));
    let other = first.next(Form { name: "rating".to_owned(), ..tone() }).unwrap_err();
    assert!(other.of("name").is_some() && other.of("kind").is_some(), "{other:?}");
    assert_eq!(first.read(&json!(4)), Ok(Value::Number(4.0)));
    assert!(first.read(&json!(6)).unwrap_err().of("value").is_some());
}
