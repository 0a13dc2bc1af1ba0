//! Votes of raters on units, and the kinds of units that they make.

use std::collections::{BTreeMap, BTreeSet};

/// Units × raters, with gaps. A value is a whole number: millionths of a score, or the position of a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Votes<R> {
    /// The votes on each unit, by rater.
    units: Vec<BTreeMap<R, i64>>,
}

impl<R: Ord + Clone> Votes<R> {
    /// From (unit, rater, value). Of a rater's votes on the same unit the last one counts.
    pub fn collect<U: Ord>(votes: impl IntoIterator<Item = (U, R, i64)>) -> Self {
        let mut units = BTreeMap::<U, BTreeMap<R, i64>>::new();
        for (unit, rater, value) in votes {
            units.entry(unit).or_default().insert(rater, value);
        }
        Self { units: units.into_values().collect() }
    }

    /// All who voted, in order.
    pub fn raters(&self) -> Vec<R> {
        let raters: BTreeSet<&R> = self.units.iter().flat_map(BTreeMap::keys).collect();
        raters.into_iter().cloned().collect()
    }

    /// The votes of two raters alone.
    #[must_use]
    pub fn between(&self, one: &R, other: &R) -> Self {
        let only = |votes: &BTreeMap<R, i64>| {
            votes.iter().filter(|(rater, _)| *rater == one || *rater == other).map(|(rater, value)| (rater.clone(), *value)).collect()
        };
        Self { units: self.units.iter().map(only).collect() }
    }

    /// What two raters said of the units that both voted on.
    pub(super) fn pairs(&self, one: &R, other: &R) -> impl Iterator<Item = (i64, i64)> {
        self.units.iter().filter_map(|votes| Some((*votes.get(one)?, *votes.get(other)?)))
    }

    /// The votes on each unit that has two or more.
    pub(super) fn pairable(&self) -> impl Iterator<Item = Vec<i64>> {
        self.units.iter().filter(|votes| votes.len() > 1).map(|votes| votes.values().copied().collect())
    }
}

/// Units by what their votes look like: all that a figure needs, and far fewer than the units where values are few.
pub(super) struct Kinds {
    /// The values that were voted, ascending; a category is a position here.
    pub values: Vec<i64>,
    /// Of each kind, its categories with the number of votes for each.
    pub votes: Vec<Vec<(usize, u32)>>,
    /// Units of each kind.
    pub units: Vec<u32>,
}

impl Kinds {
    pub fn of<R: Ord + Clone>(votes: &Votes<R>) -> Self {
        let mut kinds = BTreeMap::<Vec<i64>, u32>::new();
        for mut unit in votes.pairable() {
            unit.sort_unstable();
            *kinds.entry(unit).or_default() += 1;
        }
        let values: BTreeSet<i64> = kinds.keys().flatten().copied().collect();
        let values: Vec<i64> = values.into_iter().collect();
        let category = |value: &i64| values.partition_point(|known| known < value);
        let counted = |unit: &Vec<i64>| unit.chunk_by(i64::eq).map(|same| (category(&same[0]), same.len() as u32)).collect();
        Self { votes: kinds.keys().map(counted).collect(), units: kinds.into_values().collect(), values }
    }

    pub fn pairable(&self) -> u64 {
        self.units.iter().copied().map(u64::from).sum()
    }
}
