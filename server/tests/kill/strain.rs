//! Clients and providers that ask too much: memory stays bounded, and others are answered as ever.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use atelier_upstream::Upstream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    http::Connection,
    server::{Place, Server},
};

/// What all of it may take beside what an idle server takes, in MiB.
const ROOM: u64 = 192;

/// A server whose provider is the fake one.
struct Stage {
    server: Server,
    key: String,
    /// MiB before anything was asked of it.
    idle: u64,
    _upstream: Upstream,
    _runtime: tokio::runtime::Runtime,
    /// Goes last: it removes the folder.
    _place: Place,
}

impl Stage {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let upstream = runtime.block_on(Upstream::start()).unwrap();
        let place = Place::new(None);
        place.command(&["project", "add", "Northwind"]);
        let key = place.command(&["key", "add", "--project", "Northwind", "--name", "strain", "--scope", "gateway,requests"]).trim().to_owned();
        place.command_with(&["provider", "add", "--project", "Northwind", "--name", "acme", "--kind", "openai", "--base-url", &upstream.url()], "sk-test-1");
        let server = place.serve();
        let stage = Self { idle: 0, server, key, _upstream: upstream, _runtime: runtime, _place: place };
        stage.others_are_answered();
        Self { idle: stage.server.memory().map_or(0, |(now, _)| now), ..stage }
    }

    fn open(&self) -> Connection {
        Connection::open(&self.server.address, &self.key).unwrap()
    }

    fn others_are_answered(&self) {
        let mut other = self.open();
        for turn in 0..50 {
            let stream = turn % 2 == 0;
            let (status, answer) = other.send("POST", "/v1/chat/completions", &call("acme/echo", stream)).unwrap();
            assert_eq!(status, 200, "{answer}");
            assert!(!stream || answer.ends_with("data: [DONE]\n\n"), "{answer}");
        }
    }

    fn memory_was_bounded(&self, doing: &str) {
        let Some((now, most)) = self.server.memory() else { return };
        println!("{doing}: {} MiB when idle, {most} MiB at most, {now} MiB now", self.idle);
        assert!(most < self.idle + ROOM, "{doing}: {most} MiB, {} when idle", self.idle);
    }

    fn end(self) {
        let Self { server, .. } = self;
        server.kill();
    }
}

fn call(model: &str, stream: bool) -> String {
    format!("{{\"model\": \"{model}\", \"stream\": {stream}, \"messages\": [{{\"role\": \"user\", \"content\": \"How do I descale it?\"}}]}}")
}

#[test]
fn clients_that_stop_reading_hold_back_their_provider() {
    let stage = Stage::new();
    let body = call("acme/flood-100", true);
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        stage.key,
        body.len()
    );
    let stalled: Vec<TcpStream> = (0..32)
        .map(|_| {
            let mut client = TcpStream::connect(&stage.server.address).unwrap();
            client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            client.write_all(head.as_bytes()).unwrap();
            // The answer has begun, and nobody takes it.
            let mut first = [0; 512];
            assert!(client.read(&mut first).unwrap() > 0);
            client
        })
        .collect();
    thread::sleep(Duration::from_secs(2));
    stage.others_are_answered();
    stage.memory_was_bounded("32 clients that stopped reading 100 MiB each");
    drop(stalled);
    stage.others_are_answered();
    stage.end();
}

#[test]
fn an_answer_of_100_mib_passes_and_is_not_held() {
    let stage = Stage::new();
    let (status, answer) = stage.open().send("POST", "/v1/chat/completions", &call("acme/flood-100", true)).unwrap();
    assert_eq!(status, 200);
    assert!(answer.len() > 100 << 20 && answer.ends_with("data: [DONE]\n\n"), "{} bytes", answer.len());
    stage.others_are_answered();
    stage.memory_was_bounded("a stream of 100 MiB");
    let (status, answer) = stage.open().send("POST", "/v1/chat/completions", &call("acme/fault-giant-answer", false)).unwrap();
    assert_eq!(status, 502, "{answer}");
    stage.others_are_answered();
    stage.memory_was_bounded("an answer of 80 MiB that is no stream");
    stage.end();
}

#[test]
fn providers_that_send_a_byte_a_second_hold_up_nobody_else() {
    let stage = Stage::new();
    thread::scope(|scope| {
        for _ in 0..64 {
            let mut slow = stage.open();
            let body = call("acme/fault-byte-a-second", true);
            // Its own time-out ends it, or the end of the test does.
            scope.spawn(move || slow.send("POST", "/v1/chat/completions", &body));
        }
        thread::sleep(Duration::from_secs(1));
        stage.others_are_answered();
        stage.memory_was_bounded("64 providers that send a byte a second");
        stage.end();
    });
}

#[test]
fn ten_thousand_open_connections_harm_nobody() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    let many = limit.maximum.map_or(10_000, |most| 10_000.min(most.saturating_sub(512))) as usize;
    if many < 10_000 {
        println!("this system lets a process have {many} connections: not tried with 10,000");
    }
    let stage = Stage::new();
    let open: Vec<TcpStream> = (0..many)
        .map(|number| {
            let mut client = TcpStream::connect(&stage.server.address).unwrap_or_else(|error| panic!("connection {number}: {error}"));
            client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            client.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut answer = [0; 512];
            let length = client.read(&mut answer).unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
            client
        })
        .collect();
    stage.others_are_answered();
    stage.memory_was_bounded(&format!("{many} open connections"));
    drop(open);
    stage.end();
}
