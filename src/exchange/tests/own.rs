use super::*;

fn file() -> Value {
    json!({"atelier": 1, "prompts": [
        {"name": "support/reply", "type": "chat", "description": "Answers letters", "tags": ["mail"], "labels": {"production": 1}, "versions": [
            {"version": 1, "note": "first", "messages": [{"role": "system", "content": "{{> tone@brief}} Answer {{question}}."}],
             "variables": [{"name": "question", "type": "text", "example": "Where is it?", "required": true}],
             "model": "local/x", "params": {"temperature": 0.5}, "includes": [{"name": "tone", "label": "brief", "version": 1}]},
            {"version": 2, "messages": [{"role": "system", "content": "{{> tone}}"}], "includes": [{"name": "tone", "version": 2}]},
        ]},
        {"name": "tone", "type": "text", "labels": {"brief": 1}, "versions": [{"version": 1, "text": "Be brief."}, {"version": 2, "text": "Be kind."}]},
    ]})
}

#[test]
fn our_own_file_is_read_whole() {
    let import = imported(&file());
    assert_eq!((import.format, import.notes), (Format::Atelier, vec![]));
    let reply = &import.prompts[0];
    assert_eq!((reply.name.as_str(), &reply.tags, &reply.labels["production"]), ("support/reply", &vec!["mail".to_owned()], &1));
    assert_eq!(reply.versions[0].draft.note, "first");
    assert_eq!(reply.versions[0].includes, [ImportedInclude { name: "tone".into(), label: Some("brief".into()), version: 1, prompt: None }]);
    assert_eq!(order(&imported(&file())), [(1, 0), (0, 0), (1, 1), (0, 1)]);
}

#[test]
fn what_is_wrong_in_our_own_file_is_refused_by_name() {
    let version = |version: Value| json!({"atelier": 1, "prompts": [{"name": "a", "type": "text", "versions": [version]}]});
    for (value, says) in [
        (json!({"atelier": 2, "prompts": []}), "A newer Atelier wrote this file: its format is 2, and this studio reads 1."),
        (json!({"atelier": "1", "prompts": []}), "“atelier” is the number of the file's format, 1; here it is “\"1\"”."),
        (json!({"atelier": 1}), "A file of Atelier has a list “prompts”; this has none."),
        (json!({"atelier": 1, "prompts": [{"name": "a", "type": "text"}, {"name": "a", "type": "text"}]}), "The name “a” stands twice in this file."),
        (json!({"atelier": 1, "prompts": [{"type": "text"}]}), "Prompt 1 cannot be read: missing field `name`."),
        (version(json!({"version": 1})), "“a”: version 1 has neither “messages” nor “text”."),
        (version(json!({"version": 1, "text": "", "messages": []})), "“a”: version 1 has both “messages” and “text”"),
        (version(json!({"version": 1, "text": "", "params": {"temperature": "hot"}})), "“a”: version 1 cannot be read: invalid type"),
        (version(json!({"version": 1, "text": "{{"})), "Nothing in this file can be imported. “a”: Version 1, text: Line 1, column 1:"),
        (version(json!({"version": 1, "text": "{{> a}}"})), "Nothing in this file can be imported. “a”: Version 1 includes the prompt itself"),
    ] {
        let said = refused(value);
        assert!(said.starts_with(says), "{said}");
    }
}

#[test]
fn edits_in_our_own_file_are_told_and_the_rest_is_kept() {
    let import = imported(&json!({"atelier": 1, "made_by": "hand", "prompts": [
        {"name": "a?", "type": "text", "owner": "me", "tags": ["x,y"], "labels": {"Prod": 5, "gone": 9}, "versions": [
            {"version": 5, "text": "same", "colour": "red"}, {"version": 7, "text": "same"}, {"version": 3, "text": "old {{> elsewhere}} {{> b@none}}"},
        ]},
        {"name": "b", "type": "text", "versions": [{"version": 1, "text": "x", "includes": [{"name": "c", "version": 1}]}]},
        {"name": "bad", "type": "chat", "versions": [{"version": 1, "text": "x"}]},
    ]}));
    let a = &import.prompts[0];
    assert_eq!((a.name.as_str(), &a.labels), ("a", &BTreeMap::from([("prod".to_owned(), 2)])));
    assert_eq!(a.versions.iter().map(|version| version.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        import.notes,
        [
            "This file has keys that mean nothing here: “made_by”.",
            "“a”: It was named “a?” and has this name now: names are of one prompt each, of letters, digits, “-”, “_”, “.”, spaces and “/”.",
            "“a”: It has keys that mean nothing here: “colour” and “owner”.",
            "“a”: The tag “x,y” is now “x y”.",
            "“a”: A version that repeats the one before it is one with it: “7”.",
            "“a”: Its versions are numbered anew: “3 → 1”, “5 → 2” and “7 → 2”.",
            "“a”: The label “Prod” is now “prod”.",
            "“a”: The label “gone” is left out: it stands at version 9, which is not in the file.",
            "“bad”: It is left out. Version 1, messages: This is a chat prompt: send “messages”.",
            "“a”: It includes “b” by label “none”, which is not in this file.",
            "“a”: It includes “elsewhere”, which is not in this file: it must be in the project before.",
            "“b”: It is pinned to “c”, but does not include it: the pin is left out.",
        ]
    );
}
