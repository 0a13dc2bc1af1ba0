//! Jinja and Nunjucks: plain variables are carried over, filters go, blocks stand as text.

use super::{Builder, Loss};

pub(super) fn read(source: &str, out: &mut Builder) {
    let mut rest = source;
    // A search that failed once would fail again, and a long text would be searched for ever.
    let mut raw_ends = true;
    while let Some(at) = rest.find('{') {
        out.text(&rest[..at]);
        rest = &rest[at..];
        let close = match rest.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                out.text("{");
                rest = &rest[1..];
                continue;
            }
        };
        // Without an end the tools refuse it: the rest is text.
        let Some(end) = rest[2..].find(close).map(|end| end + 2) else { break };
        let inner = &rest[2..end];
        let (tag, after) = rest.split_at(end + 2);
        if inner.starts_with('-') {
            out.trim_end();
        }
        let mut next = if inner.ends_with('-') { after.trim_start() } else { after };
        let inner = inner.trim_matches(['-', '+']).trim();
        match close {
            "}}" => expression(inner, tag, out),
            "#}" => out.lose(Loss::Comment, ""),
            _ if raw_ends && matches!(inner, "raw" | "verbatim") => match raw(inner, next) {
                Some((text, after)) => {
                    out.text(text);
                    next = after;
                }
                None => {
                    out.kept(tag);
                    raw_ends = false;
                }
            },
            _ => out.kept(tag),
        }
        rest = next;
    }
    out.text(rest);
}

fn expression(inner: &str, tag: &str, out: &mut Builder) {
    // {{ '{{' }} is how braces are written there.
    let quoted = ['"', '\''].iter().find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote).filter(|text| !text.contains([*quote, '\\'])));
    if let Some(text) = quoted {
        out.text(text);
        return;
    }
    let (name, filtered) = match inner.split_once('|') {
        Some((name, _)) => (name, true),
        None => (inner, false),
    };
    // An operator and a space mean something else there than in a name.
    let plain = !name.trim().contains(|c: char| c.is_whitespace() || c == '-');
    if !(plain && out.variable(name)) {
        out.kept(tag);
    } else if filtered {
        out.lose(Loss::Filter, tag);
    }
}

/// The text of a raw block that began just before `rest`, and what follows it.
fn raw<'a>(tag: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let word = rest.find(&format!("end{tag}"))?;
    let start = rest[..word].rfind("{%")?;
    let end = word + rest[word..].find("%}")?;
    Some((&rest[..start], &rest[end + 2..]))
}
