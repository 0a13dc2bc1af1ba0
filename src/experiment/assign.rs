//! Who gets which variant: from memory, without allocating, in well under a microsecond.
//!
//! A unit has two points of its own, each the upper 32 bits of SipHash-2-4 keyed by the seed: of the unit's bytes followed by `v`
//! for its variant, and followed by `t` for whether it takes part. So a change of traffic moves no unit between variants.

use super::{Attributes, Condition, Definition, Seed, Segments, Split, WHOLE, siphash};
use crate::request::words;

words! {
    /// Why a unit got what it got.
    Reason {
        #[default]
        Split = "split",
        /// As `split`, in a test with an audience, to which the unit belongs.
        TargetingMatch = "targeting_match",
        /// A tester's.
        Forced = "forced",
        /// Outside the share of traffic that takes part.
        NotInTraffic = "not_in_traffic",
        NotInAudience = "not_in_audience",
        /// The test does not run.
        Disabled = "disabled",
        /// The test is over: everybody gets the variant that was decided for.
        Decided = "decided",
    }
}

impl Reason {
    /// Whether the unit takes part, so that its exposure counts.
    pub fn is_exposure(self) -> bool {
        matches!(self, Reason::Split | Reason::TargetingMatch)
    }

    /// As OpenFeature names it.
    pub fn ofrep(self) -> &'static str {
        match self {
            Reason::Split => "SPLIT",
            Reason::TargetingMatch | Reason::Forced => "TARGETING_MATCH",
            Reason::NotInTraffic | Reason::NotInAudience => "DEFAULT",
            Reason::Disabled => "DISABLED",
            Reason::Decided => "STATIC",
        }
    }
}

/// What a unit gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variant's position; `None` for what the prompt's production label gives.
    pub variant: Option<usize>,
    pub reason: Reason,
}

/// What assignment needs of a test.
#[derive(Clone, Debug)]
pub struct Plan {
    seed: Seed,
    /// Points below this take part.
    traffic: u64,
    segments: Segments,
    audience: Vec<Condition>,
    /// Sorted by unit.
    forced: Vec<(String, usize)>,
    pub phase: u32,
}

impl Plan {
    pub fn new(definition: &Definition, split: &Split) -> Self {
        let forced = definition.forced.iter();
        let mut forced: Vec<_> = forced.filter_map(|forced| Some((forced.unit.clone(), definition.variant(&forced.variant)?))).collect();
        forced.sort();
        Self {
            seed: split.seed,
            traffic: (definition.traffic.clamp(0.0, 1.0) * WHOLE as f64).round() as u64,
            segments: split.segments.clone(),
            audience: definition.audience.clone(),
            forced,
            phase: split.phase,
        }
    }

    pub fn assign(&self, unit: &str, attributes: &Attributes) -> Assignment {
        if let Ok(at) = self.forced.binary_search_by(|(forced, _)| forced.as_str().cmp(unit)) {
            return Assignment { variant: Some(self.forced[at].1), reason: Reason::Forced };
        }
        if !self.audience.iter().all(|condition| condition.holds(attributes)) {
            return Assignment { variant: None, reason: Reason::NotInAudience };
        }
        if self.traffic < WHOLE && self.point(unit, b"t") >= self.traffic {
            return Assignment { variant: None, reason: Reason::NotInTraffic };
        }
        let reason = if self.audience.is_empty() { Reason::Split } else { Reason::TargetingMatch };
        Assignment { variant: self.segments.at(self.point(unit, b"v")), reason }
    }

    fn point(&self, unit: &str, suffix: &[u8]) -> u64 {
        siphash(self.seed, unit.as_bytes(), suffix) >> 32
    }
}
