//! The whole server in this process, on a real database: no socket, everything else as it is served.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use atelier_backend::{account, studio::Studio};
use atelier_domain::{account::Scope, id::ProjectId};
use atelier_server::{config::Config, serve};
use axum::{
    Router,
    body::{Body, to_bytes},
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

#[path = "../../backend/tests/support/mod.rs"]
#[allow(dead_code, clippy::allow_attributes, reason = "shared with the backend's tests, which use all of it")]
mod studio;

pub use studio::{TestStudio, for_each_engine};

pub struct TestApp<'t> {
    pub test: &'t TestStudio,
    router: Router,
}

impl<'t> TestApp<'t> {
    pub fn new(test: &'t TestStudio) -> Self {
        Self { test, router: router(test.studio.clone()) }
    }

    /// A program with a new key of the project.
    pub async fn with_key(&self, scopes: &[Scope]) -> Client {
        self.with_key_of(self.test.project, scopes).await
    }

    pub async fn with_key_of(&self, project: ProjectId, scopes: &[Scope]) -> Client {
        let (_, secret) = account::add_key(&self.test.operator(), project, "test", scopes).await.unwrap();
        Client { router: self.router.clone(), key: Some(secret) }
    }

    /// Who may read and write.
    pub async fn writer(&self) -> Client {
        self.with_key(&[Scope::Read, Scope::Manage]).await
    }

    pub fn stranger(&self) -> Client {
        Client { router: self.router.clone(), key: None }
    }
}

pub fn router(studio: Arc<Studio>) -> Router {
    let bound: SocketAddr = "127.0.0.1:3000".parse().unwrap();
    let (config, _) = Config::parse(BTreeMap::new()).unwrap();
    serve::app(serve::state(&config, studio, bound))
}

#[derive(Clone)]
pub struct Client {
    pub router: Router,
    pub key: Option<String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of what succeeded.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/json");
        self.json()
    }

    /// The problem document of what failed.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(["type", "title", "detail"].iter().all(|key| problem[key].as_str().is_some_and(|text| !text.is_empty())), "{problem}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem}");
        problem
    }

    /// The fields that a 422 names.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{problem}"));
        assert!(errors.iter().all(|error| error["detail"].as_str().is_some_and(|detail| !detail.is_empty())));
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

impl Client {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// With an `If-None-Match`.
    pub async fn get_unless(&self, path: &str, held: &str) -> Answer {
        self.send(self.request(Method::GET, path).header(header::IF_NONE_MATCH, held).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send_json(Method::PUT, path, body).await
    }

    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json").header("idempotency-key", key);
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    pub async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        match &self.key {
            Some(key) => request.header(header::AUTHORIZATION, format!("Bearer {key}")),
            None => request,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await.unwrap() }
    }

    /// A chat prompt with a version for each text.
    pub async fn prompt(&self, name: &str, texts: &[&str]) {
        self.post("/api/v1/prompts", &json!({"name": name, "type": "chat"})).await.ok(201);
        for text in texts {
            self.post(&format!("{}/versions", at(name)), &message(text)).await.ok(201);
        }
    }

    pub async fn publish(&self, name: &str, version: u32) {
        self.put(&format!("{}/labels/production", at(name)), &json!({"version": version})).await.ok(200);
    }
}

/// A prompt's address.
pub fn at(name: &str) -> String {
    format!("/api/v1/prompts/{}", percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC))
}

/// A version of one message.
pub fn message(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": text}]})
}
