//! `GET /p/{project}/export`: a file for whoever sees the project, in their session.

use atelier_domain::account::Role;
use http::{Method, header};

use crate::{
    functions::{member, session_of},
    support::{Answer, TestApp, TestStudio, for_each_engine},
};

async fn get(test: &TestStudio, session: Option<&str>, path: &str) -> Answer {
    let client = TestApp::new(test).stranger();
    let mut request = client.request(Method::GET, path);
    if let Some(session) = session {
        request = request.header(header::COOKIE, session);
    }
    client.send(request.body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn who_sees_a_project_exports_it_and_nobody_else() {
    for_each_engine(async |test| {
        TestApp::new(test).writer().await.prompt("support/reply", &["Hi {{name}}"]).await;
        let ours = session_of(test, member(test, test.project, "viewer", Role::Viewer).await).await;
        let theirs = session_of(test, member(test, test.elsewhere, "owner", Role::Owner).await).await;
        let path = format!("/p/{}/export", test.project);
        let file = get(test, Some(&ours), &format!("{path}?folder=support")).await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/yaml"));
        assert!(file.header("content-disposition").starts_with("attachment; filename=\"support.yaml\""));
        assert!(get(test, Some(&ours), &format!("{path}?format=json")).await.json()["prompts"].is_array());
        assert_eq!(get(test, Some(&theirs), &path).await.status, 404);
        assert_eq!(get(test, None, &path).await.status, 303, "to the sign-in page");
        for (query, status) in [("?format=xml", 422), ("?folder=none", 404), ("?prompt=1", 404), ("?prompt=01a20472-cd66-71ef-9a03-68d4d1d47d63", 404)] {
            assert_eq!(get(test, Some(&ours), &format!("{path}{query}")).await.status.as_u16(), status, "{query}");
        }
    })
    .await;
}
