//! `GET /api/docs`: the OpenAPI description as a page to read. Nothing stands here that the description does not say.

mod schema;
mod text;

use std::sync::OnceLock;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;

use self::{
    schema::{named, schemas, type_of},
    text::{curl, escaped, prose},
};
use crate::openapi;

/// No script, no style of its own.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

pub async fn page() -> impl IntoResponse {
    static PAGE: OnceLock<Bytes> = OnceLock::new();
    let page = PAGE.get_or_init(|| html(&serde_json::to_value(openapi::openapi()).unwrap_or_default()).into());
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, page.clone())
}

/// A call as the page shows it.
struct Call<'d> {
    id: &'d str,
    method: String,
    path: &'d str,
    operation: &'d Value,
}

impl<'d> Call<'d> {
    fn summary(&self) -> &'d str {
        text_of(self.operation, "summary")
    }

    fn is_of(&self, tag: &str) -> bool {
        list(self.operation, "tags").iter().any(|other| other == tag)
    }

    fn scope(&self) -> &'d str {
        self.operation.pointer("/security/0/bearer/0").and_then(Value::as_str).unwrap_or_default()
    }

    fn body(&self) -> Option<&'d Value> {
        self.operation.pointer("/requestBody/content/application~1json/schema")
    }
}

fn calls(document: &Value) -> Vec<Call<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation)))
        .filter(|(_, _, operation)| operation.get("operationId").is_some())
        .map(|(path, method, operation)| Call { id: text_of(operation, "operationId"), method: method.to_uppercase(), path, operation })
        .collect()
}

fn text_of<'d>(value: &'d Value, key: &str) -> &'d str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'d>(value: &'d Value, key: &str) -> &'d [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn html(document: &Value) -> String {
    let calls = calls(document);
    let tags: Vec<&str> = list(document, "tags").iter().map(|tag| text_of(tag, "name")).collect();
    let sections: String = list(document, "tags").iter().map(|tag| section(document, tag, &calls)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>API reference · Atelier</title>\n\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n<link rel=\"stylesheet\" href=\"/pkg/atelier.css\">\n</head>\n<body>\n\
         <a class=\"c-skip\" href=\"#content\">Skip to content</a>\n<div class=\"l-app\">\n{nav}<div class=\"l-page\">\n\
         <header class=\"l-top\"><button class=\"c-btn l-narrow\" type=\"button\" popovertarget=\"calls\">Calls</button>\
         <h1 class=\"c-crumbs\">API reference</h1><a class=\"c-btn l-end\" href=\"/api/openapi.json\">openapi.json</a></header>\n\
         <main id=\"content\" class=\"l-scroll\" tabindex=\"-1\">\n{intro}{sections}{schemas}</main>\n</div>\n</div>\n</body>\n</html>\n",
        nav = nav(&tags, &calls),
        intro = intro(document, &calls),
        schemas = schemas(document),
    )
}

fn nav(tags: &[&str], calls: &[Call<'_>]) -> String {
    let group = |tag: &&str| {
        let links: String = calls
            .iter()
            .filter(|call| call.is_of(tag))
            .map(|call| format!("<a href=\"#{}\"><span class=\"c-nav-name\">{}</span></a>", call.id, escaped(call.summary().trim_end_matches('.'))))
            .collect();
        format!("<div class=\"c-nav-group\"><h2>{}</h2>{links}</div>\n", escaped(tag))
    };
    let groups: String = tags.iter().map(group).collect();
    format!(
        "<nav class=\"c-nav\" id=\"calls\" popover aria-label=\"Calls\">\n<div class=\"c-nav-group\"><a href=\"/\"><span class=\"c-nav-name\">Atelier</span></a></div>\n\
         {groups}<div class=\"c-nav-group\"><a href=\"#schemas\"><span class=\"c-nav-name\">Schemas</span></a></div>\n</nav>\n"
    )
}

fn intro(document: &Value, calls: &[Call<'_>]) -> String {
    let rows: String = calls
        .iter()
        .map(|call| {
            let Call { id, method, path, .. } = call;
            format!(
                "<tr><td><span class=\"c-tag\">{method}</span></td><th scope=\"row\"><a class=\"c-row-link\" href=\"#{id}\"><code>{}</code></a></th><td>{}</td><td>{}</td></tr>\n",
                escaped(path),
                escaped(call.scope()),
                prose(call.summary())
            )
        })
        .collect();
    let description: String = text_of(&document["info"], "description").split("\n\n").map(|part| format!("<p>{}</p>\n", prose(part))).collect();
    format!(
        "<div class=\"l-stack l-read\">{description}<p>The examples take the studio’s address and a key from two variables:</p>{}</div>\n\
         <section class=\"c-panel\" aria-labelledby=\"all\"><div class=\"c-panel-head\"><h2 id=\"all\">All calls</h2></div>\
         <div class=\"c-scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"all\"><table class=\"c-table\"><caption class=\"sr\">All calls</caption>\
         <thead><tr><th scope=\"col\">Method</th><th scope=\"col\">Path</th><th scope=\"col\">Scope</th><th scope=\"col\">What it does</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div></section>\n",
        snippet("export ATELIER_URL=http://127.0.0.1:3000\nexport ATELIER_KEY=atl_…", "Variables")
    )
}

fn section(document: &Value, tag: &Value, calls: &[Call<'_>]) -> String {
    let name = text_of(tag, "name");
    let id = format!("tag-{}", name.to_lowercase());
    let calls: String = calls.iter().filter(|call| call.is_of(name)).map(|call| panel(document, call)).collect();
    let about = prose(text_of(tag, "description"));
    format!("<section class=\"l-stack\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{}</h2><p class=\"c-dim\">{about}</p>\n{calls}</section>\n", escaped(name))
}

fn panel(document: &Value, call: &Call<'_>) -> String {
    let Call { id, method, path, operation } = call;
    let mut parts = String::new();
    let more = text_of(operation, "description");
    if !more.is_empty() {
        parts += &format!("<p>{}</p>\n", prose(more));
    }
    let parameters: String = list(operation, "parameters").iter().map(parameter).collect();
    if !parameters.is_empty() {
        parts += &format!("<h4>Parameters</h4><dl class=\"c-kv\">{parameters}</dl>\n");
    }
    if let Some(body) = call.body() {
        parts += &format!("<h4>Body</h4><p>{}</p>\n", type_of(body));
    }
    parts += &format!("<h4>Example</h4>{}", snippet(&curl(document, call), &format!("Example of {id}")));
    parts += &format!("<h4>Responses</h4><dl class=\"c-kv\">{}</dl>\n", responses(operation));
    format!(
        "<article class=\"c-panel\" id=\"{id}\" aria-labelledby=\"{id}-name\"><div class=\"c-panel-head\"><h3 id=\"{id}-name\">{summary}</h3><p>Scope: {scope}</p></div>\n\
         <div class=\"c-panel-body l-stack\"><p><span class=\"c-tag\" data-tone=\"info\">{method}</span> <code>{}</code></p>\n{parts}</div></article>\n",
        escaped(path),
        summary = prose(call.summary().trim_end_matches('.')),
        scope = escaped(call.scope()),
    )
}

fn parameter(parameter: &Value) -> String {
    let required = if parameter["required"] == true { ", required" } else { "" };
    let kind = format!("{}{required}: {}", text_of(parameter, "in"), type_of(&parameter["schema"]));
    named(text_of(parameter, "name"), &kind, text_of(parameter, "description"))
}

fn responses(operation: &Value) -> String {
    let each = |(status, response): (&String, &Value)| {
        let mut kinds = response.get("content").and_then(Value::as_object).into_iter().flatten();
        let bodies: Vec<String> = kinds.by_ref().map(|(kind, content)| format!("{} as <code>{}</code>", type_of(&content["schema"]), escaped(kind))).collect();
        let headers: Vec<String> =
            response.get("headers").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| format!("<code>{}</code>", escaped(name))).collect();
        let mut kind = bodies.join(", or ");
        if !headers.is_empty() {
            kind += &format!("{}with {}", if kind.is_empty() { "" } else { " " }, headers.join(", "));
        }
        named(status, &kind, text_of(response, "description"))
    };
    operation["responses"].as_object().into_iter().flatten().map(each).collect()
}

/// Code to copy. It scrolls by itself, so that the keyboard must reach it.
fn snippet(code: &str, label: &str) -> String {
    format!("<div class=\"c-snippet\"><pre tabindex=\"0\" role=\"region\" aria-label=\"{}\"><code>{}</code></pre></div>\n", escaped(label), escaped(code))
}
