use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    id::{PromptId, VersionId},
    prompt::{Body, Draft, Message, MessageRole, Params, Pin, Resolved, Saving, Version, content_hash},
    template::Include,
    timestamp::Timestamp,
};

use MessageRole::{Assistant, System, User};

fn chat(messages: &[(MessageRole, &str)]) -> Draft {
    let message = |(role, content): &(MessageRole, &str)| -> Message { serde_json::from_value(json!({"role": role, "content": content})).unwrap() };
    Draft::new(Body::Messages(messages.iter().map(message).collect()))
}

fn version(draft: Draft, resolved: Resolved) -> Version {
    let saving = Saving { id: VersionId(uuid::Uuid::nil()), author: "Mara".to_owned(), at: Timestamp(0) };
    Version::next(PromptId(uuid::Uuid::nil()), None, draft, resolved, saving).unwrap().unwrap()
}

fn pin(name: &str, label: Option<&str>, version: u32) -> Pin {
    let label = label.map(|label| label.parse().unwrap());
    Pin { include: Include { name: name.parse().unwrap(), label }, version, prompt: PromptId(uuid::Uuid::nil()) }
}

fn tool(name: &str, description: &str) -> Value {
    json!({"type": "function", "function": {"name": name, "description": description}})
}

/// Each message as old place, new place, whether it moved, and what became of it.
fn places(old: &Draft, new: &Draft) -> Vec<(u32, u32, bool, Option<Change>)> {
    let message = |message: &MessageDiff| (message.old.unwrap_or(0), message.new.unwrap_or(0), message.moved, message.change());
    VersionDiff::new(old, new).messages.iter().map(message).collect()
}

/// Each line of the table as JSON without its text.
fn table<'a>(old: impl Into<Side<'a>>, new: impl Into<Side<'a>>) -> Vec<String> {
    let line = |diff: &SettingDiff| serde_json::to_string(&SettingDiff { text: None, ..diff.clone() }).unwrap();
    VersionDiff::new(old, new).settings.iter().map(line).collect()
}

#[test]
fn messages_are_matched_where_they_moved_changed_came_or_went() {
    let rules = "You answer customers about orders, refunds and repairs.";
    let shorter = "You answer customers about orders and refunds.";
    for (old, new, said) in [
        (vec![(System, rules), (User, "{{q}}")], vec![(System, rules), (User, "{{q}}")], vec![(1, 1, false, None), (2, 2, false, None)]),
        (vec![(System, rules), (User, "{{q}}")], vec![(User, "{{q}}"), (System, shorter)], vec![(2, 1, true, None), (1, 2, false, Some(Change::Changed))]),
        (
            vec![(System, rules), (User, "Hi"), (Assistant, "Hello!"), (User, "{{q}}")],
            vec![(System, rules), (User, "{{q}}")],
            vec![(1, 1, false, None), (2, 0, false, Some(Change::Removed)), (3, 0, false, Some(Change::Removed)), (4, 2, false, None)],
        ),
        // Nothing in common, but alone of its role in its place: written anew.
        (vec![(System, rules), (User, "Hi")], vec![(System, rules), (User, "{{q}}")], vec![(1, 1, false, None), (2, 2, false, Some(Change::Changed))]),
        (vec![(System, rules)], vec![(User, rules)], vec![(1, 1, false, Some(Change::Changed))]),
        (vec![(User, "a")], vec![(Assistant, "b")], vec![(1, 0, false, Some(Change::Removed)), (0, 1, false, Some(Change::Added))]),
    ] {
        assert_eq!(places(&chat(&old), &chat(&new)), said, "{old:?} {new:?}");
    }
}

#[test]
fn the_table_says_what_changed_beside_the_messages() {
    let old = Draft {
        model: Some("local/a".to_owned()),
        params: serde_json::from_value(json!({"temperature": 0.4, "top_k": 4, "stop": ["x"]})).unwrap(),
        tools: vec![tool("find", "Finds."), tool("gone", "Goes."), tool("same", "Stays.")],
        ..chat(&[(System, "{{> tone}} {{a}}")])
    };
    let new = Draft {
        model: Some("local/b".to_owned()),
        params: serde_json::from_value(json!({"temperature": 0.2, "max_tokens": 9, "stop": ["x"]})).unwrap(),
        tools: vec![tool("same", "Stays."), tool("find", "Finds orders."), tool("new", "Comes.")],
        response_format: Some(json!({"type": "json_object"})),
        ..chat(&[(System, "{{> tone}} {{b}}")])
    };
    let resolved = |pin: Pin, variable: &str| Resolved { pins: vec![pin], variables: vec![variable.to_owned()], ..Resolved::default() };
    let (old, new) = (version(old, resolved(pin("tone", None, 2), "a")), version(new, resolved(pin("tone", None, 3), "b")));
    assert_eq!(
        table(&old, &new),
        [
            r#"{"setting":"model","change":"changed","old":"local/a","new":"local/b"}"#,
            r#"{"setting":"parameter","name":"max_tokens","change":"added","new":"9"}"#,
            r#"{"setting":"parameter","name":"temperature","change":"changed","old":"0.4","new":"0.2"}"#,
            r#"{"setting":"parameter","name":"top_k","change":"removed","old":"4"}"#,
            r#"{"setting":"tool","name":"find","change":"changed"}"#,
            r#"{"setting":"tool","name":"gone","change":"removed"}"#,
            r#"{"setting":"tool","name":"new","change":"added"}"#,
            r#"{"setting":"tool_order","change":"changed","old":"find, same","new":"same, find"}"#,
            r#"{"setting":"response_format","change":"added"}"#,
            r#"{"setting":"variable","name":"a","change":"removed","old":"text"}"#,
            r#"{"setting":"variable","name":"b","change":"added","new":"text"}"#,
            r#"{"setting":"include","name":"tone","change":"changed","old":"version 2","new":"version 3"}"#,
        ]
    );
    let diff = VersionDiff::new(&old, &new);
    let find = diff.settings.iter().find(|diff| diff.setting == Setting::Tool("find".to_owned())).unwrap();
    assert!(find.text.as_ref().unwrap().new_text().contains("\"description\": \"Finds orders.\""));
    assert_eq!(find.text.as_ref().unwrap().count().lines_added, 1);
    assert_eq!(serde_json::from_str::<VersionDiff>(&serde_json::to_string(&diff).unwrap()).unwrap(), diff);
}

#[test]
fn an_include_that_goes_to_another_label_is_one_change() {
    let with = |pins| version(chat(&[(System, "x")]), Resolved { pins, variables: vec![], ..Resolved::default() });
    let (old, new) = (with(vec![pin("tone", Some("staging"), 2), pin("rules", None, 1)]), with(vec![pin("rules", None, 1), pin("tone", Some("live"), 3)]));
    assert_eq!(table(&old, &new), [r#"{"setting":"include","name":"tone","change":"changed","old":"staging, version 2","new":"live, version 3"}"#]);
}

#[test]
fn a_draft_as_it_is_typed_does_not_lose_the_variables_of_its_includes() {
    let saved = version(
        chat(&[(System, "{{> tone}} {{a}}")]),
        Resolved { pins: vec![pin("tone", None, 2)], variables: vec!["of_tone".to_owned(), "a".to_owned()], ..Resolved::default() },
    );
    assert!(VersionDiff::new(&saved, &saved.to_draft()).is_empty());
    // Half a tag at the end cannot be read yet.
    assert_eq!(table(&saved, &chat(&[(System, "{{> tone}} {{a}} {{b}} {{")])), [r#"{"setting":"variable","name":"b","change":"added","new":"text"}"#]);
}

#[test]
fn the_order_of_fields_in_a_tool_is_a_change_and_makes_a_version() {
    let with = |text: &str| Draft { tools: vec![serde_json::from_str(text).unwrap()], ..chat(&[(User, "x")]) };
    let (old, new) = (with(r#"{"function": {"name": "a", "b": {"x": 1, "y": 2}}}"#), with(r#"{"function": {"name": "a", "b": {"y": 2, "x": 1}}}"#));
    assert!(!VersionDiff::new(&old, &new).is_empty());
    assert_ne!(content_hash(&old, &[]), content_hash(&new, &[]));
    assert!(VersionDiff::new(&old, &old).is_empty());
}

#[test]
fn a_declaration_is_told_in_words() {
    let declare = |json: Value| Draft { variables: serde_json::from_value(json).unwrap(), ..chat(&[(User, "{{n}}")]) };
    let (old, new) = (declare(json!([])), declare(json!([{"name": "n", "type": "number", "default": 4}])));
    assert_eq!(table(&old, &new), [r#"{"setting":"variable","name":"n","change":"changed","old":"text","new":"number, 4 unless given"}"#]);
}

#[test]
fn a_change_of_a_tool_call_is_a_change_of_its_message() {
    let with = |call: Value| {
        let message = Message { tool_calls: vec![call], ..Message::new(Assistant, "") };
        Draft::new(Body::Messages(vec![message]))
    };
    assert!(!VersionDiff::new(&with(json!({"id": "a"})), &with(json!({"id": "b"}))).is_empty());
}

#[test]
fn a_note_says_what_changed_in_a_line() {
    let long = "You answer customers about orders, refunds and repairs. Be kind.";
    let base = || chat(&[(System, "Rules."), (User, long)]);
    let model = |mut draft: Draft| {
        draft.model = Some("local/b".to_owned());
        draft
    };
    for (new, said) in [
        (base(), ""),
        (
            model(chat(&[(System, "Rules."), (User, "You answer customers about {{shop_name}}.")])),
            "Model to local/b; second message shortened; variable shop_name added",
        ),
        (chat(&[(System, "Rules. You write in the customer's language."), (User, long)]), "First message extended"),
        (chat(&[(User, long), (System, "Rules.")]), "Second message moved"),
        (chat(&[(System, "Rules"), (User, long)]), "First message tidied"),
        (chat(&[(System, "Rules."), (User, long), (Assistant, "Yes.")]), "Third message added"),
        (Draft { params: serde_json::from_value(json!({"temperature": 0.2})).unwrap(), ..base() }, "Temperature to 0.2"),
        (Draft { tools: vec![tool("a", ""), tool("b", ""), tool("c", "")], ..base() }, "3 tools added"),
        (Draft { tools: vec![tool(&"a".repeat(64), "")], model: Some("m".repeat(40)), ..base() }, &format!("Model to {}; 1 more", "m".repeat(40))),
        (Draft { model: Some("m".repeat(200)), ..base() }, &format!("Model to {}…", "m".repeat(90))),
    ] {
        assert_eq!(VersionDiff::new(&base(), &new).suggest_note(), said);
    }
}

#[test]
fn counts_are_of_lines_and_words() {
    let diff = VersionDiff::new(&chat(&[(System, "Be very kind.\nBye."), (User, "x")]), &chat(&[(System, "Be very {{how}}.\nSay so.\nBye."), (User, "x")]));
    assert_eq!(diff.count(), Count { lines_added: 2, lines_deleted: 1, words_added: 3, words_deleted: 1 });
    assert_eq!(diff.messages_changed(), 1);
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let role = prop_oneof![Just(System), Just(User), Just(Assistant)];
    let text = "(one|two|three|\\{\\{a\\}\\})( (one|two|three|four)){0,3}";
    let tools = prop::collection::vec(("[ab]", "[xy]"), 0..3).prop_map(|tools| tools.iter().map(|(name, about)| tool(name, about)).collect());
    (prop::collection::vec((role, text), 1..6), proptest::option::of("[mn]"), proptest::option::of(0u32..3), tools).prop_map(|(messages, model, max, tools)| {
        let bare: Vec<(MessageRole, &str)> = messages.iter().map(|(role, text)| (*role, text.as_str())).collect();
        Draft { model, params: Params { max_tokens: max, ..Params::default() }, tools, ..chat(&bare) }
    })
}

/// What of a message must be the other side's mirror, in an order that does not depend on the side.
fn mirrored(diff: VersionDiff) -> Vec<String> {
    let flip = |message: MessageDiff| {
        let role = if message.new.is_some() { message.was.or(message.role) } else { message.role };
        (message.new, message.old, message.moved, role, message.text.mirror())
    };
    let mut all: Vec<String> = diff.messages.into_iter().map(|message| format!("{:?}", flip(message))).collect();
    all.extend(diff.settings.into_iter().map(|diff| format!("{:?} {:?} {:?} {:?}", diff.setting, diff.new, diff.old, diff.text.map(TextDiff::mirror))));
    all.sort();
    all
}

fn straight(diff: VersionDiff) -> Vec<String> {
    let mut all: Vec<String> =
        diff.messages.into_iter().map(|message| format!("{:?}", (message.old, message.new, message.moved, message.role, message.text))).collect();
    all.extend(diff.settings.into_iter().map(|diff| format!("{:?} {:?} {:?} {:?}", diff.setting, diff.old, diff.new, diff.text)));
    all.sort();
    all
}

proptest! {
    #[test]
    fn a_diff_is_empty_exactly_where_saving_would_make_no_version(old in any_draft(), new in any_draft()) {
        prop_assert!(VersionDiff::new(&old, &old).is_empty());
        prop_assert_eq!(VersionDiff::new(&old, &new).is_empty(), content_hash(&old, &[]) == content_hash(&new, &[]));
    }

    #[test]
    fn every_message_of_both_sides_is_there_once_and_to_the_byte(old in any_draft(), new in any_draft()) {
        let diff = VersionDiff::new(&old, &new);
        let side = |place: fn(&MessageDiff) -> Option<u32>, text: fn(&TextDiff) -> String| {
            let mut found: Vec<(u32, String)> = diff.messages.iter().filter_map(|message| Some((place(message)?, text(&message.text)))).collect();
            found.sort();
            found
        };
        let said = |draft: &Draft| -> Vec<(u32, String)> { (1..).zip(draft.body.texts().into_iter().map(|(_, text)| text.to_owned())).collect() };
        prop_assert_eq!(side(|message| message.old, TextDiff::old_text), said(&old));
        prop_assert_eq!(side(|message| message.new, TextDiff::new_text), said(&new));
        let news: Vec<u32> = diff.messages.iter().filter_map(|message| message.new).collect();
        prop_assert!(news.is_sorted());
    }

    #[test]
    fn seen_from_the_other_side_it_is_the_mirror(old in any_draft(), new in any_draft()) {
        prop_assert_eq!(mirrored(VersionDiff::new(&new, &old)), straight(VersionDiff::new(&old, &new)));
    }

    #[test]
    fn a_note_fits_its_field_and_is_empty_where_nothing_changed(old in any_draft(), new in any_draft()) {
        let diff = VersionDiff::new(&old, &new);
        prop_assert!(diff.suggest_note().chars().count() <= 100);
        prop_assert_eq!(diff.suggest_note().is_empty(), diff.is_empty());
    }
}
