//! `POST /prompts/{name}/run`, on the real model where its weights are.

use std::{path::PathBuf, time::Duration};

use atelier_backend::{
    account,
    cx::Cx,
    db::Database,
    local::LocalModel,
    run,
    studio::{Settings, Studio},
};
use atelier_domain::{account::Scope, id::ProjectId, run::State};
use axum::body::Body;
use futures::StreamExt;
use http::{Method, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Client, TestApp, at, for_each_engine, router};

#[tokio::test]
async fn without_its_weights_the_model_says_what_to_do() {
    for_each_engine(async |test| {
        let app = TestApp::new(test);
        app.writer().await.prompt("reply", &["{{x}}"]).await;
        let client = app.with_key(&[Scope::Gateway]).await;
        let path = format!("{}/run", at("reply"));
        assert_eq!(client.post(&path, &json!({})).await.fields(), ["variables.x"]);
        assert_eq!(client.post(&path, &json!({"stream": "yes", "stream_options": 5, "version": -1})).await.fields(), ["version", "stream", "stream_options"]);
    })
    .await;
}

/// A client of a studio whose model is there; none where the weights are missing.
async fn with_model() -> Option<(Client, Cx, ProjectId)> {
    let models = std::env::var("ATELIER_MODELS").map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../models")), PathBuf::from);
    let weights = models.join("smollm2-135m-instruct.gguf");
    if !weights.exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the weights must be there in CI: make models");
        println!("{} is missing: not tested", weights.display());
        return None;
    }
    let data = std::env::temp_dir().join(format!("atelier-run-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&data).unwrap();
    let db = Database::open(&format!("sqlite://{}/atelier.db", data.display())).await.unwrap();
    let studio = Studio::new(db, LocalModel::start(weights, 4), Settings { url: "http://127.0.0.1:3000".to_owned(), data, ..Settings::default() }).unwrap();
    let operator = Cx::operator(studio.clone());
    let project = account::add_project(&operator, "Northwind").await.unwrap();
    let (_, key) = account::add_key(&operator, project, "test", &[Scope::Read, Scope::Manage, Scope::Gateway]).await.unwrap();
    Some((Client { router: router(studio), key: Some(key) }, operator, project))
}

async fn prompt(client: &Client, max_tokens: u32) -> String {
    client.prompt("reply", &[]).await;
    let draft = json!({"messages": [{"role": "user", "content": "Count: {{from}}"}], "params": {"max_tokens": max_tokens, "temperature": 0.0}});
    client.post(&format!("{}/versions", at("reply")), &draft).await.ok(201);
    format!("{}/run", at("reply"))
}

#[tokio::test]
async fn a_run_answers_in_the_shape_of_openai() {
    let Some((client, ..)) = with_model().await else { return };
    let path = prompt(&client, 6).await;
    let answer = client.post(&path, &json!({"variables": {"from": "one, two, three"}})).await.ok(200);
    assert_eq!((&answer["object"], &answer["model"]), (&json!("chat.completion"), &json!("local/smollm2-135m-instruct")));
    assert_eq!((&answer["choices"][0]["message"]["role"], &answer["choices"][0]["index"]), (&json!("assistant"), &json!(0)));
    assert!(!answer["choices"][0]["message"]["content"].as_str().unwrap().is_empty());
    assert!(["stop", "length"].contains(&answer["choices"][0]["finish_reason"].as_str().unwrap()));
    let usage = &answer["usage"];
    assert_eq!(usage["total_tokens"].as_u64(), Some(usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap()));
    assert!(answer["id"].is_string() && answer["created"].is_u64());
}

#[tokio::test]
async fn a_stream_gives_the_same_answer_in_chunks_and_ends_in_done() {
    let Some((client, ..)) = with_model().await else { return };
    let path = prompt(&client, 6).await;
    let whole = client.post(&path, &json!({"variables": {"from": "one"}})).await.ok(200);
    let streamed = client.post(&path, &json!({"variables": {"from": "one"}, "stream": true, "stream_options": {"include_usage": true}})).await;
    assert_eq!(streamed.header("content-type"), "text/event-stream");
    let text = String::from_utf8(streamed.body.to_vec()).unwrap();
    let events: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(*done, "[DONE]");
    let chunks: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"]));
    let said: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(json!(said), whole["choices"][0]["message"]["content"]);
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks.last().unwrap()["usage"], whole["usage"]);
    assert!(chunks[chunks.len() - 2]["choices"][0]["finish_reason"].is_string());
}

#[tokio::test]
async fn a_client_that_leaves_stops_the_run() {
    let Some((client, cx, project)) = with_model().await else { return };
    let path = prompt(&client, 1_000).await;
    let body = json!({"variables": {"from": "one, two, three, four and so on, very long"}, "stream": true});
    let request = client.request(Method::POST, &path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap();
    let mut frames = client.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    for _ in 0..3 {
        frames.next().await.unwrap().unwrap();
    }
    drop(frames);
    for _ in 0..200 {
        let runs = run::list(&cx, project, None, 1, None).await.unwrap();
        if runs.data[0].state != State::Running {
            assert_eq!(runs.data[0].state, State::Stopped);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the run went on for ten seconds");
}
