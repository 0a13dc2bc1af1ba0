//! The sample ratio: false alarms, and how soon a broken split is seen.

use atelier_domain::statistics::{SampleRatio, evidence, two_sided_p};

use super::{chance::Chance, median, on_all_cores, per_cent};

const TESTS: u64 = 10_000;
const LOOKS: u64 = 1_000;
const UNITS_A_LOOK: u64 = 20;
/// Of tests with a broken split: how many, and how many units until they are given up.
const BROKEN: u64 = 2_000;
const PATIENCE: u64 = 200_000;

pub fn print() {
    println!("\n### Sample ratio: false alarms in {TESTS} tests of {} units, {LOOKS} looks\n", LOOKS * UNITS_A_LOOK);
    println!("| weights | ours, E > 1,000 | χ², p < 0.001 |");
    println!("| --- | ---: | ---: |");
    for (name, weight, seed) in [("50/50", 0.5, 11), ("90/10", 0.9, 12)] {
        let alarms = on_all_cores(TESTS, |test| false_alarm(weight, Chance::new(seed << 32 | test)));
        let share = |of: fn(&(bool, bool)) -> bool| per_cent(alarms.iter().filter(|alarms| of(alarms)).count(), alarms.len());
        println!("| {name} | {} | {} |", share(|alarms| alarms.0), share(|alarms| alarms.1));
    }
    println!("\n### Sample ratio: units until a 50/50 split that is broken alarms, looked at every {UNITS_A_LOOK}, {BROKEN} tests\n");
    println!("| true split | median units | seen within {PATIENCE} |");
    println!("| --- | ---: | ---: |");
    for (name, truth, seed) in [("51/49", 0.51, 13), ("52/48", 0.52, 14), ("55/45", 0.55, 15)] {
        let seen: Vec<u64> = on_all_cores(BROKEN, |test| units_to_alarm(truth, Chance::new(seed << 32 | test))).into_iter().flatten().collect();
        let share = per_cent(seen.len(), BROKEN as usize);
        println!("| {name} | {} | {share} |", median(seen, BROKEN as usize).map_or("–".to_owned(), |units| units.to_string()));
    }
}

/// Whether ours alarms at any look, and whether plain χ² does.
fn false_alarm(weight: f64, mut chance: Chance) -> (bool, bool) {
    let (mut ratio, mut plain, mut counts) = (SampleRatio::default(), false, [0, 0]);
    for _ in 0..LOOKS {
        more(&mut counts, weight, &mut chance);
        ratio = ratio.look(evidence(&[weight, 1.0 - weight], &counts));
        let (first, units) = (counts[0] as f64, (counts[0] + counts[1]) as f64);
        let z = (first - units * weight) / (units * weight * (1.0 - weight)).sqrt();
        plain |= two_sided_p(z) < 0.001;
    }
    (ratio.alarm(), plain)
}

fn units_to_alarm(truth: f64, mut chance: Chance) -> Option<u64> {
    let (mut ratio, mut counts) = (SampleRatio::default(), [0, 0]);
    while counts[0] + counts[1] < PATIENCE {
        more(&mut counts, truth, &mut chance);
        ratio = ratio.look(evidence(&[0.5, 0.5], &counts));
        if ratio.alarm() {
            return Some(counts[0] + counts[1]);
        }
    }
    None
}

fn more(counts: &mut [u64; 2], weight: f64, chance: &mut Chance) {
    for _ in 0..UNITS_A_LOOK {
        counts[usize::from(!chance.happens(weight))] += 1;
    }
}
