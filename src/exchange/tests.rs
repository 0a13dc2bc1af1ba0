//! Files as the tools write them, shortened.

mod foreign;
mod langchain;
mod langfuse;
mod own;
mod plan;
mod promptfoo;
mod round;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Reads a file whose every draft must be one that can be saved.
fn imported(value: &Value) -> Import {
    let import = read(value, "folder/my-file.json").unwrap();
    for prompt in &import.prompts {
        for version in &prompt.versions {
            version.draft.check(prompt.prompt_type).unwrap();
        }
    }
    import
}

/// The only draft of the only prompt.
fn draft(import: &Import) -> Value {
    assert_eq!((import.prompts.len(), import.prompts[0].versions.len()), (1, 1));
    let mut draft = serde_json::to_value(&import.prompts[0].versions[0].draft).unwrap();
    let map = draft.as_object_mut().unwrap();
    map.retain(|_, value| !value.is_null() && *value != json!([]) && *value != json!({}) && *value != json!(""));
    draft
}

fn refused(value: Value) -> String {
    let fault = read(&value, "x.json").unwrap_err();
    assert_eq!(fault.fields[0].field, "file");
    fault.message
}

#[test]
fn what_nobody_wrote_is_refused_with_what_can_be_read() {
    for value in [json!(null), json!({}), json!([]), json!("x"), json!(7), json!({"a": 1}), json!([[1]]), json!({"data": []})] {
        assert!(refused(value).starts_with("Nothing here can be read as prompts."));
    }
}

const WORDS: &[&str] = &[
    "system",
    "user",
    "placeholder",
    "text",
    "chat",
    "{{x}}",
    "{x}",
    "{% if %}",
    "{{",
    "file://a.txt",
    "openai:gpt-4o",
    "production",
    "mustache",
    "a?",
    "\0",
    "@@@langfusePrompt:name=b|label=x@@@",
    "@@@langfusePrompt:name=b|version=1@@@",
    "ChatPromptTemplate",
    "PromptTemplate",
    "RunnableSequence",
    "[{\"role\": 1}]",
];

const KEYS: &[&str] = &[
    "atelier",
    "prompts",
    "name",
    "prompt",
    "versions",
    "version",
    "messages",
    "role",
    "content",
    "type",
    "text",
    "lc",
    "id",
    "kwargs",
    "template",
    "raw",
    "providers",
    "config",
    "tests",
    "vars",
    "data",
    "labels",
    "tags",
    "first",
    "last",
    "bound",
    "template_format",
    "variable_name",
    "temperature",
    "tools",
    "includes",
    "label",
    "x",
];

/// JSON of the words that these files are made of, in any order and depth.
fn debris() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(WORDS);
    let leaf =
        prop_oneof![4 => word.prop_map(Value::from), 1 => (0u32..3).prop_map(Value::from), 1 => (-1.0f64..9.0).prop_map(Value::from), 1 => Just(Value::Null)];
    let key = proptest::sample::select(KEYS);
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let map = proptest::collection::vec((key.clone().prop_map(str::to_owned), inner.clone()), 0..6).prop_map(|entries| entries.into_iter().collect());
        prop_oneof![1 => proptest::collection::vec(inner, 0..4).prop_map(Value::Array), 3 => map.prop_map(Value::Object)]
    })
}

/// What the reader of each format is given.
fn shaped(kind: usize, inner: Vec<Value>) -> Value {
    match kind {
        0 => json!({"atelier": 1, "prompts": [{"name": "a", "type": "chat", "versions": inner}]}),
        1 => inner.into_iter().map(|prompt| json!({"name": "a", "prompt": [prompt], "labels": ["x"]})).collect(),
        2 => json!({"messages": inner, "model": "m"}),
        3 => json!({"prompts": [inner.first(), "Hi {{x}}", {"raw": inner}], "providers": inner, "tests": [{"vars": {"x": inner.last()}}]}),
        4 => {
            let said = |inner: Value| {
                let parts = json!([{"lc": 1, "id": ["PromptTemplate"], "kwargs": inner}]);
                json!([{"lc": 1, "id": ["HumanMessagePromptTemplate"], "kwargs": {"prompt": parts}}, {"lc": 1, "id": ["MessagesPlaceholder"], "kwargs": inner}])
            };
            let messages: Vec<Value> = inner.into_iter().map(said).flat_map(|pair| pair.as_array().cloned().unwrap_or_default()).collect();
            json!({"lc": 1, "id": ["ChatPromptTemplate"], "kwargs": {"messages": messages}})
        }
        5 => json!({"lc": 1, "id": ["RunnableSequence"], "kwargs": {"first": {"lc": 1, "id": ["PromptTemplate"], "kwargs": inner.first()}, "middle": inner}}),
        _ => inner.into_iter().next().unwrap_or_default(),
    }
}

proptest! {
    #[test]
    fn whatever_is_read_can_be_saved_and_exported(kind in 0usize..7, inner in proptest::collection::vec(debris(), 0..4)) {
        let value = shaped(kind, inner);
        let Ok(import) = read(&value, "x.json") else { return Ok(()) };
        for prompt in &import.prompts {
            prop_assert!(prompt.name.parse::<crate::prompt::PromptName>().is_ok());
            for (at, version) in prompt.versions.iter().enumerate() {
                prop_assert_eq!(version.number as usize, at + 1);
                prop_assert!(version.draft.check(prompt.prompt_type).is_ok(), "{:?}", version.draft);
            }
            prop_assert!(prompt.labels.iter().all(|(label, number)| label.parse::<crate::prompt::LabelName>().is_ok() && *number as usize <= prompt.versions.len()));
        }
        prop_assert_eq!(order(&import).len(), import.prompts.iter().map(|prompt| prompt.versions.len()).sum::<usize>());
        prop_assert_eq!(plan(&import, &BTreeMap::new()).len(), import.prompts.len());
    }
}
