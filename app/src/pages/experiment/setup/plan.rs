//! How many units the test takes, and how many days: worked out here, in the browser, by the same code as the results.

use atelier_domain::{
    experiment::Definition,
    statistics::{days, fixed_units, planned_units, share_variance},
};
use leptos::prelude::*;

use crate::{
    api::{UiError, experiment::setup::Setup},
    ui::{Field, Icon, figure},
};

/// Of four tests out of five with a gain that matters, the planned sample shows it.
const POWER: f64 = 0.8;

/// What is known of today, as typed.
#[derive(Clone, Copy)]
struct Today {
    /// Of a share in per cent, else in the metric's unit.
    mean: RwSignal<String>,
    deviation: RwSignal<String>,
    a_day: RwSignal<String>,
    /// The effect, and what it is in.
    effect: RwSignal<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Needed {
    ours: u64,
    /// Of a test that may be looked at once.
    once: u64,
}

#[component]
pub fn Plan(setup: Setup, typed: RwSignal<(String, String)>, fault: Signal<Option<UiError>>) -> impl IntoView {
    let requests = setup.requests_a_day * setup.definition.traffic;
    let a_day = if requests >= 1.0 { format!("{requests:.0}") } else { String::new() };
    let today = Today { mean: RwSignal::new("50".to_owned()), deviation: RwSignal::new(String::new()), a_day: RwSignal::new(a_day), effect: typed };
    let planned = RwSignal::new(setup.form.planned.clone());
    let definition = StoredValue::new(setup.definition.clone());
    let needed = Memo::new(move |_| definition.with_value(|definition| today.needed(definition)));
    let from = match setup.requests_a_day {
        none if none < 0.05 => "No request of this prompt came through the gateway in the last seven days: say how many units you expect.".to_owned(),
        some => format!("{some:.0} requests of the baseline's prompt came through the gateway a day. Where a unit is a user who asks often, it is fewer."),
    };
    view! {
        <h2>"Planned sample"</h2>
        <p class="c-hint l-read">"Intervals are tightest at the planned units, and a test without a gain is called off there. It may be won long before."</p>
        <div class="p-fields l-script" role="group" aria-label="Work the sample out">
            <Typed id="plan-mean" label="The goal today" hint=move || today.mean_hint() value=today.mean/>
            <Show when=move || !today.is_share()>
                <Typed id="plan-deviation" label="Its standard deviation" hint=move || "Over units; how far they lie apart".to_owned() value=today.deviation/>
            </Show>
            <Typed id="plan-day" label="Units a day" hint=move || from.clone() value=today.a_day/>
        </div>
        <Suggestion needed=needed planned=planned today=today/>
        <div class="p-fields" on:input=move |event| planned.set(event_target_value(&event))>
            <Field label="Planned units, of all variants together" name="form[planned]" id="f-planned" value=setup.form.planned fault=fault/>
        </div>
    }
    .into_any()
}

/// A field of the calculator: no part of the form.
#[component]
fn Typed(id: &'static str, label: &'static str, hint: impl Fn() -> String + Send + Sync + 'static, value: RwSignal<String>) -> impl IntoView {
    let described = format!("{id}-hint");
    view! {
        <div class="c-field">
            <label for=id>{label}</label>
            <input class="c-input" id=id inputmode="decimal" prop:value=value value=value.get_untracked() aria-describedby=described.clone() on:input=move |event| value.set(event_target_value(&event))/>
            <p class="c-hint" id=described>{hint}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Suggestion(needed: Memo<Option<Needed>>, planned: RwSignal<String>, today: Today) -> impl IntoView {
    let take = move |units: u64| {
        planned.set(units.to_string());
        // The field is the form's own: it holds what was typed.
        let field = document().get_element_by_id("f-planned");
        if let Some(field) = field.and_then(|field| leptos::wasm_bindgen::JsCast::dyn_into::<leptos::web_sys::HtmlInputElement>(field).ok()) {
            field.set_value(&units.to_string());
        }
    };
    let shown = move || match needed.get() {
        None => view! { <span>"Say what the goal is like today, and the smallest gain that matters: then the sample can be worked out."</span> }.into_any(),
        Some(Needed { ours, once }) => {
            let same = planned.with(|planned| planned.trim() == ours.to_string());
            let button = (!same).then(
                || view! { <button class="c-btn" data-size="s" type="button" on:click=move |_| take(ours)>{format!("Plan {}", figure::units(ours))}</button> },
            );
            view! {
                <span>
                    <b>{figure::units(ours)}</b> " show such a gain in 4 of 5 tests; one that may be looked at only once would need " {figure::whole(once)} "."
                </span>
                {button}
            }
            .into_any()
        }
    };
    let when = move || {
        let units = planned.with(|planned| planned.trim().replace(',', "").parse::<u64>().ok())?;
        let days = days(units, number(&today.a_day.get())?)?;
        let count = if days == 1 { "about a day".to_owned() } else { format!("about {} days", figure::whole(days)) };
        Some(view! { <p id="plan-days">{format!("{} take {count} at today's traffic.", figure::units(units))}</p> })
    };
    view! {
        <div class="c-callout l-script" role="status"><Icon name="flask"/>{shown}</div>
        {when}
    }
    .into_any()
}

fn number(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').trim_end().trim_start_matches('$').replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite())
}

impl Today {
    fn is_share(self) -> bool {
        self.effect.with(|(_, unit)| unit == "points")
    }

    fn mean_hint(self) -> String {
        if self.is_share() { "How often it is reached, in per cent" } else { "The mean over units" }.to_owned()
    }

    fn needed(self, definition: &Definition) -> Option<Needed> {
        let (effect, unit) = self.effect.get();
        let (effect, mean) = (number(&effect)?, number(&self.mean.get())?);
        let (variance, effect) = match unit.as_str() {
            "points" => (share_variance(mean / 100.0), effect / 100.0),
            _ => {
                let deviation = number(&self.deviation.get())?;
                (deviation * deviation, if unit == "relative" { effect / 100.0 * mean } else { effect })
            }
        };
        needed(definition, variance, effect)
    }
}

/// For the pair that needs most: the plan is for halves, and shares that differ need more.
fn needed(definition: &Definition, variance: f64, effect: f64) -> Option<Needed> {
    let alpha = definition.goals().next().map_or(definition.alpha, |goal| definition.alpha_of(goal));
    let weights = definition.weights();
    let (baseline, others) = weights.split_first()?;
    let least = others.iter().copied().fold(f64::INFINITY, f64::min);
    let spread = (1.0 / baseline + 1.0 / least) / 4.0;
    let all = |units: Option<u64>| units.map(|units| (units as f64 * spread).ceil()).filter(|units| units.is_finite()).map(|units| units as u64);
    Some(Needed { ours: all(planned_units(variance, effect, alpha, POWER))?, once: all(fixed_units(variance, effect, alpha, POWER))? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(weights: &[f64]) -> Definition {
        let variants: Vec<_> =
            weights.iter().enumerate().map(|(at, weight)| json!({"key": at.to_string(), "weight": weight, "prompt": "p", "version": 1})).collect();
        serde_json::from_value(json!({"key": "k", "variants": variants, "metrics": [{"name": "resolved"}]})).unwrap()
    }

    #[test]
    fn the_plan_of_halves_is_the_domains_and_grows_with_variants_and_uneven_shares() {
        let halves = needed(&definition(&[0.5, 0.5]), 0.25, 0.05).unwrap();
        assert_eq!(Some((halves.ours, halves.once)), planned_units(0.25, 0.05, 0.05, POWER).zip(fixed_units(0.25, 0.05, 0.05, POWER)));
        let uneven = needed(&definition(&[0.8, 0.2]), 0.25, 0.05).unwrap();
        let thirds = needed(&definition(&[1.0 / 3.0; 3]), 0.25, 0.05).unwrap();
        assert!(uneven.ours > halves.ours && thirds.ours > halves.ours * 3 / 2, "{uneven:?} {thirds:?}");
        assert_eq!(needed(&definition(&[0.5, 0.5]), 0.25, 0.0), None);
    }
}
