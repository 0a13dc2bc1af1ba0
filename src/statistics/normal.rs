//! The normal distribution: quantiles, and the tail beyond a value.

use std::f64::consts::PI;

/// Beyond so many standard deviations the continued fraction is the better way to the tail.
const FAR: f64 = 4.0;

/// The value below which a standard normal lies with probability `p`; infinite at 0 and 1, NaN outside.
///
/// A first guess (Abramowitz and Stegun 26.2.23), then Newton's steps of third order (Halley) on the tail itself.
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // By symmetry the upper tail is always the small one: nothing is lost to 1 − p.
    let (tail, sign) = if p < 0.5 { (p, -1.0) } else { (1.0 - p, 1.0) };
    let t = (-2.0 * tail.ln()).sqrt();
    let guess = t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    let better = |z: f64| {
        let step = (upper_tail(z) - tail) / density(z);
        z + step / (1.0 - 0.5 * z * step)
    };
    sign * better(better(better(guess.max(0.0))))
}

/// The probability that a standard normal lies farther from 0 than `z`, either way.
pub fn two_sided_p(z: f64) -> f64 {
    (2.0 * upper_tail(z.abs())).min(1.0)
}

/// P(Z ≤ z).
pub(super) fn below(z: f64) -> f64 {
    if z < 0.0 { upper_tail(-z) } else { 1.0 - upper_tail(z) }
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// P(Z > z) for z ≥ 0.
fn upper_tail(z: f64) -> f64 {
    if z > FAR { density(z) / continued_fraction(z) } else { 0.5 - density(z) * series(z) }
}

/// z + z³/3 + z⁵/(3·5) + … (Abramowitz and Stegun 26.2.11).
fn series(z: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (z, z, 1.0);
    while term > sum * 1e-17 {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    sum
}

/// z + 1/(z + 2/(z + 3/(z + …))) (Abramowitz and Stegun 26.2.14).
fn continued_fraction(z: f64) -> f64 {
    (1..=100).rev().fold(z, |below, k| z + f64::from(k) / below)
}
