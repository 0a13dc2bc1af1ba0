//! `GET /requests`, `GET /requests/{id}`, `DELETE /users/{user}/data`, and the file of requests.

use atelier_backend::journal;
use atelier_domain::{
    account::{Role, Scope},
    cost::{Nanos, Usage},
    id::{ProjectId, RequestId},
    request::{Exchange, Facts, Outcome, Record, Said, Times, asked},
};
use http::{Method, header};
use serde_json::{Value, json};

use crate::{
    functions::{member, session_of},
    support::{Answer, TestApp, TestStudio, for_each_engine},
};

const ASKED: &str = "Where is my lamp?";

/// A request on record; `change` makes it another one.
pub async fn recorded(test: &TestStudio, project: ProjectId, id: RequestId, change: impl FnOnce(&mut Record)) -> RequestId {
    let request = json!({"model": "m", "messages": [{"role": "user", "content": ASKED}]});
    let facts = Facts {
        id,
        project,
        at: test.studio.clock.now(),
        model: "acme/echo".into(),
        status: 200,
        user: Some("mara".into()),
        tags: vec!["web".into()],
        usage: Usage { input: 12, output: 5, ..Usage::default() },
        cost: Some(Nanos(240)),
        times: Times { queue: 1_000, upstream: 40_000, first: Some(20_000), whole: 42_000 },
        ..Facts::default()
    };
    let answer = Said { text: "On its way.".into(), finish: Some("stop".into()), ..Said::default() };
    let exchange = Exchange { request: request.clone(), answer, ..Exchange::default() };
    let mut record = Record { facts, asked: asked(&request), exchange: Some(exchange) };
    change(&mut record);
    test.studio.journal.append(&record);
    journal::drain(&test.studio).await.unwrap();
    id
}

async fn new(test: &TestStudio, change: impl FnOnce(&mut Record)) -> RequestId {
    recorded(test, test.project, test.operator().new_id(), change).await
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn requests_are_listed_newest_first_in_pages() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).with_key(&[Scope::Requests]).await;
        assert_eq!(client.get("/api/v1/requests").await.ok(200), json!({"data": [], "next": null}));
        let mut all = Vec::new();
        for _ in 0..3 {
            all.insert(0, new(test, |_| {}).await.to_string());
        }
        recorded(test, test.elsewhere, test.operator().new_id(), |_| {}).await;
        let first = client.get("/api/v1/requests?limit=2").await.ok(200);
        assert_eq!(ids(&first), all[..2]);
        let rest = client.get(&format!("/api/v1/requests?limit=2&cursor={}", first["next"].as_str().unwrap())).await.ok(200);
        assert_eq!((ids(&rest), &rest["next"]), (all[2..].to_vec(), &Value::Null));
        let one = &first["data"][0];
        assert_eq!((&one["cost"], &one["asked"], &one["outcome"]), (&json!("0.00000024"), &json!(ASKED), &json!("answered")));
        assert_eq!(one["times"], json!({"queue": 1_000, "upstream": 40_000, "first": 20_000, "whole": 42_000}));
        assert!(one["prompt"].is_null() && one["key_name"].is_null() && one.get("exchange").is_none(), "{one}");
    })
    .await;
}

#[tokio::test]
async fn each_filter_finds_what_it_names() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        app.writer().await.prompt("support/reply", &["one"]).await;
        let found = atelier_backend::prompt::list(&test.operator(), test.project, &atelier_domain::prompt::Filter::default(), 1, None).await.unwrap();
        let prompt = found.data[0].id;
        new(test, |_| {}).await;
        let wanted = new(test, |record| {
            let facts = &mut record.facts;
            facts.user = Some("ada+1@x".into());
            facts.session = Some("s1".into());
            facts.tags = vec!["shop".into()];
            facts.prompt = Some(prompt);
            facts.version = Some(1);
            facts.model = "acme/other".into();
            facts.outcome = Outcome::Refused;
            record.exchange.as_mut().unwrap().answer.text = "kettle".into();
        })
        .await
        .to_string();
        let client = app.with_key(&[Scope::Requests]).await;
        for query in ["user=ada%2B1%40x", "session=s1", "tag=shop", "prompt=support/reply", "version=1", "model=acme/other", "outcome=refused", "q=kettle"] {
            assert_eq!(ids(&client.get(&format!("/api/v1/requests?{query}")).await.ok(200)), std::slice::from_ref(&wanted), "{query}");
        }
        assert_eq!(ids(&client.get(&format!("/api/v1/requests?q={wanted}")).await.ok(200)), [wanted]);
        assert_eq!(ids(&client.get("/api/v1/requests?from=2001-01-01T00:00:00Z&to=2002-01-01T00:00:00%2B01:00").await.ok(200)), [""; 0]);
        let wrong = "from=x&to=&version=-1&key=1&outcome=&cache=none&source=x&limit=0";
        let mut named = client.get(&format!("/api/v1/requests?{wrong}")).await.fields();
        named.sort();
        assert_eq!(named, ["cache", "limit", "outcome", "source", "to"], "what the query itself can tell");
        let mut named = client.get("/api/v1/requests?from=x&version=-1&key=1").await.fields();
        named.sort();
        assert_eq!(named, ["from", "key", "version"]);
        assert_eq!(client.get("/api/v1/requests?prompt=none").await.fields(), ["prompt"]);
        assert_eq!(client.get("/api/v1/requests?cursor=x").await.problem(422)["status"], 422);
    })
    .await;
}

#[tokio::test]
async fn one_request_comes_with_all_that_was_said() {
    for_each_engine(async |test| {
        let client = TestApp::new(test).with_key(&[Scope::Requests]).await;
        let (kept, bare) = (new(test, |_| {}).await, new(test, |record| record.exchange = None).await);
        let whole = client.get(&format!("/api/v1/requests/{kept}")).await.ok(200);
        assert_eq!(whole["exchange"]["answer"]["text"], "On its way.");
        assert_eq!(whole["exchange"]["request"]["messages"][0]["content"], ASKED);
        assert_eq!(client.get(&format!("/api/v1/requests/{bare}")).await.ok(200)["exchange"], Value::Null);
        let theirs = recorded(test, test.elsewhere, test.operator().new_id(), |_| {}).await;
        for id in [theirs.to_string(), "x".to_owned(), RequestId::default().to_string()] {
            client.get(&format!("/api/v1/requests/{id}")).await.problem(404);
        }
    })
    .await;
}

#[tokio::test]
async fn an_end_user_is_forgotten() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        let other = new(test, |record| record.facts.user = Some("ada".into())).await;
        for _ in 0..2 {
            new(test, |_| {}).await;
        }
        let admin = app.with_key(&[Scope::Admin]).await;
        let erase = async |user: &str| admin.send_json(Method::DELETE, &format!("/api/v1/users/{user}/data"), &Value::Null).await;
        assert_eq!(erase("mara").await.ok(200), json!({"requests": 2}));
        assert_eq!(erase("mara").await.ok(200), json!({"requests": 0}));
        assert_eq!(erase("%20").await.problem(422)["status"], 422);
        let left = app.with_key(&[Scope::Requests]).await.get("/api/v1/requests").await.ok(200);
        assert_eq!(ids(&left), [other.to_string()]);
    })
    .await;
}

async fn file(test: &TestStudio, session: &str, path: &str) -> Answer {
    let client = TestApp::new(test).stranger();
    let request = client.request(Method::GET, path).header(header::COOKIE, session);
    client.send(request.body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_file_holds_every_request_that_the_filter_finds() {
    for_each_engine(async |test| {
        for at in 0..120 {
            new(test, |record| record.facts.user = Some(if at % 2 == 0 { "ada".into() } else { "mara".into() })).await;
        }
        let ours = session_of(test, member(test, test.project, "editor", Role::Editor).await).await;
        let reviewer = session_of(test, member(test, test.project, "reviewer", Role::Reviewer).await).await;
        let theirs = session_of(test, member(test, test.elsewhere, "owner", Role::Owner).await).await;
        let path = format!("/p/{}/requests.jsonl", test.project);
        let whole = file(test, &ours, &path).await;
        assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, "application/jsonl"));
        assert!(whole.header("content-disposition").starts_with("attachment; filename=\"requests-"));
        let lines: Vec<Value> = String::from_utf8_lossy(&whole.body).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 120);
        let key = TestApp::new(test).with_key(&[Scope::Requests]).await;
        assert_eq!(lines[0], key.get(&format!("/api/v1/requests/{}", lines[0]["id"].as_str().unwrap())).await.ok(200), "in the shape of REST");
        let by_key = key.get("/api/v1/requests.jsonl").await;
        assert_eq!((by_key.header("content-type"), &by_key.body), ("application/jsonl", &whole.body));
        assert_eq!(String::from_utf8_lossy(&file(test, &ours, &format!("{path}?user=ada&within=1h")).await.body).lines().count(), 60);
        for (session, query, status) in [(&reviewer, "", 403), (&theirs, "", 404), (&ours, "?outcome=x", 422), (&ours, "?prompt=none", 422)] {
            assert_eq!(file(test, session, &format!("{path}{query}")).await.status.as_u16(), status, "{query}");
        }
    })
    .await;
}
