//! Power, and how long a verdict takes, beside a test of a fixed sample that is looked at once.

use atelier_domain::statistics::{Difference, ONE, Sums, Tuning, fixed_units, planned_units, quantile, share_variance};

use super::{chance::Chance, median, on_all_cores, per_cent};

const TESTS: u64 = 4_000;
const LOOKS: u64 = 1_000;
const ALPHA: f64 = 0.05;
const POWER: f64 = 0.8;
const BASELINE: f64 = 0.5;
/// The smallest effect that matters, in points of a 0/1 metric.
const EFFECT: f64 = 0.05;

struct Sample {
    planned: u64,
    fixed: u64,
}

pub fn print() {
    let variance = share_variance(BASELINE);
    let plan = planned_units(variance, EFFECT, ALPHA, POWER).zip(fixed_units(variance, EFFECT, ALPHA, POWER));
    let Some((planned, fixed)) = plan else { return };
    println!("\n### Power and time to a verdict: 0/1, baseline {BASELINE}, min_effect {EFFECT}, α = {ALPHA}, {TESTS} tests, {LOOKS} looks\n");
    println!("Planned for {POWER} power: {planned} units; a fixed sample needs {fixed} and may be looked at once.\n");
    println!("| true effect | shown by the planned sample | median units to it | median of all | shown by the fixed sample | its units | median by ours |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, factor, seed) in [("½ min_effect", 0.5, 21), ("min_effect", 1.0, 22), ("1½ min_effect", 1.5, 23), ("2 min_effect", 2.0, 24)] {
        let sample = Sample { planned, fixed };
        let tests = on_all_cores(TESTS, |test| one(&sample, factor * EFFECT, Chance::new(seed << 32 | test)));
        let count = tests.len();
        let shown: Vec<u64> = tests.iter().filter_map(|(shown, _)| *shown).collect();
        let (power, fixed_power) = (per_cent(shown.len(), count), per_cent(tests.iter().filter(|(_, fixed)| *fixed).count(), count));
        // A test without a winner ends at the planned sample.
        let all = median(tests.iter().map(|(shown, _)| shown.unwrap_or(planned)).collect(), count).unwrap_or(planned);
        let ratio = all as f64 / fixed as f64;
        let typical = median(shown.clone(), shown.len()).map_or("–".to_owned(), |units| units.to_string());
        println!("| {name} | {power} | {typical} | {all} | {fixed_power} | {fixed} | {ratio:.2} × |");
    }
}

/// After how many units the right winner is shown, if by the planned sample; and whether the fixed sample shows it.
fn one(sample: &Sample, effect: f64, mut chance: Chance) -> (Option<u64>, bool) {
    let (tuning, z) = (Tuning::new(sample.planned as f64, ALPHA), quantile(1.0 - ALPHA / 2.0));
    let step = sample.planned / LOOKS;
    let mut arms = [Sums::default(); 2];
    let (mut shown, mut fixed) = (None, false);
    for units in 1..=sample.planned {
        let arm = usize::from(chance.next() >> 63 == 1);
        let success = chance.happens(BASELINE + effect * arm as f64);
        arms[arm].add(i64::from(success) * ONE, ONE);
        if units == sample.fixed {
            fixed = Difference::of(&arms[0], &arms[1]).is_some_and(|difference| difference.fixed_sample(z).low > 0.0);
        }
        if shown.is_none() && units % step == 0 {
            let interval = Difference::of(&arms[0], &arms[1]).map(|difference| difference.interval(tuning, ALPHA));
            shown = interval.is_some_and(|interval| interval.low > 0.0).then_some(units);
        }
    }
    (shown, fixed)
}
