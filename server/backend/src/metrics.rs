//! Counters for Prometheus: what this process has done since it began. No project, prompt or user is named: nobody is asked for a key.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use atelier_domain::request::{CacheVerdict, Facts};

use crate::studio::Studio;

/// Seconds.
const BOUNDS: [f64; 17] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

#[derive(Debug, Default)]
pub struct Metrics {
    inner: Mutex<Inner>,
    in_flight: AtomicI64,
}

#[derive(Debug, Default)]
struct Inner {
    /// By endpoint, outcome and cache.
    requests: BTreeMap<[&'static str; 3], u64>,
    tokens: BTreeMap<&'static str, u64>,
    nanos: i64,
    saved: i64,
    retries: u64,
    whole: Histogram,
    first: Histogram,
    overhead: Histogram,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    fn add(&mut self, micros: u64) {
        let seconds = micros as f64 / 1e6;
        self.count += 1;
        self.sum += seconds;
        if let Some(at) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.buckets[at] += 1;
        }
    }

    fn write(&self, name: &str, help: &str, out: &mut String) {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram");
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(self.buckets) {
            sum += count;
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {sum}");
        }
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {}\n{name}_sum {}\n{name}_count {}", self.count, self.sum, self.count);
    }
}

impl Metrics {
    /// A request has ended.
    pub fn request(&self, facts: &Facts) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        *inner.requests.entry([facts.endpoint.as_str(), facts.outcome.as_str(), facts.cache.as_str()]).or_default() += 1;
        inner.retries += u64::from(facts.retries);
        inner.saved = inner.saved.saturating_add(facts.saved.0);
        if facts.cache != CacheVerdict::Exact {
            for (kind, count) in
                [("input", facts.usage.input), ("cached", facts.usage.cached), ("output", facts.usage.output), ("reasoning", facts.usage.reasoning)]
            {
                *inner.tokens.entry(kind).or_default() += count;
            }
            inner.nanos = inner.nanos.saturating_add(facts.cost.map_or(0, |cost| cost.0));
        }
        inner.whole.add(facts.times.whole);
        inner.overhead.add(facts.times.whole.saturating_sub(facts.times.upstream));
        if let Some(first) = facts.times.first {
            inner.first.add(first);
        }
    }

    /// One more is under way, or one less.
    pub fn flying(&self, more: i64) {
        self.in_flight.fetch_add(more, Ordering::Relaxed);
    }

    /// In Prometheus' text format.
    pub fn text(&self, studio: &Studio) -> String {
        let mut out = String::new();
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = |name: &str, kind: &str, help: &str, value: String| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        let dollars = |nanos: i64| format!("{}", nanos as f64 / 1e9);
        one("atelier_in_flight", "gauge", "Requests through the gateway under way.", self.in_flight.load(Ordering::Relaxed).to_string());
        one("atelier_journal_bytes", "gauge", "Bytes of records that wait for the database.", studio.journal.backlog().to_string());
        one("atelier_records_lost_total", "counter", "Records that could not be kept.", studio.journal.lost.load(Ordering::Relaxed).to_string());
        one("atelier_cost_dollars_total", "counter", "What requests have cost, in USD.", dollars(inner.nanos));
        one("atelier_saved_dollars_total", "counter", "What the cache has saved, in USD.", dollars(inner.saved));
        one("atelier_retries_total", "counter", "Further attempts at providers.", inner.retries.to_string());
        out.push_str("# HELP atelier_requests_total Requests that have ended.\n# TYPE atelier_requests_total counter\n");
        for ([endpoint, outcome, cache], count) in &inner.requests {
            let _ = writeln!(out, "atelier_requests_total{{endpoint=\"{endpoint}\",outcome=\"{outcome}\",cache=\"{cache}\"}} {count}");
        }
        out.push_str("# HELP atelier_tokens_total Tokens that models have read and written.\n# TYPE atelier_tokens_total counter\n");
        for (kind, count) in &inner.tokens {
            let _ = writeln!(out, "atelier_tokens_total{{kind=\"{kind}\"}} {count}");
        }
        inner.whole.write("atelier_request_seconds", "From a request to its last byte.", &mut out);
        inner.first.write("atelier_first_token_seconds", "From a request to its first token.", &mut out);
        inner.overhead.write("atelier_overhead_seconds", "What the studio itself took of a request.", &mut out);
        out
    }
}
