//! How many units a test needs, and how long that takes.

use super::{quantile, sequence::root};

/// The variance of a 0/1 metric with this mean.
pub fn share_variance(mean: f64) -> f64 {
    mean * (1.0 - mean)
}

/// Units of two variants together, half each, so that a true difference of `effect` is shown by the planned sample with
/// probability `power` (0.8 is usual). `variance` is that of one unit, in the metric's unit squared; `None` where one of them
/// makes no sense.
///
/// With `t` units, half each, `s² = 4·variance`, and the estimate is normal around `effect` with deviation `s/√t`. A sequence
/// tuned to `t` has there the radius `s/√t · √(1+q)`, q as in `Tuning`. So it lies beyond 0 with probability `power` when
/// `effect = s/√t · (√(1+q) + z)`, z the quantile of `power`. Crossings before `t` come on top: the power is a little higher.
pub fn planned_units(variance: f64, effect: f64, alpha: f64, power: f64) -> Option<u64> {
    units(variance, effect, (1.0 + root(alpha)).sqrt() + quantile(power))
}

/// Units of two variants together that a test needs that is looked at once.
pub fn fixed_units(variance: f64, effect: f64, alpha: f64, power: f64) -> Option<u64> {
    units(variance, effect, quantile(1.0 - alpha / 2.0) + quantile(power))
}

fn units(variance: f64, effect: f64, deviations: f64) -> Option<u64> {
    let wanted = (4.0 * variance * (deviations / effect).powi(2)).ceil();
    // A plan of more units than there are people helps nobody.
    (wanted.is_finite() && wanted > 0.0 && wanted < 1e12 && deviations > 0.0).then_some(wanted as u64)
}

/// Whole days until `planned` units have come, at so many a day; `None` without traffic.
pub fn days(planned: u64, units_per_day: f64) -> Option<u64> {
    let days = (planned as f64 / units_per_day).ceil();
    (units_per_day > 0.0 && days.is_finite()).then_some(days as u64)
}
