//! Assignment: how many a second, and whether the split is what it should be.

use std::{fmt::Write, hint::black_box, time::Instant};

use atelier_domain::{
    experiment::{Attributes, Definition, Plan, Seed, Split},
    statistics::two_sided_p,
};

use super::{chance::Chance, on_all_cores};

const SEEDS: u64 = 20;
const UNITS: u64 = 10_000_000;
const TIMED: usize = 1_000_000;
const ROUNDS: usize = 7;

/// A test as the API takes it.
fn definition(variants: u64, more: &str) -> Option<Definition> {
    let weight = 1.0 / variants as f64;
    let variant = |at| format!(r#"{{"key": "v{at}", "weight": {weight}, "prompt": "p", "version": 1}}"#);
    let variants = (0..variants).map(variant).collect::<Vec<_>>().join(",");
    serde_json::from_str(&format!(r#"{{"key": "k", "variants": [{variants}] {more}}}"#)).ok()
}

fn plan(definition: &Definition, number: u64) -> Plan {
    let mut chance = Chance::new(number);
    let bytes = [chance.next().to_le_bytes(), chance.next().to_le_bytes()].concat();
    let seed = Seed(std::array::from_fn(|at| bytes[at]));
    Plan::new(definition, &Split::new(seed, &definition.weights()))
}

pub fn print() {
    speed();
    let p_values = on_all_cores(SEEDS, |number| quality(number).unwrap_or_default());
    println!("\n### χ² of the split, {UNITS} adjacent ids (user-1, user-2, …), {SEEDS} seeds\n");
    println!("| what | smallest p | below 0.01 (0.2 expected) | verdict |");
    println!("| --- | ---: | ---: | --- |");
    for (at, name) in ["two variants, half each", "neighbouring ids are independent", "two experiments are independent"].into_iter().enumerate() {
        let of_one = p_values.iter().map(|values| values[at]);
        let (smallest, low) = (of_one.clone().fold(1.0, f64::min), of_one.filter(|p| *p < 0.01).count());
        // Of 20 fair ones, one below 0.0005 is there in 1 of 100 runs.
        println!("| {name} | {smallest:.4} | {low} | {} |", if smallest > 0.01 / SEEDS as f64 { "passes" } else { "fails" });
    }
}

fn speed() {
    println!("\n### Assignments a second in process, on one core\n");
    println!("| test | ns each | a second |");
    println!("| --- | ---: | ---: |");
    let audience =
        r#", "traffic": 0.5, "audience": [{"attribute": "locale", "is": "in", "value": ["sv", "en"]}, {"attribute": "age", "is": "greater", "value": 17}]"#;
    let attributes: Attributes = serde_json::from_str(r#"{"locale": "en", "age": 30, "plan": "pro"}"#).unwrap_or_default();
    let ids: Vec<String> = (0..TIMED).map(|at| format!("user-{at}")).collect();
    let long: Vec<String> = (0..TIMED).map(|at| format!("0190d3c0-7f3a-7b1e-9c55-{at:012x}")).collect();
    for (name, variants, more, ids) in [
        ("two variants", 2, "", &ids),
        ("two variants, UUIDs", 2, "", &long),
        ("eight variants", 8, "", &ids),
        ("half the traffic, two conditions", 2, audience, &ids),
    ] {
        let Some(definition) = definition(variants, more) else { continue };
        let plan = plan(&definition, 1);
        let run = || {
            let start = Instant::now();
            for unit in ids {
                black_box(plan.assign(black_box(unit), &attributes));
            }
            start.elapsed().as_secs_f64()
        };
        let best = (0..ROUNDS).map(|_| run()).fold(f64::INFINITY, f64::min);
        println!("| {name} | {:.0} | {:.1} million |", best * 1e9 / TIMED as f64, TIMED as f64 / best / 1e6);
    }
}

/// p-values of one seed: the split, neighbours, and against another test; each a normal approximation of a coin's count.
fn quality(number: u64) -> Option<[f64; 3]> {
    let definition = definition(2, "")?;
    let (one, other) = (plan(&definition, 2 * number + 100), plan(&definition, 2 * number + 101));
    let nobody = Attributes::new();
    let (mut ones, mut changes, mut both) = (0_u64, 0_u64, [0_u64; 4]);
    let (mut unit, mut last) = (String::new(), 0);
    for at in 1..=UNITS {
        unit.clear();
        let _ = write!(unit, "user-{at}");
        let first = one.assign(&unit, &nobody).variant?;
        let second = other.assign(&unit, &nobody).variant?;
        ones += first as u64;
        changes += u64::from(first != last);
        both[2 * first + second] += 1;
        last = first;
    }
    // χ² of one degree of freedom is the square of a standard normal.
    let half = |count: u64| two_sided_p((count as f64 - UNITS as f64 / 2.0) / (UNITS as f64 / 4.0).sqrt());
    Some([half(ones), half(changes), independence(both)])
}

/// Of a 2×2 table: χ² = n(ad − bc)² / (row and column sums).
fn independence(table: [u64; 4]) -> f64 {
    let [a, b, c, d] = table.map(|count| count as f64);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    two_sided_p((a * d - b * c) * ((a + b + c + d) / margins).sqrt())
}
