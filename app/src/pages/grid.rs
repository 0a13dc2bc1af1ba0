//! Test cases of a prompt, and the grids that ask them of several versions and models.

mod cases;
mod cell;
mod compare;
mod form;
mod one;
mod sheet;
mod start;

pub use cases::PromptCases;
pub use compare::CompareGridsPage;
pub use one::GridPage;
pub use start::StartGrid;

use atelier_domain::{cost::Nanos, grid::GridState};
use leptos::prelude::*;

use crate::ui::Tag;

/// How a grid stands, in a word.
#[component]
fn GridTag(state: GridState) -> impl IntoView {
    let (tone, words) = match state {
        GridState::Running => ("info", "running"),
        GridState::Stopped => ("warn", "stopped"),
        GridState::Done => ("ok", "done"),
    };
    view! { <Tag tone=tone>{words}</Tag> }.into_any()
}

/// A, B, C …
fn letter(column: usize) -> char {
    char::from(b'A'.saturating_add(u8::try_from(column).unwrap_or_default()))
}

fn seconds(us: u64) -> String {
    if us < 1_000_000 { format!("{} ms", us / 1_000) } else { format!("{:.1} s", us as f64 / 1e6) }
}

/// What answers cost, as far as prices are known.
fn cost(cost: Nanos, unpriced: bool) -> String {
    match unpriced {
        false => cost.to_string(),
        true if cost == Nanos::ZERO => "no known price".to_owned(),
        true => format!("{cost} and what has no known price"),
    }
}
