//! A call of ours beside a bare axum route that returns the same bytes; in turns, so that both meet the same machine.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    client::{self, Client, throughput},
    figures::{cpu_seconds, median},
    server::Server,
};

const PAIRS: usize = 8;
const CONNECTIONS: usize = 32;
const WINDOW: Duration = Duration::from_secs(3);

/// What is compared.
pub struct Call<'a> {
    /// What it does: "pulling".
    pub name: &'a str,
    /// Asked one after the other, each connection from another one on.
    pub requests: Vec<Vec<u8>>,
    /// Of the bare route's throughput.
    pub least: f64,
}

/// Says whether it reached what is wanted.
pub async fn compare(studio: &Server, call: Call<'_>) -> bool {
    let Call { name, requests, least } = call;
    let answer = Client::open(&studio.address).await.send(&requests[0]).await.to_vec();
    assert_eq!(client::status(&answer), 200, "{}", client::body(&answer));
    let file = std::env::temp_dir().join(format!("atelier-bench-{}.json", std::process::id()));
    std::fs::write(&file, client::body(&answer)).unwrap();
    let (mut bare, bare_address) = bare(&file);

    println!("{name}: {} bytes, {CONNECTIONS} connections, {PAIRS} pairs of {} s", client::body(&answer).len(), WINDOW.as_secs());
    println!("{:>4} {:>12} {:>12} {:>8} {:>14} {:>14}", "pair", "bare req/s", "ours req/s", "ratio", "bare CPU us", "our CPU us");
    let (mut ratios, mut costs) = (Vec::new(), Vec::new());
    for address in [&bare_address, &studio.address] {
        throughput(address, &requests, CONNECTIONS, Duration::from_secs(1)).await;
    }
    for pair in 1..=PAIRS {
        let mut seen = [(0.0, 0.0); 2];
        // The first of a pair has it easier on some machines: take turns.
        for which in if pair % 2 == 0 { [0, 1] } else { [1, 0] } {
            let (address, process) = [(&bare_address, bare.id()), (&studio.address, studio.process.id())][which];
            let before = cpu_seconds(process);
            let rate = throughput(address, &requests, CONNECTIONS, WINDOW).await;
            seen[which] = (rate, (cpu_seconds(process) - before) * 1e6 / (rate * WINDOW.as_secs_f64()));
        }
        let [(bare_rate, bare_cpu), (our_rate, our_cpu)] = seen;
        println!("{pair:>4} {bare_rate:>12.0} {our_rate:>12.0} {:>8.2} {bare_cpu:>14.1} {our_cpu:>14.1}", our_rate / bare_rate);
        ratios.push(our_rate / bare_rate);
        costs.push(bare_cpu / our_cpu);
    }
    bare.kill().unwrap();
    bare.wait().unwrap();
    let ratio = median(&mut ratios);
    println!(
        "{name} reaches {:.0} % of the bare route's throughput (at least {:.0} %); by the server's CPU time alone {:.0} %",
        ratio * 100.0,
        least * 100.0,
        median(&mut costs) * 100.0
    );
    let _ = std::fs::remove_file(&file);
    ratio >= least
}

fn bare(body: &std::path::Path) -> (Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut process = command.arg("bare").env("BENCH_BODY", body).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, line.trim().trim_start_matches("http://").to_owned())
}
