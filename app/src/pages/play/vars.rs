//! The variables that all columns share.

use atelier_domain::prompt::{Variable, VariableType, suggested};
use leptos::{ev::SubmitEvent, prelude::*};

use super::stand::Bank;
use crate::api::playground::CaseChoice;

#[component]
pub fn Values(variables: Vec<Variable>, cases: Vec<CaseChoice>, bank: Bank, may: bool) -> impl IntoView {
    let none = variables.is_empty().then(|| view! { <p class="c-hint">"These versions have no variables."</p> });
    let filled = RwSignal::new(0);
    let fields = move || {
        filled.track();
        variables.iter().cloned().map(|variable| view! { <Value variable=variable bank=bank/> }).collect_view()
    };
    let case = (!cases.is_empty()).then(|| view! { <FromCase cases=cases bank=bank filled=filled/> });
    let refused = (!may).then(|| view! { <p class="c-hint">"Editors and owners can run prompts."</p> });
    let run = move |event: SubmitEvent| {
        event.prevent_default();
        if may {
            bank.run();
        }
    };
    view! {
        <form id="bench" class="p-vars" method="post" aria-label="Variables, shared by all columns" on:submit=run>
            {fields}
            {case}
            {none}
            {refused}
        </form>
    }
    .into_any()
}

/// Puts the values of a test case in.
#[component]
fn FromCase(cases: Vec<CaseChoice>, bank: Bank, filled: RwSignal<u32>) -> impl IntoView {
    let options = cases.iter().map(|case| view! { <option value=case.number>{format!("Case {}: {}", case.number, case.summary)}</option> }).collect_view();
    let pick = move |event| {
        let number = event_target_value(&event);
        let Some(case) = cases.iter().find(|case| case.number.to_string() == number) else { return };
        bank.values.update(|values| values.extend(case.values.clone()));
        filled.update(|filled| *filled += 1);
    };
    view! {
        <div class="c-field l-script">
            <label for="play-case">"From a test case"</label>
            <select class="c-input" id="play-case" on:change=pick>
                <option value="">"Choose one"</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// What is typed stays when a column gets another version.
#[component]
fn Value(variable: Variable, bank: Bank) -> impl IntoView {
    let (id, name) = (format!("play-{}", variable.name), variable.name.clone());
    let known = bank.values.with_untracked(|values| values.get(&name).cloned());
    let shown = known.unwrap_or_else(|| {
        let first = suggested(&variable);
        bank.values.update_untracked(|values| drop(values.insert(name.clone(), first.clone())));
        first
    });
    let keep = {
        let name = name.clone();
        move |value: String| bank.values.update(|values| drop(values.insert(name.clone(), value)))
    };
    let typed = keep.clone();
    let control = match variable.kind {
        VariableType::Boolean => {
            let options = [("", "not given"), ("true", "yes"), ("false", "no")].map(|(value, words)| view! { <option value=value selected=value == shown>{words}</option> });
            view! { <select class="c-input" id=id.clone() on:change=move |event| keep(event_target_value(&event))>{options.collect_view()}</select> }.into_any()
        }
        VariableType::Number => view! { <input class="c-input" id=id.clone() inputmode="decimal" value=shown on:input=move |event| typed(event_target_value(&event))/> }.into_any(),
        _ => view! { <textarea class="c-input" id=id.clone() rows="1" data-grow="true" on:input=move |event| typed(event_target_value(&event))>{shown}</textarea> }.into_any(),
    };
    view! {
        <div class="c-field">
            <label for=id>{name}</label>
            {control}
        </div>
    }
    .into_any()
}
