//! Which message of the old version became which of the new one.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    changes::{Numbers, kept},
    similarity::{ALIKE, Bag, Line},
};

/// More than the similarity of any two texts: equal ones find each other first.
const EQUAL: u32 = 1_001;
/// Less than what makes two texts alike: the same words in another role match last.
const OTHER_ROLE: u32 = 1;

/// A message, or a text without a role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part<'a> {
    pub role: Option<&'static str>,
    pub text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub old: usize,
    pub new: usize,
    /// Out of the order that the heaviest of the messages keep.
    pub moved: bool,
}

/// Matched in one order for both directions, so that each is the other's mirror.
pub fn match_both_ways(old: &[Part], new: &[Part]) -> Vec<Pair> {
    if old <= new {
        return match_messages(old, new);
    }
    match_messages(new, old).into_iter().map(|pair| Pair { old: pair.new, new: pair.old, moved: pair.moved }).collect()
}

fn match_messages(old: &[Part], new: &[Part]) -> Vec<Pair> {
    let mut pairs = equal_in_order(old, new);
    add_similar(old, new, &mut pairs);
    pairs.sort_unstable_by_key(|pair| pair.1);
    let mut pairs = mark_moved(&pairs, new);
    add_lone(old, new, &mut pairs);
    pairs
}

fn equal_in_order<'a>(old: &[Part<'a>], new: &[Part<'a>]) -> Vec<(usize, usize)> {
    let mut numbers: BTreeMap<Part<'a>, u32> = BTreeMap::new();
    let mut ids = |parts: &[Part<'a>]| -> Vec<u32> {
        let mut id = |part: &Part<'a>| {
            let next = numbers.len() as u32;
            *numbers.entry(*part).or_insert(next)
        };
        parts.iter().map(&mut id).collect()
    };
    let (olds, news) = (ids(old), ids(new));
    kept(&olds, &news)
}

/// Pairs what is left: the most alike first, among equals the nearest.
fn add_similar(old: &[Part], new: &[Part], pairs: &mut Vec<(usize, usize)>) {
    let (mut olds, mut news) = (vec![true; old.len()], vec![true; new.len()]);
    pairs.iter().for_each(|(i, j)| (olds[*i], news[*j]) = (false, false));
    let mut numbers = Numbers::default();
    let left: Vec<(usize, Bag)> = (0..old.len()).filter(|i| olds[*i]).map(|i| (i, Line::new(old[i].text, &mut numbers).bag())).collect();
    let right: Vec<(usize, Bag)> = (0..new.len()).filter(|j| news[*j]).map(|j| (j, Line::new(new[j].text, &mut numbers).bag())).collect();
    let mut found = Vec::new();
    for (i, a) in &left {
        for (j, b) in &right {
            let score = match (old[*i].role == new[*j].role, old[*i].text == new[*j].text) {
                (true, true) => EQUAL,
                (true, false) => Some(a.similarity(b)).filter(|score| *score >= ALIKE).unwrap_or(0),
                (false, true) => OTHER_ROLE,
                (false, false) => 0,
            };
            found.extend((score > 0).then_some((Reverse(score), i.abs_diff(*j), *i, *j)));
        }
    }
    found.sort_unstable();
    for (_, _, i, j) in found {
        if olds[i] && news[j] {
            (olds[i], news[j]) = (false, false);
            pairs.push((i, j));
        }
    }
}

/// `pairs` in the order of the new side. Those stay that rise on the old side too and have most text; the others moved.
fn mark_moved(pairs: &[(usize, usize)], new: &[Part]) -> Vec<Pair> {
    // The most text that a rising chain ending here holds, and what stands before it in that chain.
    let mut chains: Vec<(usize, Option<usize>)> = Vec::with_capacity(pairs.len());
    for (at, (i, j)) in pairs.iter().enumerate() {
        let before = (0..at).filter(|before| pairs[*before].0 < *i).max_by_key(|before| chains[*before].0);
        let weight = new[*j].text.len() + 1;
        chains.push((weight + before.map_or(0, |before| chains[before].0), before));
    }
    let heaviest = (0..pairs.len()).max_by_key(|at| chains[*at].0);
    let mut moved = vec![true; pairs.len()];
    std::iter::successors(heaviest, |at| chains[*at].1).for_each(|at| moved[at] = false);
    pairs.iter().zip(moved).map(|((old, new), moved)| Pair { old: *old, new: *new, moved }).collect()
}

/// How many staying messages come before, and the role.
type Place = (usize, Option<&'static str>);

/// A message that was written anew: alone of its role between two messages that stayed, on both sides.
fn add_lone(old: &[Part], new: &[Part], pairs: &mut Vec<Pair>) {
    let staying: Vec<Pair> = pairs.iter().filter(|pair| !pair.moved).copied().collect();
    let mut lone: BTreeMap<Place, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for i in (0..old.len()).filter(|i| pairs.iter().all(|pair| pair.old != *i)) {
        lone.entry((staying.partition_point(|pair| pair.old < i), old[i].role)).or_default().0.push(i);
    }
    for j in (0..new.len()).filter(|j| pairs.iter().all(|pair| pair.new != *j)) {
        lone.entry((staying.partition_point(|pair| pair.new < j), new[j].role)).or_default().1.push(j);
    }
    for (olds, news) in lone.into_values() {
        if let ([old], [new]) = (&olds[..], &news[..]) {
            pairs.push(Pair { old: *old, new: *new, moved: false });
        }
    }
}
