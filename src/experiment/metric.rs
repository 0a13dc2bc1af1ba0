//! What a test measures.

use serde::{Deserialize, Serialize};

use crate::request::words;

words! {
    /// Where a metric's values come from.
    Source {
        /// Sent later, under the metric's name.
        #[default]
        Outcome = "outcome",
        /// USD, of the requests that the unit made with its variant.
        Cost = "cost",
        /// Seconds from a request to the answer's end.
        Latency = "latency",
        /// Seconds from a request to the answer's first token.
        FirstToken = "first_token",
        /// Tokens of prompt and answer.
        Tokens = "tokens",
        /// 1 for a request that failed, 0 for one that was answered.
        Error = "error",
        /// Scores of requests, under the metric's name.
        Score = "score",
    }
}

words! {
    /// What a metric is for.
    Role {
        /// What the test is won by.
        #[default]
        Goal = "goal",
        /// What must not become worse.
        Guardrail = "guardrail",
    }
}

words! {
    /// Which way is better.
    Direction {
        #[default]
        Up = "up",
        Down = "down",
    }
}

words! {
    /// What an exposed unit counts as of which nothing was heard.
    Missing {
        /// Left out.
        #[default]
        Exclude = "exclude",
        /// 0.
        Zero = "zero",
    }
}

words! {
    /// What a mean is over. Units are what is compared, either way.
    Per {
        /// A unit's values are added up; the mean is over units.
        #[default]
        Unit = "unit",
        /// All values by their number: the mean over requests (outcomes, scores), its interval by the delta method.
        Request = "request",
    }
}

/// What a metric's numbers are, for whoever writes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Between 0 and 1: told in per cent, differences in points.
    Share,
    /// USD.
    Money,
    Seconds,
    #[default]
    Number,
}

impl Source {
    /// The better way where nobody says otherwise.
    pub fn direction(self) -> Direction {
        match self {
            Source::Outcome | Source::Score => Direction::Up,
            Source::Cost | Source::Latency | Source::FirstToken | Source::Tokens | Source::Error => Direction::Down,
        }
    }

    pub fn per(self) -> Per {
        match self {
            Source::Cost | Source::Tokens => Per::Unit,
            // A unit that tells twice whether it was helped is a share of its own, and not two.
            Source::Outcome | Source::Latency | Source::FirstToken | Source::Error | Source::Score => Per::Request,
        }
    }

    /// `share`: whether all values so far are successes among trials.
    pub fn measured(self, share: bool) -> Measured {
        match self {
            Source::Cost => Measured::Money,
            Source::Latency | Source::FirstToken => Measured::Seconds,
            Source::Error => Measured::Share,
            Source::Outcome | Source::Score if share => Measured::Share,
            Source::Outcome | Source::Score | Source::Tokens => Measured::Number,
        }
    }
}

/// One metric of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "MetricForm")]
pub struct Metric {
    /// Of an outcome or score, the name that its values are sent under.
    pub name: String,
    pub source: Source,
    pub role: Role,
    pub direction: Direction,
    /// Of a goal, the smallest gain that matters; of a guardrail, the harm that is put up with. In the metric's unit (0.02: two
    /// points of a 0/1 metric), or a part of the baseline's mean where `relative`.
    pub min_effect: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub relative: bool,
    pub missing: Missing,
    pub per: Per,
    /// The outcome that this one is divided by, unit by unit; instead of `per`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
}

/// As people write it: what is left out follows from the source.
#[derive(Deserialize)]
struct MetricForm {
    name: String,
    #[serde(default)]
    source: Source,
    #[serde(default)]
    role: Role,
    direction: Option<Direction>,
    #[serde(default)]
    min_effect: Option<f64>,
    #[serde(default)]
    relative: bool,
    #[serde(default)]
    missing: Missing,
    per: Option<Per>,
    denominator: Option<String>,
}

impl From<MetricForm> for Metric {
    fn from(form: MetricForm) -> Self {
        let MetricForm { name, source, role, direction, min_effect, relative, missing, per, denominator } = form;
        let (direction, per) = (direction.unwrap_or(source.direction()), per.unwrap_or(source.per()));
        Self { name, source, role, direction, min_effect: min_effect.unwrap_or(0.0), relative, missing, per, denominator }
    }
}

impl Metric {
    /// With what follows from its source.
    pub fn new(name: impl Into<String>, source: Source, role: Role) -> Self {
        let (direction, per) = (source.direction(), source.per());
        Self { name: name.into(), source, role, direction, min_effect: 0.0, relative: false, missing: Missing::Exclude, per, denominator: None }
    }

    /// A difference as a gain: positive is better.
    pub(super) fn gain(&self, difference: f64) -> f64 {
        match self.direction {
            Direction::Up => difference,
            Direction::Down => -difference,
        }
    }

    /// `min_effect` in the metric's unit.
    pub(super) fn margin(&self, baseline: Option<f64>) -> f64 {
        if self.relative { self.min_effect * baseline.unwrap_or(0.0).abs() } else { self.min_effect }
    }
}
