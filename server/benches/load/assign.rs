//! Experiments over HTTP: assignments beside a bare axum route, and outcomes acknowledged after their commit.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    beside::{Call, compare},
    client::{self, Client, request},
    sample,
    server::{Place, Server},
};

/// Who comes back and back: all but the first of their assignments find the exposure put down already.
const KNOWN: usize = 10_000;
/// Who comes once: each assignment puts an exposure down.
const NEW: usize = 2_000_000;
/// Of the bare route's throughput.
const LEAST: f64 = 0.60;
const OUTCOMES: usize = 1_000_000;
const LIST: usize = 1_000;
const SENDERS: usize = 4;
/// Outcomes a second.
const WANTED: f64 = 20_000.0;

pub fn run() -> bool {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let place = Place::new(None);
        let sample = sample::make(&place).await;
        let studio = place.serve();
        let headers = format!("authorization: Bearer {}\r\ncontent-type: application/json\r\n", sample.key);
        let assign = |unit: String| request("POST", "/api/v1/experiments/greeting/assign", &headers, &json!({"unit": unit}).to_string());
        let known = (0..KNOWN).map(|number| assign(format!("user-{number}"))).collect();
        let mut good = compare(&studio, Call { name: "assigning units that were seen before", requests: known, least: LEAST }).await;
        good &= outcomes(&studio, &headers).await;
        // Nothing is wanted of this one: it is told beside the other. It leaves much to be counted, so it comes last.
        let new = (0..NEW).map(|number| assign(format!("new-{number}"))).collect();
        compare(&studio, Call { name: "assigning units that nobody saw", requests: new, least: 0.0 }).await;
        studio.kill();
        good
    })
}

async fn outcomes(studio: &Server, headers: &str) -> bool {
    let list = |first: usize| {
        let one = |number: usize| json!({"id": format!("o-{number}"), "experiment": "greeting", "unit": format!("user-{}", number % KNOWN), "metric": "resolved", "value": number % 2});
        request("POST", "/api/v1/outcomes", headers, &Value::from((first..first + LIST).map(one).collect::<Vec<_>>()).to_string())
    };
    let all: Vec<Vec<u8>> = (0..OUTCOMES).step_by(LIST).map(list).collect();
    let began = Instant::now();
    let parts: Vec<Vec<Vec<u8>>> = (0..SENDERS).map(|at| all.iter().skip(at).step_by(SENDERS).cloned().collect()).collect();
    let mut senders = Vec::new();
    for part in parts {
        let address = studio.address.clone();
        senders.push(tokio::spawn(async move {
            let mut client = Client::open(&address).await;
            for request in &part {
                let answer = client.send(request).await;
                assert_eq!(client::status(answer), 202, "{}", client::body(answer));
            }
        }));
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let rate = OUTCOMES as f64 / began.elapsed().as_secs_f64();
    println!("outcomes: {OUTCOMES} in lists of {LIST} from {SENDERS} connections, {rate:.0} a second acknowledged after their commit (at least {WANTED:.0})");
    let read = request("GET", "/api/v1/experiments/greeting/results", headers, "");
    let acknowledged = Instant::now();
    let mut client = Client::open(&studio.address).await;
    loop {
        let answer = client.send(&read).await;
        assert_eq!(client::status(answer), 200, "{}", client::body(answer));
        let results: Value = serde_json::from_str(client::body(answer)).unwrap();
        let of = results["metrics"][0]["variants"].as_array().unwrap();
        let units: u64 = of.iter().map(|variant| variant["units"].as_u64().unwrap()).sum();
        if units >= KNOWN as u64 && acknowledged.elapsed() > Duration::from_millis(500) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("each unit of them was in the results {:.1} s after the last was acknowledged", acknowledged.elapsed().as_secs_f64());
    rate >= WANTED
}
