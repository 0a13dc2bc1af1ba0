//! One column: what it asks, the conversation, the answers.

use atelier_domain::prompt::{Message, MessageRole};
use leptos::prelude::*;

use crate::{api::playground::Bench, pages::prompt::State, ui::Icon};

use super::{
    answer::Answer,
    head::Head,
    request::Request,
    stand::{Bank, Stand},
};

/// A, B, C …
pub fn letter(bank: Bank, key: usize) -> char {
    let at = bank.stands.with(|stands| stands.iter().position(|stand| stand.key == key)).unwrap_or_default();
    char::from(b'A'.saturating_add(u8::try_from(at).unwrap_or_default()))
}

#[component]
pub fn Column(stand: Stand, bench: StoredValue<Bench>, bank: Bank) -> impl IntoView {
    let key = stand.key;
    let name = move || format!("Column {}", letter(bank, key));
    let series = ["8", "1", "2", "3", "4", "5"][key % 6];
    let answers = move || {
        stand.answers.get().into_iter().enumerate().map(|(at, said)| view! { <Answer said=said at=at stand=stand bank=bank bench=bench/> }).collect_view()
    };
    let empty = move || {
        (stand.answers.with(Vec::is_empty) && stand.tail.with(Vec::is_empty))
            .then(|| view! { <p class="c-hint">"Nothing asked yet. “Run all” asks every column at once."</p> })
    };
    view! {
        <section class="l-pane p-run-col" aria-label=name data-series=series>
            <Head stand=stand bench=bench bank=bank/>
            <div class="l-pane-body p-answers" tabindex="0" role="region" aria-label=move || format!("Answers in column {}", letter(bank, key))>
                <Request stand=stand bench=bench bank=bank/>
                {move || stand.tail.get().into_iter().map(|turn| view! { <Turn turn=turn/> }).collect_view()}
                {answers}
                {empty}
            </div>
            {move || (bench.with_value(|bench| bench.may_write)).then(|| view! { <Foot stand=stand bank=bank/> })}
        </section>
    }
    .into_any()
}

/// An earlier turn of the conversation.
#[component]
fn Turn(turn: Message) -> impl IntoView {
    let who = match turn.role {
        MessageRole::Assistant => "Answered".to_owned(),
        MessageRole::Tool => "A tool answered".to_owned(),
        role => role.to_string(),
    };
    let images = turn.images.into_iter().map(|url| view! { <img class="p-image" src=url alt="A picture of this turn"/> }).collect_view();
    let calls = turn.tool_calls.iter().filter_map(|call| call.pointer("/function/name")?.as_str().map(str::to_owned)).collect::<Vec<_>>();
    let calls = (!calls.is_empty()).then(|| view! { <p class="c-hint">{format!("asked {}", calls.join(", "))}</p> });
    view! {
        <div class="p-turn" data-role=turn.role.as_str()>
            <b>{who}</b>
            <div class="p-text">{turn.content}</div>
            {calls}
            {images}
        </div>
    }
    .into_any()
}

#[component]
fn Foot(stand: Stand, bank: Bank) -> impl IntoView {
    let say = move || {
        let answers = stand.answers.get();
        let done = answers.iter().filter(|said| !said.running()).count();
        match answers.first().map(|said| said.state.get()) {
            None => String::new(),
            _ if answers.len() > 1 => format!("{done} of {} answers", answers.len()),
            Some(State::Ended(_)) => {
                let took = answers.first().and_then(|said| said.measure.get()).map(|measure| measure.total_us as f64 / 1e6);
                took.map_or_else(|| "Done".to_owned(), |took| format!("Done in {took:.1} s"))
            }
            Some(state) => state.words(),
        }
    };
    view! {
        <footer class="p-col-foot">
            <div class="l-row">
                <span class="l-row" role="status">{say}</span>
                <span class="l-end">
                    <Show
                        when=move || stand.running()
                        fallback=move || view! {
                            <button class="c-btn" data-kind="quiet" data-size="s" type="button" on:click=move |_| bank.ask(vec![stand])>
                                <Icon name="retry"/>
                                {move || if stand.answers.with(Vec::is_empty) { "Run" } else { "Again" }}
                            </button>
                        }
                    >
                        <button class="c-btn" data-size="s" type="button" on:click=move |_| stand.stop()>
                            <Icon name="stop"/>
                            "Stop"
                        </button>
                    </Show>
                </span>
            </div>
        </footer>
    }
    .into_any()
}
