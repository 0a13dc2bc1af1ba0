//! Where the time went, and the tokens and the money.

use atelier_domain::{
    cost::Nanos,
    request::{Facts, Times},
};
use leptos::prelude::*;

use super::{CacheTag, Cost, grouped, span};

/// One after the other: words, start, length and colour.
type Step = (&'static str, u64, u64, &'static str);

fn steps(times: Times) -> Vec<Step> {
    let Times { queue, upstream, first, whole } = times;
    let mut steps: Vec<Step> = vec![("In the studio, before", 0, queue.min(whole), "8")];
    let end = queue.saturating_add(upstream).min(whole);
    if upstream > 0 {
        let first = first.filter(|first| (queue..=end).contains(first));
        match first {
            Some(first) => steps.extend([("To the first token", queue, first - queue, "2"), ("The rest of the answer", first, end - first, "1")]),
            None => steps.push(("The answer", queue, end.saturating_sub(queue), "1")),
        }
    }
    steps.push(("In the studio, after", end, whole - end, "8"));
    steps.retain(|(_, _, length, _)| *length > 0);
    steps
}

#[component]
pub fn Took(times: Times, retries: u32) -> impl IntoView {
    let share = |us: u64| format!("{:.2}%", us as f64 * 100.0 / times.whole.max(1) as f64);
    let rows = steps(times).into_iter().map(|(words, from, length, series)| {
        // What is very short is still seen.
        let width = share(length.max(times.whole / 150));
        view! {
            <tr>
                <th scope="row">{words}</th>
                <td class="p-bar"><svg class="c-chart" height="12" aria-hidden="true"><rect class="c-fill" data-series=series x=share(from) width=width height="100%" rx="2"></rect></svg></td>
                <td data-num="true">{span(length)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let first = times.first.map(|first| format!(", first token after {}", span(first))).unwrap_or_default();
    let again = (retries > 0).then(|| view! { <p class="c-hint">{if retries == 1 { "Asked once more, unseen by the caller.".to_owned() } else { format!("Asked {retries} more times, unseen by the caller.") }}</p> });
    view! {
        <section class="c-section" aria-labelledby="took-h">
            <div class="c-section-head"><h3 id="took-h">"Time"</h3><span class="c-hint l-end num">{span(times.whole)}{first}</span></div>
            <table class="p-waterfall">
                <caption class="sr">"What the time went to, in order"</caption>
                <thead class="sr"><tr><th scope="col">"Step"</th><th scope="col">"Span"</th><th scope="col">"Time"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {again}
        </section>
    }
    .into_any()
}

#[component]
pub fn Spent(facts: Facts) -> impl IntoView {
    let usage = facts.usage;
    let parts = [(usage.cached, "of them cached"), (usage.cache_write, "of them written to the cache"), (usage.image, "of them pictures")];
    let parts: Vec<String> = parts.into_iter().filter(|(tokens, _)| *tokens > 0).map(|(tokens, words)| format!("{} {words}", grouped(tokens))).collect();
    let input = std::iter::once(grouped(usage.input)).chain(parts).collect::<Vec<_>>().join(", ");
    let thought = if usage.reasoning > 0 { format!(", {} of them thought", grouped(usage.reasoning)) } else { String::new() };
    let output = format!("{}{thought}", grouped(usage.output));
    let counted = facts.estimated.then(|| view! { <p class="c-hint">"The provider told no tokens: they were counted, and the cost is estimated."</p> });
    let saved = (facts.saved > Nanos::ZERO).then(|| view! { <dt>"Saved by the cache"</dt><dd class="num">{facts.saved.to_string()}</dd> });
    view! {
        <section class="c-section l-stack" aria-labelledby="spent-h">
            <h3 id="spent-h">"Tokens and money"</h3>
            <dl class="c-kv">
                <dt>"Tokens in"</dt><dd class="num">{input}</dd>
                <dt>"Tokens out"</dt><dd class="num">{output}</dd>
                <dt>"Cost"</dt><dd class="num"><Cost facts=facts.clone()/></dd>
                <dt>"Cache"</dt><dd><CacheTag cache=facts.cache/></dd>
                {saved}
            </dl>
            {counted}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_to_the_end() {
        let told = Times { queue: 10, upstream: 80, first: Some(40), whole: 100 };
        let spans: Vec<_> = steps(told).into_iter().map(|(_, from, length, _)| (from, length)).collect();
        assert_eq!(spans, [(0, 10), (10, 30), (40, 50), (90, 10)]);
        let hit = Times { queue: 0, upstream: 0, first: Some(3), whole: 4 };
        assert_eq!(steps(hit).len(), 1);
        // Clocks that disagree make no bar longer than the whole.
        let odd = Times { queue: 50, upstream: 90, first: Some(500), whole: 100 };
        assert!(steps(odd).iter().all(|(_, from, length, _)| from + length <= 100), "{:?}", steps(odd));
    }
}
