//! Which items a queue asks people about, and with which chance each was drawn: without the chances, labels of a chosen few would be
//! taken for all.
//!
//! Draws are hashes, not dice. Whether a request is in a share depends on the queue's seed and the request's key alone, so filling it
//! continuously, twice, or on another node gives the same answer.

mod allocation;
mod chance;
mod draw;
mod estimate;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use allocation::allocate;
pub use chance::Chance;
pub use draw::{Candidate, Drawn, takes};
pub use estimate::{Estimate, Observation, estimate};

use crate::{
    fault::{Fault, Problems},
    request::words,
};

/// The most items that one draw takes.
pub const COUNT_MAX: u64 = 1_000_000;
/// A share is kept to so many parts of all: it is the smallest one, and what others are rounded to.
const SHARE_MIN: f64 = 1.0 / (1_u64 << 32) as f64;
const NAME_MAX: usize = 100;

words! {
    /// How the items of a draw are spread over the strata.
    Allocation {
        /// As many of each.
        Equal = "equal",
        /// By their sizes.
        #[default]
        Proportional = "proportional",
    }
}

/// How items are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "plan", rename_all = "snake_case")]
pub enum Plan {
    /// So many of those there are, each as likely as any other.
    Random {
        count: u64,
    },
    /// Each with this chance, by itself: the plan of a queue that is filled continuously.
    Share {
        share: f64,
    },
    /// So many in all, spread over the strata, at random within each.
    Stratified {
        count: u64,
        /// What names an item's stratum: `version`, `model`.
        by: String,
        #[serde(default)]
        allocation: Allocation,
    },
    /// Those with the lowest values of this score; items without it stay out.
    LowestScore {
        count: u64,
        score: String,
    },
    Newest {
        count: u64,
    },
}

impl Plan {
    /// Whether every item had a chance, so that labels can speak for all. Of the lowest and the newest nothing follows for others.
    pub fn is_representative(&self) -> bool {
        matches!(self, Plan::Random { .. } | Plan::Share { .. } | Plan::Stratified { .. })
    }

    /// Whether an item's draw depends on no other item, so that a queue can be filled as they come.
    pub fn is_continuous(&self) -> bool {
        matches!(self, Plan::Share { .. })
    }

    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        if let Plan::Random { count } | Plan::Stratified { count, .. } | Plan::LowestScore { count, .. } | Plan::Newest { count } = self
            && !(1..=COUNT_MAX).contains(count)
        {
            problems.add("count", "Between 1 and 1,000,000 items.");
        }
        match self {
            Plan::Share { share } if !(SHARE_MIN..=1.0).contains(share) => problems.add("share", "Above 0, and at most 1 for all."),
            Plan::Stratified { by, .. } if !is_name(by) => problems.add("by", "Say what the items are divided by, in 1 to 100 bytes."),
            Plan::LowestScore { score, .. } if !is_name(score) => problems.add("score", "Name a score, in 1 to 100 bytes."),
            _ => {}
        }
        problems.check()
    }
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= NAME_MAX && !text.chars().any(char::is_control)
}
