use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{id::VersionId, template::Include};

fn draft(content: &str) -> Draft {
    Draft::new(Body::Messages(vec![Message::new(MessageRole::User, content)]))
}

fn saving() -> Saving {
    Saving { id: VersionId(uuid::Uuid::nil()), author: "Mara".to_owned(), at: Timestamp(0) }
}

#[test]
fn names_allow_folders_and_refuse_what_would_confuse() {
    for good in ["reply", "support/reply", "a/b/c.d-e_f", "Brev på svenska", "x"] {
        assert!(good.parse::<PromptName>().is_ok(), "{good}");
    }
    for bad in ["", "/a", "a/", "a//b", "a@b", "a{b", "a\nb", "a/../b", " a", "a/ b", &"x".repeat(201), "a\u{202e}b", "a?b"] {
        assert!(bad.parse::<PromptName>().is_err(), "{bad:?}");
    }
}

#[test]
fn labels_are_plain_and_latest_is_taken() {
    assert!("production".parse::<LabelName>().is_ok());
    for bad in ["", "Latest", "latest", "a b", "-x", "é"] {
        assert!(bad.parse::<LabelName>().is_err(), "{bad}");
    }
}

#[test]
fn equal_content_makes_no_version_and_a_note_is_no_content() {
    let prompt = PromptId(uuid::Uuid::nil());
    let first = Version::next(prompt, None, draft("a"), Resolved::default(), saving()).unwrap().unwrap();
    let noted = Draft { note: "other".to_owned(), ..draft("a") };
    assert_eq!(first.number, 1);
    assert_eq!(Version::next(prompt, Some(&first), noted, Resolved::default(), saving()).unwrap(), None);
    assert_eq!(Version::next(prompt, Some(&first), draft("b"), Resolved::default(), saving()).unwrap().unwrap().number, 2);
}

#[test]
fn a_moved_include_is_new_content() {
    let pin = |version| Pin { include: Include { name: "tone".parse().unwrap(), label: None }, version, prompt: PromptId(uuid::Uuid::nil()) };
    assert_ne!(content_hash(&draft("{{> tone}}"), &[pin(1)]), content_hash(&draft("{{> tone}}"), &[pin(2)]));
}

#[test]
fn a_draft_hears_of_every_field_at_once() {
    let bad = Draft {
        body: Body::Messages(vec![Message::new(MessageRole::User, "{{")]),
        params: Params { temperature: Some(3.0), top_p: Some(0.0), max_tokens: Some(0), ..Params::default() },
        model: Some("a b".to_owned()),
        tools: vec![json!({})],
        response_format: Some(json!("json")),
        variables: vec![],
        note: "x".repeat(1_001),
    };
    let fault = bad.check(PromptType::Chat).unwrap_err();
    let fields: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["messages[0].content", "params.temperature", "params.top_p", "params.max_tokens", "note", "model", "tools[0]", "response_format"]);
    assert_eq!(draft("a").check(PromptType::Text).unwrap_err().fields[0].field, "text");
}

#[test]
fn rendering_names_each_missing_variable_once() {
    let body = Body::Messages(vec![Message::new(MessageRole::System, "{{a}} {{b}}"), Message::new(MessageRole::User, "{{b}} {{c}}")]);
    let fault = render(&body, &[], &BTreeMap::from([("a".to_owned(), json!("x"))])).unwrap_err();
    assert_eq!(fault.fields.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["variables.b", "variables.c"]);
}

#[test]
fn a_draft_reads_the_shape_of_the_interface() {
    let draft: Draft = serde_json::from_value(json!({"messages": [{"role": "user", "content": "hi"}], "params": {"temperature": 0.2, "top_k": 4}})).unwrap();
    assert_eq!(draft.params.more["top_k"], 4);
    assert_eq!(serde_json::to_value(&draft).unwrap()["messages"][0]["content"], "hi");
}

proptest! {
    #[test]
    fn the_hash_tells_contents_apart(a in ".{0,20}", b in ".{0,20}") {
        prop_assert_eq!(a == b, content_hash(&draft(&a), &[]) == content_hash(&draft(&b), &[]));
    }

    #[test]
    fn a_hash_survives_the_wire(content in ".{0,40}", temperature in proptest::option::of(0.0f64..2.0), seed in any::<Option<u64>>()) {
        let draft = Draft { params: Params { temperature, seed, ..Params::default() }, ..draft(&content) };
        let back: Draft = serde_json::from_str(&serde_json::to_string(&draft).unwrap()).unwrap();
        prop_assert_eq!(content_hash(&draft, &[]), content_hash(&back, &[]));
    }
}
