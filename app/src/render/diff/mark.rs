//! A line's text: changed words marked, tags of templates as chips.

use atelier_domain::{
    diff::{Op, Span},
    template::{Part, tags},
};
use leptos::prelude::*;

/// The words that an operation on a line goes by.
pub fn glyph(op: Op) -> Option<AnyView> {
    let (glyph, words) = match op {
        Op::Same => return None,
        Op::Delete => ("−", "removed"),
        Op::Add => ("+", "added"),
    };
    Some(view! { <span aria-hidden="true">{glyph}</span> <span class="sr">{words}</span> }.into_any())
}

/// A line. Where all of it came or went, the line's own glyph says so: a struck paragraph is hard to read.
pub fn text(spans: &[Span], op: Op, template: bool) -> AnyView {
    let whole = spans.len() == 1;
    let mut escaped = false;
    let mut marked = |span: &Span| {
        let marked = span.changed && !whole;
        let text = if marked { visible(span.text) } else { span.text.to_owned() };
        let text = if template { chips(&text, escaped) } else { some(&text).into_any() };
        escaped = span.text.ends_with('\\');
        match op {
            Op::Delete if marked => view! { <del>{text}</del> }.into_any(),
            Op::Add if marked => view! { <ins>{text}</ins> }.into_any(),
            _ => text,
        }
    };
    spans.iter().map(&mut marked).collect_view().into_any()
}

/// A changed line ending has to be seen.
fn visible(text: &str) -> String {
    text.replace('\r', "␍")
}

/// `escaped`: a `\` stands before the text.
fn chips(text: &str, escaped: bool) -> AnyView {
    let mut parts = Vec::new();
    let mut at = 0;
    for tag in tags(text).into_iter().filter(|tag| !(escaped && tag.from == 0)) {
        let class = match tag.part {
            Ok(Part::Variable(_)) => "c-var",
            Ok(Part::Include(_)) => "c-inc",
            Ok(Part::Text(_)) | Err(_) => continue,
        };
        parts.extend(some(&text[at..tag.from]));
        parts.push(view! { <code class=class>{text[tag.from..tag.to].to_owned()}</code> }.into_any());
        at = tag.to;
    }
    parts.extend(some(&text[at..]));
    parts.into_any()
}

/// Leptos writes a space for an empty text, and a reader would copy it.
fn some(text: &str) -> Option<AnyView> {
    (!text.is_empty()).then(|| text.to_owned().into_any())
}
