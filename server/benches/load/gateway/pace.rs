//! Load at a fixed rate that waits for nobody: a request's time counts from when it should have been sent, however late it was.
//!
//! A thread for each connection, as tokio's timers are no finer than a millisecond.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Connections that stay open, and so the most requests in flight.
const CONNECTIONS: usize = 128;
/// Who is so late is overrun: the rest is not sent.
const OVERRUN: Duration = Duration::from_secs(3);

pub struct Connection {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None, buffer: Vec::with_capacity(64 << 10) }
    }

    fn open(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            self.stream = Some(stream);
        }
        Ok(self.stream.as_mut().unwrap())
    }

    /// The whole answer; `look` sees what has come so far each time that something comes.
    pub fn send(&mut self, request: &[u8], look: impl FnMut(&[u8])) -> io::Result<&[u8]> {
        let sent = self.exchange(request, look);
        if sent.is_err() {
            self.stream = None;
        }
        sent.map(|()| self.buffer.as_slice())
    }

    fn exchange(&mut self, request: &[u8], mut look: impl FnMut(&[u8])) -> io::Result<()> {
        self.open()?.write_all(request)?;
        self.buffer.clear();
        let mut end = None;
        let mut piece = [0; 16 << 10];
        loop {
            let read = self.open()?.read(&mut piece)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&piece[..read]);
            look(&self.buffer);
            end = end.or_else(|| end_of(&self.buffer));
            match end {
                Some(Some(length)) if self.buffer.len() >= length => return Ok(()),
                Some(None) if self.buffer.ends_with(b"0\r\n\r\n") => return Ok(()),
                _ => {}
            }
        }
    }
}

/// Once the head is here: where the answer ends, if that is known beforehand.
fn end_of(answer: &[u8]) -> Option<Option<usize>> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    Some(text.lines().find_map(|line| line.strip_prefix("content-length:")).map(|length| head + length.trim().parse::<usize>().unwrap()))
}

/// What came of a load.
#[derive(Default)]
pub struct Outcome {
    /// Sorted.
    pub times: Vec<Duration>,
    /// Of the chunks of streams, on their way. Sorted.
    pub chunks: Vec<Duration>,
    /// Answers other than 200, and connections that broke.
    pub errors: usize,
    /// Not sent, because all connections were busy for too long.
    pub unsent: usize,
}

impl Outcome {
    pub fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.chunks.extend(other.chunks);
        self.times.sort_unstable();
        self.chunks.sort_unstable();
        self.errors += other.errors;
        self.unsent += other.unsent;
    }

    /// Every request was answered.
    pub fn is_whole(&self) -> bool {
        self.errors == 0 && self.unsent == 0
    }
}

/// In milliseconds; a permille of 500 is the median.
pub fn percentile(sorted: &[Duration], permille: usize) -> f64 {
    sorted.get((sorted.len() * permille / 1_000).min(sorted.len().saturating_sub(1))).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

/// So many requests a second for so long.
pub fn load(address: &str, request: &[u8], rate: f64, time: Duration) -> Outcome {
    let total = (rate * time.as_secs_f64()) as usize;
    let next = AtomicUsize::new(0);
    let began = Instant::now() + Duration::from_millis(100);
    let worker = || {
        let mut connection = Connection::new(address);
        let _ = connection.open();
        let mut seen = Outcome::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                return seen;
            }
            let planned = began + Duration::from_secs_f64(number as f64 / rate);
            std::thread::sleep(planned.saturating_duration_since(Instant::now()));
            if planned.elapsed() > OVERRUN {
                seen.unsent += 1;
                continue;
            }
            let mut marks = Marks::default();
            match connection.send(request, |so_far| marks.look(so_far)) {
                Ok(answer) if answer.starts_with(b"HTTP/1.1 200") => {
                    seen.times.push(planned.elapsed());
                    seen.chunks.append(&mut marks.times);
                }
                _ => seen.errors += 1,
            }
        }
    };
    let mut all = Outcome::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, worker).unwrap()).collect();
        workers.into_iter().for_each(|one| all.add(one.join().unwrap()));
    });
    all
}

/// When chunks were sent, as they say themselves: `@1763800000000000000@`.
#[derive(Default)]
struct Marks {
    looked: usize,
    times: Vec<Duration>,
}

impl Marks {
    fn look(&mut self, so_far: &[u8]) {
        while let Some(start) = so_far.get(self.looked..).and_then(|rest| rest.iter().position(|byte| *byte == b'@')).map(|at| self.looked + at) {
            let Some(length) = so_far[start + 1..].iter().position(|byte| *byte == b'@') else {
                self.looked = start;
                return;
            };
            let sent: u128 = std::str::from_utf8(&so_far[start + 1..start + 1 + length]).unwrap().parse().unwrap();
            self.times.push(Duration::from_nanos(super::mock::nanos().saturating_sub(sent) as u64));
            self.looked = start + length + 2;
        }
        self.looked = self.looked.max(so_far.len().saturating_sub(24).min(so_far.len()));
    }
}
