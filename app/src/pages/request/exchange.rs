//! What was said: the messages as they went, and the answer.

use atelier_domain::request::{Exchange, Part, Said, Turn, call, turns};
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::ui::{Callout, Icon};

/// A system's message that is longer is folded.
const FOLDED: usize = 400;

#[component]
pub fn Exchanged(exchange: Exchange, model: String) -> impl IntoView {
    let Exchange { variables, request, answer, cut, .. } = exchange;
    let said = turns(&request).into_iter().map(|turn| view! { <Told turn=turn/> }).collect_view();
    let body = serde_json::to_string_pretty(&request).unwrap_or_default();
    view! {
        <Values variables=variables/>
        <section class="c-section p-exchange" aria-labelledby="exchange-h">
            <h3 id="exchange-h">"Exchange"</h3>
            {cut.then(|| view! { <Callout tone="info">"Something here was too long to be kept whole."</Callout> })}
            {said}
            <Answer answer=answer model=model/>
            <Fold title="Show request"><pre class="p-raw" tabindex="0">{body}</pre></Fold>
        </section>
    }
    .into_any()
}

#[component]
fn Values(variables: Map<String, Value>) -> impl IntoView {
    if variables.is_empty() {
        return ().into_any();
    }
    let values = variables.into_iter().map(|(name, value)| {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        view! { <dt><code class="c-var">{name}</code></dt><dd class="p-pre">{text}</dd> }
    });
    let values = values.collect_view();
    view! {
        <section class="c-section l-stack" aria-labelledby="values-h">
            <h3 id="values-h">"Variables"</h3>
            <dl class="c-kv">{values}</dl>
        </section>
    }
    .into_any()
}

/// Details that open in place.
#[component]
pub fn Fold(#[prop(into)] title: String, #[prop(optional, into)] hint: Option<String>, children: Children) -> impl IntoView {
    view! {
        <details class="c-more">
            <summary><Icon name="right" small=true/><b>{title}</b>{hint.map(|hint| view! { <span class="c-hint">{hint}</span> })}</summary>
            {children()}
        </details>
    }
    .into_any()
}

fn who(role: &str) -> String {
    match role {
        "system" | "developer" => "System".to_owned(),
        "user" => "User".to_owned(),
        "assistant" => "Answered before".to_owned(),
        "tool" | "function" => "Tool".to_owned(),
        "input" => "To embed".to_owned(),
        other => other.to_owned(),
    }
}

#[component]
fn Told(turn: Turn) -> impl IntoView {
    let title = who(&turn.role);
    let length: usize = turn.parts.iter().map(|part| if let Part::Text(text) = part { text.chars().count() } else { 0 }).sum();
    let parts = turn.parts.into_iter().map(|part| view! { <Piece part=part/> }).collect_view();
    if title == "System" && length > FOLDED {
        return view! { <Fold title=title hint=format!("{} characters", super::grouped(length as u64))><div class="c-say">{parts}</div></Fold> }.into_any();
    }
    view! { <article class="c-say"><h4>{title}</h4>{parts}</article> }.into_any()
}

#[component]
fn Piece(part: Part) -> impl IntoView {
    match part {
        Part::Text(text) => view! { <div class="p-text">{text}</div> }.into_any(),
        Part::Thought(text) => view! { <Fold title="What it thought"><div class="p-text">{text}</div></Fold> }.into_any(),
        // One that was cut is no picture any more.
        Part::Image(url) if url.starts_with("data:image/") && !url.ends_with('…') => {
            view! { <img class="p-image" src=url alt="A picture that went along"/> }.into_any()
        }
        Part::Image(url) => {
            let words = if url.starts_with("data:") { "A picture, too long to be kept".to_owned() } else { format!("A picture at {url}") };
            view! { <p class="c-hint">{words}</p> }.into_any()
        }
        Part::Call { name, arguments } => {
            view! { <p class="p-call"><Icon name="tool" small=true/>"asked "<code>{name}</code><code class="c-code">{arguments}</code></p> }.into_any()
        }
        Part::Answer { of, text } => {
            let to = (!of.is_empty()).then(|| view! { <span class="c-hint">{format!("to {of}")}</span> });
            view! { {to}<div class="p-text">{text}</div> }.into_any()
        }
        Part::Other(json) => view! { <pre class="p-raw" tabindex="0">{json}</pre> }.into_any(),
    }
}

#[component]
fn Answer(answer: Said, model: String) -> impl IntoView {
    let Said { text, reasoning, refusal, tool_calls, finish } = answer;
    if text.is_empty() && reasoning.is_empty() && refusal.is_empty() && tool_calls.is_empty() {
        return ().into_any();
    }
    let thought = (!reasoning.is_empty()).then(|| view! { <Fold title="What it thought"><div class="p-text">{reasoning}</div></Fold> });
    let refused = (!refusal.is_empty()).then(|| view! { <Callout tone="warn">{refusal}</Callout> });
    let calls = tool_calls.iter().map(|one| view! { <Piece part=call(one)/> }).collect_view();
    let ended = finish.filter(|finish| finish != "stop").map(|finish| view! { <p class="c-hint">{format!("It ended by: {}", finish.replace('_', " "))}</p> });
    view! {
        <article class="c-say" data-answer="true">
            <h4>"Answer "<span class="c-hint">{model}</span></h4>
            {thought}
            <div class="p-text">{text}</div>
            {refused}
            {calls}
            {ended}
        </article>
    }
    .into_any()
}
