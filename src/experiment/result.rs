//! What came of a test so far: the JSON of `GET /api/v1/experiments/{key}/results`, and what the page shows beside it.

use serde::{Deserialize, Serialize};

use super::{Direction, Measured, Role, State, Verdict};
use crate::{request::words, statistics::SampleRatio};

words! {
    /// Where a comparison stands. Beside the interval, so that nobody judges it anew.
    Standing {
        /// No interval is earned yet, or an alarm blanks it.
        #[default]
        Unknown = "unknown",
        /// The interval holds zero; of a guardrail, the limit.
        Open = "open",
        /// A goal is shown to have become better.
        Better = "better",
        /// A goal is shown to have become worse.
        Worse = "worse",
        /// A guardrail is shown to keep within its limit.
        Within = "within",
        /// A guardrail is shown to be beyond its limit.
        Harm = "harm",
    }
}

words! {
    /// What a sample ratio is of.
    RatioOf {
        #[default]
        Exposures = "exposures",
        /// Units with an outcome of the metric.
        Outcomes = "outcomes",
    }
}

/// Whether the variants got the units that their weights say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// Holds at every look.
    pub p: f64,
    pub alarm: bool,
    pub of: RatioOf,
}

impl Ratio {
    pub(super) fn new(ratio: SampleRatio, of: RatioOf) -> Self {
        Self { p: ratio.p(), alarm: ratio.alarm(), of }
    }
}

/// A test's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    pub key: String,
    pub state: State,
    pub verdict: Verdict,
    pub srm: Ratio,
    /// Seen in two variants, and left out.
    pub mixed_units: u64,
    /// Exposed units of all variants, without the mixed ones.
    pub units: u64,
    pub planned_units: u64,
    pub variants: Vec<VariantUnits>,
    pub metrics: Vec<MetricResult>,
}

/// How many units a variant has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantUnits {
    pub key: String,
    pub weight: f64,
    /// Exposed units, without the mixed ones.
    pub units: u64,
}

/// One metric over all variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricResult {
    pub name: String,
    pub role: Role,
    pub direction: Direction,
    pub measured: Measured,
    pub srm: Ratio,
    pub variants: Vec<VariantResult>,
    pub comparisons: Vec<Comparison>,
}

/// One metric of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantResult {
    pub key: String,
    /// Units that count for the metric.
    pub units: u64,
    pub mean: Option<f64>,
}

/// A variant against the baseline, in the metric's unit; `low` and `high` are null until they are earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub variant: String,
    pub baseline: String,
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The same three as parts of the baseline's mean, where it is above 0.
    pub relative: Option<Relative>,
    /// Of a guardrail, the difference that is still put up with; of a goal, the smallest gain that matters. Signed: of a metric
    /// that should go down, a guardrail's limit is positive.
    pub limit: f64,
    pub standing: Standing,
}

/// A difference by the baseline's mean, whose own uncertainty is not in the ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    pub difference: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Comparison {
    /// Whether harm is shown: a goal became worse, or a guardrail's limit is passed.
    pub fn is_harm(&self) -> bool {
        matches!(self.standing, Standing::Worse | Standing::Harm)
    }
}

impl Results {
    pub fn metric(&self, name: &str) -> Option<&MetricResult> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    /// Variants that are shown to do harm: what stops a test by itself.
    pub fn harmed(&self) -> Vec<&str> {
        let beside = self.variants.iter().skip(1).map(|variant| variant.key.as_str());
        beside.filter(|key| self.comparisons(key).any(|(_, comparison)| comparison.is_harm())).collect()
    }

    /// Every metric's comparison of this variant.
    pub(super) fn comparisons<'a>(&'a self, variant: &'a str) -> impl Iterator<Item = (&'a MetricResult, &'a Comparison)> {
        self.metrics.iter().filter_map(move |metric| Some((metric, metric.comparison(variant)?)))
    }
}

impl MetricResult {
    /// Of this variant with the baseline.
    pub fn comparison(&self, variant: &str) -> Option<&Comparison> {
        self.comparisons.iter().find(|comparison| comparison.variant == variant)
    }

    /// A difference as a gain: positive is better.
    pub fn gain(&self, difference: f64) -> f64 {
        match self.direction {
            Direction::Up => difference,
            Direction::Down => -difference,
        }
    }
}
