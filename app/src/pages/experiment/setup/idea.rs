//! The first step of a draft that is there already.

use leptos::prelude::*;

use crate::{
    api::{UiError, experiment::setup::Setup},
    ui::{Field, TextArea},
};

#[component]
pub fn Idea(setup: Setup, fault: Signal<Option<UiError>>) -> impl IntoView {
    let Setup { form, definition, .. } = setup;
    view! {
        <h2>"Hypothesis"</h2>
        <TextArea
            label="What do you expect, and why?" name="form[hypothesis]" value=form.hypothesis rows=3 fault=fault
            hint="Written down before the numbers, so that nobody finds it afterwards."
        />
        <Field label="Name" name="form[name]" value=form.name maxlength=100 fault=fault/>
        <p class="c-hint">"Your programs call the test " <code>{definition.key}</code> ". That stays; copy the test to give it another key."</p>
    }
    .into_any()
}
