//! A column's head: version, model, parameters.

use atelier_domain::playground::Setting;
use leptos::prelude::*;

use crate::{api::playground::Bench, ui::Icon};

use super::{
    column::letter,
    stand::{Bank, Stand},
};

#[component]
pub fn Head(stand: Stand, bench: StoredValue<Bench>, bank: Bank) -> impl IntoView {
    let key = stand.key;
    let of = move |what: &str| format!("{what} in column {}", letter(bank, key));
    let own = move || {
        let version = stand.setting.with(|setting| setting.version);
        bench.with_value(|bench| bench.templates.get(&version).map(|sheet| sheet.model.clone())).unwrap_or_default()
    };
    view! {
        <header class="p-col-head">
            <span class="c-letter" aria-hidden="true">{move || letter(bank, key)}</span>
            <div class="p-col-pick">
                <Version stand=stand bench=bench label=Signal::derive(move || of("Version"))/>
                <input
                    class="c-input" data-size="s" list="play-models" aria-label=move || of("Model") placeholder=own
                    value=stand.setting.with_untracked(|setting| setting.model.clone())
                    on:change=move |event| stand.setting.update(|setting| event_target_value(&event).trim().clone_into(&mut setting.model))
                />
                <Params stand=stand/>
            </div>
            <button
                class="c-btn l-script" data-kind="quiet" data-icon="true" data-size="xs" type="button" aria-label=move || format!("Remove column {}", letter(bank, key))
                hidden={move || bank.stands.with(Vec::len) < 2} on:click=move |_| bank.remove(key)
            >
                <Icon name="x"/>
            </button>
        </header>
    }
    .into_any()
}

#[component]
fn Version(stand: Stand, bench: StoredValue<Bench>, label: Signal<String>) -> impl IntoView {
    let chosen = stand.setting.with_untracked(|setting| setting.version);
    let options = bench.with_value(|bench| {
        let work = if bench.draft { "Your draft" } else { "The newest version" };
        let labels =
            |number: u32| bench.prompt.labels.iter().filter(|label| label.version == number).map(|label| format!(", {}", label.label)).collect::<String>();
        let versions = bench.versions.iter().map(|version| (version.number, format!("Version {}{}", version.number, labels(version.number))));
        let all: Vec<(u32, String)> = std::iter::once((0, work.to_owned())).chain(versions).collect();
        all.into_iter().map(|(number, words)| view! { <option value=number selected=number == chosen>{words}</option> }.into_any()).collect::<Vec<AnyView>>()
    });
    view! {
        <select
            class="c-input" data-size="s" aria-label=label
            on:change=move |event| stand.setting.update(|setting| setting.version = event_target_value(&event).parse().unwrap_or_default())
        >
            {options}
        </select>
    }
    .into_any()
}

/// Instead of the version's own.
#[component]
fn Params(stand: Stand) -> impl IntoView {
    let setting = stand.setting.get_untracked();
    let text = |value: Option<String>| value.unwrap_or_default();
    let some = setting.temperature.is_some() || setting.max_tokens.is_some() || setting.seed.is_some();
    let field = move |label: &'static str, value: String, set: fn(&mut Setting, &str)| {
        view! {
            <label class="p-param">
                <span class="c-hint">{label}</span>
                <input class="c-input" data-size="s" inputmode="decimal" placeholder="own" value=value on:change=move |event| stand.setting.update(|setting| set(setting, event_target_value(&event).trim()))/>
            </label>
        }
    };
    view! {
        <details open=some>
            <summary class="c-hint">"Parameters"</summary>
            <div class="p-params">
                {field("Temperature", text(setting.temperature.map(|n| n.to_string())), |setting, text| setting.temperature = text.parse().ok())}
                {field("Most tokens", text(setting.max_tokens.map(|n| n.to_string())), |setting, text| setting.max_tokens = text.parse().ok())}
                {field("Seed", text(setting.seed.map(|n| n.to_string())), |setting, text| setting.seed = text.parse().ok())}
            </div>
        </details>
    }
    .into_any()
}
