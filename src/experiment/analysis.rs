//! From what was counted to results.

use serde::{Deserialize, Serialize};

use super::{
    Comparison, Definition, Measured, Metric, MetricResult, Missing, Ratio, RatioOf, Relative, Results, Role, Standing, State, VariantResult, VariantUnits,
    Verdict, verdict,
};
use crate::statistics::{Difference, Interval, SampleRatio, Sums, Tuning, evidence};

/// What was counted of a test, phase by phase. A unit belongs to the phase and variant of its first exposure, for good.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub phases: Vec<Phase>,
}

/// From a change of the split to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// In the order of the variants.
    pub weights: Vec<f64>,
    pub arms: Vec<Arm>,
}

/// One variant in one phase; testers are never in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// First exposures, those of mixed units too: leaving them out would make the sample ratio alarm over the change itself.
    pub exposed: u64,
    /// Of these, seen in another variant since.
    pub mixed: u64,
    /// In the order of the definition's metrics.
    pub metrics: Vec<Tally>,
}

/// One metric of one variant in one phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Over the units with a value, without mixed ones.
    pub sums: Sums,
    /// Units with a value, mixed ones too.
    pub reported: u64,
}

/// The sample ratios' running maxima: kept by the caller from look to look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub exposures: SampleRatio,
    /// In the order of the definition's metrics.
    pub metrics: Vec<SampleRatio>,
}

impl Arm {
    fn kept(&self) -> u64 {
        self.exposed.saturating_sub(self.mixed)
    }

    fn tally(&self, metric: usize) -> Tally {
        self.metrics.get(metric).copied().unwrap_or_default()
    }

    /// The units that count for a metric.
    fn sums(&self, at: usize, metric: &Metric) -> Sums {
        let sums = self.tally(at).sums;
        match metric.missing {
            // Of a ratio, a unit with nothing adds nothing to either side.
            Missing::Zero if metric.denominator.is_none() => sums.with_zeros(self.kept().saturating_sub(sums.units()), metric.one()),
            Missing::Zero | Missing::Exclude => sums,
        }
    }
}

/// One look: the results, and the evidence for the next look. `before` is that of the last one.
pub fn analyse(definition: &Definition, state: State, counts: &Counts, before: &Evidence) -> (Results, Evidence) {
    let look = Look { definition, counts };
    let exposures = before.exposures.look(look.evidence(|arm| arm.exposed));
    let seen = |at: usize| {
        let reported = |arm: &Arm| arm.tally(at).reported;
        // Where silence counts as 0, every exposed unit has a value.
        let log_e = if definition.metrics[at].missing == Missing::Zero { look.evidence(|arm| arm.exposed) } else { look.evidence(reported) };
        before.metrics.get(at).copied().unwrap_or_default().look(log_e)
    };
    let evidence = Evidence { exposures, metrics: (0..definition.metrics.len()).map(seen).collect() };
    let metrics = definition.metrics.iter().enumerate().map(|(at, metric)| look.metric(at, metric, &evidence)).collect();
    let variants: Vec<VariantUnits> = look.variants();
    let mut results = Results {
        key: definition.key.clone(),
        state,
        verdict: Verdict::default(),
        srm: Ratio::new(exposures, RatioOf::Exposures),
        mixed_units: look.sum(|arm| arm.mixed),
        units: variants.iter().map(|variant| variant.units).sum(),
        planned_units: definition.planned_units,
        variants,
        metrics,
    };
    results.verdict = verdict::judge(definition, &results);
    (results, evidence)
}

struct Look<'a> {
    definition: &'a Definition,
    counts: &'a Counts,
}

impl Look<'_> {
    fn sum(&self, of: impl Fn(&Arm) -> u64) -> u64 {
        self.counts.phases.iter().flat_map(|phase| &phase.arms).map(of).fold(0, u64::saturating_add)
    }

    fn evidence(&self, of: impl Fn(&Arm) -> u64) -> f64 {
        let phase = |phase: &super::Phase| evidence(&phase.weights, &phase.arms.iter().map(&of).collect::<Vec<u64>>());
        self.counts.phases.iter().map(phase).sum()
    }

    fn variants(&self) -> Vec<VariantUnits> {
        let units = |at: usize| self.arms(at).map(Arm::kept).fold(0, u64::saturating_add);
        let variant = |(at, variant): (usize, &super::Variant)| VariantUnits { key: variant.key.clone(), weight: variant.weight, units: units(at) };
        self.definition.variants.iter().enumerate().map(variant).collect()
    }

    fn arms(&self, variant: usize) -> impl Iterator<Item = &Arm> {
        self.counts.phases.iter().filter_map(move |phase| phase.arms.get(variant))
    }

    /// A metric's sums of a variant in each phase.
    fn sums(&self, at: usize, metric: &Metric, variant: usize) -> Vec<Sums> {
        self.counts.phases.iter().map(|phase| phase.arms.get(variant).map(|arm| arm.sums(at, metric)).unwrap_or_default()).collect()
    }

    fn metric(&self, at: usize, metric: &Metric, evidence: &Evidence) -> MetricResult {
        let sums: Vec<Vec<Sums>> = (0..self.definition.variants.len()).map(|variant| self.sums(at, metric, variant)).collect();
        let totals: Vec<Sums> = sums.iter().map(|phases| total(phases)).collect();
        let ratio = evidence.metrics[at];
        let blank = ratio.alarm() || evidence.exposures.alarm();
        let variant = |(variant, total): (&super::Variant, &Sums)| VariantResult { key: variant.key.clone(), units: total.units(), mean: total.mean() };
        MetricResult {
            name: metric.name.clone(),
            role: metric.role,
            direction: metric.direction,
            measured: measured(metric, &totals),
            srm: Ratio::new(ratio, if metric.missing == Missing::Zero { RatioOf::Exposures } else { RatioOf::Outcomes }),
            variants: self.definition.variants.iter().zip(&totals).map(variant).collect(),
            comparisons: (1..sums.len()).map(|variant| self.comparison(metric, variant, &sums, blank)).collect(),
        }
    }

    fn comparison(&self, metric: &Metric, variant: usize, sums: &[Vec<Sums>], blank: bool) -> Comparison {
        let pairs: Vec<(Sums, Sums)> = sums[0].iter().copied().zip(sums[variant].iter().copied()).collect();
        let alpha = self.definition.alpha_of(metric);
        let earned = Difference::over(&pairs);
        let interval = earned.filter(|_| !blank).map(|difference| difference.interval(self.tuning(variant, alpha), alpha));
        let (baseline, mean) = (total(&sums[0]).mean(), total(&sums[variant]).mean());
        let difference = earned.map(|difference| difference.estimate).or_else(|| Some(mean? - baseline?));
        let margin = metric.margin(baseline);
        Comparison {
            variant: self.definition.variants[variant].key.clone(),
            baseline: self.definition.variants[0].key.clone(),
            difference,
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            relative: relative(difference, interval, baseline),
            limit: metric.gain(if metric.role == Role::Goal { margin } else { -margin }),
            standing: interval.map_or(Standing::Unknown, |interval| standing(metric, interval, margin)),
        }
    }

    /// Tightest at the planned units of the two, by the weights that the test began with: it must not follow the data.
    fn tuning(&self, variant: usize, alpha: f64) -> Tuning {
        let current = self.definition.weights();
        let weights = self.counts.phases.first().map_or(&current, |phase| &phase.weights);
        let weight = |at: usize| weights.get(at).copied().unwrap_or(0.0);
        let total: f64 = weights.iter().sum();
        Tuning::new(self.definition.planned_units as f64 * (weight(0) + weight(variant)) / total, alpha)
    }
}

fn total(phases: &[Sums]) -> Sums {
    phases.iter().fold(Sums::default(), |mut total, sums| {
        total.merge(sums);
        total
    })
}

fn measured(metric: &Metric, totals: &[Sums]) -> Measured {
    let share = totals.iter().all(Sums::is_share) && totals.iter().any(|sums| sums.units() > 0);
    match metric.denominator {
        Some(_) => Measured::Number,
        None => metric.source.measured(share),
    }
}

fn relative(difference: Option<f64>, interval: Option<Interval>, baseline: Option<f64>) -> Option<Relative> {
    let baseline = baseline.filter(|mean| *mean > 0.0)?;
    let (low, high) = (interval.map(|interval| interval.low / baseline), interval.map(|interval| interval.high / baseline));
    Some(Relative { difference: difference? / baseline, low, high })
}

fn standing(metric: &Metric, interval: Interval, margin: f64) -> Standing {
    let (one, other) = (metric.gain(interval.low), metric.gain(interval.high));
    let (least, most) = (one.min(other), one.max(other));
    match metric.role {
        Role::Goal if least > 0.0 => Standing::Better,
        Role::Goal if most < 0.0 => Standing::Worse,
        Role::Guardrail if most < -margin => Standing::Harm,
        Role::Guardrail if least >= -margin => Standing::Within,
        Role::Goal | Role::Guardrail => Standing::Open,
    }
}
