//! Which part of the hash belongs to which variant.

use serde::{Deserialize, Serialize};

/// The points of a hash: 0 up to and without this.
pub const WHOLE: u64 = 1 << 32;

/// The points in order, each stretch with its variant (by position) and its length; the lengths add up to `WHOLE`.
/// In JSON `[[0, 2147483648], [1, 2147483648]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Segments(Vec<(usize, u64)>);

impl Segments {
    /// One stretch a variant, in their order. Weights count in proportion to their sum; what is no weight counts as 0, and
    /// without any the first variant has all.
    pub fn from_weights(weights: &[f64]) -> Self {
        let parts = shares(weights).into_iter().enumerate().filter(|(_, length)| *length > 0);
        Self(parts.collect())
    }

    /// With these weights instead: who has too much gives up the ends of its last stretches, who has too little gets them, and
    /// no other point moves. What moves is half the sum of the changes, exactly.
    #[must_use]
    pub fn reweigh(&self, weights: &[f64]) -> Self {
        let wanted = shares(weights);
        let mut excess: Vec<u64> = Vec::new();
        let mut lack: Vec<u64> = Vec::new();
        for (variant, length) in self.shares(wanted.len()).into_iter().enumerate() {
            let target = wanted.get(variant).copied().unwrap_or(0);
            excess.push(length.saturating_sub(target));
            lack.push(target.saturating_sub(length));
        }
        fill(self.free(excess), lack)
    }

    /// The length that each variant has, for at least `variants` of them.
    pub fn shares(&self, variants: usize) -> Vec<u64> {
        let known = self.0.iter().map(|(variant, _)| variant + 1).max().unwrap_or(0);
        let mut shares = vec![0; known.max(variants)];
        self.0.iter().for_each(|(variant, length)| shares[*variant] += length);
        shares
    }

    /// The stretches: variant and length.
    pub fn parts(&self) -> &[(usize, u64)] {
        &self.0
    }

    /// The variant at a point.
    pub fn at(&self, point: u64) -> Option<usize> {
        let mut end = 0;
        self.0
            .iter()
            .find(|(_, length)| {
                end += length;
                point < end
            })
            .map(|(variant, _)| *variant)
    }

    /// The same stretches, without a variant where one gives up its excess.
    fn free(&self, mut excess: Vec<u64>) -> Vec<(Option<usize>, u64)> {
        let mut parts = Vec::with_capacity(2 * self.0.len());
        for (variant, length) in self.0.iter().rev() {
            let given = excess[*variant].min(*length);
            excess[*variant] -= given;
            parts.push((None, given));
            parts.push((Some(*variant), length - given));
        }
        parts.reverse();
        parts
    }
}

/// Gives every free stretch to the variants that lack some, in their order, and joins neighbours.
fn fill(parts: Vec<(Option<usize>, u64)>, mut lack: Vec<u64>) -> Segments {
    let mut filled: Vec<(usize, u64)> = Vec::with_capacity(parts.len() + lack.len());
    let mut put = |variant: usize, length: u64| match filled.last_mut() {
        _ if length == 0 => {}
        Some((last, sum)) if *last == variant => *sum += length,
        _ => filled.push((variant, length)),
    };
    for (owner, mut length) in parts {
        if let Some(variant) = owner {
            put(variant, length);
            continue;
        }
        for (variant, lack) in lack.iter_mut().enumerate() {
            let taken = length.min(*lack);
            *lack -= taken;
            length -= taken;
            put(variant, taken);
        }
    }
    Segments(filled)
}

/// The weights in points: rounded down, and what is left goes to those that lost most.
fn shares(weights: &[f64]) -> Vec<u64> {
    let weight = |weight: &f64| if weight.is_finite() && *weight > 0.0 { *weight } else { 0.0 };
    let total: f64 = weights.iter().map(weight).sum();
    if !(total > 0.0 && total.is_finite()) {
        return weights.iter().enumerate().map(|(at, _)| if at == 0 { WHOLE } else { 0 }).collect();
    }
    let exact: Vec<f64> = weights.iter().map(|one| weight(one) / total * WHOLE as f64).collect();
    let mut shares: Vec<u64> = exact.iter().map(|exact| exact.floor() as u64).collect();
    let mut order: Vec<usize> = (0..exact.len()).filter(|at| exact[*at] > 0.0).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    let missing = WHOLE.saturating_sub(shares.iter().sum());
    order.iter().cycle().take(missing as usize).for_each(|at| shares[*at] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weights(variants: usize) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![1 => Just(0.0), 6 => 0.01..1.0_f64], variants).prop_filter("some weight", |weights| weights.iter().sum::<f64>() > 0.0)
    }

    /// The measure of the points that have another variant.
    fn moved(before: &Segments, after: &Segments) -> u64 {
        let ends = |segments: &Segments| {
            segments
                .parts()
                .iter()
                .scan(0, |end, (_, length)| {
                    *end += length;
                    Some(*end)
                })
                .collect::<Vec<u64>>()
        };
        let mut cuts = [ends(before), ends(after)].concat();
        cuts.sort_unstable();
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        starts.zip(&cuts).filter(|(start, end)| start < end && before.at(*start) != after.at(*start)).map(|(start, end)| end - start).sum()
    }

    proptest! {
        #[test]
        fn a_change_of_weights_moves_the_least_and_gives_the_right_shares(
            all in (2_usize..=8).prop_flat_map(|variants| prop::collection::vec(weights(variants), 2..6))
        ) {
            let mut segments = Segments::from_weights(&all[0]);
            for weights in &all[1..] {
                let next = segments.reweigh(weights);
                let (old, new) = (segments.shares(weights.len()), next.shares(weights.len()));
                prop_assert_eq!(&new, &Segments::from_weights(weights).shares(weights.len()));
                prop_assert_eq!(new.iter().sum::<u64>(), WHOLE);
                let change: u64 = old.iter().zip(&new).map(|(old, new)| old.abs_diff(*new)).sum();
                prop_assert_eq!(moved(&segments, &next) * 2, change);
                segments = next;
            }
        }

        #[test]
        fn every_share_is_its_weight_to_a_point(weights in weights(4)) {
            let total: f64 = weights.iter().sum();
            for (share, weight) in Segments::from_weights(&weights).shares(4).into_iter().zip(weights) {
                prop_assert!((share as f64 - weight / total * WHOLE as f64).abs() <= 1.0);
            }
        }
    }

    #[test]
    fn the_same_weights_move_nobody_and_join_what_was_cut() {
        let halves = Segments::from_weights(&[0.5, 0.5]);
        assert_eq!(halves.reweigh(&[0.5, 0.5]), halves);
        let there = halves.reweigh(&[0.25, 0.75]);
        assert_eq!(there.parts(), [(0, WHOLE / 4), (1, WHOLE / 4 * 3)]);
        assert_eq!(there.reweigh(&[0.5, 0.5]).parts(), [(0, WHOLE / 4), (1, WHOLE / 2), (0, WHOLE / 4)]);
        assert_eq!(serde_json::to_string(&halves).unwrap(), "[[0,2147483648],[1,2147483648]]");
    }

    #[test]
    fn every_point_has_a_variant_even_without_weights() {
        for weights in [&[0.0, 0.0][..], &[f64::NAN, 0.0], &[f64::INFINITY, 1.0], &[-1.0, 1.0]] {
            let segments = Segments::from_weights(weights);
            assert!(segments.at(0).is_some() && segments.at(WHOLE - 1).is_some() && segments.at(WHOLE).is_none(), "{weights:?}");
        }
    }
}
