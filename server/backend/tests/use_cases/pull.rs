//! Pulling, from memory: a change here is seen at once, one of another process within a second.

use std::{sync::Arc, time::Duration};

use atelier_backend::{
    account,
    cx::{Actor, Cx},
    feed, prompt,
    pull::{self, PullKey},
};
use atelier_domain::{
    account::{Role, Scope},
    fault::Kind,
    prompt::Selector,
};
use serde_json::Value;

use crate::{
    make::{self, save},
    support::{TestStudio, for_each_engine},
};

fn key(test: &TestStudio, name: &str) -> PullKey {
    PullKey { project: test.project, name: name.parse().unwrap(), selector: Selector::Label("production".parse().unwrap()), raw: false }
}

async fn pulled(cx: &Cx, key: PullKey) -> Value {
    serde_json::from_slice(&pull::pull(cx, key).await.unwrap().body).unwrap()
}

async fn publish(cx: &Cx, test: &TestStudio, name: &str, version: u32) {
    let prompt = prompt::PromptRef::Name(test.project, name.parse().unwrap());
    prompt::move_label(cx, prompt, "production".parse().unwrap(), version, None).await.unwrap();
}

#[tokio::test]
async fn a_pulled_prompt_has_the_documented_shape() {
    for_each_engine(async |test| {
        make::prompt_of(test, "tone", &["Be {{mood}}."]).await;
        make::prompt_of(test, "support/reply", &["{{> tone}} {{question}}"]).await;
        publish(&test.operator(), test, "support/reply", 1).await;
        let cx = test.cx_key(&[Scope::Read]).await;
        let body = pulled(&cx, key(test, "support/reply")).await;
        let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = [
            "name",
            "version",
            "labels",
            "type",
            "messages",
            "variables",
            "variable_specs",
            "includes",
            "model",
            "params",
            "tools",
            "response_format",
            "note",
            "author",
            "created_at",
            "content_hash",
        ];
        expected.sort_unstable();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        assert_eq!(body["messages"][0]["content"], "Be {{mood}}. {{question}}");
        assert_eq!(body["variables"], serde_json::json!(["mood", "question"]));
        assert_eq!(body["includes"], serde_json::json!([{"name": "tone", "version": 1}]));
        assert_eq!(body["labels"], serde_json::json!(["production"]));
        let raw = pulled(&cx, PullKey { raw: true, ..key(test, "support/reply") }).await;
        assert_eq!(raw["messages"][0]["content"], "{{> tone}} {{question}}");
    })
    .await;
}

#[tokio::test]
async fn the_very_next_pull_sees_a_change() {
    for_each_engine(async |test| {
        let cx = test.cx_key(&[Scope::Read]).await;
        let operator = test.operator();
        let made = make::prompt_of(test, "p", &["one", "two"]).await;
        assert_eq!(pull::pull(&cx, key(test, "p")).await.unwrap_err().code, "label_not_found");
        for version in [1, 2, 1, 2] {
            publish(&operator, test, "p", version).await;
            assert_eq!(pulled(&cx, key(test, "p")).await["version"], version);
        }
        let latest = || PullKey { selector: Selector::Latest, ..key(test, "p") };
        let before = pull::pull(&cx, latest()).await.unwrap();
        assert!(Arc::ptr_eq(&before, &pull::pull(&cx, latest()).await.unwrap()), "from memory");
        save(&operator, &made, "three").await;
        assert_eq!(pulled(&cx, latest()).await["version"], 3);
        assert_ne!(pull::pull(&cx, latest()).await.unwrap().etag, before.etag);
        prompt::archive(&operator, made.id, true).await.unwrap();
        assert_eq!(pulled(&cx, key(test, "p")).await["version"], 2, "an archived prompt goes on being pulled");
        prompt::archive(&operator, made.id, false).await.unwrap();
        prompt::describe(&operator, made.id, "q", "", &[]).await.unwrap();
        assert_eq!(pull::pull(&cx, key(test, "p")).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(pulled(&cx, key(test, "q")).await["name"], "q");
    })
    .await;
}

#[tokio::test]
async fn pulls_in_the_middle_of_moves_never_go_back() {
    for_each_engine(async |test| {
        let contents: Vec<String> = (1..=40).map(|n| n.to_string()).collect();
        make::prompt_of(test, "p", &contents.iter().map(String::as_str).collect::<Vec<_>>()).await;
        publish(&test.operator(), test, "p", 1).await;
        let cx = test.cx_key(&[Scope::Read]).await;
        let wanted = key(test, "p");
        let reader = tokio::spawn(async move {
            let mut newest = 0;
            while newest < 40 {
                let version = pulled(&cx, wanted.clone()).await["version"].as_u64().unwrap();
                assert!(version >= newest, "{version} after {newest}");
                newest = version;
                tokio::task::yield_now().await;
            }
        });
        for version in 2..=40 {
            publish(&test.operator(), test, "p", version).await;
        }
        tokio::time::timeout(Duration::from_secs(10), reader).await.unwrap().unwrap();
    })
    .await;
}

/// Until `done`, at most a second.
async fn within_a_second(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..50 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not seen within a second");
}

#[tokio::test]
async fn what_another_process_changes_is_seen_within_a_second() {
    for_each_engine(async |test| {
        let follower = tokio::spawn(feed::follow(test.studio.clone()));
        let other = test.another().await;
        let there = Cx::operator(other.clone());
        let cx = test.cx_key(&[Scope::Read]).await;
        make::prompt_of(test, "p", &["one", "two"]).await;
        publish(&test.operator(), test, "p", 1).await;
        for version in [2, 1, 2] {
            pulled(&cx, key(test, "p")).await;
            publish(&there, test, "p", version).await;
            within_a_second(async || pulled(&cx, key(test, "p")).await["version"] == version).await;
        }
        let (key, secret) = account::add_key(&there, test.project, "theirs", &[Scope::Read]).await.unwrap();
        account::verify_key(&test.studio, &secret).await.unwrap();
        account::revoke_key(&there, key.id).await.unwrap();
        within_a_second(async || account::verify_key(&test.studio, &secret).await.is_err()).await;
        follower.abort();
        other.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn memory_asks_for_rights_like_the_database() {
    for_each_engine(async |test| {
        make::prompt_of(test, "p", &["one"]).await;
        publish(&test.operator(), test, "p", 1).await;
        let reads = test.cx_key(&[Scope::Read]).await;
        pulled(&reads, key(test, "p")).await;
        pulled(&test.cx_as(Role::Viewer).await, key(test, "p")).await;
        let manages = test.cx_key(&[Scope::Manage]).await;
        assert_eq!(pull::pull(&manages, key(test, "p")).await.unwrap_err().kind, Kind::Denied);
        let elsewhere = PullKey { project: test.elsewhere, ..key(test, "p") };
        assert_eq!(pull::pull(&reads, elsewhere).await.unwrap_err().code, "prompt_not_found");
        let (_, secret) = account::add_key(&test.operator(), test.elsewhere, "theirs", &[Scope::Read]).await.unwrap();
        let theirs = Cx::new(test.studio.clone(), Actor::Key(account::verify_key(&test.studio, &secret).await.unwrap()), "test");
        assert_eq!(pull::pull(&theirs, key(test, "p")).await.unwrap_err().code, "prompt_not_found");
        assert_eq!(pull::pull(&test.anonymous(), key(test, "p")).await.unwrap_err().kind, Kind::Unauthenticated);
    })
    .await;
}
