//! The diff of two versions as HTML: what changed in a line, then the texts message by message, then variables and settings.
//!
//! It reads without colour and without sight: words and glyphs say what colours repeat. What did not change stands behind native
//! folds; no fold can stand inside a table, so each stretch of lines is a table of its own.

mod mark;
mod message;
mod setting;
mod sheet;
#[cfg(test)]
mod tests;
mod words;

use atelier_domain::{
    diff::{Side, TextDiff, VersionDiff},
    prompt::{Body, Draft},
};
use leptos::prelude::*;

use sheet::{Room, Sheet};

#[cfg(test)]
use words::summary;

/// How a diff is laid out. Where there is no room, side by side is one column too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Layout {
    #[default]
    Unified,
    SideBySide,
}

/// What a diff's page or dialog shows.
#[derive(Clone, Copy, Debug)]
pub struct DiffView<'a> {
    pub diff: &'a VersionDiff,
    /// The sides in people's words: "Version 6", "Your draft".
    pub old: &'a str,
    pub new: &'a str,
    pub layout: Layout,
    /// Where a tokenizer counted both sides.
    pub tokens: Option<Tokens>,
    /// Level of the headings: 2 on a page, 3 in a dialog. Messages have the next one.
    pub heading: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tokens {
    pub old: u32,
    pub new: u32,
    pub estimate: bool,
}

/// All of a diff.
pub fn diff(view: &DiffView<'_>) -> String {
    let html = if view.diff.is_empty() { view! { <p class="c-empty">{words::SAME}</p> }.into_any() } else { whole(view) };
    // Leptos marks where it would hydrate; in text these would be escaped.
    html.to_html().replace("<!>", "")
}

/// What one answer has that another has not; nothing in them is a tag.
pub fn answers(old: &str, new: &str) -> String {
    between(old, new, "The first", "This one")
}

/// What one text has that another has not, with their names.
pub fn between(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let draft = |text: &str| Draft::new(Body::Text(text.to_owned()));
    let (from, to) = (draft(old), draft(new));
    let found = VersionDiff::new(Side::from(&from), Side::from(&to));
    let (view, room) = (DiffView { diff: &found, old: old_name, new: new_name, layout: Layout::Unified, tokens: None, heading: 4 }, Room::default());
    let text = TextDiff::new(old, new);
    if text.is_empty() {
        return "<p class=\"c-hint\">The same words.</p>".to_owned();
    }
    let sheet = Sheet { view: &view, room: &room, name: "The answer".to_owned(), template: false };
    sheet.frame(&text, ()).to_html().replace("<!>", "")
}

fn whole(view: &DiffView) -> AnyView {
    let room = Room::default();
    view! {
        <div class="c-changes">
            {words::at_a_glance(view)}
            <section class="l-stack">
                {heading(view.heading, "Text")}
                {message::messages(view, &room)}
            </section>
            {setting::settings(view, &room)}
        </div>
    }
    .into_any()
}

fn heading(level: u8, words: impl IntoView) -> AnyView {
    match level {
        ..=2 => view! { <h2>{words}</h2> }.into_any(),
        3 => view! { <h3>{words}</h3> }.into_any(),
        4.. => view! { <h4>{words}</h4> }.into_any(),
    }
}
