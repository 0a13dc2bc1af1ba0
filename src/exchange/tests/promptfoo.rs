use super::*;

#[test]
fn a_configuration_gives_its_prompts_with_the_first_model_and_examples() {
    let import = imported(&json!({
        "description": "Translations",
        "prompts": [
            "Translate to {{language}}: {{ text | trim }}",
            "file://prompts/chat.json",
            {"id": "p2", "label": "Chat, short", "raw": "[{\"role\": \"system\", \"content\": \"You speak {{language}}.\"}, {\"role\": \"user\", \"content\": \"{% if vip %}Dear {% endif %}{{user.name}}\"}]"},
            {"label": "list", "raw": [{"role": "user", "content": "{{language}}"}], "config": {"temperature": 0.9}},
        ],
        "providers": [{"id": "openai:chat:gpt-4o-mini", "config": {"temperature": 0, "max_tokens": 64, "apiKey": "sk-1", "organization": "acme"}}, "anthropic:messages:claude-opus-4-6"],
        "defaultTest": {"vars": {"language": "German", "text": "x"}, "assert": [{"type": "is-json"}]},
        "tests": [{"vars": {"language": ["French", "Dutch"], "user": {"name": "Ann"}}}, {"vars": {"language": "Thai"}}],
        "scenarios": [],
    }));
    assert_eq!(import.format, Format::Promptfoo);
    let names: Vec<_> = import.prompts.iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["my-file-1", "Chat short", "list"]);
    let drafts: Vec<Value> = import.prompts.iter().map(|prompt| serde_json::to_value(&prompt.versions[0].draft).unwrap()).collect();
    assert_eq!(drafts[0]["text"], "Translate to {{language}}: {{text}}");
    assert_eq!(
        drafts[0]["variables"],
        json!([
            {"name": "language", "type": "text", "example": "French", "required": true}, {"name": "text", "type": "text", "example": "x", "required": true},
        ])
    );
    assert_eq!((&drafts[0]["model"], &drafts[0]["params"]), (&json!("openai/gpt-4o-mini"), &json!({"temperature": 0.0, "max_tokens": 64})));
    assert_eq!(drafts[1]["messages"][1]["content"], "{% if vip %}Dear {% endif %}{{user.name}}");
    assert_eq!(drafts[1]["variables"][1]["example"], "Ann");
    assert_eq!(drafts[2]["params"]["temperature"], 0.9);
    assert_eq!(
        import.notes,
        [
            "“file://prompts/chat.json” stands elsewhere and is not in this file: import it by itself.",
            "Its 2 tests are not carried over yet; the values of the first are examples.",
            "What its default test checks is not carried over yet.",
            "This is not carried over: “description” and “scenarios”.",
            "The first of its 2 providers is the model of every prompt; the others are not carried over.",
            "“my-file-1”: A plain variable now, without filter or format: “{{ text | trim }}”.",
            "“my-file-1”: Keys and passwords are never carried over: “apiKey”.",
            "“my-file-1”: These settings are not carried over: “organization”.",
            "“Chat short”: It was named “Chat, short” and has this name now: names are of one prompt each, of letters, digits, “-”, “_”, “.”, spaces and “/”.",
            "“Chat short”: As text now, and without effect: “{% if vip %}” and “{% endif %}”. Templates here have variables and includes, no sections, blocks or expressions.",
            "“Chat short”: One variable now, whose value is given under the whole name: “user.name”.",
            "“Chat short”: Keys and passwords are never carried over: “apiKey”.",
            "“Chat short”: These settings are not carried over: “organization”.",
            "“list”: Keys and passwords are never carried over: “apiKey”.",
            "“list”: These settings are not carried over: “organization”.",
        ]
    );
}

#[test]
fn short_configurations_are_read_too() {
    for (config, text, model) in [
        (json!({"prompts": "Say {{x}}", "providers": "openai:gpt-4o"}), "Say {{x}}", Some("openai/gpt-4o")),
        (json!({"prompts": ["Say {{x}}"], "providers": [{"openai:gpt-4o": {"config": {"temperature": 1}}}]}), "Say {{x}}", Some("openai/gpt-4o")),
        (json!({"prompts": ["[not json"], "targets": ["file://mine.py"]}), "[not json", None),
    ] {
        let import = imported(&config);
        let draft = draft(&import);
        assert_eq!((draft["text"].as_str(), draft.get("model").and_then(Value::as_str)), (Some(text), model));
        assert_eq!(import.prompts[0].name, "my-file");
    }
    assert!(refused(json!({"prompts": ["file://a.txt", "prompts/*.md"]})).starts_with("This promptfoo configuration holds no prompt itself."));
    assert!(refused(json!({"prompts": {"a.txt": "A"}})).starts_with("This promptfoo configuration holds no prompt itself."));
}
