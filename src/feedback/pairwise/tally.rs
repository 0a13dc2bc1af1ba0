//! Votes by contestants' positions, and who is comparable with whom.

use std::collections::BTreeSet;

use super::{PairVote, matrix::Square};

/// A vote between contestants at two positions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vote {
    pub a: usize,
    pub b: usize,
    /// 1 for A, ½ for a tie.
    pub for_a: f64,
    /// How much it counts.
    pub weight: f64,
}

/// All votes, item by item. A vote of a contestant against itself says nothing, and is left out.
pub(super) struct Tally<C> {
    /// In order.
    pub contestants: Vec<C>,
    pub items: Vec<Vec<Vote>>,
}

impl<C: Ord> Tally<C> {
    pub fn of<I: Ord>(votes: impl IntoIterator<Item = PairVote<I, C>>) -> Self
    where
        C: Clone,
    {
        let mut votes: Vec<_> = votes.into_iter().filter(|vote| vote.a != vote.b).collect();
        votes.sort_by(|one, other| one.item.cmp(&other.item));
        let contestants: BTreeSet<&C> = votes.iter().flat_map(|vote| [&vote.a, &vote.b]).collect();
        let contestants: Vec<C> = contestants.into_iter().cloned().collect();
        let place = |contestant: &C| contestants.partition_point(|known| known < contestant);
        let placed = |vote: &PairVote<I, C>| Vote { a: place(&vote.a), b: place(&vote.b), for_a: vote.preferred.for_a(), weight: 1.0 };
        let items = votes.chunk_by(|one, other| one.item == other.item).map(|item| item.iter().map(placed).collect()).collect();
        Self { items, contestants }
    }

    /// The contestants of each group, joined by votes.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut group_of: Vec<usize> = (0..self.contestants.len()).collect();
        for vote in self.items.iter().flatten() {
            let (one, other) = (root(&group_of, vote.a), root(&group_of, vote.b));
            // The first of a group stands for it: groups come in the order of their first contestants.
            group_of[one.max(other)] = one.min(other);
        }
        let firsts = (0..group_of.len()).filter(|at| group_of[*at] == *at);
        firsts.map(|first| (0..group_of.len()).filter(|at| root(&group_of, *at) == first).collect()).collect()
    }

    /// The votes among `members`, each at its position there, item by item.
    pub fn among(&self, members: &[usize]) -> Vec<Vec<Vote>> {
        let inside = |vote: &Vote| Some(Vote { a: members.binary_search(&vote.a).ok()?, b: members.binary_search(&vote.b).ok()?, ..*vote });
        let items = self.items.iter().map(|item| item.iter().filter_map(inside).collect::<Vec<_>>());
        items.filter(|item| !item.is_empty()).collect()
    }
}

fn root(group_of: &[usize], mut at: usize) -> usize {
    while group_of[at] != at {
        at = group_of[at];
    }
    at
}

/// The same votes, those on one item between the same two together weighing one.
pub(super) fn one_an_item(items: &[Vec<Vote>]) -> Vec<Vec<Vote>> {
    let between = |vote: &Vote| (vote.a.min(vote.b), vote.a.max(vote.b));
    let shared = |item: &Vec<Vote>| {
        let same = |vote: &Vote| item.iter().filter(|other| between(other) == between(vote)).count();
        item.iter().map(|vote| Vote { weight: 1.0 / same(vote) as f64, ..*vote }).collect()
    };
    items.iter().map(shared).collect()
}

/// The wins of each row over each column, ties half.
pub(super) fn wins(contestants: usize, items: &[Vec<Vote>]) -> Square {
    let mut wins = Square::zero(contestants);
    for Vote { a, b, for_a, weight } in items.iter().flatten().copied() {
        wins[(a, b)] += weight * for_a;
        wins[(b, a)] += weight * (1.0 - for_a);
    }
    wins
}

/// Whether a chain of wins or ties leads from each contestant to each other, which is when finite strengths exist.
pub(super) fn is_bounded(wins: &Square) -> bool {
    let reaches_all = |beats: &dyn Fn(usize, usize) -> bool| {
        let (mut seen, mut next) = (vec![false; wins.size], vec![0]);
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                next.extend((0..wins.size).filter(|other| beats(at, *other)));
            }
        }
        seen.into_iter().all(|seen| seen)
    };
    // All can be reached from the first, and the first from all.
    reaches_all(&|one, other| wins[(one, other)] > 0.0) && reaches_all(&|one, other| wins[(other, one)] > 0.0)
}
