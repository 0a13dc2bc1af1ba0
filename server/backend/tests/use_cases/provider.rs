//! Providers: set up, looked at, asked; what they answer, what it costs, and where their keys are not.

use std::{collections::BTreeMap, time::Duration};

use atelier_backend::{
    backup,
    cx::Cx,
    exchange::{self, Part, Syntax},
    gateway, playground, prompt, provider,
    run::{self, Ask, Source, Started, Through},
};
use atelier_domain::{
    account::{Role, Scope},
    completion::{Event, Finish},
    cost::{ModelEntry, Price},
    fault::{Fault, Kind},
    id::{PromptId, ProviderId},
    prompt::{Body, Draft, Message, MessageRole, Params, Prompt, Selector},
    provider::{Provider, ProviderForm, ProviderKind},
    run::{Run, State},
};
use atelier_upstream::Upstream;
use serde_json::{Value, json};

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

const KEY: &str = "sk-test-canary-77777777";

async fn set_up(test: &TestStudio, name: &str, kind: ProviderKind, url: &str) -> Provider {
    let form = ProviderForm { base_url: Some(url.to_owned()), key: Some(KEY.to_owned()), ..ProviderForm::default() };
    provider::put(&test.operator(), test.project, &name.parse().unwrap(), kind, form).await.unwrap().0
}

async fn upstream() -> Upstream {
    Upstream::start().await.unwrap()
}

fn draft(text: &str) -> Draft {
    Draft::new(Body::Messages(vec![Message::new(MessageRole::System, "Be brief."), Message::new(MessageRole::User, text)]))
}

/// A prompt in which a user asks.
async fn question(test: &TestStudio, text: &str) -> Prompt {
    let prompt = make::prompt(test, "reply").await;
    prompt::save_version(&test.operator(), prompt.id, draft(text)).await.unwrap().prompt
}

async fn asked(cx: &Cx, prompt: PromptId, model: &str) -> Result<Started, Fault> {
    let ask = Ask { model: Some(model.to_owned()), ..Ask::of(Selector::Latest, BTreeMap::new()) };
    run::start(cx, prompt, ask, Through::Studio).await
}

/// The events of a run, and the run as it is kept.
async fn ran(cx: &Cx, prompt: PromptId, model: &str) -> (Vec<Event>, Run) {
    let mut started = asked(cx, prompt, model).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = started.events.recv().await {
        events.push(event);
    }
    (events, run::find(cx, started.run).await.unwrap())
}

#[tokio::test]
async fn a_model_of_each_protocol_answers_and_the_run_keeps_all_of_it() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.operator(), upstream().await);
        let prompt = question(test, "Where is the order?").await;
        for (name, kind) in [("acme", ProviderKind::Openai), ("claude", ProviderKind::Anthropic), ("google", ProviderKind::Gemini)] {
            set_up(test, name, kind, &upstream.url()).await;
            let price: Price = serde_json::from_value(json!({"input": "1", "output": "2"})).unwrap();
            let entry = ModelEntry { name: format!("{name}/echo"), price: Some(price), ..ModelEntry::default() };
            provider::put_price(&cx, test.project, entry).await.unwrap();
            let (events, run) = ran(&cx, prompt.id, &format!("{name}/echo")).await;
            let text: String = events.iter().filter_map(|event| if let Event::Text { text } = event { Some(text.as_str()) } else { None }).collect();
            assert!(!text.is_empty() && text == run.output, "{name}: {events:?}");
            let measure = run.measure.unwrap();
            assert_eq!((run.state, measure.estimated), (State::Done, false), "{name}");
            assert_eq!(measure.cost.unwrap().0, i64::from(measure.input_tokens) * 1_000 + i64::from(measure.output_tokens) * 2_000, "{name}");
            assert!(measure.first_token_us.unwrap() <= measure.total_us);
            let details = run::details(&cx, run.id).await.unwrap().unwrap();
            assert_eq!((details.price, details.template.body.without_ids()), (Some(price), draft("Where is the order?").body), "{name}");
            assert!(details.answer.unwrap().contains("data:"), "{name}: as it came");
        }
        assert!(!format!("{:?}", upstream.last().unwrap().body).contains("canary"), "a key is no part of a body");
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_does_wrong_is_a_sentence_in_the_run() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.operator(), upstream().await);
        let prompt = question(test, "Hi").await;
        set_up(test, "acme", ProviderKind::Openai, &upstream.url()).await;
        for (model, code) in [
            ("fault-cut", "provider_cut"),
            ("fault-malformed", "provider_malformed"),
            ("fault-context", "provider_too_long"),
            ("nobody-knows", "provider_model"),
        ] {
            let (events, run) = ran(&cx, prompt.id, &format!("acme/{model}")).await;
            let Some(Event::Failed { fault }) = events.last() else { panic!("{model}: {events:?}") };
            assert_eq!((&*fault.code, run.state, run.error.as_deref()), (code, State::Failed, Some(fault.message.as_str())), "{model}");
        }
        let fault = asked(&cx, prompt.id, "nowhere/x").await.unwrap_err();
        assert!(fault.of("model").unwrap().contains("No provider is set up for “nowhere/x”"), "{fault:?}");
    })
    .await;
}

#[tokio::test]
async fn tools_are_asked_and_answered_in_the_turns_after() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.operator(), upstream().await);
        let prompt = question(test, "Hi").await;
        let tools = vec![json!({"type": "function", "function": {"name": "find_order", "parameters": {"type": "object", "properties": {}}}})];
        prompt::save_version(&cx, prompt.id, Draft { tools, ..draft("Hi") }).await.unwrap();
        set_up(test, "acme", ProviderKind::Openai, &upstream.url()).await;
        let (events, run) = ran(&cx, prompt.id, "acme/tool").await;
        assert!(matches!(events.last(), Some(Event::Done { finish: Finish::ToolCalls, .. })), "{events:?}");
        let call = run.tool_calls[0].clone();
        let id = call["id"].as_str().unwrap().to_owned();
        let said = Message { tool_calls: vec![call], ..Message::new(MessageRole::Assistant, "") };
        let answer = Message { tool_call_id: Some(id.clone()), ..Message::new(MessageRole::Tool, "{\"at\": \"the door\"}") };
        let picture = Message { images: vec!["data:image/png;base64,AAAA".to_owned()], ..Message::new(MessageRole::User, "And this?") };
        let ask = Ask { model: Some("acme/echo".to_owned()), tail: vec![said, answer, picture], ..Ask::of(Selector::Latest, BTreeMap::new()) };
        let mut started = run::start(&cx, prompt.id, ask, Through::Studio).await.unwrap();
        while started.events.recv().await.is_some() {}
        let body = upstream.last().unwrap().body;
        let messages = body["messages"].as_array().unwrap();
        assert_eq!((messages.len(), &messages[3]["tool_call_id"]), (5, &Value::from(id)));
        assert_eq!(messages[4]["content"][1]["image_url"]["url"], "data:image/png;base64,AAAA");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_or_stops_leaves_the_provider_within_a_second() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.operator(), upstream().await);
        let prompt = question(test, "Hi").await;
        set_up(test, "acme", ProviderKind::Openai, &upstream.url()).await;
        for by_hand in [true, false] {
            let ask = Ask {
                model: Some("acme/echo-1000tps".to_owned()),
                params: Params { max_tokens: Some(60_000), ..Params::default() },
                ..Ask::of(Selector::Latest, BTreeMap::new())
            };
            let mut started = run::start(&cx, prompt.id, ask, Through::Studio).await.unwrap();
            while !matches!(started.events.recv().await.unwrap(), Event::Text { .. }) {}
            let id = started.run;
            if by_hand {
                run::stop(&cx, id).await.unwrap();
                while started.events.recv().await.is_some() {}
            }
            drop(started);
            let closed = async {
                while upstream.last().unwrap().closed_early.is_none() || run::find(&cx, id).await.unwrap().state == State::Running {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(1), closed).await.expect("the connection is closed within a second");
            let run = run::find(&cx, id).await.unwrap();
            assert_eq!(run.state, State::Stopped);
            assert!(!run.output.is_empty(), "what came is kept");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_goes_in_and_comes_out_nowhere() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.operator(), upstream().await);
        let prompt = question(test, "Hi").await;
        let form = ProviderForm {
            base_url: Some(upstream.url()),
            key: Some("sk-wrong-canary-99999".to_owned()),
            headers: Some(vec![("x-team".to_owned(), "canary-header".to_owned())]),
            models: None,
        };
        let name = "acme".parse().unwrap();
        let (found, created) = provider::put(&cx, test.project, &name, ProviderKind::Openai, form).await.unwrap();
        assert!(created);
        let checked = provider::check(&cx, found.id).await.unwrap();
        assert!(checked.checked.as_ref().unwrap().error.is_some(), "the upstream refuses this key");
        let (events, run) = ran(&cx, prompt.id, "acme/echo").await;
        let listed = provider::list(&cx, test.project).await.unwrap();
        let file = exchange::export(&cx, test.project, &Part::Folder(String::new()), Syntax::Yaml).await.unwrap();
        let backup_file = std::env::temp_dir().join(format!("atelier-canary-{}", found.id));
        backup::backup(&cx, &backup_file).await.unwrap();
        let backup = std::fs::read_to_string(&backup_file).unwrap();
        std::fs::remove_file(&backup_file).unwrap();
        let shown = [
            serde_json::to_string(&listed).unwrap(),
            serde_json::to_string(&events).unwrap(),
            serde_json::to_string(&run).unwrap(),
            format!("{listed:?} {:?}", run::details(&cx, run.id).await.unwrap()),
            file.text,
            backup,
        ];
        for text in shown {
            assert!(!text.contains("canary-99999") && !text.contains("canary-header"), "{text}");
        }
        assert_eq!(upstream.last().unwrap().header("x-team"), Some("canary-header"), "and yet it is sent");
    })
    .await;
}

#[tokio::test]
async fn a_key_does_not_follow_to_another_host() {
    for_each_engine(async |test| {
        let cx = test.operator();
        set_up(test, "acme", ProviderKind::Openai, "https://one.example/v1").await;
        let move_to = async |url: &str, key: Option<&str>| {
            let form = ProviderForm { base_url: Some(url.to_owned()), key: key.map(str::to_owned), ..ProviderForm::default() };
            provider::put(&cx, test.project, &"acme".parse().unwrap(), ProviderKind::Openai, form).await
        };
        assert!(move_to("https://one.example/v2", None).await.is_ok(), "the same host");
        assert!(move_to("https://evil.example/v1", None).await.unwrap_err().of("key").is_some());
        assert!(move_to("https://two.example/v1", Some("sk-test-2")).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn only_owners_and_admin_keys_touch_providers() {
    for_each_engine(async |test| {
        let found = set_up(test, "acme", ProviderKind::Openai, "http://127.0.0.1:9").await;
        for cx in [test.cx_as(Role::Editor).await, test.cx_key(&[Scope::Manage]).await] {
            assert_eq!(provider::list(&cx, test.project).await.unwrap_err().kind, Kind::Denied);
            assert_eq!(provider::check(&cx, found.id).await.unwrap_err().kind, Kind::Denied);
            assert_eq!(provider::prices(&cx, test.project).await.unwrap_err().kind, Kind::Denied);
        }
        let owner = test.cx_as(Role::Owner).await;
        assert_eq!(provider::check(&owner, ProviderId(uuid::Uuid::now_v7())).await.unwrap_err().kind, Kind::NotFound);
        assert!(provider::check(&owner, found.id).await.unwrap().checked.unwrap().error.is_some(), "nobody listens there");
        let facts = provider::models(&test.cx_as(Role::Viewer).await, test.project).await.unwrap();
        assert!(facts[0].name.starts_with("local/"));
    })
    .await;
}

#[tokio::test]
async fn a_bench_shows_what_columns_ask_and_changes_become_a_draft() {
    for_each_engine(async |test| {
        let cx = test.cx_as(Role::Editor).await;
        let prompt = make::prompt_of(test, "reply", &["Hi {{name}}", "Hello {{name}} of {{city}}"]).await;
        let bench = playground::open(&cx, test.project, prompt.id, &[0, 1, 9]).await.unwrap();
        assert_eq!(bench.versions.iter().map(|(asked, version)| (*asked, version.number)).collect::<Vec<_>>(), [(0, 2), (1, 1)], "no draft yet: the newest");
        playground::edit(&cx, prompt.id, 1, vec!["Good day {{name}}".to_owned()]).await.unwrap();
        let bench = playground::open(&cx, test.project, prompt.id, &[0]).await.unwrap();
        assert!(bench.draft && bench.versions[&0].number == 0);
        let ask = Ask { source: Source::Draft, ..Ask::of(Selector::Latest, BTreeMap::from([("name".to_owned(), json!("Mara"))])) };
        let fault = run::start(&cx, prompt.id, ask, Through::Studio).await.unwrap_err();
        assert_eq!(&*fault.code, "model_unavailable", "it got as far as the model, which these tests lack");
        assert!(playground::edit(&cx, prompt.id, 1, vec![]).await.unwrap_err().of("contents").is_some());
        playground::keep_mock(&cx, prompt.id, "find", "{}").await.unwrap();
        assert_eq!(playground::open(&cx, test.project, prompt.id, &[1]).await.unwrap().mocks["find"], "{}");
        playground::keep_mock(&cx, prompt.id, "find", " ").await.unwrap();
        assert!(playground::open(&cx, test.project, prompt.id, &[1]).await.unwrap().mocks.is_empty());
        assert_eq!(playground::open(&cx, test.elsewhere, prompt.id, &[1]).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_draft_answers_with_what_was_typed() {
    for_each_engine(async |test| {
        let (cx, upstream) = (test.cx_as(Role::Owner).await, upstream().await);
        set_up(test, "acme", ProviderKind::Openai, &upstream.url()).await;
        let prompt = question(test, "Saved").await;
        playground::edit(&cx, prompt.id, 1, vec!["Be brief.".to_owned(), "Typed".to_owned()]).await.unwrap();
        let ask = Ask { source: Source::Draft, model: Some("acme/echo".to_owned()), ..Ask::of(Selector::Latest, BTreeMap::new()) };
        let mut started = run::start(&cx, prompt.id, ask, Through::Studio).await.unwrap();
        while started.events.recv().await.is_some() {}
        let run = run::find(&cx, started.run).await.unwrap();
        assert_eq!((run.version, run.messages[1].content.as_str()), (0, "Typed"));
        assert_eq!(run::details(&cx, run.id).await.unwrap().unwrap().template.body.without_ids(), draft("Typed").body);
    })
    .await;
}

#[tokio::test]
async fn vectors_come_from_a_provider_or_from_this_machine() {
    for_each_engine(async |test| {
        let upstream = upstream().await;
        set_up(test, "acme", ProviderKind::Openai, &upstream.url()).await;
        let mut db = test.studio.db.begin().await.unwrap();
        let found = async |db: &mut _, model: &str| gateway::embedding(&test.studio, db, test.project, model).await;
        let theirs = found(&mut db, "acme/text-embedding-echo").await.unwrap();
        let (vectors, usage) = theirs.embed(vec!["a".to_owned(), "bcd".to_owned()]).await.unwrap();
        assert!(vectors.len() == 2 && vectors[0] != vectors[1] && usage.input > 0 && theirs.price.is_none());
        // No weights lie in the folder of this studio.
        let ours = found(&mut db, "local/potion-base-8m").await.unwrap();
        let fault = Fault::from(ours.embed(vec!["a".to_owned()]).await.unwrap_err());
        assert!(fault.kind == Kind::Upstream && fault.message.contains("make models") && ours.price == Some(Price::default()), "{fault}");
        let Err(fault) = found(&mut db, "nobody/x").await else { panic!("nobody is named so") };
        assert!(fault.of("model").is_some_and(|detail| detail.contains("local/all-minilm-l6-v2")));
    })
    .await;
}
