//! Small simulations that can fail; `tools/bench/experiment.sh` runs the large ones.

use super::*;

const TESTS: u64 = 400;
const LOOKS: usize = 100;
const UNITS_A_LOOK: usize = 20;
const PLANNED: f64 = (LOOKS * UNITS_A_LOOK) as f64;

/// How many of the tests find a winner at any look: by our interval, and by one that is made for a single look.
fn winners(seed: u64, success: [f64; 2]) -> (u32, u32) {
    let (mut always, mut naive) = (0, 0);
    let (tuning, z) = (Tuning::new(PLANNED, 0.05), quantile(0.975));
    for test in 0..TESTS {
        let mut random = SplitMix64(seed ^ (test << 32));
        let mut arms = [Sums::default(); 2];
        let (mut found, mut found_naively) = (false, false);
        for _ in 0..LOOKS {
            for unit in 0..UNITS_A_LOOK {
                let arm = unit % 2;
                arms[arm].add(if random.uniform() < success[arm] { ONE } else { 0 }, ONE);
            }
            let Some(difference) = Difference::of(&arms[0], &arms[1]) else { continue };
            found |= !difference.interval(tuning, 0.05).holds(0.0);
            found_naively |= !difference.fixed_sample(z).holds(0.0);
        }
        always += u32::from(found);
        naive += u32::from(found_naively);
    }
    (always, naive)
}

#[test]
fn looking_often_finds_no_winner_where_there_is_none() {
    for success in [0.02, 0.1, 0.5] {
        let (always, naive) = winners(7, [success; 2]);
        assert!(always <= 20, "{always} false winners of {TESTS} at {success}");
        assert!(naive > 60, "naive looking found only {naive} of {TESTS} at {success}: the simulation looks at nothing");
    }
}

#[test]
fn a_real_difference_is_found_at_the_planned_sample() {
    // 0.0803 is what these units are planned for; 320 are expected, give or take 8.
    let effect = 0.0803;
    assert_eq!(planned_units(0.25, effect, 0.05, 0.8), Some(2_001));
    let (always, _) = winners(11, [0.5 - effect / 2.0, 0.5 + effect / 2.0]);
    assert!((290..=350).contains(&always), "{always} of {TESTS}");
}
