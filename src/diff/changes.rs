//! Which stretches of two lists of items differ.
//!
//! Items that one side lacks go first, then both sides are anchored at items that each has once (patience), and Myers' algorithm
//! runs in between. What remains ambiguous is slid to where a reader would cut.

use std::{collections::HashMap, ops::Range};

use super::myers;

/// Lists up to this length together go to Myers' algorithm whole: there it finds the shortest script without help.
const SHORT: usize = 1_000;
/// So few items cost Myers' algorithm less than leaving some out would.
const TINY: usize = 64;
/// Anchors are looked for again between anchors, so deep.
const ROUNDS: u32 = 4;

/// A stretch of both sides.
type Area = (Range<usize>, Range<usize>);

/// A stretch of the old items that a stretch of the new ones replaces; either may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// Numbers texts: equal texts, equal numbers.
#[derive(Default)]
pub struct Numbers<'a>(HashMap<&'a str, u32>);

impl<'a> Numbers<'a> {
    pub fn of(&mut self, text: &'a str) -> u32 {
        // Spaces and marks are half of all words, and their own numbers.
        if let [byte] = text.as_bytes() {
            return u32::from(*byte);
        }
        let next = self.0.len() as u32 + 256;
        *self.0.entry(text).or_insert(next)
    }

    pub fn all(&mut self, texts: &[&'a str]) -> Vec<u32> {
        texts.iter().map(|text| self.of(text)).collect()
    }
}

/// The stretches that differ, in order; `cut(side, at)` says how well a reader likes a cut before item `at` of a side.
pub fn hunks(old: &[u32], new: &[u32], cut: impl Fn(Side, usize) -> i32) -> Vec<Hunk> {
    let mut hunks = between(&kept(old, new), old.len(), new.len());
    for at in 0..hunks.len() {
        slide(&mut hunks, at, old, new, &cut);
    }
    hunks
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

/// The pairs of positions that stay, in order.
pub fn kept(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[head..], &new[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.len() * b.len() <= 1 {
        // One item against one: they differ, or they would be head or tail.
        return framed(head, tail, old.len(), new.len(), |_| ());
    }
    if a.len() + b.len() <= TINY {
        return framed(head, tail, old.len(), new.len(), |pairs| myers::keep(a, b, &mut |i, j| pairs.push((head + i, head + j))));
    }
    let (olds, news) = (shared(a, b), shared(b, a));
    let (left, right): (Vec<u32>, Vec<u32>) = (olds.iter().map(|at| a[*at]).collect(), news.iter().map(|at| b[*at]).collect());
    framed(head, tail, old.len(), new.len(), |pairs| {
        for (x, y) in areas(&left, &right) {
            myers::keep(&left[x.clone()], &right[y.clone()], &mut |i, j| pairs.push((head + olds[x.start + i], head + news[y.start + j])));
        }
    })
}

/// The pairs of `find` between the `head` first and the `tail` last pairs, sorted.
fn framed(head: usize, tail: usize, old: usize, new: usize, find: impl FnOnce(&mut Vec<(usize, usize)>)) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    find(&mut pairs);
    pairs[head..].sort_unstable();
    pairs.extend((0..tail).map(|at| (old - tail + at, new - tail + at)));
    pairs
}

/// The positions in `items` of what `others` has too.
fn shared(items: &[u32], others: &[u32]) -> Vec<usize> {
    let mut there = others.to_vec();
    there.sort_unstable();
    (0..items.len()).filter(|at| there.binary_search(&items[*at]).is_ok()).collect()
}

/// The areas between anchors; an anchor stands at the end of its area.
fn areas(old: &[u32], new: &[u32]) -> Vec<Area> {
    let mut done = Vec::new();
    let mut todo = vec![((0..old.len(), 0..new.len()), 0)];
    while let Some(((a, b), round)) = todo.pop() {
        let found = if round == ROUNDS || a.len() + b.len() <= SHORT { Vec::new() } else { anchors(&old[a.clone()], &new[b.clone()]) };
        let (mut x, mut y) = (a.start, b.start);
        let next = if found.is_empty() { ROUNDS } else { round + 1 };
        let mut add = |area| if next == ROUNDS { done.push(area) } else { todo.push((area, next)) };
        for (i, j) in found {
            let (i, j) = (a.start + i + 1, b.start + j + 1);
            add((x..i, y..j));
            (x, y) = (i, j);
        }
        add((x..a.end, y..b.end));
    }
    done
}

/// Pairs of items that each side has once, in the same order on both.
fn anchors(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let once = |items: &[u32]| {
        let mut places: HashMap<u32, Option<usize>> = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            places.entry(*item).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    };
    let (olds, news) = (once(old), once(new));
    let mut pairs: Vec<(usize, usize)> = olds.iter().filter_map(|(item, at)| Some(((*at)?, (*news.get(item)?)?))).collect();
    pairs.sort_unstable();
    let order: Vec<usize> = pairs.iter().map(|(_, at)| *at).collect();
    rising(&order).into_iter().map(|at| pairs[at]).collect()
}

/// The longest rising subsequence of distinct `values`, as positions in it.
fn rising(values: &[usize]) -> Vec<usize> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let pile = tops.partition_point(|top| values[*top] < *value);
        before.push(pile.checked_sub(1).map(|left| tops[left]));
        if pile == tops.len() { tops.push(at) } else { tops[pile] = at }
    }
    let mut chain: Vec<usize> = std::iter::successors(tops.last().copied(), |at| before[*at]).collect();
    chain.reverse();
    chain
}

/// What lies between the pairs that stay.
fn between(pairs: &[(usize, usize)], old: usize, new: usize) -> Vec<Hunk> {
    let (mut x, mut y) = (0, 0);
    let mut hunks = Vec::new();
    for (i, j) in pairs.iter().copied().chain([(old, new)]) {
        if x < i || y < j {
            hunks.push(Hunk { old: x..i, new: y..j });
        }
        (x, y) = (i + 1, j + 1);
    }
    hunks
}

/// Moves a hunk that only adds or only deletes to the best of the places where it means the same.
fn slide(hunks: &mut [Hunk], at: usize, old: &[u32], new: &[u32], cut: &impl Fn(Side, usize) -> i32) {
    let hunk = hunks[at].clone();
    let (side, items, own) = match (hunk.old.is_empty(), hunk.new.is_empty()) {
        (true, false) => (Side::New, new, hunk.new.clone()),
        (false, true) => (Side::Old, old, hunk.old.clone()),
        _ => return,
    };
    let range = |hunk: &Hunk| if side == Side::New { hunk.new.clone() } else { hunk.old.clone() };
    // One item stays between two hunks: that they are two was found by the search.
    let floor = at.checked_sub(1).map_or(0, |before| range(&hunks[before]).end + 1);
    let ceiling = hunks.get(at + 1).map_or(items.len(), |after| range(after).start - 1);
    let up = (1..=own.start.saturating_sub(floor)).take_while(|by| items[own.start - by] == items[own.end - by]).count();
    let down = (0..ceiling.saturating_sub(own.end)).take_while(|by| items[own.start + by] == items[own.end + by]).count();
    let liking = |place: usize| cut(side, place) + cut(side, place + own.len());
    let Some(best) = (own.start - up..=own.start + down).max_by_key(|place| (liking(*place), *place)) else { return };
    let shift = |range: &Range<usize>| range.start + best - own.start..range.end + best - own.start;
    hunks[at] = Hunk { old: shift(&hunk.old), new: shift(&hunk.new) };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(old: &[u32], new: &[u32], hunks: &[Hunk]) -> Vec<u32> {
        let mut out = Vec::new();
        let mut at = 0;
        for hunk in hunks {
            out.extend(&old[at..hunk.old.start]);
            out.extend(&new[hunk.new.clone()]);
            at = hunk.old.end;
        }
        out.extend(&old[at..]);
        out
    }

    fn shortest(old: &[u32], new: &[u32]) -> usize {
        let mut row: Vec<usize> = (0..=new.len()).collect();
        for (i, a) in old.iter().enumerate() {
            let mut corner = std::mem::replace(&mut row[0], i + 1);
            for (j, b) in new.iter().enumerate() {
                let edits = if a == b { corner } else { row[j + 1].min(row[j]) + 1 };
                corner = std::mem::replace(&mut row[j + 1], edits);
            }
        }
        row[new.len()]
    }

    fn edits(hunks: &[Hunk]) -> usize {
        hunks.iter().map(|hunk| hunk.old.len() + hunk.new.len()).sum()
    }

    proptest! {
        #[test]
        fn the_script_is_the_shortest_and_leads_to_the_new_items(
            old in prop::collection::vec(0u32..6, 0..40),
            new in prop::collection::vec(0u32..6, 0..40),
            seed in any::<u32>(),
        ) {
            let hunks = hunks(&old, &new, |_, at| (at as u32).wrapping_mul(seed | 1).rotate_left(7) as i32 >> 8);
            prop_assert_eq!(apply(&old, &new, &hunks), new.clone());
            prop_assert_eq!(edits(&hunks), shortest(&old, &new));
        }
    }

    #[test]
    fn long_lists_that_share_little_order_come_out_right() {
        let mut state = 1u64;
        let mut list = |kinds: u64| {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 33) % kinds) as u32
            };
            (0..3_000).map(|_| next()).collect::<Vec<u32>>()
        };
        for kinds in [1, 2, 40, 400, 4_000, 40_000] {
            let (old, new) = (list(kinds), list(kinds));
            assert_eq!(apply(&old, &new, &hunks(&old, &new, |_, _| 0)), new);
        }
    }

    #[test]
    fn an_ambiguous_insertion_goes_where_the_cut_is_liked() {
        let (old, new) = ([1, 2, 9], [1, 2, 1, 2, 9]);
        for place in 0..=2 {
            let found = hunks(&old, &new, |_, at| i32::from(at == place));
            assert_eq!(found, [Hunk { old: place..place, new: place..place + 2 }]);
        }
    }
}
