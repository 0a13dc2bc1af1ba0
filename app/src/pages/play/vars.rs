//! The variables that all columns share.

use atelier_domain::prompt::{Variable, VariableType, suggested};
use leptos::{ev::SubmitEvent, prelude::*};

use super::stand::Bank;

#[component]
pub fn Values(variables: Vec<Variable>, bank: Bank, may: bool) -> impl IntoView {
    let none = variables.is_empty().then(|| view! { <p class="c-hint">"These versions have no variables."</p> });
    let fields = variables.into_iter().map(|variable| view! { <Value variable=variable bank=bank/> }).collect_view();
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
            {none}
            {refused}
        </form>
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
