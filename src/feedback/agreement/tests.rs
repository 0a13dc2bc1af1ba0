//! Published examples, absences, and what must not change a figure.

use proptest::prelude::*;

use super::*;
use crate::statistics::{Bootstrap, SplitMix64};

/// From one row a rater: a digit or letter a unit, `.` where there is no vote.
fn votes(raters: &[&str]) -> Votes<usize> {
    let row = |(rater, row): (usize, &&str)| {
        row.bytes().enumerate().filter(|(_, vote)| *vote != b'.').map(|(unit, vote)| (unit, rater, i64::from(vote))).collect::<Vec<_>>()
    };
    Votes::collect(raters.iter().enumerate().flat_map(row))
}

fn few() -> Bootstrap {
    Bootstrap { resamples: 200, ..Bootstrap::default() }
}

#[test]
fn alpha_is_that_of_krippendorffs_examples() {
    // "Computing Krippendorff's alpha-reliability", 2011: A, two observers of two values; B, of five; C, four observers with gaps.
    let binary = ["0100000010", "1110010000"];
    let nominal = ["aabbdcccedda", "babbbccceddd"];
    let gaps = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];
    for (name, raters, level, expected) in [
        ("A", &binary[..], Level::Nominal, 0.095),
        ("B", &nominal[..], Level::Nominal, 0.692),
        ("C", &gaps[..], Level::Nominal, 0.743),
        ("C", &gaps[..], Level::Ordinal, 0.815),
        ("C", &gaps[..], Level::Interval, 0.849),
    ] {
        let agreement = votes(raters).alpha(level, &few()).unwrap();
        assert!((agreement.estimate - expected).abs() < 0.000_5, "{name}, {}: {agreement:?}", level.as_str());
        assert!(agreement.interval.unwrap().holds(agreement.estimate), "{name}: {agreement:?}");
    }
    // The last unit of C has a single vote, and takes no part.
    assert_eq!(votes(&gaps).alpha(Level::Nominal, &few()).unwrap().units, 11);
}

#[test]
fn kappa_is_that_of_known_tables() {
    // Units by what the two said: yes yes, yes no, no yes, no no.
    for (table, expected) in [([20, 5, 10, 15], 0.4), ([45, 15, 25, 15], 0.130_4), ([25, 35, 5, 35], 0.259_3), ([0, 5, 5, 0], -1.0), ([7, 0, 0, 3], 1.0)] {
        let said = [(1, 1), (1, 0), (0, 1), (0, 0)].into_iter().zip(table).flat_map(|(said, units)| std::iter::repeat_n(said, units));
        let votes = Votes::collect(said.enumerate().flat_map(|(unit, (one, other))| [(unit, "anna", one), (unit, "mara", other)]));
        let kappa = votes.kappa(&"anna", &"mara", &few()).unwrap();
        assert!((kappa.estimate - expected).abs() < 0.000_05, "{table:?}: {kappa:?}");
        let share = votes.share(&few()).unwrap().estimate;
        assert!((share - (table[0] + table[3]) as f64 / table.iter().sum::<usize>() as f64).abs() < 1e-12);
    }
}

#[test]
fn what_cannot_be_known_is_absent_by_name() {
    use Absence::{NoPairs, OneCategory};
    for (name, raters, alpha, kappa, share) in [
        ("no votes", &["", ""][..], Some(NoPairs), Some(NoPairs), Some(NoPairs)),
        ("never the same unit", &["1.1.", ".2.2"], Some(NoPairs), Some(NoPairs), Some(NoPairs)),
        ("one category", &["1111", "1111"], Some(OneCategory), Some(OneCategory), None),
        ("another category, unpaired", &["11112", "1111."], Some(OneCategory), Some(OneCategory), None),
        ("a third rater only", &["1.2.", ".2.1", "1221"], None, Some(NoPairs), None),
    ] {
        let votes = votes(raters);
        assert_eq!(votes.alpha(Level::Ordinal, &few()).err(), alpha, "{name}");
        assert_eq!(votes.kappa(&0, &1, &few()).err(), kappa, "{name}");
        assert_eq!(votes.share(&few()).err(), share, "{name}");
    }
}

#[test]
fn an_interval_is_left_out_where_resampling_cannot_tell() {
    let agreed = votes(&["1212121212", "1212121212"]);
    assert_eq!(agreed.alpha(Level::Nominal, &few()), Ok(Agreement { estimate: 1.0, interval: None, units: 10 }), "all resamples say the same");
    let rare = votes(&["1111111112", "1111111111"]);
    assert_eq!(rare.alpha(Level::Nominal, &few()).unwrap().interval, None, "a third of the resamples has a single category");
    assert!(rare.share(&few()).unwrap().interval.is_some());
}

#[test]
fn the_same_votes_give_the_same_interval_and_a_later_vote_replaces() {
    let votes = |last| Votes::collect([(1, "a", 0), (1, "b", 1), (2, "a", 1), (2, "b", 1), (3, "b", 0), (3, "a", 1), (3, "a", last)]);
    assert_eq!(votes(0).alpha(Level::Nominal, &few()), votes(0).alpha(Level::Nominal, &few()));
    assert_eq!(votes(0), Votes::collect([(3, "a", 0), (2, "b", 1), (2, "a", 1), (1, "b", 1), (1, "a", 0), (3, "b", 0)]));
    assert_ne!(votes(0), votes(1));
    assert_eq!(votes(0).raters(), ["a", "b"]);
}

#[test]
fn an_interval_holds_the_truth_as_often_as_it_says() {
    // Two raters who each tell a fair coin's side rightly with 0.85: α = (2·0.85 − 1)² in the long run.
    let truth = 0.7_f64.powi(2);
    let mut random = SplitMix64(5);
    let held = (0..300).filter(|_| {
        let mut told = |side: bool| i64::from(side == (random.uniform() < 0.85));
        let given: Vec<_> = (0..150).flat_map(|unit| [(unit, 0, told(unit % 2 == 0)), (unit, 1, told(unit % 2 == 0))]).collect();
        Votes::collect(given).alpha(Level::Nominal, &Bootstrap { resamples: 400, ..Bootstrap::default() }).unwrap().interval.unwrap().holds(truth)
    });
    let held = held.count();
    assert!((273..=297).contains(&held), "{held} of 300");
}

#[test]
fn large_numbers_lose_no_digit() {
    let spread =
        |origin: i64| Votes::collect([(1, 0, origin), (1, 1, origin + 1), (2, 0, origin + 2), (2, 1, origin + 2), (3, 0, origin + 9), (3, 1, origin + 7)]);
    let expected = spread(0).alpha(Level::Interval, &few());
    for origin in [1_000_000_000_000_000, -1_000_000_000_000_000, i64::MAX - 9, i64::MIN] {
        assert_eq!(spread(origin).alpha(Level::Interval, &few()), expected);
    }
}

/// Units × raters, a third of the votes missing.
fn any_votes() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    let vote = prop_oneof![2 => (0..4_i64).prop_map(Some), 1 => Just(None)];
    prop::collection::vec(prop::collection::vec(vote, 4), 0..15).prop_map(|units| {
        let unit = |(unit, votes): (usize, Vec<Option<i64>>)| votes.into_iter().enumerate().filter_map(move |(rater, vote)| Some((unit, rater, vote?)));
        units.into_iter().enumerate().flat_map(unit).collect()
    })
}

fn near(one: Result<Agreement, Absence>, other: Result<Agreement, Absence>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => (one.estimate - other.estimate).abs() < 1e-9,
        (one, other) => one == other,
    }
}

proptest! {
    #[test]
    fn the_order_of_units_and_the_names_of_raters_change_nothing(given in any_votes(), turn in 0..4_usize) {
        let plain = Votes::collect(given.clone());
        let other = Votes::collect(given.iter().rev().map(|(unit, rater, value)| (1_000 - unit, (rater + turn) % 4, *value)));
        for level in Level::ALL {
            prop_assert_eq!(plain.alpha(*level, &few()), other.alpha(*level, &few()));
        }
        prop_assert_eq!(plain.share(&few()), other.share(&few()));
        prop_assert!(near(plain.kappa(&0, &1, &few()), plain.kappa(&1, &0, &few())));
    }

    #[test]
    fn only_what_a_level_looks_at_changes_alpha(given in any_votes()) {
        let relabelled = |change: fn(i64) -> i64| Votes::collect(given.iter().map(|(unit, rater, value)| (*unit, *rater, change(*value))));
        let plain = relabelled(|value| value);
        prop_assert!(near(plain.alpha(Level::Nominal, &few()), relabelled(|value| (value + 2) % 4).alpha(Level::Nominal, &few())));
        prop_assert!(near(plain.kappa(&0, &1, &few()), relabelled(|value| (value + 2) % 4).kappa(&0, &1, &few())));
        prop_assert!(near(plain.alpha(Level::Ordinal, &few()), relabelled(|value| value * value * value).alpha(Level::Ordinal, &few())));
        prop_assert!(near(plain.alpha(Level::Interval, &few()), relabelled(|value| 5 - 3 * value).alpha(Level::Interval, &few())));
    }

    #[test]
    fn figures_are_numbers_and_1_where_all_agree(given in any_votes()) {
        let (plain, agreed) = (Votes::collect(given.clone()), Votes::collect(given.iter().map(|(unit, rater, _)| (*unit, *rater, *unit as i64))));
        for level in Level::ALL {
            for agreement in plain.alpha(*level, &few()).into_iter().chain(plain.kappa(&0, &1, &few())).chain(plain.share(&few())) {
                prop_assert!((-1.0 - 1e-9..=1.0).contains(&agreement.estimate) || agreement.estimate.is_finite() && agreement.estimate < 1.0);
                prop_assert!(agreement.interval.is_none_or(|interval| interval.low < interval.high && interval.high <= 1.0));
            }
            prop_assert!(agreed.alpha(*level, &few()).is_ok_and(|agreement| agreement.estimate == 1.0) || agreed.alpha(*level, &few()).is_err());
        }
    }
}
