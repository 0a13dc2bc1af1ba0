//! What draws keep, and what can be said of all from a few.

use proptest::prelude::*;

use super::*;
use crate::{experiment::Seed, statistics::SplitMix64, timestamp::Timestamp};

fn seed(number: u128) -> Seed {
    Seed(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
}

const STRATA: [&str; 3] = ["v1", "v2", "v3"];

/// 6 in 10 are of the first stratum, 3 of the second; every seventh has no score.
fn candidates(keys: &[String]) -> Vec<Candidate<'_>> {
    let candidate = |(at, key): (usize, &'static str), name| Candidate {
        key: name,
        stratum: key,
        score: (at % 7 != 0).then_some((at as i64 * 37) % 101),
        at: Timestamp(at as i64),
    };
    keys.iter().enumerate().map(|(at, name)| candidate((at, STRATA[usize::from(at % 10 > 5) + usize::from(at % 10 > 8)]), name)).collect()
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("request-{at}")).collect()
}

fn plans(count: u64, share: f64) -> [Plan; 6] {
    let stratified = |allocation| Plan::Stratified { count, by: "version".to_owned(), allocation };
    [
        Plan::Random { count },
        Plan::Share { share },
        stratified(Allocation::Equal),
        stratified(Allocation::Proportional),
        Plan::LowestScore { count, score: "helpful".to_owned() },
        Plan::Newest { count },
    ]
}

#[test]
fn plans_read_as_they_are_written_and_name_what_is_wrong() {
    for (json, fault) in [
        (r#"{"plan":"random","count":200}"#, None),
        (r#"{"plan":"share","share":0.05}"#, None),
        (r#"{"plan":"stratified","count":90,"by":"version","allocation":"equal"}"#, None),
        (r#"{"plan":"lowest_score","count":20,"score":"grounded"}"#, None),
        (r#"{"plan":"newest","count":20}"#, None),
        (r#"{"plan":"random","count":0}"#, Some("count")),
        (r#"{"plan":"newest","count":1000001}"#, Some("count")),
        (r#"{"plan":"share","share":0.0}"#, Some("share")),
        (r#"{"plan":"share","share":1.5}"#, Some("share")),
        (r#"{"plan":"stratified","count":9,"by":" ","allocation":"equal"}"#, Some("by")),
        (r#"{"plan":"lowest_score","count":20,"score":""}"#, Some("score")),
    ] {
        let plan: Plan = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&plan).unwrap(), json);
        assert_eq!(plan.check().err().and_then(|fault| fault.fields.first().map(|error| error.field.clone())).as_deref(), fault, "{json}");
    }
    assert_eq!(
        serde_json::from_str::<Plan>(r#"{"plan":"stratified","count":9,"by":"model"}"#).unwrap(),
        Plan::Stratified { count: 9, by: "model".to_owned(), allocation: Allocation::Proportional }
    );
    assert!(serde_json::from_str::<Chance>("0").is_err() && serde_json::from_str::<Chance>("1.01").is_err());
    assert_eq!(serde_json::from_str::<Chance>("0.25").unwrap().get(), 0.25);
}

#[test]
fn each_plan_draws_what_it_says_and_keeps_the_chance() {
    let keys = keys(1_000);
    let all = candidates(&keys);
    let drawn = |plan: &Plan| plan.draw(seed(1), &all);
    let [random, _, equal, proportional, lowest, newest] = plans(90, 0.1);
    assert_eq!(drawn(&random).iter().map(|one| one.chance.get()).collect::<Vec<_>>(), [0.09; 90]);
    for (plan, expected) in [(equal, [(30, 600), (30, 300), (30, 100)]), (proportional, [(54, 600), (27, 300), (9, 100)])] {
        let drawn = drawn(&plan);
        for (stratum, (count, size)) in STRATA.into_iter().zip(expected) {
            let of: Vec<_> = drawn.iter().filter(|one| all[one.candidate].stratum == stratum).collect();
            assert_eq!(of.len(), count, "{plan:?} {stratum}");
            assert!(of.iter().all(|one| one.chance.get() == count as f64 / f64::from(size)), "{plan:?} {stratum}");
        }
    }
    let lowest = drawn(&lowest);
    let scores: Vec<_> = lowest.iter().map(|one| all[one.candidate].score.unwrap()).collect();
    let mut sorted: Vec<_> = all.iter().filter_map(|one| one.score).collect();
    sorted.sort_unstable();
    assert_eq!(scores, sorted[..90]);
    assert_eq!(drawn(&newest).iter().map(|one| one.candidate).collect::<Vec<_>>(), (910..1_000).rev().collect::<Vec<_>>());
    assert!(lowest.iter().chain(&drawn(&newest)).all(|one| one.chance == Chance::CERTAIN));
    assert_eq!(
        plans(9, 0.1).map(|plan| (plan.is_representative(), plan.is_continuous())),
        [(true, false), (true, true), (true, false), (true, false), (false, false), (false, false)]
    );
}

#[test]
fn a_share_is_asked_of_each_request_alone() {
    let keys = keys(100_000);
    let all = candidates(&keys);
    let drawn = Plan::Share { share: 0.05 }.draw(seed(2), &all);
    // 5,000 are due, give or take 69; the seed is fixed.
    assert!((4_800..5_200).contains(&drawn.len()), "{}", drawn.len());
    assert!(drawn.iter().all(|one| takes(seed(2), 0.05, all[one.candidate].key) == Some(one.chance) && (one.chance.get() - 0.05).abs() < 1e-9));
    let other: Vec<_> = Plan::Share { share: 0.05 }.draw(seed(3), &all);
    let both = drawn.iter().filter(|one| takes(seed(3), 0.05, all[one.candidate].key).is_some()).count();
    assert!((180..330).contains(&both) && other != drawn, "{both}: another seed is another draw");
    for (share, expected) in [(0.0, None), (1.0, Some(Chance::CERTAIN)), (f64::NAN, None)] {
        assert_eq!(takes(seed(1), share, "request-1"), expected);
    }
}

/// What a customer's script computes.
#[test]
fn a_draw_can_be_reproduced_from_what_is_documented() {
    for key in keys(200) {
        let point = crate::experiment::siphash(seed(4), format!("{key}q").as_bytes(), b"") >> 32;
        assert_eq!(takes(seed(4), 0.25, &key).is_some(), point < 1 << 30);
    }
}

#[test]
fn strata_get_what_they_can_give() {
    use Allocation::{Equal, Proportional};
    for (count, sizes, allocation, expected) in [
        (30, &[100, 100, 100][..], Equal, &[10, 10, 10][..]),
        (31, &[100, 100, 100], Equal, &[11, 10, 10]),
        (30, &[100, 4, 100], Equal, &[13, 4, 13]),
        (100, &[600, 300, 100], Proportional, &[60, 30, 10]),
        (10, &[100_000, 1, 5], Proportional, &[7, 1, 2]),
        (3, &[100_000, 1, 5], Proportional, &[1, 1, 1]),
        (2, &[100_000, 1, 5], Proportional, &[2, 0, 0]),
        (50, &[10, 0, 20], Proportional, &[10, 0, 20]),
        (5, &[], Equal, &[]),
    ] {
        assert_eq!(allocate(count, sizes, allocation), expected, "{count} of {sizes:?}, {}", allocation.as_str());
    }
}

/// The items' values: the strata differ, and so do the items of each.
fn value(at: usize, candidate: &Candidate, random: &mut SplitMix64) -> f64 {
    let chance = [0.2, 0.5, 0.9][STRATA.iter().position(|one| *one == candidate.stratum).unwrap()];
    f64::from(u8::from(random.uniform() < chance)) + if at.is_multiple_of(2) { 0.1 } else { 0.0 }
}

#[test]
fn the_mean_of_all_lies_in_the_interval_as_often_as_it_says() {
    let keys = keys(2_000);
    let all = candidates(&keys);
    let mut random = SplitMix64(1);
    let values: Vec<f64> = all.iter().enumerate().map(|(at, one)| value(at, one, &mut random)).collect();
    let truth = values.iter().sum::<f64>() / values.len() as f64;
    for plan in plans(150, 0.075).into_iter().filter(Plan::is_representative) {
        let (mut held, mut bias) = (0, 0.0);
        for number in 0..400 {
            let drawn = plan.draw(seed(number), &all);
            let stratum = |at: usize| if matches!(plan, Plan::Stratified { .. }) { all[at].stratum } else { "" };
            let estimate =
                estimate(drawn.iter().map(|one| Observation { stratum: stratum(one.candidate), chance: one.chance, value: values[one.candidate] })).unwrap();
            held += u32::from(estimate.interval(0.95).unwrap().holds(truth));
            bias += (estimate.mean - truth) / 400.0;
        }
        // 380 are due. A plain mean of the equal draw would be 0.16 off.
        assert!((364..=396).contains(&held) && bias.abs() < 0.007, "{plan:?}: {held} of 400, {bias} off");
    }
}

#[test]
fn what_labels_cannot_say_is_absent() {
    let observe = |stratum, chance, value| Observation { stratum, chance: Chance::new(chance).unwrap(), value };
    assert_eq!(estimate::<u8>([]), None);
    let of = |observations: &[Observation<u8>]| estimate(observations.iter().copied()).unwrap();
    let single = of(&[observe(0, 0.5, 1.0), observe(1, 1.0, 0.0)]);
    assert_eq!((single.variance, single.interval(0.95)), (None, None), "one label");
    let pooled = of(&[observe(0, 0.5, 1.0), observe(1, 0.5, 0.0)]);
    assert!(pooled.variance.unwrap() > 0.0, "two strata with one label each");
    let equal = of(&[observe(0, 0.5, 1.0); 20]);
    assert_eq!((equal.variance, equal.interval(0.95)), (Some(0.0), None), "all labels are equal");
    let complete = of(&[observe(0, 1.0, 1.0), observe(0, 1.0, 0.0)]);
    assert_eq!(complete.interval(0.95).map(|interval| (interval.low, interval.high)), Some((0.5, 0.5)), "all were drawn");
}

proptest! {
    #[test]
    fn draws_are_chances_without_repeats_whatever_the_order(count in 1..60_u64, share in 0.01..1.0_f64, all in 0..50_usize, number in any::<u128>()) {
        let keys = keys(all);
        let (forwards, mut backwards) = (candidates(&keys), candidates(&keys));
        backwards.reverse();
        for plan in plans(count, share) {
            let drawn = plan.draw(seed(number), &forwards);
            let told = |drawn: &[Drawn], among: &[Candidate]| drawn.iter().map(|one| (among[one.candidate].key.to_owned(), one.chance.get())).collect::<Vec<_>>();
            prop_assert_eq!(told(&drawn, &forwards), told(&plan.draw(seed(number), &backwards), &backwards));
            prop_assert!(drawn.iter().all(|one| one.chance.get() > 0.0 && one.chance.get() <= 1.0));
            let seen: std::collections::HashSet<_> = drawn.iter().map(|one| one.candidate).collect();
            prop_assert_eq!(seen.len(), drawn.len());
            if plan.is_representative() && !plan.is_continuous() {
                prop_assert_eq!(drawn.len() as u64, count.min(all as u64));
            }
        }
    }

    #[test]
    fn a_larger_share_takes_all_that_a_smaller_one_does(small in 0.0..1.0_f64, more in 0.0..1.0_f64, number in any::<u128>()) {
        let large = small + more * (1.0 - small);
        for key in keys(40) {
            prop_assert!(takes(seed(number), small, &key).is_none() || takes(seed(number), large, &key).is_some());
        }
    }

    #[test]
    fn allocations_add_up_and_leave_no_stratum_out_that_could_be_in(count in 0..200_u64, sizes in prop::collection::vec(0..100_u64, 0..12), equal in any::<bool>()) {
        let given = allocate(count, &sizes, if equal { Allocation::Equal } else { Allocation::Proportional });
        prop_assert_eq!(given.iter().sum::<u64>(), count.min(sizes.iter().sum()));
        prop_assert!(given.iter().zip(&sizes).all(|(given, size)| given <= size));
        if count >= 2 * sizes.len() as u64 {
            prop_assert!(given.iter().zip(&sizes).all(|(given, size)| *given >= 2.min(*size)));
        }
    }

    #[test]
    fn a_mean_is_scaled_and_shifted_as_its_values_are(rows in prop::collection::vec((0..3_u8, 0.01..=1.0_f64, -5.0..5.0_f64), 1..40), shift in -3.0..3.0_f64) {
        let of = |change: &dyn Fn(f64) -> f64| {
            let observed = |(stratum, chance, value): &(u8, f64, f64)| Observation { stratum: *stratum, chance: Chance::new(*chance).unwrap(), value: change(*value) };
            estimate(rows.iter().map(observed)).unwrap()
        };
        let (plain, changed) = (of(&|value| value), of(&|value| 2.0 * value + shift));
        prop_assert!((changed.mean - 2.0 * plain.mean - shift).abs() < 1e-9);
        prop_assert_eq!(plain.variance.is_some(), changed.variance.is_some());
        prop_assert!(plain.variance.zip(changed.variance).is_none_or(|(plain, changed)| plain >= 0.0 && (changed - 4.0 * plain).abs() < 1e-9 * (1.0 + changed)));
    }
}
