//! Whether the variants got the units that their weights say, asked at every look (Lindon and Malek, "Anytime-valid inference for
//! multinomial count data", NeurIPS 2022).

use serde::{Deserialize, Serialize};

use super::ln_gamma;

/// κ: how many units' worth the prior trusts the weights.
const CONCENTRATION: f64 = 100.0;
/// E above this alarms: under true weights that happens in at most one of a thousand tests, however often they are looked at.
const ALARM: f64 = 1_000.0;

/// ln E of the counts under `weights`: `ln B(κw + counts) − ln B(κw) − Σ countsᵢ ln wᵢ`, with B the multivariate beta function.
///
/// Of several phases, each with its own weights, the sum over the phases is evidence just the same. A variant with weight 0 is
/// left out; should it have units, nobody can have assigned them, and the evidence is infinite.
pub fn evidence(weights: &[f64], counts: &[u64]) -> f64 {
    let total: f64 = weights.iter().filter(|weight| **weight > 0.0).sum();
    let (mut log_e, mut prior, mut posterior) = (0.0, 0.0, 0.0);
    for (weight, count) in weights.iter().zip(counts) {
        let count = *count as f64;
        if *weight <= 0.0 {
            if count > 0.0 {
                return f64::INFINITY;
            }
            continue;
        }
        let share = weight / total;
        let alpha = CONCENTRATION * share;
        log_e += ln_gamma(alpha + count) - ln_gamma(alpha) - count * share.ln();
        prior += alpha;
        posterior += alpha + count;
    }
    if prior > 0.0 { log_e + ln_gamma(prior) - ln_gamma(posterior) } else { 0.0 }
}

/// The state of the check after a look. Its maximum is kept by the caller, and handed to the next look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleRatio {
    /// The largest ln E of any look so far, at least 0.
    pub max_log_e: f64,
}

impl Default for SampleRatio {
    fn default() -> Self {
        Self { max_log_e: 0.0 }
    }
}

impl SampleRatio {
    /// One more look: `log_e` is the sum of `evidence` over the phases.
    #[must_use]
    pub fn look(self, log_e: f64) -> Self {
        // JSON knows no infinity: the largest double says the same.
        Self { max_log_e: self.max_log_e.max(log_e).min(f64::MAX) }
    }

    /// Holds at every look: `min(1, 1/max E)`.
    pub fn p(self) -> f64 {
        (-self.max_log_e).exp().min(1.0)
    }

    pub fn alarm(self) -> bool {
        self.max_log_e > ALARM.ln()
    }
}
