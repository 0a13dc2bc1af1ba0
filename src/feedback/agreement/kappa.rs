//! Cohen's κ of two raters, and the plain share of votes that agree.

use std::collections::BTreeMap;

use super::{Absence, Agreement, Votes, votes::Kinds};
use crate::statistics::Bootstrap;

impl<R: Ord + Clone> Votes<R> {
    /// Cohen's κ over the units that both voted on: `(p_o − p_e) / (1 − p_e)` (Cohen, "A coefficient of agreement for nominal scales",
    /// 1960). All categories are equally far apart.
    ///
    /// # Errors
    /// Which absence it is: no unit that both voted on, or a single category.
    pub fn kappa(&self, one: &R, other: &R, bootstrap: &Bootstrap) -> Result<Agreement, Absence> {
        let table = Table::of(self.pairs(one, other));
        if table.units.is_empty() {
            return Err(Absence::NoPairs);
        }
        let estimate = table.kappa(&table.units).ok_or(Absence::OneCategory)?;
        let interval = bootstrap.interval(&table.units, |units| table.kappa(units));
        Ok(Agreement { estimate, interval, units: table.units.iter().copied().map(u64::from).sum() })
    }

    /// The chance that two votes on the same unit agree, as the mean over units: Fleiss' P̄ (Fleiss, "Measuring nominal scale agreement
    /// among many raters", 1971). Of two raters it is the part of the units on which they agree.
    ///
    /// # Errors
    /// No unit with two votes.
    pub fn share(&self, bootstrap: &Bootstrap) -> Result<Agreement, Absence> {
        let kinds = Kinds::of(self);
        let shares: Vec<f64> = kinds.votes.iter().map(|kind| agreeing(kind)).collect();
        let mean = |units: &[u32]| {
            let all: f64 = units.iter().copied().map(f64::from).sum();
            let agreeing: f64 = shares.iter().zip(units).map(|(share, units)| share * f64::from(*units)).sum();
            (all > 0.0).then(|| agreeing / all)
        };
        let estimate = mean(&kinds.units).ok_or(Absence::NoPairs)?;
        Ok(Agreement { estimate, interval: bootstrap.interval(&kinds.units, mean), units: kinds.pairable() })
    }
}

/// The part of the ordered pairs of votes on one unit that agree.
fn agreeing(kind: &[(usize, u32)]) -> f64 {
    let pairs = |votes: f64| votes * (votes - 1.0);
    let votes: f64 = kind.iter().map(|(_, votes)| f64::from(*votes)).sum();
    kind.iter().map(|(_, votes)| pairs(f64::from(*votes))).sum::<f64>() / pairs(votes)
}

/// The cells of a square table, and the units in each.
struct Table {
    categories: usize,
    cells: Vec<(usize, usize)>,
    units: Vec<u32>,
}

impl Table {
    fn of(pairs: impl Iterator<Item = (i64, i64)>) -> Self {
        let mut counted = BTreeMap::<(i64, i64), u32>::new();
        pairs.for_each(|pair| *counted.entry(pair).or_default() += 1);
        let mut values: Vec<i64> = counted.keys().flat_map(|(one, other)| [*one, *other]).collect();
        values.sort_unstable();
        values.dedup();
        let category = |value: i64| values.partition_point(|known| *known < value);
        let cells = counted.keys().map(|(one, other)| (category(*one), category(*other))).collect();
        Self { cells, units: counted.into_values().collect(), categories: values.len() }
    }

    /// With so many units in each cell. Whole numbers until the end: `None` exactly where both gave one and the same category.
    fn kappa(&self, units: &[u32]) -> Option<f64> {
        let (mut ones, mut others) = (vec![0_u64; self.categories], vec![0_u64; self.categories]);
        let (mut n, mut agreeing) = (0_u64, 0_u64);
        for ((one, other), units) in self.cells.iter().zip(units) {
            let units = u64::from(*units);
            ones[*one] += units;
            others[*other] += units;
            n += units;
            agreeing += if one == other { units } else { 0 };
        }
        // p_o and p_e, both times n².
        let observed = u128::from(agreeing) * u128::from(n);
        let expected: u128 = ones.iter().zip(&others).map(|(one, other)| u128::from(*one) * u128::from(*other)).sum();
        let all = u128::from(n) * u128::from(n);
        (expected < all).then(|| (observed as f64 - expected as f64) / (all - expected) as f64)
    }
}
