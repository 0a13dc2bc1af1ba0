//! Our own grammar, read with patience: what cannot be read is text.

use super::{Builder, Loss};
use crate::template::{Part, check_variable};

pub(super) fn read(source: &str, out: &mut Builder) {
    let mut rest = source;
    while let Some(at) = rest.find("{{") {
        if let Some(before) = rest[..at].strip_suffix('\\') {
            out.text(before);
            out.text("{{");
            rest = &rest[at + 2..];
            continue;
        }
        let at = at + rest[at + 2..].chars().take_while(|c| *c == '{').count();
        out.text(&rest[..at]);
        // A name has no braces: so the search ends at the next one, and the whole is read once.
        let tag = &rest[at + 2..];
        let inner = tag.find(['{', '}']).map_or(tag, |end| &tag[..end]);
        let after = tag[inner.len()..].strip_prefix("}}");
        match (inner.trim(), after) {
            (name, Some(after)) if check_variable(name).is_ok() => {
                out.part(Part::Variable(name.to_owned()));
                rest = after;
            }
            (text @ r"\", Some(after)) => {
                out.text(text);
                rest = after;
            }
            (inside, after) => {
                out.text("{{");
                // Braces of JSON or code are text by right; what looks like a tag may have been one.
                if after.is_some() && !inside.is_empty() {
                    out.lose(Loss::Kept, format!("{{{{{inner}}}}}"));
                }
                rest = tag;
            }
        }
    }
    out.text(rest);
}
