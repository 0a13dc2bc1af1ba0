//! A client that costs little: connections that stay open, requests made once, answers counted by their length.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 << 10) }
    }

    /// The whole answer, head and body.
    pub async fn send(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut end = None;
        loop {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "the connection broke off");
            end = end.or_else(|| end_of(&self.buffer));
            match end {
                Some(End::At(length)) if self.buffer.len() >= length => return &self.buffer,
                Some(End::LastChunk) if self.buffer.ends_with(b"\r\n0\r\n\r\n") => return &self.buffer,
                _ => {}
            }
        }
    }
}

/// Where an answer ends.
#[derive(Clone, Copy)]
enum End {
    At(usize),
    /// Its length is known when it is all there, as of a page that streams.
    LastChunk,
}

/// Once the head is here.
fn end_of(answer: &[u8]) -> Option<End> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let body = text.lines().find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")));
    Some(body.map_or(End::LastChunk, |(_, length)| End::At(head + length.trim().parse::<usize>().unwrap())))
}

pub fn status(answer: &[u8]) -> u16 {
    std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap()
}

pub fn body(answer: &[u8]) -> &str {
    std::str::from_utf8(answer).unwrap().split_once("\r\n\r\n").unwrap().1
}

/// A request with what `headers` adds, each line ended.
pub fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Where the next call goes on among the requests: whoever is to be asked once is asked once.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Answers a second, from so many connections for so long.
pub async fn throughput(address: &str, requests: &[Vec<u8>], connections: usize, time: Duration) -> f64 {
    let (began, requests) = (Instant::now(), Arc::new(requests.to_vec()));
    let asking: Vec<_> = (0..connections)
        .map(|_| {
            let (address, requests) = (address.to_owned(), requests.clone());
            tokio::spawn(async move {
                let mut client = Client::open(&address).await;
                let mut count = 0_u32;
                while began.elapsed() < time {
                    let request = &requests[NEXT.fetch_add(1, Ordering::Relaxed) % requests.len()];
                    assert_eq!(status(client.send(request).await), 200);
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for one in asking {
        count += one.await.unwrap();
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// How long each of `rounds` took that began `pause` after each other.
pub async fn latencies(address: String, requests: Vec<Vec<u8>>, rounds: usize, pause: Duration) -> Vec<Duration> {
    let mut client = Client::open(&address).await;
    let mut ticks = tokio::time::interval(pause);
    let mut times = Vec::new();
    for request in requests.iter().cycle().take(rounds) {
        ticks.tick().await;
        let began = Instant::now();
        let answer = client.send(request).await;
        assert_eq!(status(answer), 200, "{}", body(answer));
        times.push(began.elapsed());
    }
    times
}
