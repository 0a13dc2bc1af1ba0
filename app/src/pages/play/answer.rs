//! One answer: as it comes, then as people want to see it.

use atelier_domain::{
    playground::Look,
    prompt::{Message, MessageRole},
};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    api::playground::{Bench, CompareAnswers, KeepMock, ShowAnswer},
    ask::{Change, Reading},
    pages::prompt::Measures,
    ui::{ErrorNote, Load, use_route_params},
};

use super::stand::{Bank, Said, Stand};

/// What of an answer is shown: it, or what it has that the first column's has not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    As(Look),
    Difference,
}

#[component]
pub fn Answer(said: Said, at: usize, stand: Stand, bank: Bank, bench: StoredValue<Bench>) -> impl IntoView {
    let shown = RwSignal::new(Shown::As(Look::Text));
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let ended = move || !said.running();
    let first = move || bank.stands.with(|stands| stands.first().map(|stand| stand.key)) == Some(stand.key) && at == 0;
    let link = move || {
        let project = project.clone();
        said.run.get().map(|run| view! { <a class="c-link" href=format!("/p/{project}/runs/{run}")>"Open the run"</a> })
    };
    let thought = move || {
        said.thought
            .with(|thought| !thought.is_empty())
            .then(|| view! { <details><summary class="c-hint">"What it thought"</summary><div class="p-text">{move || said.thought.get()}</div></details> })
    };
    let pick = move |event| {
        let value = event_target_value(&event);
        shown.set(if value == "difference" { Shown::Difference } else { Shown::As(Look::parse(&value)) });
    };
    view! {
        <div class="p-said" aria-busy=move || said.running().then_some("true")>
            <div class="p-sent">
                <span>{move || said.state.get().words()}</span>
                {link}
                <select class="c-input" data-size="s" aria-label="How this answer is shown" hidden=move || said.running() on:change=pick>
                    <option value="text">"Text"</option>
                    <option value="markdown">"Markdown"</option>
                    <option value="json">"JSON"</option>
                    <option value="raw">"As it came"</option>
                    <option value="difference" hidden=first>"Against column A"</option>
                </select>
            </div>
            {thought}
            {move || match shown.get() {
                Shown::As(Look::Text) => view! { <Plain said=said/> }.into_any(),
                Shown::As(look) => view! { <Looked said=said look=look/> }.into_any(),
                Shown::Difference => view! { <Difference said=said bank=bank/> }.into_any(),
            }}
            <ErrorNote fault=said.fault/>
            {move || said.calls.with(|calls| !calls.is_empty()).then(|| view! { <Calls said=said stand=stand bank=bank bench=bench/> })}
            {move || ended().then(|| said.measure.get()).flatten().map(|measure| view! { <Measures measure=measure/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Plain(said: Said) -> impl IntoView {
    view! {
        <div class="p-text" role="log" aria-live="off">
            <div node_ref=said.place>{said.text.get_value()}</div>
            <span class="p-stream" aria-hidden="true" data-still=move || (!said.running()).then_some("true")></span>
        </div>
    }
    .into_any()
}

#[component]
fn Looked(said: Said, look: Look) -> impl IntoView {
    let Some(run) = said.run.get_untracked() else { return ().into_any() };
    let html = Reading::new(move || ShowAnswer { run: run.clone(), look });
    view! { <Load reading=html rows=3 let:html><div inner_html=html></div></Load> }.into_any()
}

#[component]
fn Difference(said: Said, bank: Bank) -> impl IntoView {
    let first = bank.stands.with_untracked(|stands| stands.first().copied());
    let from = first.and_then(|stand| stand.answers.with_untracked(|answers| answers.first()?.run.get_untracked()));
    let (Some(from), Some(to)) = (from, said.run.get_untracked()) else {
        return view! { <p class="c-hint">"The first column has no answer yet."</p> }.into_any();
    };
    let html = Reading::new(move || CompareAnswers { from: from.clone(), to: to.clone() });
    view! { <Load reading=html rows=3 let:html><div inner_html=html></div></Load> }.into_any()
}

/// What the model asks of tools: answered by hand, or as stored.
#[component]
fn Calls(said: Said, stand: Stand, bank: Bank, bench: StoredValue<Bench>) -> impl IntoView {
    let calls = said.calls.get_untracked();
    let answers: StoredValue<Vec<String>> = StoredValue::new(Vec::new());
    let keep = Change::by::<KeepMock>();
    let rows = calls.iter().enumerate().map(|(at, call)| {
        let text = |path: &str| call.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, arguments) = (text("/function/name"), text("/function/arguments"));
        let mock = bench.with_value(|bench| bench.mocks.get(&name).cloned()).unwrap_or_default();
        answers.update_value(|answers| answers.push(mock.clone()));
        let tool = name.clone();
        let store = move |_| {
            let answer = answers.with_value(|answers| answers.get(at).cloned()).unwrap_or_default();
            bench.update_value(|bench| drop(bench.mocks.insert(tool.clone(), answer.clone())));
            keep.send(KeepMock { prompt: bank.prompt.get_value(), tool: tool.clone(), answer });
        };
        view! {
            <div class="p-tool">
                <div class="l-row"><b>{name.clone()}</b><code>{arguments}</code></div>
                <textarea
                    class="c-input" rows="2" data-grow="true" data-code="true" spellcheck="false" placeholder="What the tool answers" aria-label=format!("Answer of {name}")
                    on:input=move |event| answers.update_value(|answers| answers[at] = event_target_value(&event))
                >
                    {mock}
                </textarea>
                <button class="c-btn" data-kind="quiet" data-size="xs" type="button" on:click=store>"Keep as its answer"</button>
            </div>
        }
    });
    let rows = rows.collect_view();
    let send = move |_| {
        let Some(said) = stand.answered() else { return };
        let tools = calls.iter().zip(answers.get_value()).map(|(call, answer)| Message {
            tool_call_id: call.get("id").and_then(Value::as_str).map(str::to_owned),
            ..Message::new(MessageRole::Tool, answer)
        });
        let tools: Vec<Message> = tools.collect();
        stand.tail.update(|tail| {
            tail.push(said);
            tail.extend(tools);
        });
        bank.ask(vec![stand]);
    };
    view! {
        {rows}
        <div class="l-row">
            <button class="c-btn" data-size="s" type="button" on:click=send>"Send the tools’ answers"</button>
            {move || keep.answer().with(|answer| matches!(answer, Some(Ok(_)))).then(|| view! { <span class="c-hint" role="status">"Kept"</span> })}
        </div>
    }
    .into_any()
}
