//! The list of keys. `kit.js` acts on them: pages name theirs by `data-key`, places by `data-go`.

use leptos::prelude::*;

use super::way::PLACES;
use crate::ui::{Dialog, Kbd};

const KEYS: [(&str, &[&str]); 8] = [
    ("Search or jump to", &["⌘", "K"]),
    ("New, on a list", &["n"]),
    ("Search this list", &["/"]),
    ("Run the version", &["⌘", "↵"]),
    ("The next row, while one is open beside the list", &["j"]),
    ("The row before it", &["k"]),
    ("Close what is open, or stands beside", &["esc"]),
    ("These shortcuts", &["?"]),
];

#[component]
pub fn Shortcuts() -> impl IntoView {
    let others = KEYS.iter().map(|(words, keys)| ((*words).to_owned(), keys.to_vec()));
    let places = PLACES.iter().map(|place| (format!("Go to {}", place.label), vec!["g", place.key]));
    let rows = others.chain(places).map(|(words, keys)| {
        let keys = keys.into_iter().map(|key| view! { <Kbd>{key}</Kbd> }).collect_view();
        view! {
            <dt>{words}</dt>
            <dd>{keys}</dd>
        }
    });
    view! {
        <Dialog id="shortcuts" title="Keyboard shortcuts" small=true>
            <div class="c-dialog-body">
                <dl class="c-keys">{rows.collect_view()}</dl>
                <p class="c-hint">"On Windows and Linux, Ctrl takes the place of ⌘. Single keys can be switched off in your account."</p>
            </div>
        </Dialog>
    }
    .into_any()
}
