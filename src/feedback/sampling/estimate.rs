//! From labels of a few to a mean of all, by the chances with which they were drawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Chance;
use crate::statistics::{Interval, quantile};

/// The label of one drawn item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation<S> {
    /// Of which stratum it was drawn; the same of all where there were none.
    pub stratum: S,
    pub chance: Chance,
    /// 0 or 1 for a share.
    pub value: f64,
}

/// What the labels say of all items that had a chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Labels.
    pub drawn: u64,
    /// How many items they speak for: Σ 1/π (Horvitz and Thompson, "A generalization of sampling without replacement from a finite
    /// universe", 1952).
    pub items: f64,
    /// Hájek's: `Σ y/π / Σ 1/π`. Times the number of items where that is known it estimates their sum.
    pub mean: f64,
    /// Of the mean, over draws that might have been. `None` where a single label leaves it open. 0 where all were drawn; and where all
    /// labels are equal, which then says too much.
    pub variance: Option<f64>,
}

impl Estimate {
    /// `mean ± z·√variance`; `None` without a variance, and where it is 0 though not all were drawn.
    pub fn interval(&self, coverage: f64) -> Option<Interval> {
        let variance = self.variance?;
        let complete = self.items <= self.drawn as f64;
        let radius = quantile(0.5 + coverage / 2.0) * variance.sqrt();
        (variance > 0.0 || complete).then_some(Interval { low: self.mean - radius, high: self.mean + radius })
    }
}

/// The mean over all items, from the labels of those that were drawn; `None` without any. An item that was drawn and skipped is missing
/// here, which does no harm as long as every item is as likely to be skipped.
///
/// Variance by Hájek's approximation, which needs no joint chances, on the residuals of the mean, e = (y − mean)/(π·Σ 1/π), stratum by
/// stratum: `Σₕ nₕ/(nₕ−1) Σ (1−π)(e − ēₕ)²`, with ēₕ weighted by 1 − π (Hájek, "Asymptotic theory of rejective sampling with varying
/// probabilities from a finite population", 1964; Särndal, Swensson and Wretman, "Model assisted survey sampling", 1992, 5.5). Of
/// simple and stratified draws it is the textbook's, `Σₕ (Nₕ/N)² (1 − nₕ/Nₕ) s²ₕ/nₕ`. Strata with one label are taken together.
pub fn estimate<S: Ord>(observations: impl IntoIterator<Item = Observation<S>>) -> Option<Estimate> {
    let mut strata = BTreeMap::<S, Vec<(f64, f64)>>::new();
    for Observation { stratum, chance, value } in observations {
        strata.entry(stratum).or_default().push((chance.get(), value));
    }
    let labels = || strata.values().flatten();
    let items: f64 = labels().map(|(chance, _)| 1.0 / chance).sum();
    let mean = labels().map(|(chance, value)| value / chance).sum::<f64>() / items;
    let residuals = |stratum: &Vec<(f64, f64)>| {
        // What is always in adds nothing to chance.
        let by_chance = stratum.iter().filter(|(chance, _)| *chance < 1.0);
        by_chance.map(|(chance, value)| (1.0 - chance, (value - mean) / (chance * items))).collect::<Vec<_>>()
    };
    let (single, several): (Vec<_>, Vec<_>) = strata.values().map(residuals).partition(|stratum| stratum.len() == 1);
    let single: Vec<_> = single.into_iter().flatten().collect();
    let variance = several.iter().chain([&single]).map(|stratum| spread(stratum)).sum();
    (items > 0.0).then(|| Estimate { drawn: labels().count() as u64, items, mean, variance })
}

/// Of (1 − π, e) of one stratum: 0 of none, `None` of one.
fn spread(stratum: &[(f64, f64)]) -> Option<f64> {
    let n = stratum.len() as f64;
    let weight: f64 = stratum.iter().map(|(weight, _)| weight).sum();
    let mean = stratum.iter().map(|(weight, e)| weight * e).sum::<f64>() / weight;
    match stratum.len() {
        0 => Some(0.0),
        1 => None,
        _ => Some(n / (n - 1.0) * stratum.iter().map(|(weight, e)| weight * (e - mean).powi(2)).sum::<f64>()),
    }
}
