//! The tables, as Markdown.

use super::pace::{Outcome, percentile};

const PERMILLES: [usize; 4] = [500, 900, 990, 999];

pub fn introduction() {
    println!("### The gateway beside its provider\n");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, shared by the generator, the mock provider and the gateway, which keeps records. Open loop: a time counts from when a");
    println!("request should have been sent. The mock answers 622 bytes. Milliseconds; CPU in cores, memory in MiB.\n");
    header();
}

pub fn header() {
    println!("| load | way | p50 | p90 | p99 | p99.9 | errors | CPU | memory |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
}

/// CPU in cores and memory in MiB, where they were looked at.
type Taken = Option<(f64, f64)>;

pub fn pair(title: &str, name: &str, [plain, through]: &[Outcome; 2], taken: Taken) {
    one(title, "direct", plain, None);
    one("", name, through, taken);
    added("", &plain.times, &through.times);
    if !plain.chunks.is_empty() {
        line("each chunk, from its sending on", "direct", &plain.chunks, plain, None);
        line("", name, &through.chunks, through, None);
        added("", &plain.chunks, &through.chunks);
    }
}

pub fn one(title: &str, way: &str, seen: &Outcome, taken: Taken) {
    line(title, way, &seen.times, seen, taken);
}

fn line(title: &str, way: &str, times: &[std::time::Duration], seen: &Outcome, taken: Taken) {
    let figures: Vec<String> = PERMILLES.iter().map(|permille| format!("{:.2}", percentile(times, *permille))).collect();
    let taken = taken.map_or_else(|| " | ".to_owned(), |(cpu, memory)| format!("{cpu:.2} | {memory:.0}"));
    println!("| {title} | {way} | {} | {} | {taken} |", figures.join(" | "), seen.errors + seen.unsent);
}

fn added(title: &str, plain: &[std::time::Duration], through: &[std::time::Duration]) {
    let figures: Vec<String> = PERMILLES.iter().map(|permille| format!("**{:.2}**", percentile(through, *permille) - percentile(plain, *permille))).collect();
    println!("| {title} | added | {} | | | |", figures.join(" | "));
}

/// Says on the error channel whether a figure is as it should be: the table stays whole.
#[expect(clippy::print_stderr, reason = "standard output is the table")]
pub fn limit(what: &str, figure: f64, limit: f64) -> bool {
    let met = figure < limit;
    eprintln!("{what}: {figure:.2} ms, {} {limit} ms", if met { "under" } else { "NOT under" });
    met
}
