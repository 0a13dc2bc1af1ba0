//! How many items each stratum gives.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::Allocation;

/// A variance within a stratum needs two.
const FLOOR: u64 = 2;

/// `count` items over strata of these sizes; of a stratum never more than it has. Every stratum gives two where `count` is enough for
/// that, else one: a stratum that gives none would have no chance, and the labels would not speak for it. Where there are fewer
/// items to give than strata, that cannot be helped.
///
/// The rest goes one by one to the stratum with the largest `w/(2n + 1)` (Sainte-Laguë's divisors), where w is its size or, for equal
/// numbers, 1, and n what it gives already.
pub fn allocate(count: u64, sizes: &[u64], allocation: Allocation) -> Vec<u64> {
    let needed = |floor: u64| sizes.iter().map(|size| floor.min(*size)).sum::<u64>();
    let floor = (0..=FLOOR).rev().find(|floor| needed(*floor) <= count).unwrap_or(0);
    let mut given: Vec<u64> = sizes.iter().map(|size| floor.min(*size)).collect();
    let bid = |at: usize, given: u64| Bid { weight: if allocation == Allocation::Equal { 1 } else { sizes[at] }, given, at };
    let open = (0..sizes.len()).filter(|at| given[*at] < sizes[*at]);
    let mut bids: BinaryHeap<Bid> = open.map(|at| bid(at, given[at])).collect();
    for _ in needed(floor)..count {
        let Some(Bid { at, .. }) = bids.pop() else { break };
        given[at] += 1;
        if given[at] < sizes[at] {
            bids.push(bid(at, given[at]));
        }
    }
    given
}

/// What a stratum puts forward for one more item.
#[derive(PartialEq, Eq)]
struct Bid {
    weight: u64,
    given: u64,
    at: usize,
}

impl Ord for Bid {
    /// By cross-multiplication, as whole numbers are not rounded; of equals the first wins.
    fn cmp(&self, other: &Self) -> Ordering {
        let scaled = |one: &Self, by: &Self| u128::from(one.weight) * (2 * u128::from(by.given) + 1);
        scaled(self, other).cmp(&scaled(other, self)).then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Bid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
