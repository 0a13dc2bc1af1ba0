//! The logarithm of the gamma function.

use std::f64::consts::PI;

/// From here on eight terms of Stirling's series are exact to the last bit or two of a double.
const STIRLING_FROM: f64 = 15.0;

/// B₂ₖ / (2k(2k−1)) for k = 1 …: the coefficients of Stirling's series (DLMF 5.11.1).
const STIRLING: [f64; 8] = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1_260.0, -1.0 / 1_680.0, 1.0 / 1_188.0, -691.0 / 360_360.0, 1.0 / 156.0, -3_617.0 / 122_400.0];

/// ln Γ(x) for x > 0, to about 10⁻¹⁵ of the larger of 1 and itself. Infinite at 0, NaN below.
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() {
        return f64::INFINITY;
    }
    // Γ(x) = Γ(x + n) / (x (x+1) … (x+n−1)); the product stays below 15¹⁵.
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < STIRLING_FROM {
        product *= shifted;
        shifted += 1.0;
    }
    stirling(shifted) - product.ln()
}

fn stirling(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = STIRLING.iter().rev().fold(0.0, |sum, term| sum * square + term) * inverse;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series
}
