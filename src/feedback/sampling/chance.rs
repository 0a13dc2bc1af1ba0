//! The probability with which an item was drawn.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Above 0, and at most 1: what had no chance was not drawn.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Chance(f64);

impl Chance {
    /// Of what is always in.
    pub const CERTAIN: Self = Self(1.0);

    pub fn new(probability: f64) -> Option<Self> {
        (probability > 0.0 && probability <= 1.0).then_some(Self(probability))
    }

    /// Of each one where `drawn` of `all` are drawn.
    pub fn of(drawn: u64, all: u64) -> Option<Self> {
        Self::new(drawn as f64 / all as f64)
    }

    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        chance.0
    }
}

impl TryFrom<f64> for Chance {
    type Error = Fault;
    fn try_from(probability: f64) -> Result<Self, Fault> {
        Self::new(probability).ok_or_else(|| Fault::field("chance", "A chance is above 0 and at most 1."))
    }
}
