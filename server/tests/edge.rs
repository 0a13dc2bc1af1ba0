//! What every request meets: ids, headers, origins, sessions and keys. The pages themselves are the journeys' business.

#![cfg(test)]

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use atelier_app::api::account::SignOut;
use atelier_backend::{
    account,
    cx::Cx,
    session::{self, Stored},
    studio::Studio,
};
use atelier_domain::account::Scope;
use atelier_server::{config::Config, serve};
use axum::{Router, body::Body, extract::ConnectInfo, response::Response};
use http::{Method, Request, StatusCode, header};
use server_fn::ServerFn;
use tower::ServiceExt;
use uuid::Uuid;

const BOUND: &str = "127.0.0.1:3000";

struct Edge {
    app: Router,
    studio: Arc<Studio>,
    folder: std::path::PathBuf,
}

impl Edge {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("atelier-test-{}", Uuid::now_v7()));
        let site = folder.join("site");
        std::fs::create_dir_all(&site).unwrap();
        std::fs::write(site.join("robots.txt"), "User-agent: *").unwrap();
        let set = [("ATELIER_DATA", &folder), ("ATELIER_SITE", &site), ("ATELIER_MODELS", &folder)];
        let (config, _) = Config::parse(BTreeMap::from_iter(set.map(|(name, path)| (name.to_owned(), path.display().to_string())))).unwrap();
        let bound: SocketAddr = BOUND.parse().unwrap();
        let studio = serve::open(&config, bound, Some(config.weights())).await.unwrap();
        let app = serve::app(serve::state(&config, studio.clone(), bound));
        Self { app, studio, folder }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, BOUND);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>("127.0.0.1:50000".parse().unwrap()));
        self.app.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET, path, headers).await
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn of<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_answer_has_an_id_and_says_what_a_browser_may_not_do() {
    let edge = Edge::start().await;
    for path in ["/healthz", "/readyz", "/robots.txt", "/api/v1/prompts", "/", "/setup", "/nowhere"] {
        let response = edge.get(path, &[]).await;
        assert!(Uuid::parse_str(of(&response, "x-request-id")).is_ok(), "{path}");
        assert_eq!(of(&response, "x-content-type-options"), "nosniff", "{path}");
        assert!(of(&response, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    assert_eq!(edge.get("/healthz", &[]).await.status(), StatusCode::OK);
    assert_eq!(edge.get("/readyz", &[]).await.status(), StatusCode::OK);
    assert_eq!(of(&edge.get("/robots.txt", &[]).await, "cache-control"), "no-cache");
}

#[tokio::test]
async fn strangers_are_sent_to_set_up_and_then_to_sign_in() {
    let edge = Edge::start().await;
    let response = edge.get("/prompts?q=a", &[]).await;
    assert_eq!((response.status(), of(&response, "location")), (StatusCode::SEE_OTHER, "/setup"));
    assert_eq!(edge.get("/setup", &[]).await.status(), StatusCode::OK);
    account::add_user(&Cx::operator(edge.studio.clone()), "mara@northwind.example", None, "four plain words here", true).await.unwrap();
    let response = edge.get("/prompts?q=a", &[]).await;
    assert_eq!((response.status(), of(&response, "location")), (StatusCode::SEE_OTHER, "/signin?next=/prompts%3Fq%3Da"));
    assert_eq!(edge.get("/signin", &[]).await.status(), StatusCode::OK);
    assert_eq!(edge.get("/robots.txt", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_session_opens_pages_until_it_ends() {
    let edge = Edge::start().await;
    let user = account::add_user(&Cx::operator(edge.studio.clone()), "mara@northwind.example", None, "four plain words here", true).await.unwrap();
    let id = tower_sessions::session::Id::default().to_string();
    let stored = Stored { id: id.clone(), user: Some(user), data: format!("{{\"user\":\"{user}\"}}"), expires_at: edge.studio.clock.now().plus_seconds(60) };
    session::create(&edge.studio, &stored).await.unwrap();
    let cookie = format!("atelier_session={id}");
    let response = edge.get("/nowhere", &[("cookie", &cookie)]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let prolonged = of(&response, "set-cookie");
    for part in [cookie.as_str(), "HttpOnly", "SameSite=Lax", "Max-Age=2592000", "Path=/"] {
        assert!(prolonged.contains(part), "{prolonged}");
    }
    assert_eq!(of(&edge.get("/nowhere", &[("cookie", &cookie)]).await, "set-cookie"), "", "prolonged once a day");
    session::delete(&edge.studio, &id).await.unwrap();
    assert_eq!(edge.get("/nowhere", &[("cookie", &cookie)]).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn writes_by_cookie_come_from_our_own_pages() {
    let edge = Edge::start().await;
    for (headers, refused) in [
        (vec![], true),
        (vec![("origin", "https://evil.example")], true),
        (vec![("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "cross-site")], true),
        (vec![("origin", "http://127.0.0.1:3000")], false),
    ] {
        let status = edge.send(Method::POST, SignOut::PATH, &headers).await.status();
        assert_eq!(status == StatusCode::FORBIDDEN, refused, "{headers:?}: {status}");
    }
}

#[tokio::test]
async fn programs_need_a_key() {
    let edge = Edge::start().await;
    let cx = Cx::operator(edge.studio.clone());
    let project = account::add_project(&cx, "Northwind").await.unwrap();
    let (key, secret) = account::add_key(&cx, project, "CI", &[Scope::Read]).await.unwrap();
    let bearer = format!("Bearer {secret}");
    for headers in [vec![], vec![("authorization", "Bearer atl_x")], vec![("cookie", "atelier_session=x")]] {
        let response = edge.get("/api/v1/prompts", &headers).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{headers:?}");
        assert_eq!((of(&response, "content-type"), of(&response, "www-authenticate")), ("application/problem+json", "Bearer"));
    }
    for headers in [[("authorization", bearer.as_str())], [("x-api-key", secret.as_str())]] {
        assert_eq!(edge.get("/api/v1/prompts", &headers).await.status(), StatusCode::OK);
    }
    account::revoke_key(&cx, key.id).await.unwrap();
    assert_eq!(edge.get("/api/v1/prompts", &[("authorization", &bearer)]).await.status(), StatusCode::UNAUTHORIZED);
}
