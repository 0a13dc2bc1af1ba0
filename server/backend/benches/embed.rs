//! Embeddings on one core: milliseconds for 12 words and for 254 tokens, texts a second in bulk, and a question beside an import.
//!
//! Prints one line of numbers a model, which `tools/bench/embed` sets beside its peers'. Needs the weights (`make models`).
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at what it did not expect")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use atelier_backend::local::embed::{Embedder, EmbeddingModel};

const SHORT: &str = "How do I reset the password of my team account today, please?";
/// 252 words that are one token each; with the encoder's own two marks 254.
fn long() -> String {
    let words = ["gate", "model", "record", "request", "budget", "answer", "question", "paid", "twice", "cache", "fail", "provider"];
    words.iter().cycle().take(252).copied().collect::<Vec<_>>().join(" ")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::var_os("ATELIER_MODELS").map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../models").into(), PathBuf::from);
    let embedder = Embedder::start(folder, 64);
    for model in EmbeddingModel::ALL {
        let begun = Instant::now();
        embedder.embed(model, vec![SHORT.to_owned()]).await.expect("an embedding");
        let load = begun.elapsed();
        let (rounds, bulk) = if model == EmbeddingModel::MiniLm { (60, 1_000) } else { (3_000, 50_000) };
        let short = one(&embedder, model, SHORT, rounds).await;
        let long = one(&embedder, model, &long(), rounds / 3).await;
        let texts: Vec<String> = (0..bulk).map(|at| format!("{SHORT} {at}")).collect();
        let (begun, used) = (Instant::now(), cpu());
        let tokens = embedder.embed(model, texts).await.expect("embeddings").tokens;
        let (rate, per_cpu) = (f64::from(bulk) / begun.elapsed().as_secs_f64(), f64::from(bulk) / (cpu() - used));
        println!(
            "{} load_ms={:.0} short_ms={:.4} short_cpu_ms={:.4} long_ms={:.4} long_cpu_ms={:.4} texts_per_s={rate:.0} texts_per_cpu_s={per_cpu:.0} tokens_per_text={:.1}",
            model.name(),
            millis(load),
            millis(short.0),
            short.1 * 1e3,
            millis(long.0),
            long.1 * 1e3,
            tokens as f64 / f64::from(bulk)
        );
    }
    beside_an_import(&embedder).await;
}

/// Seconds of processor time that this process has used.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux").filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok());
    tasks.filter_map(|task| task.split_whitespace().next()?.parse::<f64>().ok()).sum::<f64>() / 1e9
}

/// The median of single texts, one after the other, and the processor seconds of one.
async fn one(embedder: &Embedder, model: EmbeddingModel, text: &str, rounds: usize) -> (Duration, f64) {
    let used = cpu();
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let (text, begun) = (vec![text.to_owned()], Instant::now());
        embedder.embed(model, text).await.expect("an embedding");
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    (times[rounds / 2], (cpu() - used) / rounds as f64)
}

async fn beside_an_import(embedder: &Embedder) {
    let import = tokio::spawn({
        let embedder = embedder.clone();
        async move { embedder.embed(EmbeddingModel::MiniLm, vec![long(); 200]).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    for model in EmbeddingModel::ALL {
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            embedder.embed(model, vec![SHORT.to_owned()]).await.expect("an embedding");
            times.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(37)).await;
        }
        times.sort_unstable();
        println!("{} beside_import_p50_ms={:.1} max_ms={:.1}", model.name(), millis(times[10]), millis(times[19]));
    }
    import.abort();
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
