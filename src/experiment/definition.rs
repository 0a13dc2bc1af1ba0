//! A test as people write it.

use serde::{Deserialize, Serialize};

use super::{Condition, Metric, Role};
use crate::{prompt::Params, statistics};

/// What a test is: the JSON of `POST /api/v1/experiments`. It may be unfinished while the test is a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Unique in its project; what callers name.
    pub key: String,
    /// For people; the key where it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default)]
    pub hypothesis: String,
    /// The part of the audience that takes part, above 0 and up to 1.
    #[serde(default = "whole")]
    pub traffic: f64,
    /// The chance of a false winner that is put up with, over all goals, variants and looks.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Units of all variants together.
    #[serde(default = "planned_units")]
    pub planned_units: u64,
    /// The first is the baseline.
    pub variants: Vec<Variant>,
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// All must hold; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<Condition>,
    /// Attributes whose values results are looked at by, one by one. Exploratory: no verdict comes of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<String>,
    /// Pauses by itself once harm is shown.
    #[serde(default)]
    pub stop_on_harm: bool,
    /// Testers, who get their variant whatever else is said, and are never counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<Forced>,
}

fn whole() -> f64 {
    1.0
}

fn alpha() -> f64 {
    Definition::ALPHA
}

fn planned_units() -> u64 {
    Definition::PLANNED_UNITS
}

/// One of the things that are compared: a prompt's version, with a model and parameters of its own where it says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub key: String,
    /// Its part of the traffic; all of them add up to 1.
    pub weight: f64,
    pub prompt: String,
    pub version: u32,
    /// Instead of the version's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Laid over the version's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub params: Params,
}

fn is_default(params: &Params) -> bool {
    *params == Params::default()
}

/// A unit that always gets this variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forced {
    pub unit: String,
    pub variant: String,
}

impl Definition {
    pub const ALPHA: f64 = 0.05;
    pub const PLANNED_UNITS: u64 = 10_000;
    /// The probability that a planned sample shows the effect that it was planned for.
    pub const POWER: f64 = 0.8;

    /// What people call it.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.key } else { &self.name }
    }

    /// The variant's position.
    pub fn variant(&self, key: &str) -> Option<usize> {
        self.variants.iter().position(|variant| variant.key == key)
    }

    pub fn weights(&self) -> Vec<f64> {
        self.variants.iter().map(|variant| variant.weight).collect()
    }

    pub fn goals(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(|metric| metric.role == Role::Goal)
    }

    /// α of each interval of a metric: goals share it, by their number and that of the variants beside the baseline.
    pub fn alpha_of(&self, metric: &Metric) -> f64 {
        let comparisons = self.goals().count().saturating_mul(self.variants.len().saturating_sub(1)).max(1);
        match metric.role {
            Role::Goal => self.alpha / comparisons as f64,
            Role::Guardrail => self.alpha,
        }
    }

    /// Units of all variants together that show `min_effect` on this metric with a probability of 80 %, against each variant by
    /// its weight; `mean` and `variance` are those of one unit today. `None` without an effect, or without traffic for a variant.
    pub fn suggested_units(&self, metric: &Metric, mean: f64, variance: f64) -> Option<u64> {
        let (first, others) = self.variants.split_first()?;
        let needed = |other: &Variant| {
            let both = first.weight + other.weight;
            let share = first.weight / both;
            // Of a split that is not half and half one unit tells less.
            let spread = variance / (4.0 * share * (1.0 - share));
            let units = statistics::planned_units(spread, metric.margin(Some(mean)), self.alpha_of(metric), Self::POWER)?;
            Some((units as f64 / both).ceil() as u64)
        };
        others.iter().map(needed).try_fold(0, |most, units| Some(units?.max(most)))
    }

    /// Another draft with the same content, under another key.
    #[must_use]
    pub fn copy(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }
}
