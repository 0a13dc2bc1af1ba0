//! The bootstrap: what a figure would have been, had other units been drawn (Efron, "Bootstrap methods: another look at the
//! jackknife", Annals of Statistics 1979). Seeded: the same units give the same interval.

use super::{Interval, SplitMix64};

/// Where more than this part of the resamples has no figure, theirs could lie anywhere, and an interval would say too much.
const UNKNOWN_MAX: f64 = 0.05;

/// How an interval is resampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    pub resamples: u32,
    /// The part of all figures that the interval shall hold, between 0 and 1.
    pub coverage: f64,
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 1_000, coverage: 0.95, seed: 7 }
    }
}

impl Bootstrap {
    /// The percentile interval of a figure of units that come in `kinds`, so many units of each. `figure` gets the number of units of
    /// each kind in a resample, of as many units in all.
    ///
    /// `None` where more than a twentieth of the resamples has no figure, and where all figures are the same: that nobody differed so
    /// far does not tell how often somebody will.
    pub fn interval(&self, kinds: &[u32], mut figure: impl FnMut(&[u32]) -> Option<f64>) -> Option<Interval> {
        let kind_of: Vec<u32> = kinds.iter().zip(0..).flat_map(|(units, kind)| (0..*units).map(move |_| kind)).collect();
        let mut random = SplitMix64(self.seed);
        let mut drawn = vec![0; kinds.len()];
        let mut figures = Vec::with_capacity(self.resamples as usize);
        for _ in 0..self.resamples {
            drawn.fill(0);
            (0..kind_of.len()).for_each(|_| drawn[kind_of[random.below(kind_of.len())] as usize] += 1);
            figures.extend(figure(&drawn));
        }
        let unknown = f64::from(self.resamples) - figures.len() as f64;
        if unknown > UNKNOWN_MAX * f64::from(self.resamples) {
            return None;
        }
        figures.sort_by(f64::total_cmp);
        let tail = (1.0 - self.coverage) / 2.0;
        let interval = Interval { low: percentile(&figures, tail)?, high: percentile(&figures, 1.0 - tail)? };
        (figures.first() < figures.last()).then_some(interval)
    }
}

/// The value that the part `p` of the sorted values lies below, between two of them where need be (Hyndman and Fan's type 7).
/// `None` without values.
pub fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (below, part) = (place.floor(), place.fract());
    let low = *sorted.get(below as usize)?;
    let high = sorted.get(below as usize + 1).copied().unwrap_or(low);
    Some(low + part * (high - low))
}
