//! What votes say of contestants: their strengths, and who wins against whom.

use serde::{Deserialize, Serialize};

use super::{
    Absence, PairVote,
    fit::{Fit, sigmoid},
    tally::Tally,
};
use crate::statistics::{Interval, quantile};

/// Where one contestant stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing<C> {
    pub contestant: C,
    /// From 0: strengths are comparable within a group only.
    pub group: usize,
    /// In log-odds: less the mean of its group, or the baseline's.
    pub strength: f64,
    /// Clustered by item. `None` where too few items tell (10, and more than contestants), and of the baseline itself.
    pub standard_error: Option<f64>,
    /// `strength ± z·standard_error`.
    pub interval: Option<Interval>,
    /// Votes for it, ties half.
    pub wins: f64,
    /// Votes on it, ties too.
    pub votes: f64,
    /// Whether the strength is held finite by the prior, as somebody of the group always wins or never does.
    pub assumed: bool,
}

/// How likely one contestant is preferred to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Winning {
    /// In (0, 1).
    pub probability: f64,
    /// From the interval of the difference of the strengths, so within (0, 1); `None` where that has none.
    pub interval: Option<Interval>,
    /// As in a standing.
    pub assumed: bool,
}

/// Contestants by pairwise votes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking<C> {
    contestants: Vec<C>,
    groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq)]
struct Group {
    /// Positions among all contestants, ascending.
    members: Vec<usize>,
    fit: Fit,
}

impl<C: Ord + Clone> Ranking<C> {
    /// Fits the votes, group by group. Their order changes nothing beyond rounding.
    pub fn of<I: Ord>(votes: impl IntoIterator<Item = PairVote<I, C>>) -> Self {
        let tally = Tally::of(votes);
        let fitted = |members: Vec<usize>| Group { fit: Fit::of(members.len(), &tally.among(&members)), members };
        Self { groups: tally.groups().into_iter().map(fitted).collect(), contestants: tally.contestants }
    }

    /// All contestants: group by group, the strongest first. `coverage` is that of the intervals: 0.95.
    pub fn standings(&self, coverage: f64) -> Vec<Standing<C>> {
        (0..self.groups.len()).flat_map(|at| self.within(at, None, coverage)).collect()
    }

    /// The baseline's group with strengths less the baseline's, the strongest first.
    ///
    /// # Errors
    /// Nobody voted on the baseline.
    pub fn against(&self, baseline: &C, coverage: f64) -> Result<Vec<Standing<C>>, Absence> {
        let (group, baseline) = self.place(baseline).ok_or(Absence::NoVotes)?;
        Ok(self.within(group, Some(baseline), coverage))
    }

    /// How likely `one` is preferred to `other`.
    ///
    /// # Errors
    /// Which absence it is: no votes on one of them, or none that join them.
    pub fn winning(&self, one: &C, other: &C, coverage: f64) -> Result<Winning, Absence> {
        let ((group, one), (same, other)) = self.place(one).zip(self.place(other)).ok_or(Absence::NoVotes)?;
        if group != same {
            return Err(Absence::NotCompared);
        }
        let fit = &self.groups[group].fit;
        let difference = fit.strengths[one] - fit.strengths[other];
        let error = fit.standard_error(&contrast(fit.strengths.len(), one, Some(other)));
        let interval = error.map(|error| around(difference, error, coverage)).map(|Interval { low, high }| Interval { low: sigmoid(low), high: sigmoid(high) });
        Ok(Winning { probability: sigmoid(difference), interval, assumed: fit.assumed })
    }

    /// Its group, and its position there.
    fn place(&self, contestant: &C) -> Option<(usize, usize)> {
        let at = self.contestants.binary_search(contestant).ok()?;
        self.groups.iter().enumerate().find_map(|(group, one)| Some((group, one.members.binary_search(&at).ok()?)))
    }

    fn within(&self, group: usize, baseline: Option<usize>, coverage: f64) -> Vec<Standing<C>> {
        let Group { members, fit } = &self.groups[group];
        let origin = baseline.map_or(0.0, |at| fit.strengths[at]);
        let standing = |(at, member): (usize, &usize)| {
            let strength = fit.strengths[at] - origin;
            let standard_error = fit.standard_error(&contrast(members.len(), at, baseline));
            Standing {
                contestant: self.contestants[*member].clone(),
                group,
                strength,
                standard_error,
                interval: standard_error.map(|error| around(strength, error, coverage)),
                wins: fit.wins.row(at).iter().sum(),
                votes: (0..members.len()).map(|other| fit.wins[(at, other)] + fit.wins[(other, at)]).sum(),
                assumed: fit.assumed,
            }
        };
        let mut standings: Vec<_> = members.iter().enumerate().map(standing).collect();
        standings.sort_by(|one, other| other.strength.total_cmp(&one.strength));
        standings
    }
}

/// The weights of one contestant less another, or less the mean of all.
fn contrast(size: usize, at: usize, less: Option<usize>) -> Vec<f64> {
    let mut weights = vec![if less.is_some() { 0.0 } else { -1.0 / size as f64 }; size];
    weights[at] += 1.0;
    less.into_iter().for_each(|less| weights[less] -= 1.0);
    weights
}

fn around(estimate: f64, error: f64, coverage: f64) -> Interval {
    let radius = error * quantile(0.5 + coverage / 2.0);
    Interval { low: estimate - radius, high: estimate + radius }
}
