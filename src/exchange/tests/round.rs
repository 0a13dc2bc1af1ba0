//! Export, import into an empty project, export: the same file to the byte.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    id::{PromptId, VersionId},
    prompt::{Body, Label, Message, MessageRole, Params, Pin, Prompt, Resolved, Saving, Variable, Version},
    template::Include,
    timestamp::Timestamp,
};

/// What the server does with an import and an empty project, without a database.
fn make(import: &Import) -> Vec<(Prompt, Vec<Version>)> {
    let id = |at: usize| PromptId(Uuid::from_u128(at as u128 + 1));
    let mut made: Vec<(Prompt, Vec<Version>)> = import.prompts.iter().enumerate().map(|(at, prompt)| (empty(id(at), prompt), Vec::new())).collect();
    for (at, index) in order(import) {
        let version = &import.prompts[at].versions[index];
        let pins = version.includes.iter().map(|pin| {
            let target = import.prompts.iter().position(|prompt| prompt.name == pin.target()).unwrap();
            assert!(made[target].1.iter().any(|there| there.number == pin.version), "{} {}", pin.target(), pin.version);
            let include = Include { name: pin.name.parse().unwrap(), label: pin.label.as_ref().map(|label| label.parse().unwrap()) };
            Pin { include, version: pin.version, prompt: id(target) }
        });
        let resolved = Resolved { pins: pins.collect(), ..Resolved::default() };
        let saving = Saving { id: VersionId(Uuid::nil()), author: "Ann".into(), at: Timestamp(7) };
        let (prompt, versions) = &mut made[at];
        let next = Version::next(prompt.id, versions.last(), version.draft.clone(), resolved, saving).unwrap().expect("a version of its own");
        assert_eq!(next.number, version.number);
        prompt.latest = next.number;
        versions.push(next);
    }
    made
}

fn empty(id: PromptId, prompt: &ImportedPrompt) -> Prompt {
    let label = |(label, version): (&String, &u32)| Label { label: label.parse().unwrap(), version: *version, moved_at: Timestamp(8), moved_by: "Ann".into() };
    Prompt {
        id,
        project: crate::id::ProjectId(Uuid::nil()),
        name: prompt.name.parse().unwrap(),
        prompt_type: prompt.prompt_type,
        description: prompt.description.clone(),
        tags: prompt.tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        latest: 0,
        labels: prompt.labels.iter().map(label).collect(),
        created_at: Timestamp(9),
        updated_at: Timestamp(9),
        updated_by: "Ann".into(),
        archived_at: None,
    }
}

fn again(text: &str) -> (Vec<(Prompt, Vec<Version>)>, Vec<String>) {
    let import = read(&serde_json::from_str(text).unwrap(), "x.json").unwrap();
    (make(&import), import.notes)
}

#[test]
fn a_prompt_that_was_renamed_is_found_by_what_includes_it() {
    let tone = json!({"name": "tone", "type": "text", "versions": [{"version": 1, "text": "Be kind."}]});
    let reply = json!({"name": "reply", "type": "text", "versions": [{"version": 1, "text": "{{> tone}}", "includes": [{"name": "tone", "version": 1}]}]});
    let (mut made, _) = again(&json!({"atelier": 1, "prompts": [reply, tone]}).to_string());
    made[1].0.name = "style/tone".parse().unwrap();
    let text = to_json(&export(made, Default::default()));
    assert!(text.contains("\"prompt\": \"style/tone\""), "{text}");
    let (made, notes) = again(&text);
    assert_eq!((to_json(&export(made, Default::default())), notes), (text, vec![]));
}

#[test]
fn an_exported_file_reads_as_the_documentation_says() {
    let import = read(&json!([{"role": "user", "content": "Hi {{name}}"}]), "hello.json").unwrap();
    assert_eq!(
        to_json(&export(make(&import), Default::default())),
        r#"{
  "atelier": 1,
  "prompts": [
    {
      "name": "hello",
      "type": "chat",
      "versions": [
        {
          "version": 1,
          "messages": [
            {
              "role": "user",
              "content": "Hi {{name}}"
            }
          ]
        }
      ]
    }
  ]
}
"#
    );
}

/// Everything but NUL, which no draft holds.
const TEXT: &str = "[^\\x00]{0,6}";

fn value() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from), (-1e6f64..1e6).prop_map(Value::from), TEXT.prop_map(Value::from)];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let map = proptest::collection::vec(("[a-z]{1,4}", inner.clone()), 0..3).prop_map(|entries| entries.into_iter().collect());
        prop_oneof![proptest::collection::vec(inner, 0..3).prop_map(Value::Array), map.prop_map(Value::Object)]
    })
}

/// Texts include only the first prompt, which includes nobody.
fn content(includes: bool) -> impl Strategy<Value = String> {
    let piece = if includes { r"([ -~é\n]{0,8}|\{\{[a-z]{1,3}\}\}|\{\{> aa\}\})" } else { r"([ -~é\n]{0,8}|\{\{[a-z]{1,3}\}\})" };
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat()).prop_filter("a template", |text| crate::template::Template::parse(text).is_ok())
}

fn body(chat: bool, includes: bool) -> BoxedStrategy<Body> {
    let role = proptest::sample::select(&MessageRole::ALL[..4]);
    let message = (role, content(includes), proptest::collection::vec(value(), 0..2), proptest::option::of("[a-z]{1,4}"))
        .prop_map(|(role, content, tool_calls, tool_call_id)| Message { tool_calls, tool_call_id, ..Message::new(role, content) });
    let place = "[a-z]{1,4}".prop_map(|name| Message::new(MessageRole::Placeholder, name));
    match chat {
        true => proptest::collection::vec(prop_oneof![4 => message, 1 => place], 1..4).prop_map(Body::Messages).boxed(),
        false => content(includes).prop_map(Body::Text).boxed(),
    }
}

fn drafts(chat: bool, includes: bool) -> impl Strategy<Value = Draft> {
    let variable = ("[a-z]{1,6}", TEXT, proptest::option::of(TEXT), any::<bool>()).prop_map(|(name, description, example, required)| Variable {
        description,
        example: example.map(Value::from),
        required,
        ..Variable::implied(name)
    });
    let variables = proptest::collection::vec(variable, 0..3).prop_map(|mut all| {
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.dedup_by(|a, b| a.name == b.name);
        all
    });
    let more = proptest::collection::vec(("x_[a-z]{1,4}", value()), 0..3).prop_map(|entries| entries.into_iter().collect());
    let params = (
        proptest::option::of(0.0f64..2.0),
        proptest::option::of(1u32..1000),
        any::<Option<u64>>(),
        proptest::option::of(proptest::collection::vec("[a-z]{1,3}", 0..3)),
        more,
    )
        .prop_map(|(temperature, max_tokens, seed, stop, more)| Params { temperature, max_tokens, seed, stop, more, ..Params::default() });
    let tool = value().prop_map(|schema| json!({"type": "function", "function": {"name": "f", "parameters": schema}}));
    let answer = proptest::option::of(value().prop_map(|schema| json!({"type": "json_schema", "json_schema": schema})));
    (body(chat, includes), variables, proptest::option::of("[a-z]{1,5}/[a-z]{1,5}"), params, proptest::collection::vec(tool, 0..2), answer, "[ -~é\n]{0,20}")
        .prop_map(|(body, variables, model, params, tools, response_format, note)| Draft { body, variables, model, params, tools, response_format, note })
}

fn prompts() -> impl Strategy<Value = Vec<ImportedPrompt>> {
    let prompt = |first: bool| {
        let name = if first { "aa" } else { "[b-z]{1,3}(/[a-z]{1,3})?" };
        any::<bool>().prop_flat_map(move |chat| {
            let labels = proptest::collection::btree_map("[a-z]{1,5}", 1u32..3, 0..3);
            let drafts = proptest::collection::vec(drafts(chat, !first), 2..4);
            (name, "[a-z]{0,8}", proptest::collection::btree_set("[a-zé]{1,5}", 0..3), labels, drafts).prop_map(
                move |(name, description, tags, labels, drafts)| {
                    let versions = drafts.into_iter().enumerate().map(|(at, draft)| ImportedVersion { number: at as u32 + 1, draft, includes: vec![] });
                    let prompt_type = if chat { PromptType::Chat } else { PromptType::Text };
                    ImportedPrompt { name, prompt_type, description, tags: tags.into_iter().collect(), labels, versions: versions.collect() }
                },
            )
        })
    };
    (prompt(true), proptest::collection::vec(prompt(false), 0..4)).prop_map(|(first, mut rest)| {
        rest.push(first);
        rest.sort_by(|a, b| a.name.cmp(&b.name));
        rest.dedup_by(|a, b| a.name == b.name);
        rest
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn export_import_export_is_the_same_to_the_byte(prompts in prompts()) {
        let import = super::super::tidy::finish(Format::Atelier, prompts, super::super::notes::Notes::default()).unwrap();
        let text = to_json(&export(make(&import), Default::default()));
        let file: File = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(to_json(&file), text.clone());
        let (made, notes) = again(&text);
        prop_assert_eq!(notes, Vec::<String>::new());
        prop_assert_eq!(to_json(&export(made, Default::default())), text);
    }
}
