//! A model's answer as HTML: as text, as Markdown, as a tree of JSON, or as it came. Nothing that a model writes becomes markup by itself.

use std::fmt::Write;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde_json::Value;

/// Levels of a tree that are open at first.
const OPEN: usize = 2;
/// Items of a list or map that are shown.
const ITEMS_MAX: usize = 500;

pub fn plain(text: &str) -> String {
    format!("<div class=\"p-text\">{}</div>", escaped(text))
}

/// CommonMark with tables. What is HTML in it is shown as it was written; links lead out, and pictures are links: nothing is fetched.
pub fn markdown(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS);
    let events = parser.map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Image { dest_url, title, link_type, id }) => Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id }),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id }),
        // The page has its own first two levels.
        Event::Start(Tag::Heading { .. }) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Paragraph),
        event => event,
    });
    let mut out = String::from("<div class=\"p-markdown\">");
    html::push_html(&mut out, events);
    out.push_str("</div>");
    out.replace("<a href=", "<a rel=\"noopener noreferrer\" target=\"_blank\" href=")
}

/// Where a link may lead.
fn safe(url: CowStr<'_>) -> CowStr<'_> {
    let lower = url.trim().to_ascii_lowercase();
    if ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)) { url } else { CowStr::from("#") }
}

/// A tree of what is JSON, fenced or bare; else the text, with why it is none.
pub fn json(text: &str) -> String {
    let bare = text.trim();
    let inside = bare.strip_prefix("```").and_then(|rest| rest.split_once('\n')).and_then(|(_, rest)| rest.trim_end().strip_suffix("```")).unwrap_or(bare);
    match serde_json::from_str::<Value>(inside) {
        Ok(value) => {
            let mut out = String::from("<div class=\"p-tree\">");
            node(&mut out, None, &value, 0);
            out.push_str("</div>");
            out
        }
        Err(error) => format!("<p class=\"c-hint\">This is no JSON: {}.</p>{}", escaped(&error.to_string()), plain(text)),
    }
}

fn node(out: &mut String, key: Option<&str>, value: &Value, depth: usize) {
    let key = key.map_or_else(String::new, |key| format!("<b>{}</b>: ", escaped(key)));
    let (count, items): (usize, Vec<(String, &Value)>) = match value {
        Value::Object(map) => (map.len(), map.iter().take(ITEMS_MAX).map(|(key, value)| (key.clone(), value)).collect()),
        Value::Array(list) => (list.len(), list.iter().take(ITEMS_MAX).enumerate().map(|(at, value)| (at.to_string(), value)).collect()),
        leaf => {
            // Writing into a string does not fail.
            let _ = write!(out, "<div>{key}<code>{}</code></div>", escaped(&leaf.to_string()));
            return;
        }
    };
    let open = if depth < OPEN { " open" } else { "" };
    let what = if value.is_array() { "items" } else { "fields" };
    let _ = write!(out, "<details{open}><summary>{key}<span class=\"c-hint\">{count} {what}</span></summary>");
    for (name, value) in items {
        node(out, Some(&name), value, depth + 1);
    }
    if count > ITEMS_MAX {
        let _ = write!(out, "<div class=\"c-hint\">{} more</div>", count - ITEMS_MAX);
    }
    out.push_str("</details>");
}

/// The provider's answer as it came; the model of this machine has none but its text.
pub fn raw(answer: Option<&str>, text: &str) -> String {
    format!("<pre class=\"p-raw\" tabindex=\"0\">{}</pre>", escaped(answer.unwrap_or(text)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_model_writes_becomes_markup() {
        let attack = "<script>x</script> <img src=x onerror=y> [a](javascript:alert(1)) ![b](http://x/y.png) [c](https://ok.example)\n\n<div onclick=z>\n";
        for shown in [plain(attack), markdown(attack), json(attack), raw(Some(attack), "")] {
            for bad in ["<script", "<img", "<div onclick", "\"javascript:", "src="] {
                let inside = shown.contains(bad) && !(bad == "src=" && shown.contains("&lt;img src="));
                assert!(!inside, "{bad}: {shown}");
            }
        }
        assert!(markdown("[c](https://ok.example)").contains("href=\"https://ok.example\""));
        assert!(json(&serde_json::json!({"<b>": "<i>"}).to_string()).contains("<b>&lt;b&gt;</b>"));
    }

    #[test]
    fn markdown_has_lists_tables_and_code() {
        let shown = markdown("# Title\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n\n`x`");
        for part in ["<li>one</li>", "<td>1</td>", "<code>x</code>", "<p>Title</p>"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn json_is_a_tree_fenced_or_bare() {
        for text in ["{\"a\": [1, {\"b\": null}]}", "```json\n{\"a\": [1, {\"b\": null}]}\n```"] {
            let shown = json(text);
            assert!(shown.contains("<b>a</b>") && shown.contains("<code>null</code>") && shown.contains("2 items"), "{shown}");
        }
        assert!(json("no").contains("This is no JSON"));
    }
}
