//! What to do about a test, in one sentence.
//!
//! Alarm before all else. Ship what is shown better and harms nothing; stop where harm is shown, or the planned sample is reached
//! without a gain; else go on. Nothing here looks at a number that has not been earned.

use serde::{Deserialize, Serialize};

use super::{Comparison, Definition, MetricResult, Results, Role, Standing, State, sentence};
use crate::request::words;

words! {
    /// What to do.
    Decision {
        Ship = "ship",
        Stop = "stop",
        #[default]
        Continue = "continue",
        /// The data cannot be trusted: find the cause first.
        Alarm = "alarm",
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub decision: Decision,
    /// Which to ship; of a stop, the one to keep.
    pub variant: Option<String>,
    pub sentence: String,
}

/// A variant beside the baseline, with all its comparisons.
pub(super) struct Challenger<'a> {
    pub key: &'a str,
    pub comparisons: Vec<(&'a MetricResult, &'a Comparison)>,
}

impl<'a> Challenger<'a> {
    pub fn of(&self, role: Role) -> impl Iterator<Item = (&'a MetricResult, &'a Comparison)> {
        self.comparisons.iter().copied().filter(move |(metric, _)| metric.role == role)
    }

    pub fn with(&self, standing: Standing) -> impl Iterator<Item = (&'a MetricResult, &'a Comparison)> {
        self.comparisons.iter().copied().filter(move |(_, comparison)| comparison.standing == standing)
    }

    pub fn harms(&self) -> bool {
        self.comparisons.iter().any(|(_, comparison)| comparison.is_harm())
    }

    /// The first goal that is shown better, by position, and how much at least.
    fn win(&self) -> Option<(usize, f64)> {
        let better = |(_, comparison): &(&MetricResult, &Comparison)| comparison.standing == Standing::Better;
        let at = self.of(Role::Goal).position(|goal| better(&goal))?;
        let (metric, comparison) = self.of(Role::Goal).nth(at)?;
        Some((at, gains(metric, comparison)?.0))
    }

    /// Whether a gain that matters is excluded on every goal that says what matters.
    fn is_futile(&self) -> bool {
        let mut goals = self.of(Role::Goal).filter(|(_, comparison)| comparison.limit != 0.0).peekable();
        goals.peek().is_some() && goals.all(|(metric, comparison)| gains(metric, comparison).is_some_and(|(_, most)| most < comparison.limit.abs()))
    }
}

/// The interval as a gain, the lesser end first.
pub(super) fn gains(metric: &MetricResult, comparison: &Comparison) -> Option<(f64, f64)> {
    let (low, high) = (metric.gain(comparison.low?), metric.gain(comparison.high?));
    Some((low.min(high), low.max(high)))
}

pub(super) fn judge(definition: &Definition, results: &Results) -> Verdict {
    let baseline = results.variants.first().map_or("", |variant| variant.key.as_str());
    let challenger = |key| Challenger { key, comparisons: results.comparisons(key).collect() };
    let challengers: Vec<Challenger<'_>> = results.variants.iter().skip(1).map(|variant| challenger(variant.key.as_str())).collect();
    let keep = |sentence| Verdict { decision: Decision::Stop, variant: Some(baseline.to_owned()), sentence };
    let go_on = |sentence| Verdict { decision: Decision::Continue, variant: None, sentence };
    if let Some(sentence) = sentence::alarm(results) {
        return Verdict { decision: Decision::Alarm, variant: None, sentence };
    }
    if let Some(sentence) = sentence::nothing_yet(definition, results).or_else(|| (results.state == State::Draft).then(sentence::draft)) {
        return go_on(sentence);
    }
    if let Some(winner) = winner(&challengers) {
        return Verdict { decision: Decision::Ship, variant: Some(winner.key.to_owned()), sentence: sentence::ship(winner) };
    }
    if challengers.iter().all(Challenger::harms) {
        return keep(sentence::harm(baseline, &challengers));
    }
    let open: Vec<&Challenger<'_>> = challengers.iter().filter(|challenger| !challenger.harms()).collect();
    let judged = open.iter().any(|challenger| challenger.of(Role::Goal).any(|(_, comparison)| comparison.standing != Standing::Unknown));
    if results.units < results.planned_units || !judged {
        return go_on(sentence::go_on(baseline, &challengers, results));
    }
    let futile = open.iter().all(|challenger| challenger.is_futile());
    keep(sentence::no_gain(baseline, &challengers, results, futile))
}

/// Of those that are shown better on a goal and harm nothing, the one that gains most at the least, on the first goal.
fn winner<'c, 'a>(challengers: &'c [Challenger<'a>]) -> Option<&'c Challenger<'a>> {
    let wins = challengers.iter().filter(|challenger| !challenger.harms()).filter_map(|challenger| Some((challenger, challenger.win()?)));
    wins.max_by(|(_, (at, least)), (_, (other, less))| other.cmp(at).then(least.total_cmp(less))).map(|(challenger, _)| challenger)
}
