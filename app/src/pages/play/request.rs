//! What a column asks: the version's messages, which can be changed here and kept as a draft.

use leptos::prelude::*;

use crate::{
    api::playground::{Bench, EditAsDraft, Sheet},
    ask::Change,
    pages::account::land::on_success,
    ui::{ErrorNote, failure, use_toaster},
};

use super::stand::{Bank, Stand};

#[component]
pub fn Request(stand: Stand, bench: StoredValue<Bench>, bank: Bank) -> impl IntoView {
    let shown = move || {
        let version = stand.setting.with(|setting| setting.version);
        match bench.with_value(|bench| bench.templates.get(&version).cloned()) {
            Some(sheet) => view! { <Messages stand=stand sheet=sheet version=version bench=bench bank=bank/> }.into_any(),
            None => view! { <p class="c-hint">"This cannot be run as it is. “Run” says why."</p> }.into_any(),
        }
    };
    shown.into_any()
}

#[component]
fn Messages(stand: Stand, sheet: Sheet, version: u32, bench: StoredValue<Bench>, bank: Bank) -> impl IntoView {
    let (changed, keep, toaster) = (RwSignal::new(false), Change::by::<EditAsDraft>(), use_toaster());
    let texts = StoredValue::new(sheet.messages.iter().map(|message| message.content.clone()).collect::<Vec<_>>());
    let may = bench.with_value(|bench| bench.may_write);
    on_success(keep, move |()| {
        toaster.push("Your draft says this now");
        changed.set(false);
        bench.update_value(|bench| bench.draft = true);
        // The column goes on with what was written.
        stand.setting.update(|setting| setting.version = 0);
    });
    let typed = move |at: usize, text: String| {
        texts.update_value(|texts| texts[at] = text);
        changed.set(true);
    };
    let count = sheet.messages.len();
    let rows = sheet.messages.into_iter().enumerate().map(|(at, message)| {
        let label = if sheet.text { "The text".to_owned() } else { format!("Message {}, {}", at + 1, message.role) };
        view! {
            <div class="c-field">
                <span class="c-hint" aria-hidden="true">{message.role.to_string()}</span>
                <textarea class="c-input" rows="2" data-grow="true" aria-label=label readonly=!may on:input=move |event| typed(at, event_target_value(&event))>{message.content}</textarea>
            </div>
        }
    });
    let rows = rows.collect_view();
    let send = move |_| keep.send(EditAsDraft { prompt: bank.prompt.get_value(), version, contents: texts.get_value() });
    view! {
        <details class="p-request">
            <summary class="c-hint">{if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }}</summary>
            <div class="l-stack">{rows}</div>
            <div class="l-row" hidden=move || !changed.get()>
                <button class="c-btn" data-size="s" type="button" on:click=send>"Keep as my draft"</button>
                <span class="c-hint">"The column then asks your draft."</span>
            </div>
            <ErrorNote fault=failure(keep)/>
        </details>
    }
    .into_any()
}
