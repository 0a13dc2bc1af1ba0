//! Whether people who score the same units agree: Krippendorff's α, Cohen's κ of a pair, and the plain share of votes that agree.
//!
//! Every figure has a percentile interval by resampling units, the votes on a unit together (Zapf, Castell, Morawietz and Karch,
//! "Measuring inter-rater reliability for nominal data", BMC Medical Research Methodology 2016). Units are resampled by what their
//! votes look like, so neither their order nor the raters' names change an interval of α.

mod alpha;
mod kappa;
#[cfg(test)]
mod tests;
mod votes;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use votes::Votes;

use crate::{request::words, statistics::Interval};

words! {
    /// What the distance of two values means.
    Level {
        /// Equal or not.
        #[default]
        Nominal = "nominal",
        /// By how many votes lie between them.
        Ordinal = "ordinal",
        /// By their difference.
        Interval = "interval",
    }
}

/// How far raters agree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// 1 where all agree. Of α and κ 0 is what chance alone gives, and less is worse than chance; a share lies between 0 and 1.
    pub estimate: f64,
    /// `None` where resampling cannot tell: all resamples say the same, or too many of them have a single category.
    pub interval: Option<Interval>,
    /// Units with at least two votes: what the figure rests on.
    pub units: u64,
}

/// Why there is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// No unit has two votes.
    NoPairs,
    /// All votes are the same: nothing tells agreement from chance.
    OneCategory,
}

impl fmt::Display for Absence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Absence::NoPairs => "No item has been scored by two people yet.",
            Absence::OneCategory => "Every vote is the same so far, so agreement cannot be told from chance.",
        })
    }
}
