//! What came of an experiment, on the wire.

use atelier_domain::experiment as domain;
use serde::Serialize;
use utoipa::ToSchema;

use super::experiment::{Decision, Direction, Measured, RatioOf, Role, Standing, State};

/// What to do, in one sentence.
#[derive(Serialize, ToSchema)]
pub struct Verdict {
    pub decision: Decision,
    /// Which to ship; of a stop, the one to keep.
    #[schema(required)]
    pub variant: Option<String>,
    pub sentence: String,
}

/// Whether the variants got the units that their weights say; it holds at every look.
#[derive(Serialize, ToSchema)]
pub struct SampleRatio {
    #[schema(minimum = 0, maximum = 1)]
    pub p: f64,
    pub alarm: bool,
    pub of: RatioOf,
}

impl From<domain::Ratio> for SampleRatio {
    fn from(domain::Ratio { p, alarm, of }: domain::Ratio) -> Self {
        Self { p, alarm, of: of.into() }
    }
}

/// How many units a variant has.
#[derive(Serialize, ToSchema)]
pub struct VariantUnits {
    pub key: String,
    pub weight: f64,
    #[schema(minimum = 0)]
    pub units: u64,
}

/// A metric of a variant.
#[derive(Serialize, ToSchema)]
pub struct VariantResult {
    pub key: String,
    /// Units that count for the metric.
    #[schema(minimum = 0)]
    pub units: u64,
    #[schema(required)]
    pub mean: Option<f64>,
}

/// A difference by the baseline's mean.
#[derive(Serialize, ToSchema)]
pub struct RelativeDifference {
    pub difference: f64,
    #[schema(required)]
    pub low: Option<f64>,
    #[schema(required)]
    pub high: Option<f64>,
}

/// A variant against the baseline, in the metric's unit. The interval holds at every look.
#[derive(Serialize, ToSchema)]
pub struct Comparison {
    pub variant: String,
    pub baseline: String,
    #[schema(required)]
    pub difference: Option<f64>,
    /// Null until it is earned.
    #[schema(required)]
    pub low: Option<f64>,
    /// Null until it is earned.
    #[schema(required)]
    pub high: Option<f64>,
    #[schema(required)]
    pub relative: Option<RelativeDifference>,
    /// Of a guardrail, the difference that is put up with; of a goal, the smallest gain that matters.
    pub limit: f64,
    pub standing: Standing,
}

impl From<domain::Comparison> for Comparison {
    fn from(comparison: domain::Comparison) -> Self {
        let domain::Comparison { variant, baseline, difference, low, high, relative, limit, standing } = comparison;
        let relative = relative.map(|domain::Relative { difference, low, high }| RelativeDifference { difference, low, high });
        Self { variant, baseline, difference, low, high, relative, limit, standing: standing.into() }
    }
}

/// One metric over all variants.
#[derive(Serialize, ToSchema)]
pub struct MetricResult {
    pub name: String,
    pub role: Role,
    pub direction: Direction,
    pub measured: Measured,
    pub srm: SampleRatio,
    pub variants: Vec<VariantResult>,
    pub comparisons: Vec<Comparison>,
}

impl From<domain::MetricResult> for MetricResult {
    fn from(metric: domain::MetricResult) -> Self {
        let domain::MetricResult { name, role, direction, measured, srm, variants, comparisons } = metric;
        let variant = |domain::VariantResult { key, units, mean }: domain::VariantResult| VariantResult { key, units, mean };
        Self {
            name,
            role: role.into(),
            direction: direction.into(),
            measured: measured.into(),
            srm: srm.into(),
            variants: variants.into_iter().map(variant).collect(),
            comparisons: comparisons.into_iter().map(Comparison::from).collect(),
        }
    }
}

/// What came of a test so far.
#[derive(Serialize, ToSchema)]
#[schema(as = ExperimentResults)]
pub struct Results {
    pub key: String,
    pub state: State,
    pub verdict: Verdict,
    pub srm: SampleRatio,
    /// Seen in two variants, and left out.
    #[schema(minimum = 0)]
    pub mixed_units: u64,
    /// Exposed units of all variants, without the mixed ones.
    #[schema(minimum = 0)]
    pub units: u64,
    #[schema(minimum = 0)]
    pub planned_units: u64,
    pub variants: Vec<VariantUnits>,
    pub metrics: Vec<MetricResult>,
}

impl From<domain::Results> for Results {
    fn from(results: domain::Results) -> Self {
        let domain::Results { key, state, verdict, srm, mixed_units, units, planned_units, variants, metrics } = results;
        let domain::Verdict { decision, variant, sentence } = verdict;
        let of = |domain::VariantUnits { key, weight, units }: domain::VariantUnits| VariantUnits { key, weight, units };
        Self {
            key,
            state: state.into(),
            verdict: Verdict { decision: decision.into(), variant, sentence },
            srm: srm.into(),
            mixed_units,
            units,
            planned_units,
            variants: variants.into_iter().map(of).collect(),
            metrics: metrics.into_iter().map(MetricResult::from).collect(),
        }
    }
}
