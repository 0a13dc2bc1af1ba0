//! A/A tests: how often is a winner found where there is none?

use atelier_domain::statistics::{Difference, ONE, Sums, Tuning, quantile};

use super::{chance::Chance, on_all_cores, per_cent};

const TESTS: u64 = 10_000;
const LOOKS: u64 = 1_000;
const UNITS_A_LOOK: u64 = 20;
const PLANNED: u64 = LOOKS * UNITS_A_LOOK;
const ALPHA: f64 = 0.05;

/// What a unit's value is drawn from.
#[derive(Clone, Copy)]
pub enum Value {
    /// 1 with this probability, else 0.
    Share(f64),
    /// Log-normal around a median of $0.002, with this σ.
    Cost(f64),
}

impl Value {
    /// In millionths.
    pub fn draw(self, chance: &mut Chance) -> i64 {
        match self {
            Value::Share(p) => i64::from(chance.happens(p)) * ONE,
            Value::Cost(sigma) => (2_000.0 * (sigma * chance.normal()).exp()).round() as i64,
        }
    }
}

#[derive(Default)]
struct Found {
    always: bool,
    naive: bool,
    naive_in_ten: bool,
}

pub fn print() {
    println!("\n### False winners in {TESTS} A/A tests of {PLANNED} units, α = {ALPHA}\n");
    println!("| value of a unit | our interval, {LOOKS} looks | fixed interval, {LOOKS} looks | fixed interval, 10 looks |");
    println!("| --- | ---: | ---: | ---: |");
    let rows = [
        ("0/1, p = 0.02", Value::Share(0.02), 1),
        ("0/1, p = 0.1", Value::Share(0.1), 2),
        ("0/1, p = 0.5", Value::Share(0.5), 3),
        ("cost, log-normal, σ = 1", Value::Cost(1.0), 4),
        ("cost, log-normal, σ = 1.5", Value::Cost(1.5), 5),
    ];
    for (name, value, seed) in rows {
        let found = on_all_cores(TESTS, |test| one(value, Chance::new(seed << 32 | test)));
        let share = |of: fn(&Found) -> bool| per_cent(found.iter().filter(|found| of(found)).count(), found.len());
        println!("| {name} | {} | {} | {} |", share(|found| found.always), share(|found| found.naive), share(|found| found.naive_in_ten));
    }
    println!("\nThe same where weights go from 50/50 to 10/90 at half time while p goes from 0.3 to 0.5:\n");
    println!("| by phase, as ours | phases thrown together |");
    println!("| ---: | ---: |");
    let found = on_all_cores(TESTS, |test| with_a_change(Chance::new(6 << 32 | test)));
    let share = |of: fn(&(bool, bool)) -> bool| per_cent(found.iter().filter(|found| of(found)).count(), found.len());
    println!("| {} | {} |", share(|found| found.0), share(|found| found.1));
}

/// A winner at any look: within phases, and over all units alike.
fn with_a_change(mut chance: Chance) -> (bool, bool) {
    let tuning = Tuning::new(PLANNED as f64, ALPHA);
    let mut phases = [(Sums::default(), Sums::default()); 2];
    let mut found = (false, false);
    for look in 0..LOOKS {
        let phase = usize::from(look >= LOOKS / 2);
        let (weight, p) = [(0.5, 0.3), (0.9, 0.5)][phase];
        for _ in 0..UNITS_A_LOOK {
            let arms = &mut phases[phase];
            let arm = if chance.happens(weight) { &mut arms.1 } else { &mut arms.0 };
            arm.add(Value::Share(p).draw(&mut chance), ONE);
        }
        let mut all = phases[0];
        all.0.merge(&phases[1].0);
        all.1.merge(&phases[1].1);
        let wins = |difference: Option<Difference>| difference.is_some_and(|difference| !difference.interval(tuning, ALPHA).holds(0.0));
        found.0 |= wins(Difference::over(&phases));
        found.1 |= wins(Difference::over(&[all]));
    }
    found
}

fn one(value: Value, mut chance: Chance) -> Found {
    let (tuning, z) = (Tuning::new(PLANNED as f64, ALPHA), quantile(1.0 - ALPHA / 2.0));
    let mut arms = [Sums::default(); 2];
    let mut found = Found::default();
    for look in 1..=LOOKS {
        for _ in 0..UNITS_A_LOOK {
            // By a coin, as the hash does it: neither variant has exactly half.
            let arm = usize::from(chance.next() >> 63 == 1);
            arms[arm].add(value.draw(&mut chance), ONE);
        }
        let Some(difference) = Difference::of(&arms[0], &arms[1]) else { continue };
        let naive = !difference.fixed_sample(z).holds(0.0);
        found.always |= !difference.interval(tuning, ALPHA).holds(0.0);
        found.naive |= naive;
        found.naive_in_ten |= naive && look % (LOOKS / 10) == 0;
    }
    found
}
