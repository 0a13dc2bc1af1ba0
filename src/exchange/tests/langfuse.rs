use super::*;

fn critic() -> Value {
    json!({"id": "b1", "projectId": "p1", "createdAt": "2025-02-01T10:00:00Z", "updatedAt": "2025-02-01T10:00:00Z", "createdBy": "ann",
        "name": "movie-critic-chat", "version": 3, "type": "chat", "isActive": null,
        "prompt": [
            {"role": "system", "content": "You are an {{criticlevel}} movie critic. @@@langfusePrompt:name=tone|label=production@@@"},
            {"type": "placeholder", "name": "chat_history"},
            {"type": "chatmessage", "role": "user", "content": "Do you like {{movie}}? {{#if x}}"},
        ],
        "labels": ["production", "latest"], "tags": ["movies"],
        "config": {"model": "gpt-4o", "temperature": 0.5, "supported_languages": ["en", "fr"]}, "commitMessage": "kinder", "resolutionGraph": null})
}

#[test]
fn an_answer_of_langfuse_is_one_version() {
    let import = imported(&critic());
    assert_eq!(import.format, Format::Langfuse);
    let prompt = &import.prompts[0];
    assert_eq!(
        (prompt.name.as_str(), &prompt.labels, &prompt.tags),
        ("movie-critic-chat", &BTreeMap::from([("production".to_owned(), 1)]), &vec!["movies".to_owned()])
    );
    assert_eq!(
        draft(&import),
        json!({
            "messages": [
                {"role": "system", "content": "You are an {{criticlevel}} movie critic. {{> tone@production}}"},
                {"role": "placeholder", "content": "chat_history"},
                {"role": "user", "content": r"Do you like {{movie}}? \{{#if x}}"},
            ],
            "model": "openai/gpt-4o", "params": {"temperature": 0.5, "supported_languages": ["en", "fr"]}, "note": "kinder"
        })
    );
    assert_eq!(
        import.notes,
        [
            "“movie-critic-chat”: As text now, and without effect: “{{#if x}}”. Templates here have variables and includes, no sections, blocks or expressions.",
            "“movie-critic-chat”: Its versions are numbered anew: “3 → 1”.",
            "“movie-critic-chat”: It includes “tone”, which is not in this file: it must be in the project before.",
        ]
    );
}

#[test]
fn versions_of_one_name_become_one_prompt_and_references_find_theirs() {
    let text = |name: &str, version: u32, prompt: &str, labels: Value| json!({"name": name, "version": version, "type": "text", "prompt": prompt, "labels": labels, "tags": [], "config": {}});
    let import = imported(&json!({"data": [
        text("Tone (house)", 4, "Be kind.", json!(["latest"])),
        text("Tone (house)", 2, "Be brief.", json!(["production"])),
        text("Tone (house)", 3, "Be brief.", json!(["staging"])),
        text("Tone (house)", 4, "Be kind.", json!(["beta"])),
        text("reply", 1, "@@@langfusePrompt:name=Tone (house)|label=production@@@ Hello", json!([])),
        text("fixed", 1, "@@@langfusePrompt:name=Tone (house)|version=4@@@ @@@langfusePrompt:broken@@@ @@@langfusePrompt:open", json!([])),
    ], "meta": {"page": 1}}));
    let [tone, reply, fixed] = import.prompts.as_slice() else { panic!("{:?}", import.prompts) };
    assert_eq!(tone.name, "Tone house");
    assert_eq!(tone.labels, BTreeMap::from([("beta".into(), 2), ("production".into(), 1), ("staging".into(), 1)]));
    assert_eq!(tone.versions.len(), 2);
    assert_eq!(reply.versions[0].draft.body, crate::prompt::Body::Text("{{> Tone house@production}} Hello".into()));
    assert_eq!(reply.versions[0].includes, [ImportedInclude { name: "Tone house".into(), label: Some("production".into()), version: 1, prompt: None }]);
    assert_eq!(fixed.versions[0].draft.body, crate::prompt::Body::Text("{{> Tone house}} @@@langfusePrompt:broken@@@ @@@langfusePrompt:open".into()));
    assert_eq!(fixed.versions[0].includes, [ImportedInclude { name: "Tone house".into(), label: None, version: 2, prompt: None }]);
    assert_eq!(
        import.notes,
        [
            "“Tone house”: It was named “Tone (house)” and has this name now: names are of one prompt each, of letters, digits, “-”, “_”, “.”, spaces and “/”.",
            "“fixed”: It includes “Tone house” in a fixed version, which later versions will not: they follow production.",
            "“fixed”: This reference stands as text: “broken”.",
            "“Tone house”: A version that repeats the one before it is one with it: “3”.",
            "“Tone house”: Its versions are numbered anew: “2 → 1”, “3 → 1” and “4 → 2”.",
        ]
    );
    assert_eq!(order(&import), [(0, 0), (0, 1), (1, 0), (2, 0)]);
}

#[test]
fn a_list_without_texts_says_what_to_do() {
    let list = json!({"data": [{"name": "a", "versions": [1, 2], "labels": ["production"], "tags": [], "lastConfig": {}}], "meta": {}});
    assert!(refused(list).starts_with("This is Langfuse's list of prompts, which has names but no texts."));
}
