//! What the gateway adds to a provider's answers: the same load straight to a mock and through the gateway, in turns, so that both meet the
//! same machine; then the highest rate that it holds, beside LiteLLM's.

mod litellm;
mod mock;
mod pace;
mod report;
mod watch;

use std::time::Duration;

use crate::{
    client::{body, request, status},
    sample,
    server::{Place, Server},
};

use litellm::LiteLlm;
use mock::Mock;
use pace::{Connection, Outcome, load, percentile};

pub use mock::serve as serve_mock;

/// Of one measurement; there are two of each, in turns.
const TIME: Duration = Duration::from_secs(8);
/// Of one try of the highest rate.
const TRY: Duration = Duration::from_secs(4);
/// In milliseconds, of what is added at 1,000 requests a second; of an exact hit.
const MEDIAN_LIMIT: f64 = 0.5;
const P99_LIMIT: f64 = 2.0;
const HIT_LIMIT: f64 = 1.0;
/// What a rate that is held may add at the 99th percentile, in milliseconds.
const HELD_LIMIT: f64 = 10.0;
/// LiteLLM is given more: it holds a rate while its 99th percentile is below a second.
const THEIR_LIMIT: f64 = 1_000.0;
const LEAST_RATIO: f64 = 20.0;

/// Somebody who answers completions.
struct Target<'t> {
    name: &'static str,
    address: &'t str,
    key: &'t str,
    /// Before the mock's name for a model.
    prefix: &'static str,
    process: Option<u32>,
}

impl Target<'_> {
    /// A completion whose body has so many bytes.
    fn ask(&self, model: &str, more: &str, size: usize) -> Vec<u8> {
        let text =
            |said: &str| format!(r#"{{"model": "{}{model}", {more}"max_tokens": 32, "messages": [{{"role": "user", "content": "{said}"}}]}}"#, self.prefix);
        let filling = "Where is my order? ".chars().cycle().take(size.saturating_sub(text("").len())).collect::<String>();
        let headers = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", self.key);
        request("POST", "/v1/chat/completions", &headers, &text(&filling))
    }
}

pub fn run() -> bool {
    let mock = Mock::start();
    let place = Place::new(None);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(sample::make(&place));
    let studio = place.serve();
    let key = settle(&place, &studio, &mock.address);
    let direct = Target { name: "direct", address: &mock.address, key: "sk-test-1", prefix: "", process: None };
    let gateway = Target { name: "gateway", address: &studio.address, key: &key, prefix: "mock/", process: Some(studio.process.id()) };
    let fine = compare(&direct, &gateway);
    studio.kill();
    fine
}

/// The mock as a provider; gives a key.
fn settle(place: &Place, studio: &Server, mock: &str) -> String {
    let key = place.command(&["key", "add", "--project", "Northwind", "--name", "gateway", "--scope", "gateway,admin"]).trim().to_owned();
    let provider = format!(r#"{{"kind": "openai", "base_url": "http://{mock}/v1", "key": "sk-test-1"}}"#);
    let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
    let mut connection = Connection::new(&studio.address);
    let answer = connection.send(&request("PUT", "/api/v1/providers/mock", &headers, &provider), |_| {}).unwrap();
    assert!(status(answer) < 300, "{}", body(answer));
    key
}

/// Everything, on standard output; whether all limits were met.
fn compare(direct: &Target<'_>, gateway: &Target<'_>) -> bool {
    report::introduction();
    for target in [direct, gateway] {
        warm(target, 50.0);
    }
    let mut fine = true;
    for (size, rate) in [(161, 200.0), (161, 1_000.0), (161, 2_000.0), (5 << 10, 1_000.0), (50 << 10, 200.0)] {
        let title = format!("{rate} requests/s of {size} B");
        let [plain, through] = both(direct, gateway, &title, rate, |target| target.ask("mock", "", size));
        if (size, rate) == (161, 1_000.0) {
            let added = |permille| percentile(&through.times, permille) - percentile(&plain.times, permille);
            fine &= report::limit("added p50", added(500), MEDIAN_LIMIT) & report::limit("added p99", added(990), P99_LIMIT) & through.is_whole();
        }
    }
    both(direct, gateway, "200 requests/s of 161 B to a provider that takes 50 ms", 200.0, |target| target.ask("mock-d50", "", 161));
    both(direct, gateway, "50 requests/s of 161 B to a provider that fails every 20th time", 50.0, |target| target.ask("mock-f20", "", 161));
    both(direct, gateway, "20 streams/s of 50 chunks, 10 ms apart", 20.0, |target| target.ask("mock-c50-g10", r#""stream": true, "#, 161));

    let hit = gateway.ask("mock", r#""atelier": {"cache": "exact"}, "#, 161);
    load(gateway.address, &hit, 20.0, Duration::from_secs(1));
    let hits = measure(gateway, "1,000 exact hits/s of 161 B", &hit, 1_000.0);
    fine &= report::limit("exact hit p99", percentile(&hits.times, 990), HIT_LIMIT) & hits.is_whole();
    if let Some(process) = gateway.process {
        let loaded = watch::memory(process);
        std::thread::sleep(Duration::from_secs(5));
        println!("\nThe gateway's memory: {loaded:.0} MiB at load, {:.0} MiB five seconds after.", watch::memory(process));
    }

    let held = highest("gateway", 1_000.0, |rate| {
        let through = load(gateway.address, &gateway.ask("mock", "", 161), rate, TRY);
        let plain = load(direct.address, &direct.ask("mock", "", 161), rate, TRY);
        // A rate that is too much for the generator and the mock alone tells nothing of the gateway.
        (percentile(&through.times, 990) - percentile(&plain.times, 990).min(HELD_LIMIT), through.is_whole(), HELD_LIMIT)
    });
    println!("\nHighest rate with less than {HELD_LIMIT} ms added at p99: **{held:.0} requests/s**.");
    fine & beside(direct, held)
}

/// The other one, as far as it comes.
fn beside(direct: &Target<'_>, held: f64) -> bool {
    let Some(litellm) = LiteLlm::start(direct.address) else {
        println!("\nLiteLLM is not installed here, so only our own figures are shown.");
        return true;
    };
    let process = Some(litellm.process.id());
    let theirs = Target { name: "LiteLLM", address: &litellm.address, key: litellm::KEY, prefix: "", process };
    warm(&theirs, 10.0);
    println!();
    report::header();
    both(direct, &theirs, "20 requests/s of 161 B", 20.0, |target| target.ask("mock", "", 161));
    let rate = highest("LiteLLM", 25.0, |rate| {
        let through = load(theirs.address, &theirs.ask("mock", "", 161), rate, TRY);
        (percentile(&through.times, 990), through.is_whole(), THEIR_LIMIT)
    });
    let ratio = held / rate;
    println!("\nLiteLLM holds {rate:.0} requests/s with a p99 under {THEIR_LIMIT} ms: the gateway holds **{ratio:.0} ×** as many (at least {LEAST_RATIO} ×).");
    ratio >= LEAST_RATIO
}

fn warm(target: &Target<'_>, rate: f64) {
    let ask = target.ask("mock", "", 161);
    let mut connection = Connection::new(target.address);
    let answer = connection.send(&ask, |_| {}).unwrap();
    assert_eq!(status(answer), 200, "{}: {}", target.name, body(answer));
    load(target.address, &ask, rate, Duration::from_secs(4));
}

/// In turns, each twice, and each first once.
fn both(direct: &Target<'_>, other: &Target<'_>, title: &str, rate: f64, ask: impl Fn(&Target<'_>) -> Vec<u8>) -> [Outcome; 2] {
    let mut seen = [Outcome::default(), Outcome::default()];
    let mut cpu = 0.0;
    for which in [0, 1, 1, 0] {
        let target = [direct, other][which];
        let before = target.process.map(watch::cpu);
        seen[which].add(load(target.address, &ask(target), rate, TIME));
        cpu += before.map_or(0.0, |before| watch::cpu(target.process.unwrap_or_default()) - before);
    }
    let taken = other.process.map(|process| (cpu / (2.0 * TIME.as_secs_f64()), watch::memory(process)));
    report::pair(title, other.name, &seen, taken);
    seen
}

fn measure(target: &Target<'_>, title: &str, ask: &[u8], rate: f64) -> Outcome {
    let before = target.process.map_or(0.0, watch::cpu);
    let seen = load(target.address, ask, rate, TIME);
    let taken = target.process.map(|process| ((watch::cpu(process) - before) / TIME.as_secs_f64(), watch::memory(process)));
    report::one(title, target.name, &seen, taken);
    seen
}

/// The highest rate that is held, to five per cent. `attempt` gives a time, whether all were answered, and what the time may be.
fn highest(name: &str, first: f64, attempt: impl Fn(f64) -> (f64, bool, f64)) -> f64 {
    println!("\n| {name}, requests/s | p99 ms | all answered | held |\n| ---: | ---: | --- | --- |");
    let holds = |rate: f64| {
        let (time, whole, limit) = attempt(rate);
        let held = whole && time < limit;
        println!("| {rate:.0} | {time:.2} | {} | {} |", if whole { "yes" } else { "no" }, if held { "yes" } else { "no" });
        // What is still in the pipes does not count against the next.
        std::thread::sleep(Duration::from_secs(2));
        held
    };
    let (mut low, mut high) = (0.0, first);
    while holds(high) && high < 60_000.0 {
        (low, high) = (high, high * 2.0);
    }
    while high - low > high * 0.05 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}
