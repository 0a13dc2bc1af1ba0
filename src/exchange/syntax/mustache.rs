//! Mustache: variables are carried over, sections, partials and changed delimiters stand as text.

use super::{Builder, Loss};

pub(super) fn read(source: &str, out: &mut Builder) {
    let mut rest = source;
    while let Some(at) = rest.find("{{") {
        // Of many braces the last three may be a tag.
        let at = at + rest[at + 2..].chars().take_while(|c| *c == '{').count().saturating_sub(1);
        out.text(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find("}}") else { break };
        let inner = &rest[2..end];
        let triple = inner.strip_prefix('{');
        let whole = if triple.is_some() && rest[end + 2..].starts_with('}') { end + 3 } else { end + 2 };
        match inner.chars().next() {
            Some('!') => out.lose(Loss::Comment, ""),
            Some('#' | '^' | '/' | '>' | '=') => out.kept(&rest[..whole]),
            Some('{') if whole == end + 2 => {
                // "{" before a tag: the tag is read in the next round.
                out.text("{");
                rest = &rest[1..];
                continue;
            }
            _ => {
                let name = triple.or_else(|| inner.strip_prefix('&')).unwrap_or(inner);
                if !out.variable(name) {
                    out.kept(&rest[..whole]);
                }
            }
        }
        rest = &rest[whole..];
    }
    out.text(rest);
}
