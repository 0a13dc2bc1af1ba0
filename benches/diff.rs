//! Our diff against the crate `similar` (Myers, then words inside changed lines) on ten edit histories of this repository, and on
//! the worst texts. `cargo bench -p atelier-domain` prints one table; `-- README` the lines that
//! name it.
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::{hint::black_box, process::Command, time::Instant};

use atelier_domain::diff::{Op, Row, TextDiff};
use similar::ChangeTag;

/// Where the histories end. They grow with the repository, so compare ratios and not tables.
const REVISION: &str = "HEAD";
const HISTORIES: [&str; 10] = [
    "README.md",
    "Cargo.toml",
    "public/kit.js",
    "end2end/journeys/keyboard.mjs",
    "end2end/journeys/path.mjs",
    "app/src/pages/prompt/editor.rs",
    "style/pages/prompt.css",
    "src/prompt.rs",
    "server/src/openapi.rs",
    "server/backend/src/store/prompt.rs",
];
/// A figure is the fastest of so many runs: the machine has other work.
const RUNS: usize = 25;
const RUNS_WORST: usize = 7;

type Edit = (String, String);

/// What one side did with all edits of a history.
#[derive(Clone, Copy, Default)]
struct Figures {
    ms: f64,
    /// Lines deleted and lines added.
    rows: usize,
    /// Stretches of text, marked or not, that the changed lines are shown as.
    pieces: usize,
}

fn main() {
    println!("{:38} {:>6} {:>9} {:>9} {:>6} {:>6} {:>7} {:>7} {:>7}", "", "edits", "ours ms", "similar", "ratio", "rows", "similar", "pieces", "similar");
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for path in HISTORIES.into_iter().filter(|path| path.contains(&wanted)) {
        let edits = history(path);
        line(path, &edits, RUNS);
    }
    for (name, edit) in worst().into_iter().filter(|(name, _)| name.contains(&wanted)) {
        line(name, &[edit], RUNS_WORST);
    }
}

fn line(name: &str, edits: &[Edit], runs: usize) {
    let (ours, theirs) = (measure(edits, runs, ours), measure(edits, runs, similar));
    let ratio = ours.ms / theirs.ms;
    println!(
        "{name:38} {:6} {:9.3} {:9.3} {ratio:6.2} {:6} {:7} {:7} {:7}",
        edits.len(),
        ours.ms,
        theirs.ms,
        ours.rows,
        theirs.rows,
        ours.pieces,
        theirs.pieces
    );
}

fn measure(edits: &[Edit], runs: usize, diff: fn(&str, &str) -> Figures) -> Figures {
    let run = || {
        edits.iter().map(|(old, new)| diff(black_box(old), black_box(new))).fold(Figures::default(), |sum, one| Figures {
            ms: sum.ms + one.ms,
            rows: sum.rows + one.rows,
            pieces: sum.pieces + one.pieces,
        })
    };
    (0..runs).map(|_| run()).min_by(|a, b| a.ms.total_cmp(&b.ms)).unwrap_or_default()
}

fn ours(old: &str, new: &str) -> Figures {
    let start = Instant::now();
    let diff = TextDiff::new(old, new);
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let cells: Vec<usize> = diff
        .rows
        .iter()
        .filter(|row| !row.is_same())
        .flat_map(|row: &Row| [row.old_line(), row.new_line()])
        .flatten()
        .filter(|cell| cell.op != Op::Same)
        .map(|cell| cell.spans.len())
        .collect();
    Figures { ms, rows: cells.len(), pieces: cells.iter().sum() }
}

fn similar(old: &str, new: &str) -> Figures {
    let start = Instant::now();
    let diff = similar::TextDiff::from_lines(old, new);
    let changes: Vec<_> = diff.ops().iter().flat_map(|op| diff.iter_inline_changes(op)).collect();
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let cells: Vec<usize> = changes.iter().filter(|change| change.tag() != ChangeTag::Equal).map(|change| change.values().len()).collect();
    Figures { ms, rows: cells.len(), pieces: cells.iter().sum() }
}

/// Every revision of a file against the one before it.
fn history(path: &str) -> Vec<Edit> {
    let log = git(&["log", "--reverse", "--format=%h", REVISION, "--", path]);
    let texts: Vec<String> = log.lines().map(|revision| git(&["show", &format!("{revision}:{path}")])).collect();
    texts.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// What git prints; nothing where there is no history, as in an archive.
fn git(args: &[&str]) -> String {
    Command::new("git").args(args).output().map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default()
}

fn worst() -> [(&'static str, Edit); 4] {
    let lines = |word: &str, step: usize, kinds: usize| -> String {
        (0..5_000).map(|at| format!("{word} {} asks for order {} and a refund by {word}\n", at * step % kinds, at * 31 % 997)).collect()
    };
    let long = |words: usize, from: usize| -> String { (0..words).map(|at| format!("word{} ", (at * 7_919 + from) % 5_003)).collect() };
    [
        ("5,000 lines, each changed", (lines("Ann", 1, 5_000), lines("Bob", 1, 5_000))),
        ("5,000 lines against 5,000 others", (lines("Ann", 7, 5_000), lines("Bob", 13, 4_999).replace("order", "parcel").replace("refund", "repair"))),
        ("5,000 lines of 60 kinds, reordered", (shuffled(3), shuffled(5))),
        ("one line of 1 MB", (long(110_000, 0), long(110_000, 1_000))),
    ]
}

fn shuffled(seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 60
    };
    (0..5_000).map(|_| format!("Rule {} of the house.\n", next())).collect()
}
