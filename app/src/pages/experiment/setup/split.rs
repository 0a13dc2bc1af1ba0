//! Shares: of the variants, and of the traffic that takes part. The same fields in the set-up and while a test runs.

use atelier_domain::experiment::Definition;
use leptos::prelude::*;

use crate::{
    api::UiError,
    pages::experiment::series,
    ui::{
        Field,
        figure::{typed_per_cent, variant},
    },
};

#[component]
pub fn SplitFields(definition: Definition, fault: Signal<Option<UiError>>) -> impl IntoView {
    let shares = definition.variants.iter().enumerate().map(|(at, one)| {
        let label = format!("{}, per cent", variant(&one.key));
        view! { <Field label=label name=format!("form[weights][{at}]") value=typed_per_cent(one.weight) fault=fault/> }
    });
    let shares = shares.collect_view();
    view! {
        <Bar definition=definition.clone()/>
        <div class="p-fields">{shares}</div>
        <div class="p-fields">
            <Field
                label="Traffic that takes part, per cent" name="form[traffic]" value=typed_per_cent(definition.traffic) fault=fault
                hint="The others get what is published, and are not counted."
            />
        </div>
    }
    .into_any()
}

/// The shares as they were kept, for the eye.
#[component]
fn Bar(definition: Definition) -> impl IntoView {
    let mut left = 0.0;
    let parts = definition.variants.iter().enumerate().map(|(at, one)| {
        let (x, width) = (left * 100.0, one.weight * definition.traffic * 100.0);
        left += one.weight * definition.traffic;
        view! { <rect data-series=series(at) x=format!("{x:.2}%") width=format!("{width:.2}%") height="100%"></rect> }
    });
    let parts = parts.collect_view();
    view! { <svg class="c-bar p-shares" aria-hidden="true">{parts}</svg> }.into_any()
}
