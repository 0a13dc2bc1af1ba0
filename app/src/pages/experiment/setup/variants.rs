//! The second step: what is compared. The first is the baseline.

use leptos::prelude::*;

use crate::{
    api::{
        UiError,
        experiment::setup::{PromptChoice, Setup, VariantForm},
    },
    pages::experiment::{letter, series},
    ui::{Empty, Field, Select, Tag},
};

/// Versions to choose from, the newest.
const VERSIONS: u32 = 100;

#[component]
pub fn Variants(setup: Setup, fault: Signal<Option<UiError>>) -> impl IntoView {
    let Setup { form, prompts, models, .. } = setup;
    if prompts.is_empty() {
        return view! { <h2>"Variants"</h2><Empty title="There is no prompt to test yet"><p>"Write one and save two versions of it; this draft stays."</p></Empty> }.into_any();
    }
    let count = form.variants.len();
    let removable = count > 2;
    let rows = form.variants.into_iter().enumerate().map(|(at, variant)| {
        view! { <Row at=at variant=variant prompts=prompts.clone() models=models.clone() may_go=removable fault=fault/> }
    });
    view! {
        <h2>"Variants"</h2>
        <p class="c-hint l-read">"What everybody gets today comes first: all others are compared with it. Versions of one prompt, other models for it, other parameters."</p>
        {rows.collect_view()}
        {(count < 8).then(|| view! { <p><button class="c-btn" data-size="s" type="submit" name="then" value="add">"Add a variant"</button></p> })}
    }
    .into_any()
}

#[component]
fn Row(at: usize, variant: VariantForm, prompts: Vec<PromptChoice>, models: Vec<String>, may_go: bool, fault: Signal<Option<UiError>>) -> impl IntoView {
    let name = move |field: &str| format!("form[variants][{at}][{field}]");
    let (title, mark) = (if at == 0 { "Baseline".to_owned() } else { format!("Variant {}", at + 1) }, letter(&variant.key, at));
    let model = std::iter::once((String::new(), "The version's own".to_owned())).chain(models.into_iter().map(|model| (model.clone(), model)));
    let mut model: Vec<_> = model.collect();
    if !model.iter().any(|(known, _)| *known == variant.model) {
        model.push((variant.model.clone(), variant.model.clone()));
    }
    let gone = may_go.then(|| {
        let label = format!("Remove variant {}", variant.key);
        view! { <button class="c-btn l-end" data-kind="quiet" data-size="s" type="submit" name="then" value=format!("remove-{at}") aria-label=label>"Remove"</button> }
    });
    let key_hint = if at == 0 { "Callers read it in answers: a, control" } else { "b, warm" };
    view! {
        <fieldset class="p-card" data-series=series(at)>
            <legend class="sr">{title.clone()}</legend>
            <div class="l-row"><span class="c-letter" aria-hidden="true">{mark}</span><h3>{title}</h3>{(at == 0).then(|| view! { <Tag>"what others are compared with"</Tag> })}{gone}</div>
            <div class="p-fields">
                <Field label="Key" name=name("key") value=variant.key.clone() hint=key_hint maxlength=64 fault=fault/>
                <Chosen at=at variant=variant.clone() prompts=prompts fault=fault/>
                <Select label="Model" name=name("model") options=model value=variant.model fault=fault/>
                <Field label="Temperature" name=name("temperature") value=variant.temperature placeholder="The version's own" fault=fault/>
                <Field label="Longest answer, tokens" name=name("max_tokens") value=variant.max_tokens placeholder="The version's own" fault=fault/>
            </div>
        </fieldset>
    }
    .into_any()
}

/// The prompt, and those of its versions that there are.
#[component]
fn Chosen(at: usize, variant: VariantForm, prompts: Vec<PromptChoice>, fault: Signal<Option<UiError>>) -> impl IntoView {
    let mut names: Vec<(String, String)> = prompts.iter().map(|prompt| (prompt.name.clone(), prompt.name.clone())).collect();
    if !names.iter().any(|(name, _)| *name == variant.prompt) {
        let words = if variant.prompt.is_empty() { "Choose a prompt".to_owned() } else { variant.prompt.clone() };
        names.insert(0, (variant.prompt.clone(), words));
    }
    let (first, prompt) = (variant.prompt.clone(), RwSignal::new(variant.prompt.clone()));
    let versions = move || {
        let name = prompt.get();
        let chosen = prompts.iter().find(|prompt| prompt.name == name);
        // Of another prompt than before the newest is meant.
        let value = if name == first { variant.version.clone() } else { chosen.map(|prompt| prompt.latest.to_string()).unwrap_or_default() };
        let options = options(chosen, &value);
        view! { <Select label="Version" name=format!("form[variants][{at}][version]") options=options value=value fault=fault/> }
    };
    view! {
        <div on:change=move |event| prompt.set(event_target_value(&event))>
            <Select label="Prompt" name=format!("form[variants][{at}][prompt]") options=names value=variant.prompt.clone() fault=fault/>
        </div>
        <div>{versions}</div>
    }
    .into_any()
}

/// "Version 7, production", the newest first.
fn options(prompt: Option<&PromptChoice>, value: &str) -> Vec<(String, String)> {
    let latest = prompt.map_or(0, |prompt| prompt.latest);
    let words = |number: u32| {
        let labels = prompt.into_iter().flat_map(|prompt| &prompt.labels).filter(|(_, at)| *at == number).map(|(label, _)| format!(", {label}"));
        format!("Version {number}{}", labels.collect::<String>())
    };
    let newest = (1..=latest).rev().take(VERSIONS as usize).map(|number| (number.to_string(), words(number)));
    let mut all: Vec<(String, String)> = newest.collect();
    if !all.iter().any(|(known, _)| known == value) {
        let words = if value.is_empty() { "Choose a version".to_owned() } else { format!("Version {value}") };
        all.insert(0, (value.to_owned(), words));
    }
    all
}
