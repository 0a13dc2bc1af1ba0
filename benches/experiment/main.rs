//! What the statistics of A/B tests hold and what assignment takes, as Markdown tables: `tools/bench/experiment.sh`, some minutes;
//! `-- false`, `-- ratio`, `-- power` or `-- assign` for one part. Simulations have fixed seeds: they give the same figures anywhere.
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod assigning;
mod chance;
mod false_winners;
mod power;
mod sample_ratio;

use std::thread;

fn main() {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let parts: [(&str, fn()); 4] = [("false", false_winners::print), ("ratio", sample_ratio::print), ("power", power::print), ("assign", assigning::print)];
    for (_, print) in parts.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        print();
    }
}

/// What `one` gives for each number below `count`, on every core; the order is that of the numbers.
fn on_all_cores<T: Send>(count: u64, one: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let part = |core: u64| (count * core / cores..count * (core + 1) / cores).map(&one).collect::<Vec<T>>();
    thread::scope(|scope| {
        let part = &part;
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || part(core))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    })
}

/// A percentage of `count`.
fn per_cent(part: usize, count: usize) -> String {
    format!("{:.2} %", 100.0 * part as f64 / count as f64)
}

/// The middle of what there is; nothing where it is less than half of `count`.
fn median(mut values: Vec<u64>, count: usize) -> Option<u64> {
    values.sort_unstable();
    values.get(count / 2).copied()
}
