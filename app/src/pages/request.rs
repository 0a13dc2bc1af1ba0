//! What came through the gateway: a list that filters and follows, one request beside it, and one on a page of its own.

mod acts;
mod exchange;
mod filters;
mod list;
mod one;
mod table;
mod tail;
mod took;

pub use list::RequestList;
pub use one::RequestPage;

use atelier_domain::request::{CacheVerdict, Facts, Outcome, Source};
use leptos::prelude::*;

use crate::ui::{Icon, Tag};

fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "Answered",
        Outcome::Failed => "Failed",
        Outcome::Left => "The caller left",
        Outcome::Refused => "Refused",
    }
}

fn cache_words(cache: CacheVerdict) -> &'static str {
    match cache {
        CacheVerdict::Off => "off",
        CacheVerdict::Miss => "miss",
        CacheVerdict::Exact => "exact",
        CacheVerdict::Semantic => "semantic",
    }
}

fn source_words(source: Source) -> &'static str {
    match source {
        Source::Gateway => "Gateway",
        Source::Api => "REST run",
        Source::Studio => "Studio",
        Source::Grid => "Grid",
    }
}

/// How it ended, as a sign; the word is for who does not see it.
#[component]
fn Ended(outcome: Outcome, retries: u32) -> impl IntoView {
    let words = outcome_words(outcome);
    let (tone, icon, words) = match outcome {
        Outcome::Answered if retries > 0 => (None, "retry", format!("{words} after {retries} more {}", if retries == 1 { "try" } else { "tries" })),
        Outcome::Answered => (Some("good"), "check", words.to_owned()),
        Outcome::Left => (None, "stop", words.to_owned()),
        Outcome::Failed | Outcome::Refused => (Some("bad"), "x", words.to_owned()),
    };
    view! { <span class="c-delta" data-tone=tone title=words.clone()><Icon name=icon small=true/><span class="sr">{words.clone()}</span></span> }.into_any()
}

#[component]
fn CacheTag(cache: CacheVerdict) -> impl IntoView {
    let words = cache_words(cache);
    match cache {
        CacheVerdict::Exact => view! { <Tag tone="ok">{words}</Tag> }.into_any(),
        CacheVerdict::Semantic => view! { <Tag tone="info">{words}</Tag> }.into_any(),
        CacheVerdict::Miss | CacheVerdict::Off => view! { <span class="c-dim">{words}</span> }.into_any(),
    }
}

/// What it cost; a sum of tokens that were counted, not told, says so.
#[component]
fn Cost(facts: Facts) -> impl IntoView {
    match facts.cost {
        None => view! { <span title="No price is known for this model">"–"</span> }.into_any(),
        Some(cost) if facts.estimated => {
            view! { <span title="Estimated: the provider told no tokens, so they were counted">{format!("≈ {cost}")}</span> }.into_any()
        }
        Some(cost) => cost.to_string().into_any(),
    }
}

/// "0.4 ms", "48 ms", "1.71 s", "2 min 5 s".
fn span(us: u64) -> String {
    match us {
        0..1_000 => format!("{:.1} ms", us as f64 / 1e3),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{:.2} s", us as f64 / 1e6),
        _ => format!("{} min {} s", us / 60_000_000, us / 1_000_000 % 60),
    }
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let commas = |at: usize| if at > 0 && (digits.len() - at).is_multiple_of(3) { "," } else { "" };
    digits.char_indices().map(|(at, digit)| format!("{}{digit}", commas(at))).collect()
}

/// As much of an id as tells it from others at a glance.
fn short(id: &str) -> String {
    match (id.get(..4), id.len().checked_sub(4).and_then(|from| id.get(from..))) {
        (Some(start), Some(end)) if id.len() > 8 => format!("{start}…{end}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_numbers_and_ids_are_short() {
        let spans = [(400, "0.4 ms"), (48_500, "48 ms"), (1_710_000, "1.71 s"), (125_000_000, "2 min 5 s")];
        assert_eq!(spans.map(|(us, _)| span(us)), spans.map(|(_, words)| words));
        assert_eq!([1, 1_716, 1_234_567].map(grouped), ["1", "1,716", "1,234,567"]);
        assert_eq!(short("01a20472-cd66-71ef-9a03-68d4d1d47d63"), "01a2…7d63");
    }
}
