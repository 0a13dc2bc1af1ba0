//! Measures the local model as a caller meets it: `cargo run --release -p atelier-backend --example bench_local -- model.gguf`.
//! Prints one JSON object; `tools/bench/local.sh` sets llama.cpp's figures beside it.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::{env, error::Error, time::Duration};

use atelier_backend::local::{LocalModel, Status};
use atelier_domain::{
    completion::{Event, Measure, Request},
    prompt::{Message, MessageRole, Params},
};

/// Tokens that are decoded after each prompt.
const DECODED: u32 = 64;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("name the model's file")?;
    let model = LocalModel::start(path.into(), 4);
    while model.status() == Status::Loading {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let loaded = memory("VmRSS:");
    let mut rows = Vec::new();
    for tokens in [128, 512, 1_024] {
        let mut best: Option<Measure> = None;
        for round in 0..3 {
            let measure = ask(&model, prompt(&model, tokens, round)).await?;
            best = best.filter(|best| best.first_token_us <= measure.first_token_us).or(Some(measure));
        }
        let best = best.ok_or("nothing was measured")?;
        let seconds = best.first_token_us.unwrap_or_default().saturating_sub(best.queued_us) as f64 / 1e6;
        let computed = f64::from(best.input_tokens - best.reused_tokens);
        rows.push(serde_json::json!({
            "prompt": best.input_tokens, "reused": best.reused_tokens,
            "prefill_per_second": (computed / seconds).round(), "decode_per_second": best.tokens_per_second().map(f64::round),
        }));
    }
    let text = prompt(&model, 1_024, 9);
    let (cold, warm) = (ask(&model, text.clone()).await?, ask(&model, text).await?);
    let first = |measure: Measure| measure.first_token_us.map(|us| us / 1_000);
    println!(
        "{}",
        serde_json::json!({"runs": rows, "first_token_ms": {"cold": first(cold), "same_beginning": first(warm), "reused": warm.reused_tokens},
            "rss_mb": {"loaded": loaded, "now": memory("VmRSS:"), "most": memory("VmHWM:")}})
    );
    Ok(())
}

/// A text that makes the whole prompt about so many tokens long; each round begins differently, so nothing is reused.
fn prompt(model: &LocalModel, tokens: usize, round: usize) -> String {
    let mut text = format!("{round}{tokens} is the number of this report.");
    while model.count_tokens(&text).is_some_and(|count| count + 40 < tokens) {
        text.push_str(" It records each request, applies budgets, retries failures, and caches answers.");
    }
    text
}

async fn ask(model: &LocalModel, content: String) -> Result<Measure, Box<dyn Error>> {
    let params = Params { temperature: Some(0.8), seed: Some(1), max_tokens: Some(DECODED), ..Params::default() };
    // The first token differs, and with it everything after: not even the default system message is reused.
    let content = Message::new(MessageRole::System, content);
    let mut answer = model.ask(Request { messages: vec![content], params, ..Request::default() })?;
    while let Some(event) = answer.next().await {
        match event {
            Event::Done { measure, .. } => return Ok(measure),
            Event::Failed { fault } => return Err(fault.into()),
            _ => {}
        }
    }
    Err("the answer broke off".into())
}

/// Mebibytes of this process by Linux's count.
fn memory(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1_024)
}
