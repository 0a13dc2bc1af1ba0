//! The live tail: each second what is new, while somebody can see it.

use std::time::Duration;

use atelier_domain::request::Line;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use crate::{
    api::request::TailRequests,
    ask::ask,
    ui::{Icon, use_route_params},
};

use super::{list::query_of, table::LINES};

/// The longest pause after failures, in seconds.
const PAUSE: u32 = 32;

/// How many came since the page counted.
#[derive(Clone, Copy)]
pub struct Arrived(pub RwSignal<u64>);

/// How asking goes.
#[derive(Clone, Copy)]
struct Pulse {
    arrived: Option<Arrived>,
    place: StoredValue<String>,
    asking: StoredValue<bool>,
    /// Seconds until it is asked again.
    wait: StoredValue<u32>,
    failures: RwSignal<u32>,
    lines: RwSignal<Vec<Line>>,
}

/// Puts what is new on top of `lines` while the address says `live=1`; and says how that goes.
#[component]
pub fn Tailing(lines: RwSignal<Vec<Line>>, place: String) -> impl IntoView {
    let (query, params) = (use_query_map(), use_route_params());
    let pulse = Pulse {
        arrived: use_context(),
        place: StoredValue::new(place),
        asking: StoredValue::new(false),
        wait: StoredValue::new(0),
        failures: RwSignal::new(0),
        lines,
    };
    let live = Memo::new(move |_| query.with(|query| query.get_str("live") == Some("1") && query.get_str("cursor").is_none()));
    Effect::new(move || {
        pulse.failures.set(0);
        pulse.wait.set_value(0);
        if !live.get() {
            return;
        }
        let project = params.with_untracked(|params| params.get("project").unwrap_or_default());
        let asked = query.with_untracked(query_of);
        let tick = move || {
            if pulse.due() {
                let call = TailRequests { project: project.clone(), query: asked.clone(), place: pulse.place.get_value() };
                spawn_local(async move { pulse.heard(ask(call).await) });
            }
        };
        if let Ok(ticks) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || ticks.clear());
        }
    });
    let said = move || match (live.get(), pulse.failures.get()) {
        (false, _) => ().into_any(),
        (true, 0) => view! { <span class="sr">"Live: new requests appear at the top by themselves."</span> }.into_any(),
        (true, failures) => {
            let words = format!("The studio does not answer. It is asked again every {} seconds; what is here stays.", pause(failures));
            view! { <span class="c-callout p-tail" data-tone="warn"><Icon name="warn"/><span>{words}</span></span> }.into_any()
        }
    };
    view! { <div role="status">{said}</div> }.into_any()
}

/// 2, 4, 8 … seconds.
fn pause(failures: u32) -> u32 {
    1_u32.checked_shl(failures).unwrap_or(PAUSE).min(PAUSE)
}

impl Pulse {
    /// Not while nobody looks, an answer is on its way, or the studio did not answer just now.
    fn due(self) -> bool {
        let wait = self.wait.try_get_value().unwrap_or(1);
        if wait > 0 {
            self.wait.try_set_value(wait - 1);
            return false;
        }
        let free = !document().hidden() && self.asking.try_get_value() == Some(false);
        if free {
            self.asking.try_set_value(true);
        }
        free
    }

    /// The page may be gone by now.
    fn heard(self, tail: Result<crate::api::request::Tail, crate::api::UiError>) {
        self.asking.try_set_value(false);
        let Ok(tail) = tail else {
            let failures = self.failures.try_get_untracked().unwrap_or_default().saturating_add(1);
            self.wait.try_set_value(pause(failures));
            self.failures.try_set(failures);
            return;
        };
        if self.failures.try_get_untracked().is_some_and(|failures| failures > 0) {
            self.failures.try_set(0);
        }
        self.place.try_set_value(tail.place);
        if !tail.lines.is_empty()
            && let Some(new) = self.lines.try_update(|lines| on_top(lines, tail.lines))
            && let Some(Arrived(arrived)) = self.arrived
        {
            arrived.try_update(|count| *count += new);
        }
    }
}

/// What was told before is not told again. Gives how many are new.
fn on_top(lines: &mut Vec<Line>, new: Vec<Line>) -> u64 {
    let new: Vec<Line> = new.into_iter().filter(|line| lines.iter().all(|known| known.facts.id != line.facts.id)).collect();
    let count = new.len() as u64;
    lines.splice(0..0, new);
    lines.truncate(LINES);
    count
}

#[cfg(test)]
mod tests {
    use atelier_domain::{id::RequestId, request::Facts};

    use super::*;

    fn line(id: u128) -> Line {
        let id: RequestId = format!("00000000-0000-7000-8000-{id:012}").parse().unwrap();
        Line { facts: Facts { id, ..Facts::default() }, asked: String::new(), prompt_name: None, key_name: None }
    }

    #[test]
    fn new_lines_stand_on_top_once_and_the_oldest_go() {
        let mut lines: Vec<Line> = (1..=LINES as u128).rev().map(line).collect();
        assert_eq!(on_top(&mut lines, vec![line(202), line(201), line(200)]), 2);
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[..3], [line(202), line(201), line(200)]);
        assert_eq!(lines.last(), Some(&line(3)));
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        assert_eq!([1, 2, 3, 5, 9, 40].map(pause), [2, 4, 8, 32, 32, 32]);
    }
}
