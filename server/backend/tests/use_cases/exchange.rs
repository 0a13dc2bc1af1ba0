//! Prompts out as files, and in again.

use std::collections::BTreeMap;

use atelier_backend::{
    exchange::{self, Imported, Part, Syntax, Upload},
    prompt,
};
use atelier_domain::{
    account::Role,
    exchange::{Choice, Step, Why},
    fault::Kind,
    id::ProjectId,
    prompt::{Body, Draft, NewPrompt, PromptType, Selector},
};

use crate::{
    make::{self, draft, save, text},
    support::{TestStudio, for_each_engine},
};

async fn exported(test: &TestStudio, project: ProjectId, syntax: Syntax) -> String {
    exchange::export(&test.operator(), project, &Part::Folder(String::new()), syntax).await.unwrap().text
}

fn upload(text: &str) -> Upload {
    Upload { name: "prompts.yaml".to_owned(), text: text.to_owned() }
}

async fn imported(test: &TestStudio, project: ProjectId, text: &str, choices: &[(usize, usize)]) -> Imported {
    let cx = test.operator();
    let seen = exchange::preview(&cx, project, &upload(text)).await.unwrap();
    let choices: BTreeMap<usize, usize> = choices.iter().copied().collect();
    exchange::import(&cx, project, &upload(text), &choices, &seen.plan).await.unwrap()
}

/// Two prompts of which one includes the other under its old name, three versions, labels, tags, a declared variable.
async fn furnish(test: &TestStudio) {
    let cx = test.operator();
    let tone = make::prompt_of(test, "tone", &["Be kind."]).await;
    let reply = make::prompt_of(test, "support/reply", &["{{> tone}} Answer {{question}}.", "Answer {{question}}: yes, \\{{no}}.\n\n- a\n- b\n"]).await;
    prompt::describe(&cx, tone.id, "style/tone", "How we sound", &["style".to_owned(), "a: b".to_owned()]).await.unwrap();
    save(&cx, &tone, "Be brief.").await;
    prompt::move_label(&cx, reply.id, "production".parse().unwrap(), 1, None).await.unwrap();
    let declared = Draft {
        variables: vec![serde_json::from_value(serde_json::json!({"name": "question", "type": "text", "default": "yes", "description": "no"})).unwrap()],
        tools: vec![
            serde_json::json!({"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {"z": {"type": "string"}, "a": {"enum": ["on", "0x1"]}}}}}),
        ],
        model: Some("openai/gpt-4o-mini".to_owned()),
        note: "yes".to_owned(),
        ..draft("Now {{question}}")
    };
    prompt::save_version(&cx, reply.id, declared).await.unwrap();
}

#[tokio::test]
async fn a_project_comes_back_from_its_file_to_the_byte() {
    for_each_engine(async |test| {
        furnish(test).await;
        for syntax in [Syntax::Yaml, Syntax::Json] {
            let file = exported(test, test.project, syntax).await;
            let elsewhere = atelier_backend::account::add_project(&test.operator(), &format!("For {}", syntax.ending())).await.unwrap();
            assert_eq!(imported(test, elsewhere, &file, &[]).await, Imported { made: 2, changed: 0, left: 0 });
            assert_eq!(exported(test, elsewhere, syntax).await, file);
            let seen = exchange::preview(&test.operator(), elsewhere, &upload(&file)).await.unwrap();
            assert!(seen.planned.iter().all(|planned| planned.step == Step::Leave), "{:?}", seen.planned);
        }
    })
    .await;
}

#[tokio::test]
async fn a_folder_or_a_prompt_is_a_file_of_its_own() {
    for_each_engine(async |test| {
        furnish(test).await;
        let cx = test.operator();
        let folder = exchange::export(&cx, test.project, &Part::Folder("support".to_owned()), Syntax::Yaml).await.unwrap();
        assert_eq!(folder.name, "support.yaml");
        assert!(folder.text.contains("prompt: style/tone") && !folder.text.contains("Be brief"), "{}", folder.text);
        let reply = prompt::find(&cx, prompt::PromptRef::Name(test.project, "support/reply".parse().unwrap())).await.unwrap();
        let one = exchange::export(&cx, test.project, &Part::Prompt(reply.id), Syntax::Json).await.unwrap();
        assert_eq!((one.name.as_str(), one.text.contains("\"name\": \"support/reply\"")), ("support-reply.json", true));
        for (project, part) in [(test.project, Part::Folder("sup".to_owned())), (test.elsewhere, Part::Prompt(reply.id))] {
            assert_eq!(exchange::export(&cx, project, &part, Syntax::Json).await.unwrap_err().kind, Kind::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn what_changed_in_the_file_becomes_a_version_and_conflicts_are_chosen_one_by_one() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let goes_on = make::prompt_of(test, "goes-on", &["a"]).await;
        let differs = make::prompt_of(test, "differs", &["a"]).await;
        let copied = make::prompt_of(test, "copied", &["a"]).await;
        make::prompt_of(test, "copied-copy", &["taken"]).await;
        let left = make::prompt_of(test, "left", &["a"]).await;
        let file = |name: &str, texts: &[&str]| {
            let versions: Vec<_> =
                texts.iter().enumerate().map(|(at, text)| serde_json::json!({"version": at + 1, "messages": [{"role": "system", "content": text}]})).collect();
            serde_json::json!({"name": name, "type": "chat", "labels": {"production": texts.len()}, "versions": versions})
        };
        let prompts = [file("copied", &["x"]), file("differs", &["y"]), file("goes-on", &["a", "b", "c"]), file("left", &["z"]), file("new", &["n"])];
        let text = serde_json::json!({"atelier": 1, "prompts": prompts}).to_string();
        let seen = exchange::preview(&cx, test.project, &upload(&text)).await.unwrap();
        let steps: Vec<_> = seen.planned.iter().map(|planned| planned.step).collect();
        assert_eq!(steps, [Step::Conflict(Why::Differs), Step::Conflict(Why::Differs), Step::Change, Step::Conflict(Why::Differs), Step::Make]);
        assert_eq!(seen.planned[0].choices[2], Choice::Copy("copied-copy-2".to_owned()), "the other name is taken");
        let done = imported(test, test.project, &text, &[(0, 2), (1, 1)]).await;
        assert_eq!(done, Imported { made: 2, changed: 2, left: 1 });
        for (prompt, number, says) in [(goes_on.id, 3, "c"), (differs.id, 2, "y"), (copied.id, 1, "a"), (left.id, 1, "a")] {
            let (found, version) = prompt::version(&cx, prompt, &Selector::Latest).await.unwrap();
            assert_eq!((version.number, text_of(&version.body)), (number, says.to_owned()));
            assert!(found.labels.is_empty(), "an import publishes nothing that is here");
        }
        let made = prompt::find(&cx, prompt::PromptRef::Name(test.project, "copied-copy-2".parse().unwrap())).await.unwrap();
        assert_eq!(made.label("production"), Some(1));
    })
    .await;
}

fn text_of(body: &Body) -> String {
    text(body).to_owned()
}

#[tokio::test]
async fn an_import_is_all_or_nothing_and_only_of_what_was_looked_at() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let good = r#"{"name": "good", "type": "text", "versions": [{"version": 1, "text": "a"}]}"#;
        let text =
            format!(r#"{{"atelier": 1, "prompts": [{good}, {{"name": "z", "type": "text", "versions": [{{"version": 1, "text": "{{{{> nowhere}}}}"}}]}}]}}"#);
        let seen = exchange::preview(&cx, test.project, &upload(&text)).await.unwrap();
        assert!(seen.import.notes[0].contains("nowhere"), "{:?}", seen.import.notes);
        let fault = exchange::import(&cx, test.project, &upload(&text), &BTreeMap::new(), &seen.plan).await.unwrap_err();
        assert!(fault.of("text").unwrap().starts_with("Nothing was imported. “z”, version 1: "), "{fault:?}");
        assert_eq!(prompt::list(&cx, test.project, &atelier_domain::prompt::Filter::default(), 50, None).await.unwrap().data.len(), 0);

        let text = format!(r#"{{"atelier": 1, "prompts": [{good}]}}"#);
        let seen = exchange::preview(&cx, test.project, &upload(&text)).await.unwrap();
        make::prompt_of(test, "good", &["b"]).await;
        for (text, choices) in [(text.clone(), vec![]), (format!("{text} "), vec![])] {
            let choices: BTreeMap<usize, usize> = choices.into_iter().collect();
            let fault = exchange::import(&cx, test.project, &upload(&text), &choices, &seen.plan).await.unwrap_err();
            assert_eq!((fault.kind, &*fault.code), (Kind::Conflict, "plan_changed"));
        }
        let seen = exchange::preview(&cx, test.project, &upload(&text)).await.unwrap();
        let fault = exchange::import(&cx, test.project, &upload(&text), &BTreeMap::from([(0, 9)]), &seen.plan).await.unwrap_err();
        assert_eq!(fault.fields[0].field, "choices[0]");
    })
    .await;
}

#[tokio::test]
async fn files_of_other_tools_are_read_too() {
    for_each_engine(async |test| {
        let promptfoo = "prompts:\n- 'Answer {{question}}'\nproviders:\n- openai:gpt-4o-mini\ntests: []\n";
        assert_eq!(imported(test, test.project, promptfoo, &[]).await.made, 1);
        for text in ["", "just words", "{"] {
            let fault = exchange::preview(&test.operator(), test.project, &upload(text)).await.unwrap_err();
            assert!(fault.of("text").is_some(), "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_only_looks_exports_and_does_not_import() {
    for_each_engine(async |test| {
        let new = NewPrompt { name: "a".to_owned(), prompt_type: PromptType::Text, description: String::new(), tags: Vec::new() };
        prompt::create(&test.operator(), test.project, new).await.unwrap();
        let viewer = test.cx_as(Role::Viewer).await;
        let file = exchange::export(&viewer, test.project, &Part::Folder(String::new()), Syntax::Yaml).await.unwrap();
        assert_eq!(file.name, "prompts.yaml");
        assert_eq!(exchange::preview(&viewer, test.project, &upload(&file.text)).await.unwrap_err().kind, Kind::Denied);
        assert_eq!(exchange::import(&viewer, test.project, &upload(&file.text), &BTreeMap::new(), "").await.unwrap_err().kind, Kind::Denied);
    })
    .await;
}
