//! A provider's base URL, and what is asked below it.

use atelier_domain::fault::Fault;
use reqwest::Url;

/// Reads a base URL. One without a path gets that of `own`, the provider's: people write `http://localhost:11434`.
pub(super) fn base(text: &str, own: &str) -> Result<Url, Fault> {
    let wrong = |say: &str| Fault::field("base_url", say);
    let mut url = Url::parse(text.trim()).map_err(|_| wrong("A base URL looks like https://api.openai.com/v1."))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("A base URL begins with https:// or http:// and names a host."));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong("A base URL holds no user, no password and no #. The key has its own field."));
    }
    if url.path() == "/" {
        let path = Url::parse(own).map(|own| own.path().to_owned()).unwrap_or_default();
        url.set_path(&path);
    }
    Ok(url)
}

/// `path` below `base`. A version that ends the one and begins the other stands once: with and without `/v1` is right.
pub(super) fn join(base: &Url, path: &str, query: &[(&'static str, String)]) -> Url {
    let mut url = base.clone();
    let below = base.path().trim_end_matches('/');
    let first = path.split('/').nth(1).unwrap_or_default();
    let below = below.strip_suffix(first).filter(|rest| !first.is_empty() && rest.ends_with('/')).map_or(below, |rest| rest.trim_end_matches('/'));
    url.set_path(&format!("{below}{path}"));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_joined_to_every_way_to_write_a_base_url() {
        let cases = [
            ("https://api.openai.com/v1", "/chat/completions", "https://api.openai.com/v1/chat/completions"),
            ("http://localhost:11434", "/chat/completions", "http://localhost:11434/v1/chat/completions"),
            ("https://openrouter.ai/api/v1/", "/chat/completions", "https://openrouter.ai/api/v1/chat/completions"),
            (
                "https://x.openai.azure.com/openai/deployments/d?api-version=1",
                "/models",
                "https://x.openai.azure.com/openai/deployments/d/models?api-version=1",
            ),
            ("https://api.anthropic.com/v1", "/v1/messages", "https://api.anthropic.com/v1/messages"),
            ("https://api.deepseek.com/anthropic", "/v1/messages", "https://api.deepseek.com/anthropic/v1/messages"),
            ("https://host/av1", "/v1/messages", "https://host/av1/v1/messages"),
        ];
        for (text, path, expected) in cases {
            assert_eq!(join(&base(text, "https://api.openai.com/v1").unwrap(), path, &[]).as_str(), expected);
        }
        let url = join(&base("https://host/", "https://host").unwrap(), "/v1beta/models", &[("pageToken", "a b&c".to_owned())]);
        assert_eq!(url.as_str(), "https://host/v1beta/models?pageToken=a+b%26c");
    }

    #[test]
    fn what_is_no_base_url_is_named() {
        for text in ["", "api.openai.com", "ftp://host", "file:///etc/passwd", "https://user:pass@host", "https://host/#x"] {
            assert!(base(text, "https://host").unwrap_err().of("base_url").is_some(), "{text}");
        }
    }
}
