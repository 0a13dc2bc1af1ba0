//! The messages in their order: those that changed with their lines, those between folded.

use atelier_domain::diff::{Change, MessageDiff, Row};
use leptos::prelude::*;

use super::{
    DiffView, heading,
    sheet::{Room, Sheet},
    words::{counted, plus_minus},
};
use crate::ui::Icon;

/// As much of an unchanged message as says which it is, in characters.
const GLIMPSE: usize = 120;

pub fn messages(view: &DiffView, room: &Room) -> AnyView {
    let runs = view.diff.messages.chunk_by(|a, b| a.is_empty() && b.is_empty());
    let part = |run: &[MessageDiff]| match run {
        [message] if !message.is_empty() => changed(view, message, room),
        same => unchanged(same),
    };
    runs.map(part).collect_view().into_any()
}

fn changed(view: &DiffView, message: &MessageDiff, room: &Room) -> AnyView {
    let sheet = Sheet { view, room, name: name(message), template: true };
    let lines = message.text.count();
    let fate: String = fate(message).iter().map(|words| format!(", {words}")).collect();
    let fate = (!fate.is_empty()).then(|| view! { <span>{fate}</span> });
    let title = view! { {name(message)} {fate} };
    let head = view! {
        <div class="c-diff-head">
            {heading(view.heading.saturating_add(1), title)}
            <span class="l-end num">{plus_minus(lines.lines_added, lines.lines_deleted)}</span>
        </div>
    };
    sheet.frame(&message.text, head)
}

/// "1 System"; the text of a text prompt has no number.
fn name(message: &MessageDiff) -> String {
    match (message.role, message.new.or(message.old)) {
        (Some(role), Some(place)) => format!("{place} {role}"),
        _ => "The text".to_owned(),
    }
}

/// What happened to a message beside its lines.
fn fate(message: &MessageDiff) -> Vec<String> {
    let moved = match (message.old, message.new) {
        (Some(old), Some(new)) if message.moved => Some(format!("moved from {old} to {new}")),
        _ => None,
    };
    let change = match message.change() {
        Some(Change::Added) => Some("added".to_owned()),
        Some(Change::Removed) => Some("removed".to_owned()),
        Some(Change::Changed) | None => None,
    };
    [change, message.was.map(|was| format!("was {was}")), moved].into_iter().flatten().collect()
}

fn unchanged(messages: &[MessageDiff]) -> AnyView {
    let items = messages.iter().map(|message| view! { <li><b>{name(message)}</b> " " <span>{glimpse(message)}</span></li> }).collect_view();
    view! {
        <div class="c-diff">
            <details class="c-fold">
                <summary>
                    <Icon name="updown" small=true/>
                    {counted(messages.len() as u32, "unchanged message")}
                </summary>
                <ul class="c-diff-same">{items}</ul>
            </details>
        </div>
    }
    .into_any()
}

fn glimpse(message: &MessageDiff) -> String {
    let lines = message.text.rows.iter().filter_map(|row| match row {
        Row::Same { text, .. } => Some(text.trim()),
        _ => None,
    });
    lines.filter(|line| !line.is_empty()).take(1).flat_map(str::chars).take(GLIMPSE).collect()
}
