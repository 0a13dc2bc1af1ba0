//! The doors: who comes in, and what is written when they close.

use std::collections::BTreeMap;

use atelier_backend::{
    cx::Cx,
    prompt::{self, PromptRef},
    run,
};
use atelier_domain::{
    account::{Role, Scope},
    fault::{Fault, Kind},
    id::ProjectId,
    prompt::{Filter, Prompt, Selector},
};

use crate::{
    make::{self, count, draft, new},
    support::{TestStudio, for_each_engine},
};

type Outcome = Result<(), Fault>;

/// Every way to look at a prompt.
async fn looks(cx: &Cx, project: ProjectId, prompt: &Prompt) -> Vec<(&'static str, Outcome)> {
    let by_name = PromptRef::Name(project, prompt.name.clone());
    vec![
        ("list", prompt::list(cx, project, &Filter::default(), 1, None).await.map(drop)),
        ("outline", prompt::outline(cx, project).await.map(drop)),
        ("find", prompt::find(cx, prompt.id).await.map(drop)),
        ("find by name", prompt::find(cx, by_name).await.map(drop)),
        ("history", prompt::history(cx, prompt.id, 1, None).await.map(drop)),
        ("version", prompt::version(cx, prompt.id, &Selector::Latest).await.map(drop)),
        ("expanded", prompt::expanded(cx, prompt.id, &Selector::Latest).await.map(drop)),
        ("render", prompt::render(cx, prompt.id, &Selector::Latest, &BTreeMap::new()).await.map(drop)),
        ("label moves", prompt::label_moves(cx, prompt.id).await.map(drop)),
        ("runs", run::list(cx, project, None, 1, None).await.map(drop)),
    ]
}

/// Every way to change one.
async fn writes(cx: &Cx, project: ProjectId, prompt: &Prompt) -> Vec<(&'static str, Outcome)> {
    vec![
        ("save", prompt::save_version(cx, prompt.id, draft("two")).await.map(drop)),
        ("label", prompt::move_label(cx, prompt.id, "production".parse().unwrap(), 1, None).await.map(drop)),
        ("describe", prompt::describe(cx, prompt.id, prompt.name.as_str(), "", &[]).await.map(drop)),
        ("archive", prompt::archive(cx, prompt.id, true).await.map(drop)),
        ("restore", prompt::archive(cx, prompt.id, false).await.map(drop)),
        ("create", prompt::create(cx, project, new("made")).await.map(drop)),
    ]
}

fn all(outcomes: Vec<(&'static str, Outcome)>, kind: Option<Kind>, who: &str) {
    for (what, outcome) in outcomes {
        assert_eq!(outcome.err().map(|fault| fault.kind), kind, "{who}: {what}");
    }
}

async fn of_another_project(test: &TestStudio) -> Prompt {
    let made = prompt::create(&test.operator(), test.elsewhere, new("theirs")).await.unwrap();
    prompt::save_version(&test.operator(), made.id, draft("secret")).await.unwrap().prompt
}

#[tokio::test]
async fn each_role_and_scope_does_what_the_table_of_rights_says() {
    for_each_engine(async |test| {
        let prompt = make::prompt_of(test, "p", &["one"]).await;
        for (cx, who, sees, changes) in [
            (test.cx_as(Role::Viewer).await, "viewer", None, Some(Kind::Denied)),
            (test.cx_as(Role::Reviewer).await, "reviewer", None, Some(Kind::Denied)),
            (test.cx_key(&[Scope::Read]).await, "read", None, Some(Kind::Denied)),
            (test.cx_key(&[Scope::Gateway, Scope::Admin, Scope::Ingest, Scope::Requests]).await, "others", Some(Kind::Denied), Some(Kind::Denied)),
            (test.anonymous(), "nobody", Some(Kind::Unauthenticated), Some(Kind::Unauthenticated)),
            (test.cx_key(&[Scope::Manage]).await, "manage", Some(Kind::Denied), None),
        ] {
            all(looks(&cx, test.project, &prompt).await, sees, who);
            all(writes(&cx, test.project, &prompt).await, changes, who);
        }
        let made = prompt::find(&test.operator(), PromptRef::Name(test.project, "made".parse().unwrap())).await.unwrap();
        prompt::describe(&test.operator(), made.id, "taken", "", &[]).await.unwrap();
        let editor = test.cx_as(Role::Editor).await;
        all(looks(&editor, test.project, &prompt).await, None, "editor");
        all(writes(&editor, test.project, &prompt).await, None, "editor");
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_another_project_does_not_exist() {
    for_each_engine(async |test| {
        let theirs = of_another_project(test).await;
        let nowhere = Prompt { id: test.operator().new_id(), name: "nowhere".parse().unwrap(), ..theirs.clone() };
        for cx in [test.cx_as(Role::Owner).await, test.cx_key(Scope::ALL).await] {
            for (outcomes, unknown) in [
                (looks(&cx, test.elsewhere, &theirs).await, looks(&cx, test.elsewhere, &nowhere).await),
                (writes(&cx, test.elsewhere, &theirs).await, writes(&cx, test.elsewhere, &nowhere).await),
            ] {
                for ((what, theirs), (_, unknown)) in outcomes.into_iter().zip(unknown) {
                    let fault = theirs.unwrap_err();
                    assert_eq!(fault.kind, Kind::NotFound, "{what}");
                    assert_eq!(fault, unknown.unwrap_err(), "{what}: not even the sentence tells them apart");
                }
            }
            let within = run::list(&cx, test.project, Some(theirs.id), 1, None).await.unwrap_err();
            assert_eq!(within.kind, Kind::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn every_change_leaves_an_audit_row_and_moves_the_feed() {
    for_each_engine(async |test| {
        let editor = test.cx_as(Role::Editor).await;
        let audits = async || count(test, "SELECT COUNT(*) FROM audit").await;
        let newest = async || count(test, "SELECT CAST(MAX(seq) AS BIGINT) FROM changes").await;
        let made = prompt::create(&editor, test.project, new("p")).await.unwrap();
        prompt::save_version(&editor, made.id, draft("one")).await.unwrap();
        let (audit, seq) = (audits().await, newest().await);
        prompt::save_version(&editor, made.id, draft("two")).await.unwrap();
        prompt::move_label(&editor, made.id, "production".parse().unwrap(), 1, None).await.unwrap();
        prompt::archive(&editor, made.id, true).await.unwrap();
        prompt::archive(&editor, made.id, false).await.unwrap();
        prompt::describe(&editor, made.id, "q", "", &[]).await.unwrap();
        assert_eq!((audits().await, newest().await), (audit + 5, seq + 5));
        assert_eq!(count(test, "SELECT COUNT(*) FROM audit WHERE what LIKE 'prompt.%' AND actor LIKE 'user:%' AND request_id = 'test'").await, 7);
        assert_eq!(count(test, "SELECT COUNT(*) FROM changes WHERE area = 'prompt'").await, 1, "one row an entity: its newest change");
        // Neither what changed nothing, nor what failed.
        prompt::save_version(&editor, made.id, draft("two")).await.unwrap();
        prompt::move_label(&editor, made.id, "production".parse().unwrap(), 1, None).await.unwrap();
        prompt::save_version(&editor, made.id, draft("{{")).await.unwrap_err();
        assert_eq!((audits().await, newest().await), (audit + 5, seq + 5));
    })
    .await;
}

#[tokio::test]
async fn numbers_of_the_feed_are_given_once_whoever_writes() {
    for_each_engine(async |test| {
        let before = count(test, "SELECT CAST(MAX(seq) AS BIGINT) FROM changes").await;
        let writing: Vec<_> = (0..20)
            .map(|n| {
                let (cx, project) = (test.operator(), test.project);
                tokio::spawn(async move { prompt::create(&cx, project, new(&format!("p{n}"))).await.unwrap() })
            })
            .collect();
        for one in writing {
            one.await.unwrap();
        }
        assert_eq!(count(test, "SELECT CAST(MAX(seq) AS BIGINT) FROM changes").await, before + 20);
        assert_eq!(count(test, "SELECT COUNT(DISTINCT seq) - COUNT(*) FROM changes").await, 0);
    })
    .await;
}
