//! Against `reference.json`, which `tools/statistics.py` makes with numpy, scipy and statsmodels. A relative difference of 10⁻⁹ is
//! put up with, where nothing else is said; ours and theirs agree to 10⁻¹² and better nearly everywhere.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::*;

const TOLERANCE: f64 = 1e-9;

fn reference() -> Map<String, Value> {
    serde_json::from_str(include_str!("reference.json")).unwrap()
}

fn cases<T: for<'de> Deserialize<'de>>(value: &Value) -> Vec<T> {
    let cases: Vec<T> = serde_json::from_value(value.clone()).unwrap();
    assert!(!cases.is_empty());
    cases
}

/// Within the tolerance of the larger of `scale` and the expected value.
#[track_caller]
fn near(ours: f64, theirs: f64, scale: f64, what: &str) {
    assert!((ours - theirs).abs() <= TOLERANCE * theirs.abs().max(scale), "{what}: ours {ours}, theirs {theirs}");
}

#[derive(Deserialize)]
struct At {
    #[serde(alias = "x", alias = "p", alias = "z", alias = "alpha")]
    at: f64,
    value: f64,
}

#[test]
fn ln_gamma_is_scipys() {
    for At { at, value } in cases(&reference()["gammaln"]) {
        near(ln_gamma(at), value, 1e-5, &format!("ln Γ({at})"));
    }
    assert!(ln_gamma(-1.0).is_nan() && ln_gamma(0.0).is_infinite());
}

#[test]
fn the_normal_distribution_is_scipys() {
    let normal = &reference()["normal"];
    for At { at, value } in cases(&normal["quantiles"]) {
        near(quantile(at), value, 1e-5, &format!("the quantile of {at}"));
    }
    for At { at, value } in cases(&normal["two_sided_p"]) {
        near(two_sided_p(at), value, 0.0, &format!("the p-value of {at}"));
    }
}

#[test]
fn the_evidence_of_a_sample_ratio_is_that_of_betaln() {
    #[derive(Deserialize)]
    struct Case {
        weights: Vec<f64>,
        counts: Vec<u64>,
        value: f64,
    }
    for Case { weights, counts, value } in cases(&reference()["evidence"]) {
        // ln E is a small difference of large terms: of a million units, a few 10⁻⁹ are what doubles can tell.
        near(evidence(&weights, &counts), value, 10.0, &format!("{counts:?} at {weights:?}"));
    }
}

#[test]
fn the_tuning_solves_its_equation_and_is_tightest_at_the_planned_sample() {
    #[derive(Deserialize)]
    struct Case {
        alpha: f64,
        planned: f64,
        rho2: f64,
    }
    let sequence = &reference()["sequence"];
    for At { at, value } in cases(&sequence["roots"]) {
        near(Tuning::new(1.0, at).rho2, value, 0.0, &format!("q at {at}"));
    }
    for Case { alpha, planned, rho2 } in cases(&sequence["tightest"]) {
        // A search finds where a curve is lowest to half the digits of the curve.
        assert!((Tuning::new(planned, alpha).rho2 / rho2 - 1.0).abs() < 1e-6, "{alpha} {planned}");
    }
    assert!((Tuning::new(1.0, 0.05).rho2 - 8.21).abs() < 0.005);
}

#[test]
fn radii_are_those_of_numpy() {
    #[derive(Deserialize)]
    struct Case {
        t: f64,
        s: f64,
        planned: f64,
        alpha: f64,
        value: f64,
    }
    for Case { t, s, planned, alpha, value } in cases(&reference()["sequence"]["radii"]) {
        near(radius(t, s, Tuning::new(planned, alpha), alpha), value, 0.0, &format!("after {t} of {planned} units"));
    }
}

#[test]
fn differences_of_unit_data_are_those_of_numpy_scipy_and_statsmodels() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        baseline: Vec<(i64, i64)>,
        variant: Vec<(i64, i64)>,
        means: [f64; 2],
        variances: [f64; 2],
        difference: f64,
        standard_error: f64,
        planned: f64,
        alpha: f64,
        low: f64,
        high: f64,
        fixed_low: f64,
        fixed_high: f64,
    }
    for case in cases::<Case>(&reference()["differences"]) {
        let arms = [sums(&case.baseline), sums(&case.variant)];
        for (at, arm) in arms.iter().enumerate() {
            near(arm.mean().unwrap(), case.means[at], 0.0, &case.name);
            near(arm.variance().unwrap(), case.variances[at], 0.0, &case.name);
        }
        let difference = Difference::of(&arms[0], &arms[1]).unwrap();
        let scale = case.means[0].abs();
        near(difference.estimate, case.difference, scale, &case.name);
        near((difference.variance / difference.units).sqrt(), case.standard_error, 0.0, &case.name);
        let interval = difference.interval(Tuning::new(case.planned, case.alpha), case.alpha);
        let fixed = difference.fixed_sample(quantile(1.0 - case.alpha / 2.0));
        for (ours, theirs) in [(interval.low, case.low), (interval.high, case.high), (fixed.low, case.fixed_low), (fixed.high, case.fixed_high)] {
            near(ours, theirs, scale, &case.name);
        }
    }
}

#[test]
fn planned_samples_are_those_of_statsmodels_and_of_a_search() {
    #[derive(Deserialize)]
    struct Case {
        variance: f64,
        effect: f64,
        alpha: f64,
        power: f64,
        fixed: f64,
        always: f64,
    }
    for Case { variance, effect, alpha, power, fixed, always } in cases(&reference()["plans"]) {
        let whole = |exact: f64| Some((exact * (1.0 - TOLERANCE)).ceil() as u64);
        assert_eq!(fixed_units(variance, effect, alpha, power), whole(fixed));
        assert_eq!(planned_units(variance, effect, alpha, power), whole(always));
    }
}
