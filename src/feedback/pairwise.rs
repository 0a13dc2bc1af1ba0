//! Rankings from pairwise votes, by the model of Bradley and Terry ("Rank analysis of incomplete block designs", Biometrika 1952):
//! `P(i is preferred to j) = σ(θᵢ − θⱼ)`, fitted by maximum likelihood; a tie is half a vote for each.
//!
//! Votes on one item hang together, so standard errors are the sandwich's, clustered by item (Cameron and Miller, "A practitioner's
//! guide to cluster-robust inference", 2015; factor G/(G−1)).
//!
//! Two things that votes may leave open are told, not papered over:
//! - Contestants whom no chain of votes joins form **groups**; nothing is said across groups.
//! - Finite strengths exist only where a chain of wins or ties leads from each contestant of a group to each other (Ford, "Solution of a
//!   ranking problem from binary comparisons", 1957). Where somebody always wins or never does, the group's strengths are **assumed**:
//!   one win and one loss of each contestant against an imagined average one are added, which is the logistic prior of Newman
//!   ("Efficient computation of rankings from pairwise comparisons", JMLR 2023), and of Whelan ("Prior distributions for the
//!   Bradley–Terry model of paired comparisons", 2017). They count as items of their own in the errors too: without them, where nobody
//!   ever contradicts, the sandwich would come out near zero. Against them votes of several reviewers on one item weigh as one: that all
//!   of them agree is news of the item, not of the contestants.

mod fit;
mod matrix;
mod ranking;
mod tally;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use ranking::{Ranking, Standing, Winning};

use crate::request::words;

words! {
    /// What a reviewer said of two sides.
    Preference {
        A = "a",
        B = "b",
        #[default]
        Tie = "tie",
    }
}

impl Preference {
    /// How much of the vote goes to A.
    pub(super) fn for_a(self) -> f64 {
        match self {
            Preference::A => 1.0,
            Preference::Tie => 0.5,
            Preference::B => 0.0,
        }
    }
}

/// One vote: on which item, between whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairVote<I, C> {
    /// What both sides answered; votes on the same item are not independent.
    pub item: I,
    pub a: C,
    pub b: C,
    pub preferred: Preference,
}

/// Why two contestants cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Nobody voted on one of them.
    NoVotes,
    /// No chain of votes leads from one to the other.
    NotCompared,
}

impl fmt::Display for Absence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Absence::NoVotes => "Nobody has voted on one of them yet.",
            Absence::NotCompared => "No votes lead from one to the other, not even by way of others.",
        })
    }
}
