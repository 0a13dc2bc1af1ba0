//! Krippendorff's α: `1 − D_observed / D_expected`, over coincidences of values within units (Krippendorff, "Computing Krippendorff's
//! alpha-reliability", 2011).

use super::{Absence, Agreement, Level, Votes, votes::Kinds};
use crate::statistics::Bootstrap;

impl<R: Ord + Clone> Votes<R> {
    /// α over all raters. Units with fewer than two votes take no part.
    ///
    /// # Errors
    /// Which absence it is: no unit with two votes, or a single category.
    pub fn alpha(&self, level: Level, bootstrap: &Bootstrap) -> Result<Agreement, Absence> {
        let kinds = Kinds::of(self);
        if kinds.units.is_empty() {
            return Err(Absence::NoPairs);
        }
        let mut coincidences = Coincidences::new(&kinds, level);
        let estimate = coincidences.alpha(&kinds.units).ok_or(Absence::OneCategory)?;
        let interval = bootstrap.interval(&kinds.units, |units| coincidences.alpha(units));
        Ok(Agreement { estimate, interval, units: kinds.pairable() })
    }
}

/// What each kind of unit adds to the matrix of coincidences.
struct Coincidences<'a> {
    kinds: &'a Kinds,
    level: Level,
    /// m, the votes on a unit of each kind.
    votes: Vec<f64>,
    /// Of one unit of each kind `Σ o_ck δ²_ck`, of ordinal values as the positions are just now.
    disagreement: Vec<f64>,
    /// n_c, of the resample at hand.
    marginals: Vec<f64>,
    /// Where each category lies: δ_ck is the difference of two positions. Of ordinal values the mean rank, which the resample decides.
    positions: Vec<f64>,
}

impl<'a> Coincidences<'a> {
    fn new(kinds: &'a Kinds, level: Level) -> Self {
        // From the smallest on, as whole numbers: α knows neither origin nor unit, and no digit is lost.
        let first = kinds.values.first().copied().unwrap_or_default();
        let positions = kinds.values.iter().map(|value| (i128::from(*value) - i128::from(first)) as f64).collect();
        let votes: Vec<f64> = kinds.votes.iter().map(|kind| kind.iter().map(|(_, votes)| f64::from(*votes)).sum()).collect();
        let mut new = Self { kinds, level, disagreement: vec![0.0; votes.len()], votes, marginals: vec![0.0; kinds.values.len()], positions };
        if level != Level::Ordinal {
            (0..new.votes.len()).for_each(|kind| new.disagreement[kind] = new.disagreement(kind));
        }
        new
    }

    /// With so many units of each kind; `None` with fewer than two categories.
    fn alpha(&mut self, units: &[u32]) -> Option<f64> {
        self.count(units);
        if self.marginals.iter().filter(|votes| **votes > 0.0).count() < 2 {
            return None;
        }
        if self.level == Level::Ordinal {
            self.rank();
        }
        let observed: f64 = units.iter().enumerate().filter(|(_, units)| **units > 0).map(|(kind, units)| f64::from(*units) * self.observed(kind)).sum();
        let n: f64 = self.marginals.iter().sum();
        Some(1.0 - (n - 1.0) * observed / self.expected(n))
    }

    fn count(&mut self, units: &[u32]) {
        self.marginals.fill(0.0);
        for (kind, units) in self.kinds.votes.iter().zip(units).filter(|(_, units)| **units > 0) {
            kind.iter().for_each(|(category, votes)| self.marginals[*category] += f64::from(*votes) * f64::from(*units));
        }
    }

    /// The ordinal δ_ck, `Σ n_g (g from c to k) − (n_c + n_k)/2`, is the difference of two mean ranks.
    fn rank(&mut self) {
        let mut below = 0.0;
        for (position, votes) in self.positions.iter_mut().zip(&self.marginals) {
            *position = below + votes / 2.0;
            below += votes;
        }
    }

    fn observed(&self, kind: usize) -> f64 {
        if self.level == Level::Ordinal { self.disagreement(kind) } else { self.disagreement[kind] }
    }

    /// Over the ordered pairs of votes on a unit of this kind, `Σ δ² / (m − 1)`.
    fn disagreement(&self, kind: usize) -> f64 {
        let votes = &self.kinds.votes[kind];
        let pairs = votes.iter().enumerate().flat_map(|(at, one)| votes[at + 1..].iter().map(move |other| (one, other)));
        let differing = pairs.map(|((c, n), (k, m))| f64::from(*n) * f64::from(*m) * self.distance(*c, *k)).sum::<f64>();
        2.0 * differing / (self.votes[kind] - 1.0)
    }

    fn distance(&self, c: usize, k: usize) -> f64 {
        if self.level == Level::Nominal { 1.0 } else { (self.positions[c] - self.positions[k]).powi(2) }
    }

    /// `Σ n_c n_k δ²_ck` over all ordered pairs; above 0 where there are two categories.
    fn expected(&self, n: f64) -> f64 {
        if self.level == Level::Nominal {
            return self.marginals.iter().map(|votes| votes * (n - votes)).sum();
        }
        let each = || self.marginals.iter().zip(&self.positions);
        let mean = each().map(|(votes, position)| votes * position).sum::<f64>() / n;
        2.0 * n * each().map(|(votes, position)| votes * (position - mean).powi(2)).sum::<f64>()
    }
}
