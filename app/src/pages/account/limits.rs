//! How much a key may do through the gateway.

use atelier_domain::account::KeyLimits;
use leptos::prelude::*;

use super::land::{focus_mistake, unplaced};
use crate::{
    ask::{ActionForm, Change},
    ui::{Close, Dialog, ErrorNote, Field, Opens, Submit, failure},
};

fn words(limits: KeyLimits) -> String {
    let rate = limits.rate.map(|rate| format!("{rate} a minute"));
    let at_once = limits.concurrency.map(|count| format!("{count} at once"));
    let all: Vec<String> = [rate, at_once].into_iter().flatten().collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// In words, and the way to change them.
#[component]
pub fn Limits(id: String, name: String, limits: KeyLimits, limit: Change) -> impl IntoView {
    focus_mistake(limit);
    // All keys share one change: what is wrong stands with the one that was sent.
    let (all, of) = (failure(limit), id.clone());
    let fault = Signal::derive(move || all.get().filter(|_| limit.sent("key").as_ref() == Some(&of)));
    let (dialog, title) = (format!("limits-{id}"), format!("Limits of {name}"));
    let [rate_id, concurrency_id] = ["rate", "concurrency"].map(|field| format!("{dialog}-{field}"));
    let number = |limit: Option<u32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let none = limits == KeyLimits::default();
    view! {
        <span class="l-row">
            <span class=none.then_some("c-dim")>{words(limits)}</span>
            <Opens dialog=dialog.clone() small=true>"Set"<span class="sr">{format!(" the limits of {name}")}</span></Opens>
        </span>
        <Dialog id=dialog.clone() title=title small=true>
            <ActionForm action=limit attr:novalidate="" attr:autocomplete="off">
                <div class="c-dialog-body">
                    <p>"Through the gateway. What goes over them is refused with 429, and the seconds to wait."</p>
                    <ErrorNote fault=unplaced(fault, &["rate", "concurrency"])/>
                    <input type="hidden" name="key" value=id/>
                    <Field id=rate_id label="Requests a minute" name="rate" value=number(limits.rate) hint="Empty: no limit" fault=fault/>
                    <Field id=concurrency_id label="Requests at once" name="concurrency" value=number(limits.concurrency) hint="Empty: no limit" fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end">
                        <Close dialog=dialog/>
                        <Submit pending=limit.pending()>"Set them"</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
