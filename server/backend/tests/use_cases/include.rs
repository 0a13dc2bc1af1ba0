//! Includes: fixed when a version is saved, put in as text when it is pulled.

use std::collections::BTreeMap;

use atelier_backend::prompt;
use atelier_domain::{
    id::PromptId,
    prompt::{Body, Draft, NewPrompt, PromptType, Selector},
};
use serde_json::json;

use crate::{
    make::{self, draft, new, pins, save, text},
    support::{TestStudio, for_each_engine},
};

async fn label(test: &TestStudio, prompt: PromptId, label: &str, version: u32) {
    prompt::move_label(&test.operator(), prompt, label.parse().unwrap(), version, None).await.unwrap();
}

async fn expanded(test: &TestStudio, prompt: PromptId) -> String {
    let (_, _, body) = prompt::expanded(&test.operator(), prompt, &Selector::Latest).await.unwrap();
    text(&body).to_owned()
}

/// What saving `content` says of the first message.
async fn refusal(test: &TestStudio, prompt: PromptId, content: &str) -> String {
    let fault = prompt::save_version(&test.operator(), prompt, draft(content)).await.unwrap_err();
    fault.of("messages[0].content").unwrap_or_else(|| panic!("{fault:?}")).to_owned()
}

#[tokio::test]
async fn an_include_is_fixed_when_its_prompt_is_saved() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let tone = make::prompt_of(test, "tone", &["Be kind."]).await;
        let reply = make::prompt(test, "reply").await;
        let first = save(&cx, &reply, "{{> tone}} Answer.").await.version;
        assert_eq!(pins(&first), [("tone".to_owned(), 1)]);
        save(&cx, &tone, "Be brief.").await;
        assert_eq!(expanded(test, reply.id).await, "Be kind. Answer.", "what was saved stays");
        let again = save(&cx, &reply, "{{> tone}} Answer.").await;
        assert!(again.created, "the same text, with another version of what it includes, is another content");
        assert_eq!(expanded(test, reply.id).await, "Be brief. Answer.");
        label(test, tone.id, "production", 1).await;
        save(&cx, &reply, "{{> tone}} Answer.").await;
        assert_eq!(expanded(test, reply.id).await, "Be kind. Answer.", "production goes before latest");
        label(test, tone.id, "staging", 2).await;
        let labelled = save(&cx, &reply, "{{> tone@staging}} {{> tone}}").await.version;
        assert_eq!(pins(&labelled), [("tone@staging".to_owned(), 2), ("tone".to_owned(), 1)]);
        assert_eq!(expanded(test, reply.id).await, "Be brief. Be kind.");
    })
    .await;
}

#[tokio::test]
async fn a_pin_survives_a_rename_and_an_archiving() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let tone = make::prompt_of(test, "tone", &["Be kind."]).await;
        let reply = make::prompt_of(test, "reply", &["{{> tone}}"]).await;
        prompt::describe(&cx, tone.id, "voice", "", &[]).await.unwrap();
        make::prompt_of(test, "tone", &["An impostor."]).await;
        prompt::archive(&cx, tone.id, true).await.unwrap();
        assert_eq!(expanded(test, reply.id).await, "Be kind.");
    })
    .await;
}

#[tokio::test]
async fn includes_nest_and_bring_their_variables() {
    for_each_engine(async |test| {
        let cx = test.operator();
        make::prompt_of(test, "a", &["A {{x}}"]).await;
        make::prompt_of(test, "b", &["{{> a}} B {{y}}"]).await;
        let c = make::prompt(test, "c").await;
        let version = save(&cx, &c, "{{z}} {{> b}} {{> a}} {{> b}}").await.version;
        assert_eq!(version.variables, ["z", "x", "y"]);
        assert_eq!(expanded(test, c.id).await, "{{z}} A {{x}} B {{y}} A {{x}} A {{x}} B {{y}}");
        let values = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), json!(name.to_uppercase()))).collect::<BTreeMap<_, _>>();
        let (_, _, body) = prompt::render(&cx, c.id, &Selector::Latest, &values(&["x", "y", "z"])).await.unwrap();
        assert_eq!(text(&body), "Z A X B Y A X A X B Y");
        let fault = prompt::render(&cx, c.id, &Selector::Latest, &values(&["z"])).await.unwrap_err();
        assert_eq!(fault.fields.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["variables.x", "variables.y"]);
    })
    .await;
}

#[tokio::test]
async fn what_comes_in_is_never_parsed_again() {
    for_each_engine(async |test| {
        let cx = test.operator();
        make::prompt_of(test, "inner", &["\\{{not a variable}} {{v}}"]).await;
        let outer = make::prompt_of(test, "outer", &["\\{{> inner}} {{> inner}}"]).await;
        assert_eq!(expanded(test, outer.id).await, "\\{{> inner}} \\{{not a variable}} {{v}}", "still source: its literals are escaped");
        let values = BTreeMap::from([("v".to_owned(), json!("{{> inner}} {{v}}"))]);
        let (_, _, body) = prompt::render(&cx, outer.id, &Selector::Latest, &values).await.unwrap();
        assert_eq!(text(&body), "{{> inner}} {{not a variable}} {{> inner}} {{v}}");
    })
    .await;
}

#[tokio::test]
async fn a_chat_goes_into_a_text_as_its_messages() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let chat = make::prompt(test, "chat").await;
        let two: Draft = serde_json::from_value(json!({"messages": [{"role": "system", "content": "One."}, {"role": "user", "content": "Two."}]})).unwrap();
        prompt::save_version(&cx, chat.id, two).await.unwrap();
        let plain = prompt::create(&cx, test.project, NewPrompt { prompt_type: PromptType::Text, ..new("plain") }).await.unwrap();
        let body = Body::Text("<{{> chat}}>".into());
        prompt::save_version(&cx, plain.id, Draft { body, ..draft("") }).await.unwrap();
        assert_eq!(expanded(test, plain.id).await, "<One.\n\nTwo.>");
    })
    .await;
}

#[tokio::test]
async fn a_prompt_cannot_contain_itself_at_any_depth() {
    for_each_engine(async |test| {
        let a = make::prompt_of(test, "a", &["plain"]).await;
        make::prompt_of(test, "b", &["{{> a}}"]).await;
        make::prompt_of(test, "c", &["{{> b}}"]).await;
        assert_eq!(refusal(test, a.id, "{{> a}}").await, "A prompt cannot contain itself: a → a.");
        assert_eq!(refusal(test, a.id, "{{> b}}").await, "A prompt cannot contain itself: a → b → a.");
        assert_eq!(refusal(test, a.id, "x {{> c}}").await, "A prompt cannot contain itself: a → c → b → a.");
    })
    .await;
}

#[tokio::test]
async fn an_include_that_is_not_there_is_named() {
    for_each_engine(async |test| {
        let cx = test.operator();
        let prompt = make::prompt(test, "p").await;
        make::prompt(test, "empty").await;
        make::prompt_of(test, "full", &["x"]).await;
        let other = prompt::create(&cx, test.elsewhere, new("secret")).await.unwrap();
        prompt::save_version(&cx, other.id, draft("of another project")).await.unwrap();
        for (content, said) in [
            ("{{> nowhere}}", "“nowhere”"),
            ("{{> secret}}", "There is no prompt “secret” in this project"),
            ("{{> empty}}", "no version yet"),
            ("{{> full@staging}}", "no label “staging”"),
        ] {
            let sentence = refusal(test, prompt.id, content).await;
            assert!(sentence.contains(said), "{content}: {sentence}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_would_grow_without_end_is_refused() {
    for_each_engine(async |test| {
        let mut refused = None;
        make::prompt_of(test, "n0", &["x"]).await;
        for level in 1..=17 {
            let prompt = make::prompt(test, &format!("n{level}")).await;
            let content = format!("{{{{> n{}}}}}", level - 1);
            refused = prompt::save_version(&test.operator(), prompt.id, draft(&content)).await.err();
            assert_eq!(refused.is_some(), level == 17, "{level}: {refused:?}");
        }
        assert!(refused.unwrap().message.contains("16 deep"));
        make::prompt_of(test, "big", &[&"x".repeat(1_000_000)]).await;
        let wide = make::prompt_of(test, "wide", &[&"{{> big}}".repeat(3)]).await;
        let fault = prompt::save_version(&test.operator(), wide.id, draft(&"{{> big}}".repeat(7))).await.unwrap_err();
        assert!(fault.message.contains("6 MiB"), "{}", fault.message);
    })
    .await;
}
