//! The interval of a difference between two variants.

use serde::{Deserialize, Serialize};

use super::{Sums, Tuning, radius};

/// Neither variant has an interval before it has so many units.
pub const MIN_UNITS: u64 = 50;

/// Both ends, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A difference of means, and what its interval needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// t: the units of both variants.
    pub units: f64,
    /// The variant's mean less the baseline's.
    pub estimate: f64,
    /// s² = t·(s_A²/n_A + s_B²/n_B): what one unit of the two adds to the uncertainty.
    pub variance: f64,
}

impl Difference {
    /// `variant` less `baseline`; `None` before an interval is earned: 50 units in each, a success and a failure in each where
    /// all values are 0 or 1, and values that differ at all.
    pub fn of(baseline: &Sums, variant: &Sums) -> Option<Self> {
        Self::over(&[(*baseline, *variant)])
    }

    /// Over several phases, (baseline, variant) of each: differences within phases, weighted by the units of the phase, so that
    /// neither a good week nor a changed weight passes for a good variant. A phase that is too small alone is left out.
    pub fn over(phases: &[(Sums, Sums)]) -> Option<Self> {
        let judged = |(a, b): &&(Sums, Sums)| a.units() >= MIN_UNITS && b.units() >= MIN_UNITS;
        let (mut a, mut b) = (Sums::default(), Sums::default());
        let (mut weighted, mut uncertainty) = (0.0, 0.0);
        for (baseline, variant) in phases.iter().filter(judged) {
            let units = (baseline.units() + variant.units()) as f64;
            weighted += units * (variant.mean()? - baseline.mean()?);
            uncertainty += units * units * (standard_error2(baseline)? + standard_error2(variant)?);
            a.merge(baseline);
            b.merge(variant);
        }
        let units = (a.units() + b.units()) as f64;
        // The variance of the weighted mean is Σ units²·se² / t², and s² is t times that.
        let difference = Self { units, estimate: weighted / units, variance: uncertainty / units };
        let sound = units > 0.0 && a.is_varied() && b.is_varied() && difference.variance > 0.0 && difference.variance.is_finite();
        sound.then_some(difference)
    }

    /// Holds at every look with probability 1 − `alpha`.
    pub fn interval(&self, tuning: Tuning, alpha: f64) -> Interval {
        self.around(radius(self.units, self.variance.sqrt(), tuning, alpha))
    }

    /// For one look alone, `z` standard errors either way: what our interval is compared with.
    pub fn fixed_sample(&self, z: f64) -> Interval {
        self.around(z * (self.variance / self.units).sqrt())
    }

    fn around(&self, radius: f64) -> Interval {
        Interval { low: self.estimate - radius, high: self.estimate + radius }
    }
}

fn standard_error2(sums: &Sums) -> Option<f64> {
    Some(sums.variance()? / sums.units() as f64)
}
