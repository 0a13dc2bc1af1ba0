//! Python's `str.format`: `{name}`, `{name!r:>10}`, `{{` and `}}` for braces.

use super::{Builder, Loss};

/// Longer ones are no fields but text that should have been escaped.
const FIELD_MAX: usize = 200;

pub(super) fn read(source: &str, out: &mut Builder) {
    let mut rest = source;
    while let Some(at) = rest.find(['{', '}']) {
        out.text(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            out.text(&rest[..1]);
            rest = &rest[2..];
            continue;
        }
        match field(rest) {
            Some((name, length)) if out.variable(name) => {
                if name.len() + 2 < length {
                    out.lose(Loss::Filter, &rest[..length]);
                }
                rest = &rest[length..];
            }
            found => {
                // Python would refuse it. The braces are what the author saw.
                out.lose(Loss::Kept, found.map_or(&rest[..1], |(_, length)| &rest[..length]));
                out.text(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.text(rest);
}

/// The name in the field that `rest` begins with, and the bytes of the whole.
fn field(rest: &str) -> Option<(&str, usize)> {
    let inner = rest.strip_prefix('{')?;
    let mut depth = 0;
    for (at, c) in inner.char_indices().take(FIELD_MAX) {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                let field = &inner[..at];
                let name = field.find(['!', ':']).map_or(field, |end| &field[..end]);
                return Some((name, at + 2));
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
