//! SIGKILL while units are assigned and outcomes are sent: what was answered counts, and counts once.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{http::Connection, server::Place};

const ROUNDS: usize = 10;
const SENDERS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);
const ASSIGN: &str = "/api/v1/experiments/greeting/assign";

/// One client and what it knows.
struct Sender {
    number: usize,
    turn: usize,
    /// Units whose assignment was answered, and of those whose outcome was too.
    assigned: usize,
    told: usize,
    /// Nobody knows whether this outcome arrived: it is sent again.
    open: Option<String>,
}

impl Sender {
    fn send_until_killed(&mut self, address: &str, key: &str) {
        let _ = Connection::open(address, key).and_then(|mut connection| -> std::io::Result<()> {
            loop {
                let unit = match self.open.clone() {
                    Some(unit) => unit,
                    None => {
                        self.turn += 1;
                        let unit = format!("unit-{}-{}", self.number, self.turn);
                        let (status, answer) = connection.send("POST", ASSIGN, &json!({"unit": unit}).to_string())?;
                        assert_eq!(status, 200, "{answer}");
                        self.assigned += 1;
                        unit
                    }
                };
                self.open = Some(unit.clone());
                let outcome = json!({"id": unit, "experiment": "greeting", "unit": unit, "metric": "resolved", "value": 1});
                let (status, answer) = connection.send("POST", "/api/v1/outcomes", &outcome.to_string())?;
                assert_eq!(status, 202, "{answer}");
                self.told += 1;
                self.open = None;
            }
        });
    }
}

#[test]
fn assignments_and_outcomes_that_were_answered_count_once_after_a_kill() {
    let place = Place::new(None);
    place.command(&["project", "add", "Northwind"]);
    let key = place.command(&["key", "add", "--project", "Northwind", "--name", "kill", "--scope", "read,manage,ingest"]).trim().to_owned();
    let mut server = place.serve();
    furnish(&mut Connection::open(&server.address, &key).unwrap());
    let mut senders: Vec<Sender> = (0..SENDERS).map(|number| Sender { number, turn: 0, assigned: 0, told: 0, open: None }).collect();
    let (began, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS && began.elapsed() < PATIENCE {
        let (address, until_kill) = (server.address.clone(), Duration::from_millis(100 + u64::from(Uuid::now_v7().as_bytes()[15]) * 2));
        thread::scope(|scope| {
            for sender in &mut senders {
                let (address, key) = (&address, &key);
                scope.spawn(move || sender.send_until_killed(address, key));
            }
            thread::sleep(until_kill);
            server.kill();
        });
        server = place.serve();
        rounds += 1;
    }
    let sum = |of: fn(&Sender) -> usize| senders.iter().map(of).sum::<usize>() as u64;
    let (assigned, tried, told) = (sum(|sender| sender.assigned), sum(|sender| sender.turn), sum(|sender| sender.told));
    let results = settled(&mut Connection::open(&server.address, &key).unwrap(), assigned);
    server.kill();
    println!("{rounds} kills, {assigned} assignments and {told} outcomes answered");
    assert!(rounds >= 3 && told > 20 * rounds as u64, "{rounds} rounds, {told} outcomes");
    let units = results["units"].as_u64().unwrap();
    assert!((assigned..=tried).contains(&units), "{assigned} answered, {tried} tried, {units} counted");
    let of: Vec<&Value> = results["metrics"][0]["variants"].as_array().unwrap().iter().collect();
    let counted: u64 = of.iter().map(|variant| variant["units"].as_u64().unwrap()).sum();
    assert!((told..=told + SENDERS as u64).contains(&counted), "{told} answered, {counted} counted");
    // An outcome that counted twice would be a sum of two.
    assert!(of.iter().all(|variant| variant["mean"] == 1.0), "{results}");
}

fn furnish(connection: &mut Connection) {
    let mut post = |path: &str, body: Value| {
        let (status, answer) = connection.send("POST", path, &body.to_string()).unwrap();
        assert!((200..300).contains(&status), "{path}: {answer}");
    };
    post("/api/v1/prompts", json!({"name": "reply", "type": "text"}));
    for text in ["one", "two"] {
        post("/api/v1/prompts/reply/versions", json!({"text": text}));
    }
    let variant = |key: &str, version: u32| json!({"key": key, "weight": 0.5, "prompt": "reply", "version": version});
    let metric = json!({"name": "resolved", "per": "unit"});
    post("/api/v1/experiments", json!({"key": "greeting", "variants": [variant("control", 1), variant("b", 2)], "metrics": [metric]}));
    post("/api/v1/experiments/greeting/start", json!({}));
}

/// The results once everything that was answered is in them.
fn settled(connection: &mut Connection, assigned: u64) -> Value {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, answer) = connection.send("GET", "/api/v1/experiments/greeting/results", "").unwrap();
        assert_eq!(status, 200, "{answer}");
        let results: Value = serde_json::from_str(&answer).unwrap();
        if results["units"].as_u64().unwrap() >= assigned || Instant::now() > until {
            return results;
        }
        thread::sleep(Duration::from_millis(50));
    }
}
