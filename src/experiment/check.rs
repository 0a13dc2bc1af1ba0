//! What a definition has to keep: tidied first, then every problem at once.

use std::collections::HashSet;

use super::{Definition, Forced, Metric, Variant};
use crate::{
    fault::{Fault, Problems},
    prompt::PromptName,
};

/// Weights are taken for 1 within this: people write 0.33 three times.
const SCALED_WITHIN: f64 = 0.011;
const SUM_WITHIN: f64 = 1e-6;
const VARIANTS: std::ops::RangeInclusive<usize> = 2..=8;
const METRICS_MAX: usize = 20;
const CONDITIONS_MAX: usize = 20;
const FORCED_MAX: usize = 100;
const SLICES_MAX: usize = 3;
const HYPOTHESIS_MAX: usize = 2_000;
/// The longest name of a unit, in bytes.
pub const UNIT_MAX: usize = 200;

impl Definition {
    /// Without spaces around names, and with weights that add up to 1 where that was meant.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        for text in [&mut self.key, &mut self.name, &mut self.hypothesis] {
            trim(text);
        }
        for variant in &mut self.variants {
            trim(&mut variant.key);
            trim(&mut variant.prompt);
            variant.model = variant.model.take().map(|model| model.trim().to_owned()).filter(|model| !model.is_empty());
        }
        for metric in &mut self.metrics {
            trim(&mut metric.name);
            metric.denominator = metric.denominator.take().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        }
        let sum: f64 = self.variants.iter().map(|variant| variant.weight).sum();
        if (sum - 1.0).abs() <= SCALED_WITHIN {
            self.variants.iter_mut().for_each(|variant| variant.weight /= sum);
        }
        self
    }

    /// What even a draft must keep: a key, and sizes that fit.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check_draft(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        if !is_slug(&self.key) {
            problems.add("key", SLUG);
        }
        if self.name.chars().count() > 100 || self.name.chars().any(char::is_control) {
            problems.add("name", "At most 100 characters, on one line.");
        }
        if self.hypothesis.chars().count() > HYPOTHESIS_MAX {
            problems.add("hypothesis", "At most 2,000 characters.");
        }
        for (field, length, most) in [
            ("variants", self.variants.len(), *VARIANTS.end()),
            ("metrics", self.metrics.len(), METRICS_MAX),
            ("audience", self.audience.len(), CONDITIONS_MAX),
            ("forced", self.forced.len(), FORCED_MAX),
        ] {
            if length > most {
                problems.add(field, format!("At most {most}; these are {length}."));
            }
        }
        problems.check()
    }

    /// All that a test must keep to start; whether its prompts exist is asked elsewhere.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        problems.keep(self.check_draft());
        self.check_numbers(&mut problems);
        self.check_variants(&mut problems);
        self.check_metrics(&mut problems);
        self.audience.iter().enumerate().for_each(|(at, condition)| condition.check(&format!("audience[{at}]"), &mut problems));
        self.check_forced(&mut problems);
        self.check_slices(&mut problems);
        problems.check()
    }

    fn check_numbers(&self, problems: &mut Problems) {
        if !(self.traffic > 0.0 && self.traffic <= 1.0) {
            problems.add("traffic", "Above 0, and at most 1 for everybody.");
        }
        if !(0.001..=0.2).contains(&self.alpha) {
            problems.add("alpha", "Between 0.001 and 0.2; 0.05 is usual.");
        }
        if !(100..=1_000_000_000).contains(&self.planned_units) {
            problems.add("planned_units", "Between 100 and 1,000,000,000 units.");
        }
    }

    fn check_variants(&self, problems: &mut Problems) {
        if self.variants.len() < *VARIANTS.start() {
            problems.add("variants", "A test compares at least two variants.");
        }
        repeated("variants", "key", self.variants.iter().map(|variant| &variant.key), problems);
        self.variants.iter().enumerate().for_each(|(at, variant)| variant.check(&format!("variants[{at}]"), problems));
        problems.keep(check_weights(&self.weights()));
    }

    fn check_metrics(&self, problems: &mut Problems) {
        if self.goals().next().is_none() {
            problems.add("metrics", "A test needs at least one goal: what would make a variant the better one?");
        }
        repeated("metrics", "name", self.metrics.iter().map(|metric| &metric.name), problems);
        self.metrics.iter().enumerate().for_each(|(at, metric)| metric.check(&format!("metrics[{at}]"), problems));
    }

    fn check_forced(&self, problems: &mut Problems) {
        repeated("forced", "unit", self.forced.iter().map(|forced| &forced.unit), problems);
        for (at, Forced { unit, variant }) in self.forced.iter().enumerate() {
            if let Err(fault) = check_unit(unit) {
                problems.add(format!("forced[{at}].unit"), fault.message);
            }
            if self.variant(variant).is_none() {
                problems.add(format!("forced[{at}].variant"), format!("There is no variant “{variant}”."));
            }
        }
    }
}

impl Definition {
    fn check_slices(&self, problems: &mut Problems) {
        if self.slices.len() > SLICES_MAX {
            problems.add("slices", format!("At most {SLICES_MAX} attributes."));
        }
        if self.slices.iter().any(|attribute| attribute.is_empty() || attribute.len() > 100) {
            problems.add("slices", "Name each attribute, in at most 100 bytes.");
        }
    }
}

impl Variant {
    fn check(&self, field: &str, problems: &mut Problems) {
        if !is_slug(&self.key) {
            problems.add(format!("{field}.key"), SLUG);
        }
        if let Err(fault) = self.prompt.parse::<PromptName>() {
            problems.add(format!("{field}.prompt"), fault.message);
        }
        if self.version == 0 {
            problems.add(format!("{field}.version"), "Say which version, from 1.");
        }
        if let Some(Err(fault)) = self.model.as_deref().map(crate::request::check_model) {
            problems.add(format!("{field}.model"), fault.message);
        }
        let mut own = Problems::default();
        self.params.check(&mut own);
        for error in own.check().err().into_iter().flat_map(|fault| fault.fields) {
            problems.add(format!("{field}.{}", error.field), error.detail);
        }
    }
}

impl Metric {
    fn check(&self, field: &str, problems: &mut Problems) {
        // What is known of requests is kept under names that begin so.
        let named = |name: &str| !name.is_empty() && !name.starts_with('$') && name.len() <= 100 && !name.chars().any(char::is_control);
        if !named(&self.name) {
            problems.add(format!("{field}.name"), "Give it a name, of at most 100 bytes.");
        }
        if !(0.0..=1e9).contains(&self.min_effect) {
            problems.add(format!("{field}.min_effect"), "0 or more: the size of an effect; the direction says which way.");
        }
        match &self.denominator {
            Some(name) if !named(name) => problems.add(format!("{field}.denominator"), "Name an outcome, in at most 100 bytes."),
            Some(name) if *name == self.name => problems.add(format!("{field}.denominator"), "A metric divided by itself is always 1."),
            _ => {}
        }
    }
}

/// Whether a running test may be split like this.
///
/// # Errors
/// Invalid on `variants`, or on a weight.
pub fn check_weights(weights: &[f64]) -> Result<(), Fault> {
    let mut problems = Problems::default();
    for (at, weight) in weights.iter().enumerate() {
        if !(0.0..=1.0).contains(weight) {
            problems.add(format!("variants[{at}].weight"), "Between 0 and 1.");
        }
    }
    let sum: f64 = weights.iter().sum();
    if (sum - 1.0).abs() > SUM_WITHIN {
        problems.add("variants", format!("The weights need to add up to 1, and these to {}.", (sum * 1e6).round() / 1e6));
    } else if weights.iter().filter(|weight| **weight > 0.0).count() < 2 {
        problems.add("variants", "At least two variants need a weight above 0.");
    }
    problems.check()
}

/// Whether this can name a unit.
///
/// # Errors
/// Invalid on `unit`.
pub fn check_unit(unit: &str) -> Result<(), Fault> {
    let good = !unit.is_empty() && unit.len() <= UNIT_MAX && !unit.chars().any(char::is_control);
    if good { Ok(()) } else { Err(Fault::field("unit", "A unit is a stable id of whom or what the test is split by, in 1 to 200 bytes.")) }
}

const SLUG: &str = "1 to 64 letters of ASCII, digits, “-”, “_” or “.”, a letter or digit first.";

fn is_slug(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn trim(text: &mut String) {
    if text.trim().len() != text.len() {
        *text = text.trim().to_owned();
    }
}

fn repeated<'a>(list: &str, field: &str, names: impl Iterator<Item = &'a String>, problems: &mut Problems) {
    let mut seen = HashSet::new();
    for (at, name) in names.enumerate() {
        if !seen.insert(name) {
            problems.add(format!("{list}[{at}].{field}"), format!("“{name}” stands here twice."));
        }
    }
}
