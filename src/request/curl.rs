//! A request as a line for a shell.

use serde_json::Value;

use super::{Endpoint, Facts};

impl Endpoint {
    /// Below the studio's address.
    pub fn path(self) -> &'static str {
        match self {
            Endpoint::Chat => "/v1/chat/completions",
            Endpoint::Messages => "/v1/messages",
            Endpoint::Embeddings => "/v1/embeddings",
        }
    }
}

/// Sends the body again, through the studio at `url`. The key stands in the environment.
pub fn curl(url: &str, facts: &Facts, body: &Value) -> String {
    let mut body = body.clone();
    if let Some(object) = body.as_object_mut() {
        // The body names the model as its provider knows it.
        object.insert("model".to_owned(), facts.model.clone().into());
    }
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    let key = match facts.endpoint {
        Endpoint::Messages => "-H \"x-api-key: $ATELIER_KEY\" -H 'anthropic-version: 2023-06-01'",
        _ => "-H \"Authorization: Bearer $ATELIER_KEY\"",
    };
    // By standard input: a picture is longer than an argument may be. No line of JSON is the closing word alone.
    format!(
        "curl --fail-with-body '{url}{}' \\\n  {key} \\\n  -H 'Content-Type: application/json' --data-binary @- <<'BODY'\n{body}\nBODY",
        facts.endpoint.path()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_in_the_body_ends_it() {
        let facts = Facts { model: "acme/echo".into(), ..Facts::default() };
        let line = curl("http://x", &facts, &json!({"model": "echo", "messages": [{"role": "user", "content": "it's\nBODY\nrm -rf /"}]}));
        assert_eq!(line.lines().filter(|line| *line == "BODY").count(), 1, "{line}");
        assert!(line.contains(r"it's\nBODY\nrm -rf /") && line.contains("\"model\": \"acme/echo\"") && line.contains("http://x/v1/chat/completions"), "{line}");
        assert!(curl("http://x", &Facts { endpoint: Endpoint::Messages, ..facts }, &json!({})).contains("x-api-key: $ATELIER_KEY"));
    }
}
