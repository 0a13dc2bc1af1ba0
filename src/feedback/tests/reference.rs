//! Against `reference.json`, which `tools/feedback.py` makes with numpy, scipy and statsmodels. Estimates and errors agree to 10⁻⁹; ends
//! of intervals, each side with dice of its own, to a tenth of their width.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    feedback::{
        agreement::{Absence, Agreement, Level, Votes},
        pairwise::{PairVote, Preference, Ranking, Standing},
        sampling::{Chance, Observation, estimate},
    },
    statistics::{Bootstrap, Interval},
};

pub(super) fn reference<T: DeserializeOwned>(part: &str) -> T {
    let all: Map<String, Value> = serde_json::from_str(include_str!("reference.json")).unwrap();
    serde_json::from_value(all[part].clone()).unwrap()
}

#[track_caller]
fn near(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3), "{what}: ours {ours}, theirs {theirs}");
}

#[track_caller]
fn close(ours: Option<Interval>, theirs: [f64; 2], what: &str) {
    let (ours, width) = (ours.unwrap(), theirs[1] - theirs[0]);
    assert!((ours.low - theirs[0]).abs() < 0.1 * width && (ours.high - theirs[1]).abs() < 0.1 * width, "{what}: ours {ours:?}, theirs {theirs:?}");
}

#[test]
fn agreement_is_that_of_numpy_and_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        votes: Vec<Vec<Option<i64>>>,
        share: f64,
        share_interval: [f64; 2],
        kappa: f64,
        kappa_interval: [f64; 2],
        nominal: f64,
        nominal_interval: [f64; 2],
        ordinal: f64,
        ordinal_interval: [f64; 2],
        interval: f64,
        interval_interval: [f64; 2],
    }
    let bootstrap = Bootstrap { resamples: 10_000, ..Bootstrap::default() };
    for case in reference::<Vec<Case>>("agreement") {
        let given =
            |(unit, votes): (usize, &Vec<Option<i64>>)| votes.iter().enumerate().filter_map(|(rater, vote)| Some((unit, rater, (*vote)?))).collect::<Vec<_>>();
        let votes = Votes::collect(case.votes.iter().enumerate().flat_map(given));
        let check = |ours: Result<Agreement, Absence>, figure: f64, interval, what: &str| {
            let (ours, what) = (ours.unwrap(), format!("{}: {what}", case.name));
            near(ours.estimate, figure, &what);
            close(ours.interval, interval, &what);
        };
        check(votes.share(&bootstrap), case.share, case.share_interval, "the share that agrees");
        check(votes.kappa(&0, &1, &bootstrap), case.kappa, case.kappa_interval, "κ");
        check(votes.alpha(Level::Nominal, &bootstrap), case.nominal, case.nominal_interval, "nominal α");
        check(votes.alpha(Level::Ordinal, &bootstrap), case.ordinal, case.ordinal_interval, "ordinal α");
        check(votes.alpha(Level::Interval, &bootstrap), case.interval, case.interval_interval, "interval α");
    }
}

/// What statsmodels says of pairwise votes.
#[derive(Deserialize)]
pub(super) struct Ranked {
    names: Vec<String>,
    strengths: Vec<f64>,
    errors: Vec<f64>,
    /// Of the first 0, and no error.
    less_first: Vec<f64>,
    less_first_errors: Vec<f64>,
    /// Against each other: probability, low, high.
    first_wins: Vec<[f64; 3]>,
    assumed: bool,
}

impl Ranked {
    pub fn check(&self, ranking: &Ranking<String>, what: &str) {
        let of = |standings: &[Standing<String>], name: &String| standings.iter().find(|standing| standing.contestant == *name).unwrap().clone();
        let (centred, against) = (ranking.standings(0.95), ranking.against(&self.names[0], 0.95).unwrap());
        for (at, name) in self.names.iter().enumerate() {
            let what = format!("{what}: {name}");
            let (centred, against) = (of(&centred, name), of(&against, name));
            near(centred.strength, self.strengths[at], &what);
            near(centred.standard_error.unwrap(), self.errors[at], &what);
            near(against.strength, self.less_first[at], &what);
            near(against.standard_error.unwrap_or(0.0), self.less_first_errors[at], &what);
            assert_eq!((centred.group, centred.assumed), (0, self.assumed), "{what}");
        }
        for (name, [probability, low, high]) in self.names[1..].iter().zip(&self.first_wins) {
            let winning = ranking.winning(&self.names[0], name, 0.95).unwrap();
            let interval = winning.interval.unwrap();
            for (ours, theirs) in [(winning.probability, probability), (interval.low, low), (interval.high, high)] {
                near(ours, *theirs, &format!("{what}: against {name}"));
            }
        }
    }
}

#[test]
fn strengths_and_their_errors_are_those_of_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        votes: Vec<(String, String, String, Preference)>,
        #[serde(flatten)]
        ranked: Ranked,
    }
    for Case { name, votes, ranked } in reference::<Vec<Case>>("pairwise") {
        let votes = votes.into_iter().map(|(item, a, b, preferred)| PairVote { item, a, b, preferred });
        ranked.check(&Ranking::of(votes), &name);
    }
}

#[test]
fn means_of_drawn_items_are_the_textbooks() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        /// Stratum, chance, value.
        rows: Vec<(u32, f64, f64)>,
        items: f64,
        mean: f64,
        variance: f64,
    }
    for Case { name, rows, items, mean, variance } in reference::<Vec<Case>>("drawn") {
        let observed = |(stratum, chance, value)| Observation { stratum, chance: Chance::new(chance).unwrap(), value };
        let ours = estimate(rows.into_iter().map(observed)).unwrap();
        near(ours.items, items, &name);
        near(ours.mean, mean, &name);
        near(ours.variance.unwrap(), variance, &name);
    }
}
