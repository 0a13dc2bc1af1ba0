//! How many units a test needs, and how long that takes.

use super::{normal::below, quantile, sequence::root};

/// The variance of a 0/1 metric with this mean.
pub fn share_variance(mean: f64) -> f64 {
    mean * (1.0 - mean)
}

/// Units of two variants together, half each, so that a true difference of `effect` is shown at some look of the planned sample
/// with probability `power` (0.8 is usual). `variance` is that of one unit, in the metric's unit squared; `None` where one of them
/// makes no sense.
///
/// With `t` units, half each, `s² = 4·variance`, and an effect of μ deviations (`s/√t`) is shown with the probability that
/// `chance_to_show` gives.
pub fn planned_units(variance: f64, effect: f64, alpha: f64, power: f64) -> Option<u64> {
    let edge = (1.0 + root(alpha)).sqrt();
    let (mut low, mut high) = (0.0, edge + 10.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if chance_to_show(middle, edge) < power { low = middle } else { high = middle }
    }
    units(variance, effect, high)
}

/// How likely an effect of `mu` deviations at the planned sample crosses the sequence by then; `edge` is the radius there, in
/// deviations.
///
/// In units of the planned time, the sum of what is observed is a Brownian motion with drift μ, and the sequence a boundary
/// whose square has the value and the slope `edge² = 1 + q` at 1. Its tangent there is `edge/2 · (1 + t)`, and a motion with drift
/// crosses a line by time 1 with the probability below (inverse Gaussian first passage). The boundary is concave and lies a
/// little below its tangent: the true power is higher, by less than one per cent.
fn chance_to_show(mu: f64, edge: f64) -> f64 {
    below(mu - edge) + (edge * (mu - edge / 2.0)).exp() * below(-mu)
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
