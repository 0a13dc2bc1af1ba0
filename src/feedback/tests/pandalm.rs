//! PandaLM's test set (WeOpenML/PandaLM, Apache-2.0): 999 pairs of answers, three annotators each.

use std::path::Path;

use serde::Deserialize;

use super::reference::{Ranked, reference};
use crate::{
    feedback::{
        agreement::{Level, Votes},
        pairwise::{PairVote, Preference, Ranking},
    },
    statistics::Bootstrap,
};

#[derive(Deserialize)]
struct Row {
    idx: u32,
    /// The two models, with `_` between.
    cmp_key: String,
    annotator1: i64,
    annotator2: i64,
    annotator3: i64,
}

impl Row {
    /// 1 for the first answer, 2 for the second, 0 for neither.
    fn votes(&self) -> [i64; 3] {
        [self.annotator1, self.annotator2, self.annotator3]
    }
}

/// `None` where there is no shared data; CI has it.
fn rows() -> Option<Vec<Row>> {
    let shared = std::env::var("ATELIER_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let file = Path::new(&shared).join("data/pandalm/testset-v1.json");
    if !file.exists() {
        assert!(std::env::var("CI").is_err(), "{} is missing", file.display());
        println!("skipped: {} is missing", file.display());
        return None;
    }
    Some(serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
}

#[derive(Deserialize)]
struct Expected {
    alpha: f64,
    kappas: [f64; 3],
    share: f64,
    #[serde(flatten)]
    ranked: Ranked,
}

#[test]
fn the_annotators_of_pandalm_agree_as_far_as_was_measured() {
    let Some(rows) = rows() else { return };
    let votes = Votes::collect(rows.iter().flat_map(|row| row.votes().into_iter().enumerate().map(|(rater, vote)| (row.idx, rater + 1, vote))));
    let bootstrap = Bootstrap::default();
    let expected: Expected = reference("pandalm");
    for ((one, other), published, theirs) in [((1, 2), 0.852, expected.kappas[0]), ((1, 3), 0.879, expected.kappas[1]), ((2, 3), 0.862, expected.kappas[2])] {
        let kappa = votes.kappa(&one, &other, &bootstrap).unwrap();
        assert!((kappa.estimate - published).abs() < 0.000_5 && (kappa.estimate - theirs).abs() < 1e-12, "{kappa:?}");
        let interval = kappa.interval.unwrap();
        assert!(kappa.units == 999 && interval.holds(kappa.estimate) && (0.04..0.08).contains(&(interval.high - interval.low)), "{kappa:?}");
        println!("κ of {one} and {other}: {kappa:?}");
    }
    let (alpha, share) = (votes.alpha(Level::Nominal, &bootstrap).unwrap(), votes.share(&bootstrap).unwrap());
    assert!((alpha.estimate - expected.alpha).abs() < 1e-12 && (share.estimate - expected.share).abs() < 1e-12, "{alpha:?} {share:?}");
}

#[test]
fn the_models_of_pandalm_rank_as_statsmodels_ranks_them() {
    let Some(rows) = rows() else { return };
    let vote = |row: &Row, vote: i64| {
        let (a, b) = row.cmp_key.split_once('_').unwrap();
        let preferred = [Preference::Tie, Preference::A, Preference::B][usize::try_from(vote).unwrap()];
        PairVote { item: row.idx, a: a.to_owned(), b: b.to_owned(), preferred }
    };
    let votes = rows.iter().flat_map(|row| row.votes().map(|given| vote(row, given)));
    reference::<Expected>("pandalm").ranked.check(&Ranking::of(votes), "PandaLM");
}
