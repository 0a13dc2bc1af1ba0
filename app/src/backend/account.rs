//! Accounts as forms use them: who begins and ends a session, and where a form goes on that was sent without script.

pub use atelier_backend::account::*;

use atelier_backend::cx::Cx;
use atelier_domain::{
    account::{KeyLimits, Membership},
    fault::{Fault, Kind, Problems},
    id::{KeyId, ProjectId, UserId},
};
use http::{HeaderValue, header, request::Parts};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_axum::ResponseOptions;
use tower_sessions::Session;

use super::{redirect, reply, wants_html};
use crate::api::UiError;

/// The name under which a session holds its user; the server's middleware reads it.
const USER: &str = "user";
/// A year, in seconds.
const YEAR: u32 = 31_536_000;

fn session() -> Result<Session, Fault> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Session>().cloned()).ok_or_else(Fault::internal)
}

/// Begins a session under an id that nobody knew before.
///
/// # Errors
/// Internal.
pub async fn begin_session(user: UserId) -> Result<(), Fault> {
    let session = session()?;
    session.cycle_id().await.map_err(|_| Fault::internal())?;
    session.insert(USER, user).await.map_err(|_| Fault::internal())
}

/// # Errors
/// Internal.
pub async fn end_session() -> Result<(), Fault> {
    session()?.flush().await.map_err(|_| Fault::internal())
}

/// Where the request came from; what cannot be told is not this machine.
pub fn peer() -> Peer {
    let known = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Peer>().cloned());
    known.unwrap_or_else(|| Peer { ip: "unknown".to_owned(), loopback: false })
}

/// The first start, and its first session.
///
/// # Errors
/// As [`set_up`].
pub async fn make_studio(cx: &Cx, form: SetUp) -> Result<ProjectId, Fault> {
    let sample = form.sample;
    let (user, project) = set_up(cx, form, peer().loopback).await?;
    begin_session(user).await?;
    if sample {
        sow_sample(cx, project).await?;
    }
    Ok(project)
}

/// Puts the sample into a new project. Its runs take the local model a while: they appear one by one.
async fn sow_sample(cx: &Cx, project: ProjectId) -> Result<(), Fault> {
    let operator = Cx::operator(cx.studio.clone());
    atelier_backend::sample::seed(&operator, project).await?;
    leptos::task::spawn(async move {
        // Without the model there are no sample runs; the page of a prompt says why when it is asked.
        let _ = atelier_backend::sample::answer(&operator, project).await;
    });
    Ok(())
}

/// # Errors
/// As [`limit_key`]; Invalid for what is no number.
pub async fn limit_form(cx: &Cx, key: KeyId, rate: &str, concurrency: &str) -> Result<(), Fault> {
    let mut problems = Problems::default();
    let mut limit = |field: &'static str, text: &str| match text.trim() {
        "" => None,
        text => problems.keep(text.parse::<u32>().map_err(|_| Fault::field(field, "This is a whole number, or nothing for no limit."))),
    };
    let limits = KeyLimits { rate: limit("rate", rate), concurrency: limit("concurrency", concurrency) };
    problems.check()?;
    limit_key(cx, key, limits).await
}

/// The projects that somebody is in, with their role.
///
/// # Errors
/// Unauthenticated.
pub fn memberships(cx: &Cx) -> Result<Vec<Membership>, Fault> {
    cx.user().map(|user| user.memberships.clone())
}

/// Goes on to a page that is loaded anew, because who looks has changed: by redirect without script, else the page does it.
pub fn land(path: &str) -> String {
    if wants_html() {
        redirect(path);
    }
    path.to_owned()
}

/// [`land`], but only for who changed their own place.
pub fn land_if_own(cx: &Cx, user: UserId, path: &str) -> Option<String> {
    cx.user().is_ok_and(|own| own.id == user).then(|| land(path))
}

/// Gives a use case's result; a form without script goes back to its page with what was typed. Never name a password here.
///
/// # Errors
/// The fault of the use case.
pub fn back<S: ServerFn, T>(result: Result<T, Fault>, page: &str, typed: &[(&str, String)]) -> Result<T, UiError> {
    let result = reply(result);
    if let Err(error) = &result
        && wants_html()
        && let Ok(mut url) = ServerFnUrlError::new(S::PATH, error.clone()).to_url(&format!("http://studio{page}"))
    {
        url.query_pairs_mut().extend_pairs(typed);
        redirect(&format!("{}?{}", url.path(), url.query().unwrap_or_default()));
    }
    result
}

/// Refuses to make what is shown once where it could not be shown: a form without script gets no value back.
///
/// # Errors
/// Invalid, with what to do instead.
pub fn check_shown(instead: &str) -> Result<(), Fault> {
    if !wants_html() {
        return Ok(());
    }
    let sentence =
        format!("Nothing was made: it is shown only once, and this page was not ready to show it. Try again in a moment; without scripts, {instead}");
    Err(Fault::new(Kind::Invalid, "needs_script", sentence))
}

/// A path of this studio, and nothing that a browser could take for another place.
pub fn local(next: Option<&str>) -> &str {
    let safe = |path: &&str| {
        let mut bytes = path.bytes();
        bytes.next() == Some(b'/') && !matches!(path.as_bytes().get(1), Some(b'/' | b'\\')) && path.bytes().all(|byte| byte.is_ascii_graphic())
    };
    next.filter(safe).unwrap_or("/")
}

/// Keeps the theme in the cookie that pages are rendered by; for browsers without script.
///
/// # Errors
/// Internal outside of a request.
pub fn keep_theme(cx: &Cx, theme: &str) -> Result<(), Fault> {
    let (theme, age) = if matches!(theme, "light" | "dark") { (theme, YEAR) } else { ("", 0) };
    let secure = if cx.studio.settings.url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = HeaderValue::from_str(&format!("theme={theme}; Path=/; SameSite=Lax; Max-Age={age}{secure}")).map_err(|_| Fault::internal())?;
    use_context::<ResponseOptions>().ok_or_else(Fault::internal)?.append_header(header::SET_COOKIE, cookie);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_this_studio_only() {
        for (next, to) in [
            (None, "/"),
            (Some("/p/1/prompts?q=a%20b"), "/p/1/prompts?q=a%20b"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("/\t/evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("p/1"), "/"),
            (Some("/é"), "/"),
            (Some(""), "/"),
        ] {
            assert_eq!(local(next), to, "{next:?}");
        }
    }
}
