//! Results and verdicts: the sentences, word for word.

use proptest::prelude::*;

use super::*;
use crate::statistics::{ONE, Sums};

/// Of `units`, so many with a 1.
fn shares(ones: u64, units: u64) -> Tally {
    let mut sums = Sums::default();
    (0..ones).for_each(|_| sums.add(ONE, ONE));
    Tally { sums: sums.with_zeros(units - ones, ONE), reported: units }
}

/// Half of `units` at each of two values, in millionths.
fn halves(units: u64, values: [i64; 2]) -> Tally {
    let mut sums = Sums::default();
    (0..units).for_each(|at| sums.add(values[(at % 2) as usize], ONE));
    Tally { sums, reported: units }
}

/// USD in millionths.
fn costs(units: u64, mean: i64) -> Tally {
    halves(units, [mean * 3 / 4, mean * 5 / 4])
}

fn arm(metrics: &[Tally]) -> Arm {
    Arm { exposed: metrics.iter().map(|tally| tally.reported).max().unwrap_or(0), mixed: 0, metrics: metrics.to_vec() }
}

fn one_phase(arms: &[Arm]) -> Counts {
    Counts { phases: vec![Phase { weights: vec![1.0 / arms.len() as f64; arms.len()], arms: arms.to_vec() }] }
}

fn judged(definition: &Definition, arms: &[Arm]) -> Results {
    analyse(definition, State::Running, &one_phase(arms), &Evidence::default()).0
}

fn with(change: impl Fn(&mut Definition)) -> Definition {
    let mut definition = example();
    definition.planned_units = 24_000;
    change(&mut definition);
    assert_eq!(definition.check(), Ok(()));
    definition
}

fn three(definition: &mut Definition) {
    definition.variants.push(Variant { key: "c".to_owned(), ..definition.variants[1].clone() });
    definition.variants.iter_mut().for_each(|variant| variant.weight = 1.0 / 3.0);
}

#[test]
fn the_sentence_says_what_to_do() {
    let plain = with(|_| {});
    let limit = with(|definition| (definition.metrics[1].min_effect, definition.metrics[1].relative) = (0.1, true));
    let several = with(three);
    let two_goals = with(|definition| definition.metrics.push(Metric { min_effect: 0.1, ..Metric::new("rating", Source::Score, Role::Goal) }));
    let fewer = with(|definition| definition.metrics[0] = Metric::new("latency", Source::Latency, Role::Goal));
    let table: Vec<(&str, &Definition, Vec<Arm>, &str)> = vec![
        ("nothing", &plain, vec![arm(&[]), arm(&[])], "continue -: No units yet. The first assignment starts the count."),
        (
            "no outcomes",
            &plain,
            vec![Arm { exposed: 60, ..Arm::default() }, Arm { exposed: 61, ..Arm::default() }],
            "continue -: Nothing to compare yet: 121 units take part, and no value of “resolved” has come.",
        ),
        (
            "few units",
            &plain,
            vec![arm(&[shares(20, 40), costs(40, 600)]), arm(&[shares(22, 40), costs(40, 610)])],
            "continue -: Keep going. B leads by 5 points on resolved, but an interval needs 50 units with a value in each variant. 23,920 more units to the planned 24,000.",
        ),
        (
            "no failure",
            &plain,
            vec![arm(&[shares(60, 60), costs(60, 600)]), arm(&[shares(57, 60), costs(60, 610)])],
            "continue -: Keep going. Control leads by 5 points on resolved, but an interval needs a success and a failure in each variant. 23,880 more units to the planned 24,000.",
        ),
        (
            "a lead",
            &plain,
            vec![arm(&[shares(550, 920), costs(920, 600)]), arm(&[shares(598, 920), costs(920, 601)])],
            "continue -: Keep going. B leads by 5.2 points on resolved, but the interval still holds zero. 22,160 more units to the planned 24,000.",
        ),
        (
            "level",
            &plain,
            vec![arm(&[shares(550, 920), costs(920, 600)]), arm(&[shares(550, 920), costs(920, 601)])],
            "continue -: Keep going. B and control are level on resolved. 22,160 more units to the planned 24,000.",
        ),
        (
            "a winner",
            &limit,
            vec![arm(&[shares(6_100, 10_000), costs(10_000, 600)]), arm(&[shares(6_710, 10_000), costs(10_000, 624)])],
            "ship b: Ship B: resolved 6.1 points more often (4.0 to 8.2), cost +4 %.",
        ),
        (
            "a winner that costs nothing",
            &limit,
            vec![arm(&[shares(6_100, 10_000), costs(10_000, 600)]), arm(&[shares(6_710, 10_000), costs(10_000, 600)])],
            "ship b: Ship B: resolved 6.1 points more often (4.0 to 8.2), cost ±0 %.",
        ),
        (
            "harm in spite of a gain",
            &limit,
            vec![arm(&[shares(6_100, 10_000), costs(10_000, 600)]), arm(&[shares(6_710, 10_000), costs(10_000, 700)])],
            "stop control: Stop, keep control. B is better at resolved, but does harm: cost $0.0001 higher ($0.000093 to $0.000107), beyond its limit of $0.00006.",
        ),
        (
            "worse",
            &plain,
            vec![arm(&[shares(6_710, 10_000), costs(10_000, 600)]), arm(&[shares(6_100, 10_000), costs(10_000, 600)])],
            "stop control: Stop, keep control. B does harm: resolved 6.1 points less often (4.0 to 8.2).",
        ),
        (
            "excluded",
            &plain,
            vec![arm(&[shares(7_200, 12_000), costs(12_000, 600)]), arm(&[shares(7_176, 12_000), costs(12_000, 600)])],
            "stop control: Stop, keep control. The planned 24,000 units are reached, and a gain of 2 points on resolved is excluded: B is between 2.1 points behind and 1.7 points ahead.",
        ),
        (
            "not shown",
            &plain,
            vec![arm(&[shares(7_200, 12_000), costs(12_000, 600)]), arm(&[shares(7_344, 12_000), costs(12_000, 600)])],
            "stop control: Stop, keep control. The planned 24,000 units are reached, and no gain is shown: on resolved, B is between 0.7 points behind and 3.1 points ahead.",
        ),
        (
            "too few outcomes at the end",
            &plain,
            vec![Arm { exposed: 12_000, ..arm(&[shares(20, 40)]) }, Arm { exposed: 12_000, ..arm(&[shares(21, 40)]) }],
            "continue -: Keep going. B leads by 2.5 points on resolved, but an interval needs 50 units with a value in each variant. The planned 24,000 units are reached, but too few of them have a value.",
        ),
        (
            "the better of two winners",
            &several,
            vec![
                arm(&[shares(6_100, 10_000), costs(10_000, 600)]),
                arm(&[shares(6_500, 10_000), costs(10_000, 600)]),
                arm(&[shares(6_710, 10_000), costs(10_000, 600)]),
            ],
            "ship c: Ship C: resolved 6.1 points more often (3.9 to 8.3), cost ±0 %.",
        ),
        (
            "one of two does harm",
            &several,
            vec![
                arm(&[shares(2_500, 5_000), costs(5_000, 600)]),
                arm(&[shares(2_000, 5_000), costs(5_000, 600)]),
                arm(&[shares(2_550, 5_000), costs(5_000, 600)]),
            ],
            "continue -: Keep going. C leads by 1 point on resolved, but the interval still holds zero. B does harm: resolved 10 points less often (6.7 to 13.3). 9,000 more units to the planned 24,000.",
        ),
        (
            "a second goal wins",
            &two_goals,
            vec![
                arm(&[shares(2_500, 5_000), costs(5_000, 600), halves(5_000, [3_000_000, 4_000_000])]),
                arm(&[shares(2_550, 5_000), costs(5_000, 600), halves(5_000, [3_200_000, 4_300_000])]),
            ],
            "ship b: Ship B: rating 0.25 higher (0.21 to 0.29), cost ±0 %.",
        ),
        (
            "a goal that should go down",
            &fewer,
            vec![arm(&[halves(5_000, [900_000, 1_500_000]), costs(5_000, 600)]), arm(&[halves(5_000, [800_000, 1_200_000]), costs(5_000, 600)])],
            "ship b: Ship B: latency 0.20 s lower (0.18 to 0.22), cost ±0 %.",
        ),
        (
            "a broken split",
            &plain,
            vec![arm(&[shares(3_200, 5_400), costs(5_400, 600)]), arm(&[shares(3_400, 4_600), costs(4_600, 600)])],
            "alarm -: No verdict: the variants did not get the units that their weights say (control 5,400 and B 4,600). Something keeps units of one variant from being counted. Look for errors, time-outs or redirects in one variant alone, for bots, and for callers that assign and then drop; mend it and start a new test.",
        ),
        (
            "lost outcomes",
            &plain,
            vec![
                Arm { exposed: 1_000, ..arm(&[shares(600, 1_000), costs(1_000, 600)]) },
                Arm { exposed: 1_010, ..arm(&[shares(600, 700), costs(1_010, 600)]) },
            ],
            "alarm -: No verdict: “resolved” is missing more often in one variant than in another (control 1,000 of 1,000 and B 700 of 1,010 units have a value). Look at what sends it: a client that fails, times out or logs less under one variant loses the very units that would decide; mend it and start a new test.",
        ),
    ];
    let said = |definition, arms: &[Arm]| {
        let Verdict { decision, variant, sentence } = judged(definition, arms).verdict;
        format!("{} {}: {sentence}", decision.as_str(), variant.as_deref().unwrap_or("-"))
    };
    let wrong: Vec<_> = table
        .iter()
        .map(|(name, definition, arms, expected)| (name, said(definition, arms), *expected))
        .filter(|(_, said, expected)| said != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn results_have_the_documented_shape() {
    let definition = example();
    let results = judged(&definition, &[arm(&[shares(40, 60), costs(60, 600)]), arm(&[shares(45, 62), costs(62, 600)])]);
    let value = serde_json::to_value(&results).unwrap();
    assert_eq!([&value["key"], &value["state"], &value["verdict"]["decision"]], [&json!("greeting"), &json!("running"), &json!("continue")]);
    assert_eq!(value["srm"], json!({"p": 1.0, "alarm": false, "of": "exposures"}));
    let metric = &value["metrics"][0];
    assert_eq!(metric["variants"][0], json!({"key": "control", "units": 60, "mean": 40.0 / 60.0}));
    let comparison = &metric["comparisons"][0];
    assert_eq!([&comparison["variant"], &comparison["baseline"]], [&json!("b"), &json!("control")]);
    assert!(comparison["low"].as_f64() < comparison["difference"].as_f64() && comparison["difference"].as_f64() < comparison["high"].as_f64());
    assert_eq!(serde_json::from_value::<Results>(value).unwrap(), results);
}

#[test]
fn an_alarm_blanks_the_intervals_and_stays() {
    let definition = example();
    let counts = |units: [u64; 2]| one_phase(&units.map(|units| arm(&[shares(units / 2, units), costs(units, 600)])));
    let (alarmed, evidence) = analyse(&definition, State::Running, &counts([5_400, 4_600]), &Evidence::default());
    assert!(
        alarmed.metrics.iter().flat_map(|metric| &metric.comparisons).all(|comparison| comparison.low.is_none() && comparison.standing == Standing::Unknown)
    );
    let (later, kept) = analyse(&definition, State::Running, &counts([5_400, 5_400]), &evidence);
    assert_eq!((later.verdict.decision, &kept), (Decision::Alarm, &evidence));
    assert_eq!(serde_json::from_str::<Evidence>(&serde_json::to_string(&kept).unwrap()).unwrap(), kept);
}

#[test]
fn silence_counts_as_zero_where_that_is_said() {
    let mut definition = with(|_| {});
    let arms = [Arm { exposed: 1_000, ..arm(&[shares(300, 300)]) }, Arm { exposed: 1_000, ..arm(&[shares(500, 500)]) }];
    assert_eq!(judged(&definition, &arms).verdict.decision, Decision::Alarm);
    definition.metrics[0].missing = Missing::Zero;
    let results = judged(&definition, &arms);
    let means: Vec<_> = results.metrics[0].variants.iter().map(|variant| (variant.units, variant.mean)).collect();
    assert_eq!(means, [(1_000, Some(0.3)), (1_000, Some(0.5))]);
    assert_eq!(results.verdict.decision, Decision::Ship);
}

#[test]
fn mixed_units_are_left_out_and_a_changed_weight_is_no_alarm() {
    let definition = example();
    let phase = |weights: [f64; 2], units: [(u64, u64); 2]| Phase {
        weights: weights.to_vec(),
        arms: units.map(|(exposed, mixed)| Arm { exposed, mixed, metrics: vec![Tally { reported: exposed, ..shares(exposed / 4, exposed - mixed) }] }).to_vec(),
    };
    let counts = Counts { phases: vec![phase([0.5, 0.5], [(5_000, 3_000), (5_000, 0)]), phase([0.2, 0.8], [(400, 0), (1_600, 0)])] };
    let (results, _) = analyse(&definition, State::Running, &counts, &Evidence::default());
    assert_eq!((results.mixed_units, results.units, results.srm.alarm), (3_000, 9_000, false));
    assert!(results.metrics.iter().all(|metric| !metric.srm.alarm));
    assert_eq!(results.variants.iter().map(|variant| variant.units).collect::<Vec<_>>(), [2_400, 6_600]);
}

#[test]
fn harm_is_named_for_the_automatic_stop() {
    let definition = with(three);
    let results = judged(
        &definition,
        &[arm(&[shares(2_500, 5_000), costs(5_000, 600)]), arm(&[shares(2_000, 5_000), costs(5_000, 600)]), arm(&[shares(2_500, 5_000), costs(5_000, 900)])],
    );
    assert_eq!(results.harmed(), ["b", "c"]);
}

fn tally() -> impl Strategy<Value = Tally> {
    prop_oneof![
        (0..200_u64, 0..200_u64).prop_map(|(ones, more)| shares(ones, ones + more)),
        (0..200_u64, any::<[i64; 2]>()).prop_map(|(units, values)| halves(units, values)),
        (0..100_u64, 0..1_000_000_000_000_u64).prop_map(|(units, reported)| Tally { reported, ..costs(units, 600) }),
    ]
}

fn any_arm() -> impl Strategy<Value = Arm> {
    (prop_oneof![0..500_u64, 0..1_000_000_000_000_u64], 0..9_u64, prop::collection::vec(tally(), 0..4)).prop_map(|(exposed, mixed, metrics)| Arm {
        exposed,
        mixed,
        metrics,
    })
}

fn any_phase() -> impl Strategy<Value = Phase> {
    (prop::collection::vec(prop_oneof![0.0..1.0_f64, Just(0.0)], 0..4), prop::collection::vec(any_arm(), 0..4))
        .prop_map(|(weights, arms)| Phase { weights, arms })
}

proptest! {
    #[test]
    fn whatever_was_counted_a_winner_is_earned(phases in prop::collection::vec(any_phase(), 0..4), several: bool) {
        let definition = with(|definition| if several { three(definition) });
        let (results, evidence) = analyse(&definition, State::Running, &Counts { phases }, &Evidence::default());
        let Verdict { decision, variant, sentence } = &results.verdict;
        prop_assert!(sentence.ends_with(['.', ')']) && !sentence.contains("NaN") && !sentence.contains("inf"), "{}", sentence);
        let alarm = results.srm.alarm || results.metrics.iter().any(|metric| metric.srm.alarm);
        prop_assert_eq!(alarm, *decision == Decision::Alarm);
        if *decision == Decision::Ship {
            let variant = variant.as_deref().unwrap();
            prop_assert!(!results.harmed().contains(&variant));
            prop_assert!(results.metrics.iter().any(|metric| metric.comparison(variant).unwrap().standing == Standing::Better));
        }
        prop_assert_eq!(serde_json::from_str::<Results>(&serde_json::to_string(&results).unwrap()).unwrap(), results);
        prop_assert_eq!(serde_json::from_str::<Evidence>(&serde_json::to_string(&evidence).unwrap()).unwrap(), evidence);
    }
}
