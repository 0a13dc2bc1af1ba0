//! Who gets which variant.

use super::*;

fn seed(number: u64) -> Seed {
    let [low, high] = [number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number.wrapping_mul(0xbf58_476d_1ce4_e5b9)];
    Seed(std::array::from_fn(|at| if at < 8 { low.to_le_bytes()[at] } else { high.to_le_bytes()[at - 8] }))
}

fn plan(definition: &Definition, number: u64) -> Plan {
    Plan::new(definition, &Split::new(seed(number), &definition.weights()))
}

fn variants(plan: &Plan, units: usize) -> Vec<Option<usize>> {
    (0..units).map(|at| plan.assign(&format!("user-{at}"), &Attributes::new()).variant).collect()
}

/// χ² of a table of counts against what is expected.
fn chi2(observed: &[f64], expected: &[f64]) -> f64 {
    observed.iter().zip(expected).map(|(observed, expected)| (observed - expected).powi(2) / expected).sum()
}

fn tally(values: impl Iterator<Item = usize>, kinds: usize) -> Vec<f64> {
    values.fold(vec![0.0; kinds], |mut counts, at| {
        counts[at] += 1.0;
        counts
    })
}

/// 15.1 is passed by one in 10,000 for one degree of freedom; seeds are fixed, so this never fails by chance.
const LIMIT: f64 = 15.1;
const UNITS: usize = 100_000;

#[test]
fn adjacent_ids_are_split_by_the_weights_and_two_tests_are_independent() {
    let definition = example();
    let splits: Vec<Vec<usize>> = (1..=5).map(|number| variants(&plan(&definition, number), UNITS).into_iter().flatten().collect()).collect();
    let half = UNITS as f64 / 2.0;
    for split in &splits {
        assert!(chi2(&tally(split.iter().copied(), 2), &[half; 2]) < LIMIT);
        let pairs = split.windows(2).step_by(2).map(|pair| 2 * pair[0] + pair[1]);
        assert!(chi2(&tally(pairs, 4), &[half / 4.0; 4]) < LIMIT + 6.0, "neighbours");
    }
    for pair in splits.windows(2) {
        let both = pair[0].iter().zip(&pair[1]).map(|(one, other)| 2 * one + other);
        assert!(chi2(&tally(both, 4), &[half / 2.0; 4]) < LIMIT + 6.0, "two tests");
    }
}

#[test]
fn a_share_of_traffic_takes_part_and_growing_it_only_adds() {
    let mut definition = example();
    let everybody = variants(&plan(&definition, 3), UNITS);
    let mut before = 0;
    for traffic in [0.1, 0.3, 0.9] {
        definition.traffic = traffic;
        let some = variants(&plan(&definition, 3), UNITS);
        assert!(some.iter().zip(&everybody).all(|(one, all)| one.is_none() || one == all), "a unit changed its variant at {traffic}");
        let taking_part = some.iter().flatten().count();
        assert!((taking_part as f64 / UNITS as f64 - traffic).abs() < 0.006 && taking_part > before);
        before = taking_part;
        let first = some.iter().flatten().filter(|variant| **variant == 0).count();
        assert!((first as f64 / taking_part as f64 - 0.5).abs() < 0.02, "traffic and variant hang together");
    }
}

#[test]
fn a_changed_weight_moves_only_the_share_that_must_move() {
    let definition = example();
    let split = Split::new(seed(9), &[0.5, 0.5]);
    let next = split.next(&[0.4, 0.6]);
    assert_eq!((split.phase, next.phase), (1, 2));
    let (before, after) = (variants(&Plan::new(&definition, &split), UNITS), variants(&Plan::new(&definition, &next), UNITS));
    let moved: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    assert!(moved.iter().all(|change| *change == (&Some(0), &Some(1))));
    assert!((moved.len() as f64 / UNITS as f64 - 0.1).abs() < 0.005);
}

#[test]
fn the_reason_says_why() {
    let mut definition = example();
    definition.audience = serde_json::from_value(json!([{"attribute": "locale", "is": "equals", "value": "sv"}])).unwrap();
    definition.forced = vec![Forced { unit: "mara".to_owned(), variant: "b".to_owned() }, Forced { unit: "anna".to_owned(), variant: "control".to_owned() }];
    definition.traffic = 0.5;
    let plan = plan(&definition, 1);
    let Value::Object(swede) = json!({"locale": "sv"}) else { unreachable!() };
    let nobody = Attributes::new();
    for (unit, attributes, variant, reason) in
        [("mara", &nobody, Some(1), Reason::Forced), ("anna", &swede, Some(0), Reason::Forced), ("u", &nobody, None, Reason::NotInAudience)]
    {
        assert_eq!(plan.assign(unit, attributes), Assignment { variant, reason }, "{unit}");
    }
    let reasons: std::collections::HashSet<_> = (0..100).map(|at| plan.assign(&at.to_string(), &swede).reason).collect();
    assert_eq!(reasons, [Reason::TargetingMatch, Reason::NotInTraffic].into());
    definition.audience.clear();
    assert!((0..100).any(|at| Plan::new(&definition, &Split::new(seed(1), &[0.5, 0.5])).assign(&at.to_string(), &nobody).reason == Reason::Split));
    assert_eq!(Reason::ALL.iter().filter(|reason| reason.is_exposure()).count(), 2);
}

/// What a customer's script computes: the documented hash, and the stretches as the API shows them.
#[test]
fn an_assignment_can_be_reproduced_from_what_is_documented() {
    let definition = example();
    let split = Split::new(seed(4), &[0.5, 0.5]);
    for at in 0..100 {
        let unit = format!("user-{at}");
        let point = siphash(split.seed, format!("{unit}v").as_bytes(), b"") >> 32;
        let expected = usize::from(point >= WHOLE / 2);
        assert_eq!(Plan::new(&definition, &split).assign(&unit, &Attributes::new()).variant, Some(expected));
    }
}
