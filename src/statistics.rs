//! The statistics of A/B tests that may be looked at whenever somebody likes: an interval and a check of the sample ratio that
//! hold at every look, from exact integer sums.
//!
//! The rule that it keeps: who looks often does not thereby find winners. `tools/bench/experiment.sh` measures that,
//! `tools/statistics.py` is the independent implementation that the tests compare with.

mod bootstrap;
mod difference;
mod gamma;
mod normal;
mod planning;
mod random;
mod ratio_test;
mod sequence;
mod sums;
#[cfg(test)]
mod tests;

pub use bootstrap::{Bootstrap, percentile};
pub use difference::{Difference, Interval, MIN_UNITS};
pub use gamma::ln_gamma;
pub use normal::{quantile, two_sided_p};
pub use planning::{days, fixed_units, planned_units, share_variance};
pub use random::SplitMix64;
pub use ratio_test::{SampleRatio, evidence};
pub use sequence::{Tuning, radius};
pub use sums::{ONE, Sums, millionths};
