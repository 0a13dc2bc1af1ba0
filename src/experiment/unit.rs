//! One unit of a test: where it was seen, and what was heard of it. In whatever order things come, the sums come out the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Arm, Definition, Metric, Per, Source, Tally};
use crate::{
    id::ExperimentId,
    request::{Facts, Outcome},
    statistics::ONE,
    timestamp::Timestamp,
};

/// That a unit was seen in a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exposed {
    pub experiment: ExperimentId,
    pub unit: String,
    pub at: Timestamp,
    #[serde(flatten)]
    pub exposure: Exposure,
}

/// Where a unit was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    pub variant: String,
    pub phase: u32,
    /// `attribute=value`, of the attributes that results are sliced by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slices: Vec<String>,
}

/// What a request with a variant tells of its unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Requested {
    #[serde(flatten)]
    pub exposure: Exposure,
    /// Nano-dollars; `None` where no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<i64>,
    /// Microseconds.
    pub latency: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token: Option<u64>,
    pub tokens: u64,
    pub failed: bool,
}

impl Requested {
    /// `None` for a request that took no part, and for one that the studio refused: nothing was asked.
    pub fn of(facts: &Facts) -> Option<Self> {
        let variant = facts.variant.clone().filter(|_| facts.unit.is_some() && facts.outcome != Outcome::Refused)?;
        let answered = facts.outcome == Outcome::Answered;
        Some(Self {
            exposure: Exposure { variant, phase: facts.phase.unwrap_or(1), slices: facts.slices.clone() },
            cost: facts.cost.map(|cost| cost.0),
            latency: facts.times.whole,
            first_token: facts.times.first.filter(|_| answered),
            tokens: facts.usage.input.saturating_add(facts.usage.output),
            failed: facts.outcome == Outcome::Failed,
        })
    }
}

/// The sum of what came under a name, and how often it came: below 0 where a score is taken back that is not heard of yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Heard(i64, i64);

/// What is known of a unit. As JSON it is kept for each, so its names are short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unit {
    /// The variant's position, once it was seen in one.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    variant: Option<u32>,
    /// When it was first seen.
    #[serde(rename = "p", skip_serializing_if = "is_zero")]
    phase: u32,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// It was seen in two variants.
    #[serde(rename = "m", skip_serializing_if = "std::ops::Not::not")]
    mixed: bool,
    #[serde(rename = "s", skip_serializing_if = "Vec::is_empty")]
    slices: Vec<String>,
    /// Outcomes by their names, in millionths; and of requests by names that no metric has.
    #[serde(rename = "x", skip_serializing_if = "BTreeMap::is_empty")]
    heard: BTreeMap<String, Heard>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Of each request in nano-dollars, in microseconds, or counted.
const COST: &str = "$cost";
const LATENCY: &str = "$latency";
const FIRST_TOKEN: &str = "$first_token";
const TOKENS: &str = "$tokens";
const ERROR: &str = "$error";
/// What scores stand under: a score may be called like an outcome.
const SCORE: &str = "$score:";

/// 1 USD in nano-dollars: what a unit's cost is divided by, so that no cost is rounded.
const DOLLAR: i64 = 1_000_000_000;

impl Unit {
    pub fn expose(&mut self, definition: &Definition, exposure: &Exposure, at: Timestamp) {
        let Some(variant) = definition.variant(&exposure.variant).and_then(|variant| u32::try_from(variant).ok()) else { return };
        self.mixed |= self.variant.is_some_and(|known| known != variant);
        // What came first says where it belongs, in whatever order it is heard of.
        if self.since.is_none_or(|since| at < since) {
            self.since = Some(at);
            self.variant = Some(variant);
            self.phase = exposure.phase;
            self.slices.clone_from(&exposure.slices);
        }
    }

    /// An outcome, in millionths.
    pub fn outcome(&mut self, name: &str, value: i64) {
        self.hear(name, value);
    }

    /// A score of one of its requests, in millionths; or that one counts no longer, since another took its place.
    pub fn score(&mut self, name: &str, value: i64, counts: bool) {
        let Heard(sum, count) = self.heard.entry(format!("{SCORE}{name}")).or_default();
        *sum = if counts { sum.saturating_add(value) } else { sum.saturating_sub(value) };
        *count = if counts { count.saturating_add(1) } else { count.saturating_sub(1) };
    }

    pub fn request(&mut self, definition: &Definition, requested: &Requested, at: Timestamp) {
        self.expose(definition, &requested.exposure, at);
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let told = [
            (COST, requested.cost),
            (LATENCY, Some(number(requested.latency))),
            (FIRST_TOKEN, requested.first_token.map(number)),
            (TOKENS, Some(number(requested.tokens))),
            (ERROR, Some(i64::from(requested.failed))),
        ];
        for (name, value) in told {
            value.into_iter().for_each(|value| self.hear(name, value));
        }
    }

    fn hear(&mut self, name: &str, value: i64) {
        let Heard(sum, count) = self.heard.entry(name.to_owned()).or_default();
        *sum = sum.saturating_add(value);
        *count = count.saturating_add(1);
    }

    pub fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// Phase and variant, once it was seen in one.
    pub fn place(&self) -> Option<(u32, u32)> {
        self.variant.map(|variant| (self.phase, variant))
    }

    pub fn slices(&self) -> &[String] {
        &self.slices
    }

    /// What it adds to a metric: x and y of its sums; `None` where nothing was heard.
    pub fn adds(&self, metric: &Metric) -> Option<(i64, i64)> {
        let heard = |name: &str| self.heard.get(name).copied();
        if let Some(denominator) = &metric.denominator {
            let Heard(below, _) = heard(denominator).filter(|Heard(below, _)| *below > 0)?;
            return Some((heard(&metric.name).unwrap_or_default().0, below));
        }
        let scores = format!("{SCORE}{}", metric.name);
        let (name, scale) = match metric.source {
            Source::Outcome => (metric.name.as_str(), 1),
            Source::Score => (scores.as_str(), 1),
            Source::Cost => (COST, 1),
            Source::Latency => (LATENCY, 1),
            Source::FirstToken => (FIRST_TOKEN, 1),
            Source::Tokens => (TOKENS, ONE),
            Source::Error => (ERROR, ONE),
        };
        let Heard(sum, count) = heard(name).filter(|Heard(_, count)| *count > 0)?;
        let over = if metric.per == Per::Unit { 1 } else { count };
        Some((sum.saturating_mul(scale), metric.one().saturating_mul(over)))
    }
}

impl Metric {
    /// y of a unit that counts once: its x is in the same parts.
    pub fn one(&self) -> i64 {
        if self.source == Source::Cost && self.denominator.is_none() { DOLLAR } else { ONE }
    }
}

impl Arm {
    /// Takes out what a unit was, or counts what it is now.
    fn count(&mut self, definition: &Definition, unit: &Unit, now: bool) {
        let step = |count: &mut u64| *count = if now { count.saturating_add(1) } else { count.saturating_sub(1) };
        step(&mut self.exposed);
        if unit.is_mixed() {
            step(&mut self.mixed);
        }
        self.metrics.resize(definition.metrics.len(), Tally::default());
        for (tally, metric) in self.metrics.iter_mut().zip(&definition.metrics) {
            let Some((x, y)) = unit.adds(metric) else { continue };
            step(&mut tally.reported);
            match (unit.is_mixed(), now) {
                (true, _) => {}
                (false, true) => tally.sums.add(x, y),
                (false, false) => tally.sums.remove(x, y),
            }
        }
    }
}

/// Of which units an arm is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub phase: u32,
    /// `attribute=value`; empty for everybody.
    pub slice: String,
    /// By its position.
    pub variant: u32,
}

/// Everything that was counted of a test.
pub type Arms = HashMap<Place, Arm>;

/// Values of attributes that results are sliced by; what comes later is in the whole alone.
const SLICES_MAX: usize = 60;

/// Moves a unit from what it was to what it is now, and notes which arms changed.
pub fn recount(definition: &Definition, before: &Unit, now: &Unit, arms: &mut Arms, changed: &mut HashSet<Place>) {
    if before == now {
        return;
    }
    for (unit, is_now) in [(before, false), (now, true)] {
        let Some((phase, variant)) = unit.place() else { continue };
        for slice in std::iter::once("").chain(unit.slices().iter().map(String::as_str)) {
            let place = Place { phase, slice: slice.to_owned(), variant };
            if !arms.contains_key(&place) && is_full(arms, slice) {
                continue;
            }
            arms.entry(place.clone()).or_default().count(definition, unit, is_now);
            changed.insert(place);
        }
    }
}

/// Whether there is no room for one more value.
fn is_full(arms: &Arms, slice: &str) -> bool {
    let known: HashSet<&str> = arms.keys().map(|place| place.slice.as_str()).filter(|known| !known.is_empty()).collect();
    !slice.is_empty() && !known.contains(slice) && known.len() >= SLICES_MAX
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::experiment::Role;

    fn definition() -> Definition {
        let variant = |key: &str| json!({"key": key, "weight": 0.5, "prompt": "p", "version": 1});
        serde_json::from_value(json!({"key": "k", "variants": [variant("a"), variant("b")]})).unwrap()
    }

    fn exposure(variant: &str, phase: u32) -> Exposure {
        Exposure { variant: variant.to_owned(), phase, slices: vec![format!("phase={phase}")] }
    }

    #[test]
    fn a_unit_belongs_where_it_was_first_seen_in_whatever_order_that_is_heard_of() {
        let (definition, at) = (definition(), Timestamp::from_seconds);
        let mut unit = Unit::default();
        unit.outcome("resolved", ONE);
        assert_eq!((unit.place(), unit.adds(&Metric::new("resolved", Source::Outcome, Role::Goal))), (None, Some((ONE, ONE))));
        unit.expose(&definition, &exposure("b", 2), at(20));
        unit.expose(&definition, &exposure("b", 1), at(10));
        unit.expose(&definition, &exposure("gone", 1), at(5));
        assert_eq!((unit.place(), unit.slices()), (Some((1, 1)), ["phase=1".to_owned()].as_slice()));
        unit.expose(&definition, &exposure("a", 2), at(30));
        assert_eq!((unit.place(), unit.is_mixed()), (Some((1, 1)), true), "it stays where it was seen first");
        let text = serde_json::to_string(&unit).unwrap();
        assert_eq!(serde_json::from_str::<Unit>(&text).unwrap(), unit, "{text}");
    }

    #[test]
    fn a_unit_adds_what_its_metric_says() {
        let definition = definition();
        let mut unit = Unit::default();
        for (cost, failed) in [(Some(240), false), (None, true), (Some(60), false)] {
            let requested = Requested { exposure: exposure("a", 1), cost, latency: 1_500_000, first_token: None, tokens: 100, failed };
            unit.request(&definition, &requested, Timestamp::default());
        }
        unit.outcome("spent", 30 * ONE);
        unit.outcome("spent", 10 * ONE);
        unit.outcome("visits", 4 * ONE);
        for (name, value, counts) in [("helpful", ONE, true), ("helpful", 0, true), ("spent", ONE, false), ("spent", ONE, true)] {
            unit.score(name, value, counts);
        }
        let metric = |name: &str, source, per| Metric { per, ..Metric::new(name, source, Role::Goal) };
        let ratio = Metric { denominator: Some("visits".to_owned()), ..Metric::new("spent", Source::Outcome, Role::Goal) };
        let none = Metric { denominator: Some("clicks".to_owned()), ..ratio.clone() };
        for (metric, wanted) in [
            (metric("cost", Source::Cost, Per::Unit), Some((300, DOLLAR))),
            (metric("cost", Source::Cost, Per::Request), Some((300, 2 * DOLLAR))),
            (metric("latency", Source::Latency, Per::Request), Some((4_500_000, 3 * ONE))),
            (metric("first", Source::FirstToken, Per::Request), None),
            (metric("tokens", Source::Tokens, Per::Unit), Some((300 * ONE, ONE))),
            (metric("errors", Source::Error, Per::Request), Some((ONE, 3 * ONE))),
            (metric("spent", Source::Outcome, Per::Unit), Some((40 * ONE, ONE))),
            (metric("spent", Source::Outcome, Per::Request), Some((40 * ONE, 2 * ONE))),
            (ratio, Some((40 * ONE, 4 * ONE))),
            (none, None),
            (metric("never", Source::Outcome, Per::Unit), None),
            (metric("helpful", Source::Score, Per::Request), Some((ONE, 2 * ONE))),
            (metric("spent", Source::Score, Per::Request), None),
        ] {
            assert_eq!(unit.adds(&metric), wanted, "{metric:?}");
        }
    }

    #[test]
    fn arms_follow_their_units() {
        let definition = Definition { metrics: vec![Metric::new("resolved", Source::Outcome, Role::Goal)], ..definition() };
        let mut arms = Arms::new();
        let mut step = |before: &Unit, now: &Unit| {
            recount(&definition, before, now, &mut arms, &mut HashSet::new());
            arms.get(&Place { phase: 1, slice: String::new(), variant: 1 }).cloned()
        };
        let (nothing, mut unit) = (Unit::default(), Unit::default());
        unit.outcome("resolved", ONE);
        assert!(step(&nothing, &unit).is_none(), "it was seen in no variant");
        let before = unit.clone();
        unit.expose(&definition, &exposure("b", 1), Timestamp::from_seconds(10));
        let counted = step(&before, &unit).unwrap();
        assert_eq!((counted.exposed, counted.mixed, counted.metrics[0].reported, counted.metrics[0].sums.mean()), (1, 0, 1, Some(1.0)));
        let before = unit.clone();
        unit.expose(&definition, &exposure("a", 1), Timestamp::from_seconds(20));
        let counted = step(&before, &unit).unwrap();
        assert_eq!((counted.exposed, counted.mixed, counted.metrics[0].reported, counted.metrics[0].sums.units()), (1, 1, 1, 0));
    }
}
