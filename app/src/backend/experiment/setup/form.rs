//! A definition as texts in fields, and back.

use atelier_domain::{
    experiment::{Condition, Definition, Direction, Forced, Is, Metric, Missing, Per, Role, Source, Variant},
    fault::{Fault, Problems},
    prompt::Params,
};
use serde_json::{Value, json};

use crate::{
    api::experiment::setup::{ConditionForm, MetricForm, PromptChoice, SetupForm, Step, VariantForm},
    ui::figure::typed_per_cent,
};

/// Nothing but a key.
pub fn blank(key: String) -> Definition {
    Definition {
        key,
        name: String::new(),
        hypothesis: String::new(),
        traffic: 1.0,
        alpha: Definition::ALPHA,
        planned_units: Definition::PLANNED_UNITS,
        variants: Vec::new(),
        metrics: Vec::new(),
        audience: Vec::new(),
        slices: Vec::new(),
        stop_on_harm: false,
        forced: Vec::new(),
    }
}

pub fn form_of(definition: &Definition) -> SetupForm {
    let testers = |variant: &Variant| {
        let units = definition.forced.iter().filter(|forced| forced.variant == variant.key).map(|forced| forced.unit.clone());
        units.collect::<Vec<_>>().join("\n")
    };
    SetupForm {
        name: definition.name.clone(),
        hypothesis: definition.hypothesis.clone(),
        variants: definition.variants.iter().map(variant_form).collect(),
        weights: definition.variants.iter().map(|variant| typed_per_cent(variant.weight)).collect(),
        traffic: typed_per_cent(definition.traffic),
        audience: definition.audience.iter().map(condition_form).collect(),
        testers: definition.variants.iter().map(testers).collect(),
        slices: definition.slices.join(", "),
        metrics: definition.metrics.iter().map(metric_form).collect(),
        planned: definition.planned_units.to_string(),
        stop: definition.stop_on_harm.then(|| "true".to_owned()),
    }
}

fn variant_form(variant: &Variant) -> VariantForm {
    let Params { temperature, max_tokens, .. } = &variant.params;
    VariantForm {
        key: variant.key.clone(),
        prompt: variant.prompt.clone(),
        version: if variant.version == 0 { String::new() } else { variant.version.to_string() },
        model: variant.model.clone().unwrap_or_default(),
        temperature: temperature.map(|value| value.to_string()).unwrap_or_default(),
        max_tokens: max_tokens.map(|value| value.to_string()).unwrap_or_default(),
    }
}

fn condition_form(condition: &Condition) -> ConditionForm {
    let value = match &condition.value {
        Value::Array(values) => values.iter().map(written).collect::<Vec<_>>().join(", "),
        value => written(value),
    };
    ConditionForm { attribute: condition.attribute.clone(), is: condition.is.as_str().to_owned(), value }
}

/// A text in quotes where it would be read as something else.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if plain(text) == *value => text.clone(),
        other => other.to_string(),
    }
}

fn metric_form(metric: &Metric) -> MetricForm {
    let share = matches!(metric.source, Source::Outcome | Source::Score | Source::Error) && metric.denominator.is_none();
    let (unit, effect) = match metric.relative {
        true => ("relative", decimal(metric.min_effect * 100.0)),
        false if share && metric.min_effect < 1.0 => ("points", decimal(metric.min_effect * 100.0)),
        false => ("own", decimal(metric.min_effect)),
    };
    MetricForm {
        name: metric.name.clone(),
        source: metric.source.as_str().to_owned(),
        role: metric.role.as_str().to_owned(),
        direction: metric.direction.as_str().to_owned(),
        effect,
        unit: unit.to_owned(),
        missing: metric.missing.as_str().to_owned(),
        per: metric.per.as_str().to_owned(),
        denominator: metric.denominator.clone().unwrap_or_default(),
    }
}

/// Without the noise of a binary fraction: 3 instead of 3.0000000000000004.
fn decimal(value: f64) -> String {
    ((value * 1e9).round() / 1e9).to_string()
}

/// The definition with what one step says.
///
/// # Errors
/// Invalid for what is no number, at the fields of the definition.
pub fn read(before: &Definition, step: Step, form: SetupForm) -> Result<Definition, Fault> {
    let (mut after, mut problems) = (before.clone(), Problems::default());
    match step {
        Step::Idea => (after.name, after.hypothesis) = (form.name, form.hypothesis),
        Step::Variants => {
            let read = form.variants.into_iter().enumerate().map(|(at, form)| read_variant(before, at, form, &mut problems));
            after.variants = read.collect();
            follow_keys(before, &mut after);
        }
        Step::Split => {
            if let Some((weights, traffic)) = problems.keep(read_split(&form.weights, &form.traffic)) {
                after.traffic = traffic;
                after.variants.iter_mut().zip(weights).for_each(|(variant, weight)| variant.weight = weight);
            }
        }
        Step::Audience => {
            after.audience = form.audience.into_iter().map(read_condition).collect();
            after.slices = form.slices.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            after.forced = read_testers(before, &form.testers);
        }
        Step::Metrics => {
            after.metrics = form.metrics.into_iter().enumerate().map(|(at, form)| read_metric(at, form, &mut problems)).collect();
            after.stop_on_harm = form.stop.is_some();
            if let Some(planned) = problems.keep(number(&form.planned, "planned_units")) {
                after.planned_units = planned as u64;
            }
        }
        Step::Review => {}
    }
    problems.check()?;
    Ok(after)
}

/// A variant that has a new key keeps its testers.
fn follow_keys(before: &Definition, after: &mut Definition) {
    for forced in &mut after.forced {
        if let Some(variant) = before.variant(&forced.variant).and_then(|at| after.variants.get(at)) {
            forced.variant.clone_from(&variant.key);
        }
    }
}

fn read_variant(before: &Definition, at: usize, form: VariantForm, problems: &mut Problems) -> Variant {
    let was = before.variants.get(at).cloned().unwrap_or_default();
    let mut whole = |text: &str, field: &str| match text.trim() {
        "" => None,
        text => match text.parse::<u32>() {
            Ok(number) => Some(number),
            Err(_) => {
                problems.add(format!("variants[{at}].{field}"), "A whole number.");
                None
            }
        },
    };
    let version = whole(&form.version, "version").unwrap_or_default();
    let max_tokens = whole(&form.max_tokens, "params.max_tokens");
    let temperature = match form.temperature.trim() {
        "" => None,
        text => problems.keep(number(text, &format!("variants[{at}].params.temperature"))),
    };
    let params = Params { temperature, max_tokens, ..was.params };
    Variant { key: form.key, weight: was.weight, prompt: form.prompt, version, model: Some(form.model).filter(|model| !model.trim().is_empty()), params }
}

/// Weights and traffic, in per cent.
///
/// # Errors
/// Invalid for what is no number.
pub fn read_split(weights: &[String], traffic: &str) -> Result<(Vec<f64>, f64), Fault> {
    let mut problems = Problems::default();
    let read = weights.iter().enumerate().map(|(at, weight)| problems.keep(number(weight, &format!("variants[{at}].weight"))).unwrap_or_default() / 100.0);
    let mut weights: Vec<f64> = read.collect();
    let traffic = problems.keep(number(traffic, "traffic")).unwrap_or_default() / 100.0;
    problems.check()?;
    // 33.3 three times is a third each.
    let sum: f64 = weights.iter().sum();
    if (sum - 1.0).abs() <= 0.011 {
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
    Ok((weights, traffic))
}

fn number(text: &str, field: &str) -> Result<f64, Fault> {
    let plain = text.trim().trim_end_matches('%').trim_end().trim_start_matches('$').replace(',', "");
    plain.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| Fault::field(field, "A number, such as 2.5."))
}

fn read_condition(form: ConditionForm) -> Condition {
    let is = Is::parse(&form.is).unwrap_or_default();
    let parts = || form.value.split(',').map(str::trim).filter(|part| !part.is_empty());
    let value = match is {
        Is::Exists | Is::Missing => Value::Null,
        Is::In | Is::NotIn => parts().map(plain).collect(),
        Is::StartsWith => json!(form.value.trim().trim_matches('"')),
        _ if form.value.trim().is_empty() => Value::Null,
        _ => plain(form.value.trim()),
    };
    Condition { attribute: form.attribute.trim().to_owned(), is, value }
}

/// 30 is a number and "30" a text, as in JSON; what is neither is a text as it stands.
fn plain(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::String(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn read_testers(definition: &Definition, testers: &[String]) -> Vec<Forced> {
    let of = |(variant, units): (&Variant, &String)| {
        let forced = |unit: &str| Forced { unit: unit.to_owned(), variant: variant.key.clone() };
        units.lines().map(str::trim).filter(|unit| !unit.is_empty()).map(forced).collect::<Vec<_>>()
    };
    definition.variants.iter().zip(testers).flat_map(of).collect()
}

fn read_metric(at: usize, form: MetricForm, problems: &mut Problems) -> Metric {
    let source = Source::parse(&form.source).unwrap_or_default();
    let usual = Metric::new(form.name, source, Role::parse(&form.role).unwrap_or_default());
    let effect = match form.effect.trim() {
        "" => 0.0,
        text => problems.keep(number(text, &format!("metrics[{at}].min_effect"))).unwrap_or_default(),
    };
    let min_effect = if form.unit == "own" { effect } else { effect / 100.0 };
    Metric {
        direction: Direction::parse(&form.direction).unwrap_or(usual.direction),
        min_effect,
        relative: form.unit == "relative",
        missing: Missing::parse(&form.missing).unwrap_or_default(),
        per: Per::parse(&form.per).unwrap_or(usual.per),
        denominator: Some(form.denominator).filter(|name| !name.trim().is_empty()),
        ..usual
    }
}

/// One more: the last one's prompt, the newest version, the next letter.
pub fn add_variant(definition: &mut Definition, prompts: &[PromptChoice]) {
    let free = ('a'..='z').map(String::from).find(|key| definition.variant(key).is_none()).unwrap_or_default();
    let prompt = definition.variants.last().map(|variant| variant.prompt.clone()).unwrap_or_default();
    let version = prompts.iter().find(|choice| choice.name == prompt).map_or(0, |choice| choice.latest);
    definition.variants.push(Variant { key: free, prompt, version, ..Variant::default() });
    share_evenly(definition);
}

pub fn share_evenly(definition: &mut Definition) {
    let each = 1.0 / definition.variants.len().max(1) as f64;
    definition.variants.iter_mut().for_each(|variant| variant.weight = each);
}

/// One more goal, with a gain of two points.
pub fn goal(definition: &Definition) -> Metric {
    let name = if definition.metrics.is_empty() { "resolved" } else { "" };
    Metric { min_effect: 0.02, ..Metric::new(name, Source::Outcome, Role::Goal) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Definition {
        let metric = |json: Value| serde_json::from_value::<Metric>(json).unwrap();
        let variant = |key: &str| Variant { key: key.to_owned(), weight: 0.5, prompt: "support/reply".to_owned(), version: 2, ..Variant::default() };
        let condition = |attribute: &str, is, value| Condition { attribute: attribute.to_owned(), is, value };
        let params = Params { temperature: Some(0.2), seed: Some(7), ..Params::default() };
        let warm = Variant { model: Some("acme/echo".to_owned()), params, ..variant("warm") };
        Definition {
            name: "Warmer".to_owned(),
            hypothesis: "Kind words help.".to_owned(),
            traffic: 0.25,
            planned_units: 2_400,
            variants: vec![variant("a"), warm],
            metrics: vec![
                metric(json!({"name": "resolved", "min_effect": 0.03, "missing": "zero"})),
                metric(json!({"name": "cost", "source": "cost", "role": "guardrail", "min_effect": 0.1, "relative": true})),
                metric(json!({"name": "spent", "min_effect": 2.5, "denominator": "visits"})),
            ],
            audience: vec![
                condition("locale", Is::In, json!(["sv", "en"])),
                condition("age", Is::Greater, json!(30)),
                condition("zip", Is::Equals, json!("12345")),
                condition("plan", Is::Exists, Value::Null),
            ],
            slices: vec!["locale".to_owned(), "plan".to_owned()],
            stop_on_harm: true,
            forced: vec![Forced { unit: "mara".to_owned(), variant: "warm".to_owned() }],
            ..blank("warmer".to_owned())
        }
    }

    #[test]
    fn every_step_keeps_what_it_shows() {
        let definition = whole();
        for step in Step::ALL {
            assert_eq!(read(&definition, step, form_of(&definition)).unwrap(), definition, "{step:?}");
        }
    }

    #[test]
    fn what_is_no_number_stands_at_its_field() {
        let definition = whole();
        let mut form = form_of(&definition);
        form.weights[1] = "half".to_owned();
        assert_eq!(read(&definition, Step::Split, form.clone()).unwrap_err().fields[0].field, "variants[1].weight");
        form.metrics[1].effect = "little".to_owned();
        assert_eq!(read(&definition, Step::Metrics, form.clone()).unwrap_err().fields[0].field, "metrics[1].min_effect");
        form.variants[1].temperature = "warm".to_owned();
        assert_eq!(read(&definition, Step::Variants, form).unwrap_err().fields[0].field, "variants[1].params.temperature");
    }

    #[test]
    fn a_new_variant_takes_the_next_letter_and_an_even_share() {
        let mut definition = whole();
        add_variant(&mut definition, &[PromptChoice { name: "support/reply".to_owned(), latest: 9, labels: Vec::new() }]);
        let added = definition.variants.last().unwrap();
        assert_eq!((added.key.as_str(), added.version, definition.variants.len()), ("b", 9, 3));
        assert!(definition.variants.iter().all(|variant| (variant.weight - 1.0 / 3.0).abs() < 1e-12));
        assert_eq!(read_split(&["33.3".into(), "33.3".into(), "33.3 %".into()], "100").unwrap().0, [1.0 / 3.0; 3]);
    }
}
