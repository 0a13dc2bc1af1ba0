//! Experiments: A/B tests on live traffic. What a test is, who gets which variant, what came of it and what to do.
//!
//! Assignment is a hash of the seed and the unit, the same on every node and in anybody's script, and sticky: a changed weight
//! moves only the share that must move. Verdicts hold at every look, and an alarm blanks them: no winner before it is earned.

mod analysis;
mod assign;
mod audience;
mod check;
mod definition;
mod metric;
mod result;
mod segments;
mod sentence;
mod siphash;
mod state;
#[cfg(test)]
mod tests;
mod unit;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::{
    id::{ExperimentId, ProjectId},
    timestamp::Timestamp,
};

pub use analysis::{Arm, Counts, Evidence, Phase, Tally, analyse};
pub use assign::{Assignment, Plan, Reason};
pub use audience::{Attributes, Condition, Is};
pub use check::{UNIT_MAX, check_unit, check_weights};
pub use definition::{Definition, Forced, Variant};
pub use metric::{Direction, Measured, Metric, Missing, Per, Role, Source};
pub use result::{Comparison, MetricResult, Ratio, RatioOf, Relative, Results, Standing, VariantResult, VariantUnits};
pub use segments::{Segments, WHOLE};
pub use siphash::{Seed, siphash};
pub use state::State;
pub use unit::{Arms, Exposed, Exposure, Place, Requested, Unit, recount};
pub use verdict::{Decision, Verdict};

/// A test as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    pub id: ExperimentId,
    pub project: ProjectId,
    #[serde(flatten)]
    pub definition: Definition,
    pub state: State,
    /// How units are split now.
    pub split: Split,
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
    /// Of the first start.
    pub started_at: Option<Timestamp>,
    /// When it was decided, or archived without.
    pub ended_at: Option<Timestamp>,
    /// The variant that was decided for.
    pub decided: Option<String>,
}

/// How units are split from a change of weights or traffic to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Drawn once, when the test is made.
    pub seed: Seed,
    /// From 1; each change of weights, traffic, audience or testers begins the next.
    pub phase: u32,
    pub segments: Segments,
}

impl Split {
    /// The first phase.
    pub fn new(seed: Seed, weights: &[f64]) -> Self {
        Self { seed, phase: 1, segments: Segments::from_weights(weights) }
    }

    /// The next phase: only the share moves that must.
    #[must_use]
    pub fn next(&self, weights: &[f64]) -> Self {
        Self { seed: self.seed, phase: self.phase.saturating_add(1), segments: self.segments.reweigh(weights) }
    }
}

impl Experiment {
    /// What assignment needs, compiled once and shared.
    pub fn plan(&self) -> Plan {
        Plan::new(&self.definition, &self.split)
    }
}
