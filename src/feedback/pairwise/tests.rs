//! What rankings keep, and what they leave open.

use proptest::prelude::*;

use super::*;
use crate::statistics::SplitMix64;

/// "a>b" on an item of its own each; "a=b" is a tie.
fn votes(given: &[&'static str]) -> Vec<PairVote<usize, &'static str>> {
    let vote = |(item, text): (usize, &&'static str)| {
        let (a, b) = text.split_once(['>', '=']).unwrap();
        PairVote { item, a, b, preferred: if text.contains('=') { Preference::Tie } else { Preference::A } }
    };
    given.iter().enumerate().map(vote).collect()
}

#[test]
fn two_contestants_differ_by_the_log_odds_of_their_wins() {
    // 12 : 4, a tie being half of each.
    let ranking = Ranking::of(votes(&[["a>b"; 11].as_slice(), &["b>a"; 3], &["a=b"; 2]].concat()));
    let standings = ranking.standings(0.95);
    assert!((standings[0].strength - 3_f64.ln() / 2.0).abs() < 1e-12 && (standings[1].strength + standings[0].strength).abs() < 1e-12);
    assert_eq!((standings[0].contestant, standings[0].wins, standings[0].votes, standings[0].assumed), ("a", 12.0, 16.0, false));
    let winning = ranking.winning(&"a", &"b", 0.95).unwrap();
    assert!((winning.probability - 0.75).abs() < 1e-12 && winning.interval.unwrap().holds(0.75), "{winning:?}");
    let against = ranking.against(&"a", 0.95).unwrap();
    assert_eq!((against[0].strength, against[0].standard_error), (0.0, None));
    assert!((against[1].strength + 3_f64.ln()).abs() < 1e-12 && against[1].interval.unwrap().high < 0.0);
}

#[test]
fn whom_no_votes_join_is_not_compared() {
    let ranking = Ranking::of(votes(&["a>b", "b>a", "c>d", "d=c", "e>e"]));
    let groups: Vec<_> = ranking.standings(0.95).into_iter().map(|standing| (standing.contestant, standing.group)).collect();
    assert_eq!(groups, [("a", 0), ("b", 0), ("c", 1), ("d", 1)]);
    for (one, other, expected) in
        [("a", "b", None), ("a", "c", Some(Absence::NotCompared)), ("a", "e", Some(Absence::NoVotes)), ("x", "a", Some(Absence::NoVotes))]
    {
        assert_eq!(ranking.winning(&one, &other, 0.95).err(), expected, "{one} {other}");
    }
    assert_eq!(ranking.against(&"e", 0.95), Err(Absence::NoVotes));
    assert_eq!(ranking.against(&"d", 0.95).unwrap().len(), 2);
    assert_eq!(Ranking::<u8>::of::<u8>([]).standings(0.95), []);
}

#[test]
fn who_always_wins_is_strong_but_not_without_bound() {
    for (name, given, first, assumed) in [
        ("always", vec!["a>b"; 20], "a", true),
        ("never", vec!["b>a"; 20], "b", true),
        ("once", vec!["a>b"], "a", true),
        ("in a chain", vec!["a>b", "b>c"], "a", true),
        ("in a ring", vec!["a>b", "b>c", "c>a", "a>b"], "a", false),
        ("by ties", vec!["b>a", "a=b", "b>c", "c=b"], "b", false),
    ] {
        let standings = Ranking::of(votes(&given)).standings(0.95);
        assert!(standings.iter().all(|standing| standing.strength.abs() < 3.0 && standing.assumed == assumed), "{name}: {standings:?}");
        assert_eq!(standings[0].contestant, first, "{name}");
    }
    let of = |wins| Ranking::of(votes(&vec!["a>b"; wins])).winning(&"a", &"b", 0.95).unwrap();
    let (ten, hundred) = (of(10), of(100));
    assert!(ten.probability < hundred.probability && hundred.probability < 1.0);
    // By the rule of three, 0.74 and 0.97 are what so many wins in a row exclude.
    assert!((0.70..0.78).contains(&ten.interval.unwrap().low) && (0.95..0.98).contains(&hundred.interval.unwrap().low), "{ten:?} {hundred:?}");
}

#[test]
fn votes_on_one_item_say_less_than_votes_on_many() {
    let on = |items: usize| {
        Ranking::of((0..60).map(|at| PairVote { item: at % items, a: 0, b: 1, preferred: if at % items < items / 3 { Preference::A } else { Preference::B } }))
    };
    let error = |items| on(items).standings(0.95)[0].standard_error;
    assert!(error(15).unwrap() > 1.9 * error(60).unwrap(), "{:?} {:?}", error(15), error(60));
    assert_eq!(error(6), None, "too few items");
    let all_ties = Ranking::of(votes(&["a=b"; 30])).standings(0.95);
    assert_eq!((all_ties[0].strength, all_ties[0].standard_error), (0.0, None), "nothing tells how far others might be off");
}

#[test]
fn an_interval_holds_the_truth_as_often_as_it_says() {
    // Items lean: on half of them the first is preferred with 0.9, on half with 0.3; three reviewers an item, 60 items.
    let truth = (0.6_f64 / 0.4).ln();
    let mut random = SplitMix64(3);
    let mut held = [0, 0];
    for _ in 0..400 {
        let mut votes = Vec::new();
        for item in 0..60 {
            let chance = if random.uniform() < 0.5 { 0.9 } else { 0.3 };
            votes.extend((0..3).map(|_| PairVote { item, a: 0, b: 1, preferred: if random.uniform() < chance { Preference::A } else { Preference::B } }));
        }
        let alone = votes.iter().cloned().enumerate().map(|(item, vote)| PairVote { item: item as i32, ..vote }).collect::<Vec<_>>();
        for (held, votes) in held.iter_mut().zip([votes, alone]) {
            let against = Ranking::of(votes).against(&1, 0.95).unwrap();
            *held += u32::from(against.iter().find(|standing| standing.contestant == 0).unwrap().interval.unwrap().holds(truth));
        }
    }
    // 380 are due; as if every vote were on an item of its own, far too few.
    assert!((366..=394).contains(&held[0]) && held[1] < 355, "{held:?} of 400");
}

fn any_votes() -> impl Strategy<Value = Vec<PairVote<usize, usize>>> {
    let vote = (0..12_usize, 0..6_usize, 0..6_usize, prop_oneof![Just(Preference::A), Just(Preference::B), Just(Preference::Tie)]);
    prop::collection::vec(vote.prop_map(|(item, a, b, preferred)| PairVote { item, a, b, preferred }), 0..60)
}

fn turned(vote: &PairVote<usize, usize>) -> PairVote<usize, usize> {
    let preferred = match vote.preferred {
        Preference::A => Preference::B,
        Preference::B => Preference::A,
        Preference::Tie => Preference::Tie,
    };
    PairVote { item: vote.item, a: vote.b, b: vote.a, preferred }
}

/// By contestant.
fn told(ranking: &Ranking<usize>) -> Vec<Standing<usize>> {
    let mut standings = ranking.standings(0.95);
    standings.sort_by_key(|standing| standing.contestant);
    standings
}

fn alike(one: &Standing<usize>, other: &Standing<usize>) -> bool {
    let error = |standing: &Standing<usize>| standing.standard_error.unwrap_or(-1.0);
    (one.strength - other.strength).abs() < 1e-7 && (error(one) - error(other)).abs() < 1e-6 && (one.wins - other.wins).abs() < 1e-9
}

proptest! {
    #[test]
    fn sides_order_and_names_change_nothing(given in any_votes(), turn in 1..6_usize) {
        let plain = told(&Ranking::of(given.clone()));
        let mirrored = told(&Ranking::of(given.iter().rev().map(turned)));
        prop_assert!(plain.len() == mirrored.len() && plain.iter().zip(&mirrored).all(|(one, other)| alike(one, other)), "{plain:?} {mirrored:?}");
        let name = |contestant: usize| (contestant + turn) % 6;
        let renamed = told(&Ranking::of(given.into_iter().map(|vote| PairVote { a: name(vote.a), b: name(vote.b), ..vote })));
        for standing in &plain {
            let other = renamed.iter().find(|other| other.contestant == name(standing.contestant)).unwrap();
            prop_assert!(alike(standing, other), "{standing:?} {other:?}");
        }
    }

    #[test]
    fn strengths_are_finite_with_mean_0_and_chances_add_up_to_1(given in any_votes()) {
        let ranking = Ranking::of(given);
        let standings = told(&ranking);
        for group in 0..6 {
            let sum: f64 = standings.iter().filter(|standing| standing.group == group).map(|standing| standing.strength).sum();
            prop_assert!(sum.abs() < 1e-9);
        }
        for (one, other) in standings.iter().flat_map(|one| standings.iter().map(move |other| (one, other))) {
            prop_assert!(one.strength.is_finite() && one.standard_error.is_none_or(|error| error.is_finite() && error > 0.0));
            let winning = |one: &Standing<usize>, other: &Standing<usize>| ranking.winning(&one.contestant, &other.contestant, 0.95);
            match (winning(one, other), winning(other, one)) {
                (Ok(won), Ok(lost)) => {
                    prop_assert!((won.probability + lost.probability - 1.0).abs() < 1e-12 && won.probability > 0.0 && one.group == other.group);
                    prop_assert!(won.interval.is_none_or(|interval| interval.holds(won.probability)));
                }
                (won, lost) => prop_assert!(won == Err(Absence::NotCompared) && lost == won && one.group != other.group),
            }
        }
    }

    #[test]
    fn who_wins_more_against_the_same_others_is_stronger(wins in prop::collection::vec(1..20_u32, 3)) {
        // Each of three plays 20 votes against a fourth.
        let preferred = |won: bool| if won { Preference::A } else { Preference::B };
        let votes = |(at, wins): (usize, &u32)| (0..20).map(|vote| PairVote { item: (at, vote), a: at, b: 3, preferred: preferred(vote < *wins) }).collect::<Vec<_>>();
        let votes = wins.iter().enumerate().flat_map(votes);
        let standings = told(&Ranking::of(votes));
        for (one, other) in (0..3).flat_map(|one| (0..3).map(move |other| (one, other))).filter(|(one, other)| wins[*one] > wins[*other]) {
            prop_assert!(standings[one].strength > standings[other].strength);
        }
    }
}
