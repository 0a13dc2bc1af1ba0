//! Drawing items by a plan.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Allocation, Chance, Plan, allocate};
use crate::{
    experiment::{Seed, WHOLE, siphash},
    timestamp::Timestamp,
};

/// Keeps draws apart from assignments, should both be hashed with one seed.
const SUFFIX: &[u8] = b"q";

/// What a plan needs to know of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// A stable id of the item, its own among all candidates.
    pub key: &'a str,
    /// Which stratum it belongs to; read by stratified plans only.
    pub stratum: &'a str,
    /// In millionths; read by the plan of the lowest score only.
    pub score: Option<i64>,
    /// When it came.
    pub at: Timestamp,
}

/// An item that was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// The candidate's position.
    pub candidate: usize,
    pub chance: Chance,
}

impl Plan {
    /// The items in the order in which people shall see them: random where the draw is, so that who stops early has seen a random part.
    /// The same candidates in another order give the same draw.
    pub fn draw(&self, seed: Seed, candidates: &[Candidate]) -> Vec<Drawn> {
        let all = || 0..candidates.len();
        match self {
            Plan::Random { count } => random(seed, candidates, all().collect(), *count),
            Plan::Share { share } => in_share(seed, candidates, *share),
            Plan::Stratified { count, allocation, .. } => stratified(seed, candidates, *count, *allocation),
            Plan::LowestScore { count, .. } => {
                let scored = all().filter_map(|at| Some((candidates[at].score?, at)));
                certain(first(*count, scored.map(|(score, at)| ((score, candidates[at].key), at)).collect()))
            }
            Plan::Newest { count } => certain(first(*count, all().map(|at| ((Reverse(candidates[at].at), candidates[at].key), at)).collect())),
        }
    }
}

/// Whether a share takes the item with this key, and with which chance: the upper 32 bits of SipHash-2-4 of the key followed by `q`,
/// under the seed, lie below the share. A larger share takes all that a smaller one does.
pub fn takes(seed: Seed, share: f64, key: &str) -> Option<Chance> {
    let below = (share.clamp(0.0, 1.0) * WHOLE as f64).round() as u64;
    // What is kept is the chance as the hash has it, not as somebody wrote it.
    (hash(seed, key) >> 32 < below).then(|| Chance::of(below, WHOLE)).flatten()
}

fn hash(seed: Seed, key: &str) -> u64 {
    siphash(seed, key.as_bytes(), SUFFIX)
}

fn in_share(seed: Seed, candidates: &[Candidate], share: f64) -> Vec<Drawn> {
    let taken = candidates.iter().enumerate().filter_map(|(at, item)| Some((at, takes(seed, share, item.key)?)));
    let mut drawn: Vec<_> = taken.map(|(candidate, chance)| Drawn { candidate, chance }).collect();
    drawn.sort_by_cached_key(|drawn| (hash(seed, candidates[drawn.candidate].key), candidates[drawn.candidate].key));
    drawn
}

/// Those with the smallest hashes: each set of `count` is as likely as any other under a random seed.
fn random(seed: Seed, candidates: &[Candidate], among: Vec<usize>, count: u64) -> Vec<Drawn> {
    let all = among.len() as u64;
    let chance = Chance::of(count.min(all), all);
    let hashed = among.into_iter().map(|at| ((hash(seed, candidates[at].key), candidates[at].key), at)).collect();
    first(count, hashed).into_iter().filter_map(|candidate| Some(Drawn { candidate, chance: chance? })).collect()
}

fn stratified(seed: Seed, candidates: &[Candidate], count: u64, allocation: Allocation) -> Vec<Drawn> {
    let mut strata = BTreeMap::<&str, Vec<usize>>::new();
    for (at, item) in candidates.iter().enumerate() {
        strata.entry(item.stratum).or_default().push(at);
    }
    let sizes: Vec<u64> = strata.values().map(|stratum| stratum.len() as u64).collect();
    let counts = allocate(count, &sizes, allocation);
    let drawn = strata.into_values().zip(counts).flat_map(|(stratum, count)| random(seed, candidates, stratum, count));
    let mut drawn: Vec<_> = drawn.collect();
    drawn.sort_by_cached_key(|drawn| (hash(seed, candidates[drawn.candidate].key), candidates[drawn.candidate].key));
    drawn
}

fn certain(positions: Vec<usize>) -> Vec<Drawn> {
    positions.into_iter().map(|candidate| Drawn { candidate, chance: Chance::CERTAIN }).collect()
}

/// The positions of the `count` smallest, in order. Of a million all are looked at, and only those few sorted.
fn first<K: Ord>(count: u64, mut ranked: Vec<(K, usize)>) -> Vec<usize> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count < ranked.len() {
        ranked.select_nth_unstable(count);
        ranked.truncate(count);
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, at)| at).collect()
}
