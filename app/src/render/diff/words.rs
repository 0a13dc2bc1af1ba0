//! How much changed, in words.

use atelier_domain::diff::{Change, Setting, VersionDiff};
use leptos::prelude::*;

use super::{DiffView, Tokens};

pub const SAME: &str = "Both say the same.";

/// One sentence without a full stop: "3 lines added, 3 removed, in 1 of 4 messages; 2 settings changed".
pub fn summary(diff: &VersionDiff) -> String {
    if diff.is_empty() {
        return SAME.to_owned();
    }
    let lines = diff.count();
    let lines = match (lines.lines_added, lines.lines_deleted) {
        (0, 0) => None,
        (added, 0) => Some(format!("{} added", counted(added, "line"))),
        (0, deleted) => Some(format!("{} removed", counted(deleted, "line"))),
        (added, deleted) => Some(format!("{} added, {} removed", counted(added, "line"), number(deleted))),
    };
    let lines = lines.map(|lines| place(diff).map_or_else(|| lines.clone(), |place| format!("{lines}, {place}")));
    lines.into_iter().chain(beside(diff)).collect::<Vec<_>>().join("; ")
}

/// The line above a diff.
pub fn at_a_glance(view: &DiffView) -> AnyView {
    let lines = view.diff.count();
    let lines = (lines.lines_added + lines.lines_deleted > 0).then(|| {
        let place = place(view.diff).map(|place| format!(" {place}"));
        view! { {plus_minus(lines.lines_added, lines.lines_deleted)} " lines" {place} }.into_any()
    });
    let clauses = lines.into_iter().chain(beside(view.diff).into_iter().map(IntoAny::into_any));
    let seen = clauses.map(|clause| view! { <span>{clause}</span> }).collect_view();
    view! {
        <p class="c-diff-sum">
            <span class="sr">{summary(view.diff)} "."</span>
            <span class="c-diff-seen" aria-hidden="true">{seen}</span>
            {view.tokens.map(tokens)}
        </p>
    }
    .into_any()
}

/// "+3 −3"; a side without lines is left out.
pub fn plus_minus(added: u32, deleted: u32) -> AnyView {
    let plus = (added > 0).then(|| view! { <span class="c-plus">"+" {number(added)}</span> });
    let minus = (deleted > 0).then(|| view! { <span class="c-minus">"−" {number(deleted)}</span> });
    let between = (added > 0 && deleted > 0).then_some(" ");
    view! { {plus} {between} {minus} }.into_any()
}

/// Which share of a chat's messages has other lines.
fn place(diff: &VersionDiff) -> Option<String> {
    let (all, changed) = (&diff.messages, count(&diff.messages, |message| !message.text.is_empty()));
    all.iter().any(|message| message.role.is_some()).then(|| format!("in {} of {}", number(changed), counted(all.len() as u32, "message")))
}

/// What changed beside lines.
fn beside(diff: &VersionDiff) -> Vec<String> {
    let messages = &diff.messages;
    let fates = [
        ("added", count(messages, |message| message.change() == Some(Change::Added))),
        ("removed", count(messages, |message| message.change() == Some(Change::Removed))),
        ("moved", count(messages, |message| message.moved)),
        ("given to another role", count(messages, |message| message.was.is_some())),
    ];
    let fates = fates.into_iter().filter(|(_, some)| *some > 0).enumerate();
    // "1 message added, 2 moved".
    let some = |at, some| if at == 0 { counted(some, "message") } else { number(some) };
    let fates = fates.map(|(at, (what, found))| format!("{} {what}", some(at, found))).collect::<Vec<_>>().join(", ");
    let variables = count(&diff.settings, |diff| matches!(diff.setting, Setting::Variable(_)));
    let settings = match (variables, diff.settings.len() as u32 - variables) {
        (0, 0) => None,
        (0, settings) => Some(counted(settings, "setting")),
        (variables, 0) => Some(counted(variables, "variable")),
        (variables, settings) => Some(format!("{} and {}", counted(variables, "variable"), counted(settings, "setting"))),
    };
    let settings = settings.map(|settings| format!("{settings} changed"));
    Some(fates).filter(|fates| !fates.is_empty()).into_iter().chain(settings).collect()
}

/// "324 → 301 tokens, 23 fewer, −7 %".
fn tokens(Tokens { old, new, estimate }: Tokens) -> AnyView {
    let about = estimate.then_some("about ");
    if old == new {
        return view! { <span class="num">{about} {counted(new, "token")} ", as before"</span> }.into_any();
    }
    let by = if new > old { "more" } else { "fewer" };
    let share = (100.0 * (f64::from(new) - f64::from(old)) / f64::from(old)).round();
    // No share of nothing, and none where it rounds to nothing.
    let share = (share.is_finite() && share != 0.0).then(|| format!(", {}{}\u{a0}%", if share > 0.0 { "+" } else { "−" }, share.abs()));
    view! {
        <span class="num">
            {about} {number(old)} " " <span aria-hidden="true">"→"</span> <span class="sr">"to"</span> " " {counted(new, "token")} ", "
            {number(new.abs_diff(old))} " " {by} {share}
        </span>
    }
    .into_any()
}

fn count<T>(all: &[T], of: impl Fn(&T) -> bool) -> u32 {
    all.iter().filter(|one| of(one)).count() as u32
}

/// "1 line", "1,200 lines".
pub fn counted(count: u32, one: &str) -> String {
    format!("{} {one}{}", number(count), if count == 1 { "" } else { "s" })
}

/// With a comma between thousands.
pub fn number(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
