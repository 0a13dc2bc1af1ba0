//! Who looks at a page: the session's user, read anew on each request. Strangers are sent to the sign-in page, or to set up.

use std::sync::Arc;

use atelier_backend::{
    account,
    cx::{Actor, Cx, SignedIn},
};
use atelier_domain::{fault::Fault, id::UserId};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, Uri};
use tower_sessions::Session;

use crate::{
    app_state::AppState,
    middleware::{peer, request_id::RequestId},
    problem::HttpError,
    session::USER,
};

/// Changed once a day, so that a visit prolongs the session without a write on each request.
const SEEN: &str = "seen";

/// Puts `Cx` and `Peer` into the request's extensions.
pub async fn resolve(State(state): State<AppState>, session: Session, mut request: Request, next: Next) -> Response {
    let user = match signed_in(&state, &session).await {
        Ok(user) => user,
        Err(fault) => return HttpError(fault).into_response(),
    };
    let stranger = user.is_none();
    let cx = Cx::new(state.studio, user.map_or(Actor::Anonymous, |user| Actor::User(Arc::new(user))), RequestId::of(&request));
    let page = page(&request).filter(|_| stranger);
    if let Some(page) = page
        && let Some(elsewhere) = elsewhere(&cx, &page).await
    {
        return Redirect::to(&elsewhere).into_response();
    }
    let peer = peer::of(&request, &state.proxies);
    request.extensions_mut().insert(cx);
    request.extensions_mut().insert(peer);
    next.run(request).await
}

async fn signed_in(state: &AppState, session: &Session) -> Result<Option<SignedIn>, Fault> {
    let lost = |error: tower_sessions::session::Error| {
        tracing::error!(%error, "a session cannot be read");
        Fault::internal()
    };
    let Some(id) = session.get::<UserId>(USER).await.map_err(lost)? else { return Ok(None) };
    let Some(user) = account::load_user(&state.studio, id).await? else {
        session.flush().await.map_err(lost)?;
        return Ok(None);
    };
    let today = state.studio.clock.now().seconds().div_euclid(86_400);
    if session.get::<i64>(SEEN).await.map_err(lost)? != Some(today) {
        session.insert(SEEN, today).await.map_err(lost)?;
    }
    Ok(Some(user))
}

/// Path and query of the page that is asked for, if it is one.
fn page(request: &Request) -> Option<Uri> {
    let page = matches!(*request.method(), Method::GET | Method::HEAD) && !request.uri().path().starts_with("/fn/");
    page.then(|| request.uri().clone())
}

/// Where a stranger is sent who asks for `page`.
async fn elsewhere(cx: &Cx, page: &Uri) -> Option<String> {
    let path = page.path();
    if account::needs_setup(cx).await.unwrap_or(false) {
        return (path != "/setup").then(|| "/setup".to_owned());
    }
    let open = ["/signin", "/setup"].contains(&path) || ["/invite/", "/reset/"].iter().any(|prefix| path.starts_with(prefix));
    (!open).then(|| sign_in_page(page.path_and_query().map_or("/", |whole| whole.as_str())))
}

fn sign_in_page(next: &str) -> String {
    if next == "/" {
        return "/signin".to_owned();
    }
    let mut page = "/signin?next=".to_owned();
    for byte in next.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => page.push(char::from(byte)),
            _ => page.push_str(&format!("%{byte:02X}")),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_survives_the_sign_in_page() {
        assert_eq!(sign_in_page("/"), "/signin");
        assert_eq!(sign_in_page("/p/1/prompts?q=a b&tag=ü"), "/signin?next=/p/1/prompts%3Fq%3Da%20b%26tag%3D%C3%BC");
        assert_eq!(sign_in_page("/p/1/prompts/a%2Fb"), "/signin?next=/p/1/prompts/a%252Fb");
    }
}
