//! What clients feel of the running binary. `cargo bench --bench load -- pull` compares pulling with a bare axum route;
//! `-- assign` does so with assignments, and sends outcomes; `-- busy` measures pulls and pages while the local model answers two prompts; `-- gateway` measures what the gateway adds to a provider's answers.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a bench prints, and stops at what it did not expect")]

mod assign;
mod bare;
mod beside;
mod busy;
mod client;
mod figures;
mod gateway;
mod pull;
mod sample;
#[expect(dead_code, reason = "the kill test uses the rest")]
#[path = "../../tests/kill/server.rs"]
mod server;

fn main() {
    let mode = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let run = |run: fn() -> bool| if run() { 0 } else { 1 };
    let code = match mode.as_deref() {
        Some("bare") => bare::serve(),
        Some("mock") => gateway::serve_mock(),
        Some("gateway") => run(gateway::run),
        Some("pull") => run(pull::run),
        Some("assign") => run(assign::run),
        Some("busy") => run(busy::run),
        _ => run(pull::run).max(run(assign::run)).max(run(busy::run)).max(run(gateway::run)),
    };
    std::process::exit(code);
}
