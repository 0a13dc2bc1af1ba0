//! Runs as they are kept. What a model answers is tested with the model.

use std::time::Duration;

use atelier_backend::{
    cx::Cx,
    feed, provider,
    run::{self, Ask, Through},
};
use atelier_domain::{
    account::Role,
    fault::Kind,
    id::{PromptId, RunId},
    prompt::Selector,
    provider::{ProviderForm, ProviderKind},
    run::State,
};
use atelier_upstream::Upstream;
use serde_json::json;
use sqlx::{AnyConnection, Connection};

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

/// Rows as a process leaves them that is killed while its model answers.
async fn unfinished(test: &TestStudio, prompt: PromptId, many: usize) -> Vec<RunId> {
    let mut db = AnyConnection::connect(test.studio.db.url()).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..many {
        let id: RunId = test.operator().new_id();
        sqlx::query(
            "INSERT INTO runs (id, project_id, prompt_id, version, model, variables, messages, params, state, output, started_by, started_at) \
             VALUES ($1, $2, $3, 1, 'local/x', '{\"a\": 1}', '[]', '{}', 'running', '', 'Mara', 1)",
        )
        .bind(id.to_string())
        .bind(test.project.to_string())
        .bind(prompt.to_string())
        .execute(&mut db)
        .await
        .unwrap();
        ids.push(id);
    }
    db.close().await.unwrap();
    ids
}

#[tokio::test]
async fn runs_are_listed_newest_first_in_pages() {
    for_each_engine(async |test| {
        let cx = test.cx_as(Role::Viewer).await;
        let (one, two) = (make::prompt_of(test, "one", &["x"]).await, make::prompt_of(test, "two", &["x"]).await);
        let mut ids = unfinished(test, one.id, 3).await;
        let other = unfinished(test, two.id, 1).await;
        ids.reverse();
        let first = run::list(&cx, test.project, Some(one.id), 2, None).await.unwrap();
        assert_eq!(first.data.iter().map(|run| run.id).collect::<Vec<_>>(), ids[..2]);
        let second = run::list(&cx, test.project, Some(one.id), 2, first.next.as_deref()).await.unwrap();
        assert_eq!((second.data[0].id, second.data.len(), second.next), (ids[2], 1, None));
        let all = run::list(&cx, test.project, None, 50, None).await.unwrap();
        assert_eq!((all.data.len(), all.data[0].id), (4, other[0]));
        assert_eq!(all.data[0].prompt_name.as_str(), "two");
        assert!(run::list(&cx, test.project, None, 2, Some("x")).await.unwrap_err().of("cursor").is_some());
        assert_eq!(run::list(&cx, test.elsewhere, None, 2, None).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(run::find(&cx, cx.new_id()).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn runs_that_a_process_left_unfinished_are_ended_at_the_next_start() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["x"]).await;
        let ids = unfinished(test, prompt.id, 2).await;
        let viewer = test.cx_as(Role::Viewer).await;
        assert_eq!(run::end_lost(&viewer).await.unwrap_err().kind, Kind::Denied);
        assert_eq!(run::end_lost(&test.operator()).await.unwrap(), 2);
        assert_eq!(run::end_lost(&test.operator()).await.unwrap(), 0);
        let ended = run::find(&viewer, ids[0]).await.unwrap();
        assert_eq!(ended.state, State::Failed);
        assert!(ended.error.unwrap().contains("Run it again"));
    })
    .await;
}

#[tokio::test]
async fn a_run_is_stopped_from_another_node_too() {
    for_each_engine(async |test| {
        let (upstream, cx) = (Upstream::start().await.unwrap(), test.cx_as(Role::Editor).await);
        let own = ProviderForm { base_url: Some(upstream.url()), key: Some("sk-test-1".to_owned()), ..ProviderForm::default() };
        provider::put(&test.operator(), test.project, &"acme".parse().unwrap(), ProviderKind::Openai, own).await.unwrap();
        let prompt = make::prompt_of(test, "p", &["x"]).await;
        let ask = Ask { model: Some("acme/fault-silence".to_owned()), ..Ask::of(Selector::Version(1), [("x".to_owned(), json!("y"))].into()) };
        let here = Cx::new(test.another().await, cx.actor.clone(), "test");
        let feed = tokio::spawn(feed::follow(here.studio.clone()));
        let started = run::start(&here, prompt.id, ask, Through::Studio).await.unwrap();
        let stranger = test.cx_of(test.user("else@where.example").await).await;
        assert_eq!(run::stop(&stranger, started.run).await.unwrap_err().kind, Kind::NotFound);
        run::stop(&cx, started.run).await.unwrap();
        let mut events = started.events;
        let mut ended = async || while events.recv().await.is_some() {};
        tokio::time::timeout(Duration::from_secs(5), ended()).await.expect("it heard of it");
        assert_eq!(run::find(&cx, started.run).await.unwrap().state, State::Stopped);
        feed.abort();
    })
    .await;
}
