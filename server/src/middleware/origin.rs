//! Writes by cookie come from the studio's own pages, or not at all.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};

use crate::app_state::AppState;

/// Whose pages are ours.
#[derive(Clone, Debug)]
pub struct Origins {
    /// The public address, as it was set.
    url: Option<String>,
    /// Without it: whether we listen on this machine alone, so that only its own names are ours.
    local: bool,
}

/// Lets safe methods pass, and writes from our own pages.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || state.origins.allow(request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(origin = ?request.headers().get(header::ORIGIN), "refused a write from another origin");
    let sentence = "This did not come from the studio's own pages. Behind a proxy, ATELIER_URL must be the address that people see.";
    (StatusCode::FORBIDDEN, sentence).into_response()
}

impl Origins {
    pub fn new(url: Option<&str>, bound: SocketAddr) -> Self {
        Self { url: url.map(same_name), local: bound.ip().is_loopback() }
    }

    fn allow(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        // Browsers alone can send this one; where they do, it decides first.
        if text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| !["same-origin", "none"].contains(&site)) {
            return false;
        }
        let origin = text(header::ORIGIN).map(str::to_lowercase).or_else(|| text(header::REFERER).and_then(origin_of));
        match (origin, &self.url) {
            (Some(origin), Some(url)) => same_name(&origin) == *url,
            (Some(origin), None) => text(header::HOST).is_some_and(|host| self.is_own(&origin, host)),
            (None, _) => false,
        }
    }

    fn is_own(&self, origin: &str, host: &str) -> bool {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) && (!self.local || is_this_machine(host))
    }
}

/// Whether a host, with or without its port, names this machine.
pub fn is_this_machine(host: &str) -> bool {
    let Some(name) = host.parse::<http::uri::Authority>().ok().map(|authority| authority.host().to_lowercase()) else { return false };
    name == "localhost" || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn origin_of(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?).to_lowercase())
}

/// `localhost` and `127.0.0.1` are one place.
fn same_name(origin: &str) -> String {
    let alias = |host: &str| {
        origin.split_once("://").and_then(|(scheme, rest)| {
            Some(format!("{scheme}://127.0.0.1{}", rest.strip_prefix(host).filter(|port| port.is_empty() || port.starts_with(':'))?))
        })
    };
    alias("localhost").or_else(|| alias("[::1]")).unwrap_or_else(|| origin.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(url: Option<&str>, bound: &str, headers: &[(&str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Origins::new(url, bound.parse().unwrap()).allow(&headers)
    }

    #[test]
    fn with_a_public_address_only_its_own_pages_write() {
        for (url, headers, allowed) in [
            ("https://a.example", vec![("origin", "https://a.example")], true),
            ("https://a.example", vec![("origin", "https://A.example")], true),
            ("https://a.example", vec![("origin", "http://a.example")], false),
            ("https://a.example", vec![("origin", "https://a.example:8443")], false),
            ("https://a.example", vec![("origin", "https://a.example.evil.example")], false),
            ("https://a.example", vec![("origin", "https://evil.example"), ("host", "evil.example")], false),
            ("https://a.example", vec![("origin", "null")], false),
            ("https://a.example", vec![("referer", "https://a.example/prompts?x=1")], true),
            ("https://a.example", vec![("referer", "https://evil.example/https://a.example")], false),
            ("https://a.example", vec![("origin", "https://a.example"), ("sec-fetch-site", "cross-site")], false),
            ("https://a.example", vec![("origin", "https://a.example"), ("sec-fetch-site", "same-site")], false),
            ("https://a.example", vec![("origin", "https://a.example"), ("sec-fetch-site", "same-origin")], true),
            ("https://a.example", vec![], false),
            ("http://127.0.0.1:3000", vec![("origin", "http://localhost:3000")], true),
            ("http://localhost:3000", vec![("origin", "http://127.0.0.1:3000")], true),
            ("http://localhost:3000", vec![("origin", "http://localhost:3001")], false),
            ("http://localhost:3000", vec![("origin", "http://localhost.evil.example:3000")], false),
        ] {
            assert_eq!(allows(Some(url), "0.0.0.0:3000", &headers), allowed, "{url} {headers:?}");
        }
    }

    #[test]
    fn without_one_a_page_writes_to_the_host_that_it_came_from() {
        for (bound, headers, allowed) in [
            ("127.0.0.1:3000", [("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")], true),
            ("127.0.0.1:3000", [("origin", "http://localhost:3000"), ("host", "localhost:3000")], true),
            ("127.0.0.1:3000", [("origin", "http://localhost:3000"), ("host", "127.0.0.1:3000")], false),
            ("127.0.0.1:3000", [("origin", "http://evil.example:3000"), ("host", "evil.example:3000")], false),
            ("0.0.0.0:3000", [("origin", "http://studio.lan:3000"), ("host", "studio.lan:3000")], true),
            ("0.0.0.0:3000", [("origin", "http://evil.example"), ("host", "studio.lan:3000")], false),
        ] {
            assert_eq!(allows(None, bound, &headers), allowed, "{bound} {headers:?}");
        }
    }
}
