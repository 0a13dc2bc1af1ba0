//! Words in a frame: labels, tags, keys, times, people.

use atelier_domain::timestamp::Timestamp;
use leptos::prelude::*;

/// A label that a version carries, and the version's number where it isn't plain from the place.
#[component]
pub fn Label(#[prop(into)] name: String, #[prop(optional)] version: Option<i64>) -> impl IntoView {
    let label = name.clone();
    view! {
        <span class="c-tag" data-label=label>
            {name}
            {version.map(|version| view! { <b class="num">{version}</b> })}
        </span>
    }
    .into_any()
}

/// A state or a tag: the word says it, the tone repeats it.
#[component]
pub fn Tag(
    /// `ok`, `warn`, `bad`, `info` or `accent`.
    #[prop(optional)]
    tone: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <span class="c-tag" data-tone=tone>
            {children()}
        </span>
    }
    .into_any()
}

#[component]
pub fn Kbd(children: Children) -> impl IntoView {
    view! { <kbd class="c-kbd">{children()}</kbd> }.into_any()
}

/// A moment: how long ago as seen at `now`, or else its date. The date shows on hover.
#[component]
pub fn Time(at: Timestamp, #[prop(optional)] now: Option<Timestamp>) -> impl IntoView {
    let date = at.readable();
    let text = now.map_or_else(|| date.clone(), |now| at.relative(now));
    view! {
        <time datetime=at.to_string() title=date>
            {text}
        </time>
    }
    .into_any()
}

/// The first letter of a name, in a colour that is always the same for it; the name itself stands beside it.
#[component]
pub fn Avatar(#[prop(into)] name: String, #[prop(optional)] small: bool) -> impl IntoView {
    let who = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 4 + 1;
    let letter: String = name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    view! {
        <span class="c-avatar" data-who=who data-size=small.then_some("s") aria-hidden="true">
            {letter}
        </span>
    }
    .into_any()
}
