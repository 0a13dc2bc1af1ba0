//! The fourth step: who takes part, who tests, and whose results are looked at apart.

use atelier_domain::experiment::Is;
use leptos::prelude::*;

use crate::{
    api::{
        UiError,
        experiment::setup::{ConditionForm, Setup},
    },
    ui::{Field, Select, TextArea, figure::variant},
};

#[component]
pub fn Audience(setup: Setup, fault: Signal<Option<UiError>>) -> impl IntoView {
    let Setup { form, definition, .. } = setup;
    let none = form.audience.is_empty().then(|| view! { <p>"Everybody takes part."</p> });
    let rows = form.audience.into_iter().enumerate().map(|(at, condition)| view! { <Row at=at condition=condition fault=fault/> }).collect_view();
    let testers = definition.variants.iter().zip(form.testers).enumerate().map(|(at, (one, units))| {
        let label = format!("Always {}", variant(&one.key));
        view! { <TextArea label=label name=format!("form[testers][{at}]") value=units rows=2 fault=fault/> }
    });
    view! {
        <h2>"Who takes part"</h2>
        <p class="c-hint l-read">
            "Conditions on what your program says about a unit. All of them must hold; a unit of which nothing is said fulfils only “is not”, “is none of” and “is not known”."
        </p>
        {none}
        {rows}
        <p><button class="c-btn" data-size="s" type="submit" name="then" value="add">"Add a condition"</button></p>
        <h3>"Testers"</h3>
        <p class="c-hint">"Units that get their variant whatever else is said, one a line. They are never counted."</p>
        <div class="p-fields">{testers.collect_view()}</div>
        <h3>"Slices"</h3>
        <Field
            label="Attributes to look at apart" name="form[slices]" value=form.slices placeholder="locale, plan" fault=fault
            hint="At most three, by commas. Exploratory: no verdict comes of them."
        />
    }
    .into_any()
}

#[component]
fn Row(at: usize, condition: ConditionForm, fault: Signal<Option<UiError>>) -> impl IntoView {
    let name = move |field: &str| format!("form[audience][{at}][{field}]");
    let ways = Is::ALL.iter().map(|is| (is.as_str().to_owned(), is.words().to_owned())).collect();
    let is = if condition.is.is_empty() { Is::default().as_str().to_owned() } else { condition.is };
    view! {
        <fieldset class="p-card">
            <legend class="sr">{format!("Condition {}", at + 1)}</legend>
            <div class="p-fields">
                <Field label="Attribute" name=name("attribute") value=condition.attribute placeholder="locale" maxlength=100 fault=fault/>
                <Select label="How" name=name("is") options=ways value=is fault=fault/>
                <Field label="Value" name=name("value") value=condition.value placeholder="sv" hint="Several by commas. 30 is a number, \"30\" a text." fault=fault/>
                <p class="p-remove">
                    <button class="c-btn" data-kind="quiet" data-size="s" type="submit" name="then" value=format!("remove-{at}") aria-label=format!("Remove condition {}", at + 1)>"Remove"</button>
                </p>
            </div>
        </fieldset>
    }
    .into_any()
}
