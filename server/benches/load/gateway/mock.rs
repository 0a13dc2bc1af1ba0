//! The provider: a process of its own that answers at once and costs little, so that what is measured is the way there and back.
//!
//! The model's name says what it does beside that: `mock-d50` waits 50 ms, `mock-f20` fails every 20th time, `mock-c50-g10` streams 50 chunks,
//! 10 ms after each other. A chunk says when it was sent.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// Of the canned answer, in bytes.
const LENGTH: usize = 622;
const FAILURE: &str = r#"{"error": {"message": "The server had an error.", "type": "server_error", "param": null, "code": null}}"#;
const MODELS: &str = r#"{"object": "list", "data": [{"id": "mock", "object": "model", "created": 1763800000, "owned_by": "bench"}]}"#;

pub struct Mock {
    process: Child,
    pub address: String,
}

impl Mock {
    pub fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap()).arg("mock").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, address: line.trim().to_owned() }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn nanos() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()
}

/// Serves until it is killed.
pub fn serve() -> i32 {
    let canned: &'static str = Box::leak(canned().into_boxed_str());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(answer(stream, canned));
        }
    });
    0
}

fn canned() -> String {
    let around = |content: &str| {
        format!(
            r#"{{"id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": 1763800000, "model": "mock", "choices": [{{"index": 0, "message": {{"role": "assistant", "content": "{content}", "refusal": null, "annotations": []}}, "logprobs": null, "finish_reason": "stop"}}], "usage": {{"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29, "prompt_tokens_details": {{"cached_tokens": 0, "audio_tokens": 0}}, "completion_tokens_details": {{"reasoning_tokens": 0, "audio_tokens": 0}}}}, "service_tier": "default"}}"#
        )
    };
    around(&"x".repeat(LENGTH.checked_sub(around("").len()).unwrap()))
}

/// Requests of one connection.
async fn answer(mut stream: TcpStream, canned: &'static str) {
    let mut ahead = Vec::with_capacity(64 << 10);
    loop {
        let head = loop {
            match ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None if stream.read_buf(&mut ahead).await.unwrap_or(0) == 0 => return,
                None => {}
            }
        };
        let text = String::from_utf8_lossy(&ahead[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).map_or(0, |length| length.trim().parse::<usize>().unwrap());
        while ahead.len() < head + length {
            if stream.read_buf(&mut ahead).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let told = if text.starts_with("get ") {
            whole(&mut stream, 200, MODELS).await
        } else {
            let body = ahead[head..head + length].to_vec();
            completion(&mut stream, &body, canned).await
        };
        if told.is_err() {
            return;
        }
        ahead.drain(..head + length);
    }
}

async fn completion(stream: &mut TcpStream, body: &[u8], canned: &str) -> std::io::Result<()> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    // What it looks for stands in the first bytes, or in the last ones; the middle may be long.
    let ends = [&body[..body.len().min(300)], &body[body.len() - body.len().min(300)..]].concat();
    let ends = String::from_utf8_lossy(&ends);
    let model = ends.split_once("\"model\"").and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or_default();
    let flag = |letter: char| model.split('-').skip(1).find_map(|flag| flag.strip_prefix(letter)?.parse::<u64>().ok());
    if let Some(wait) = flag('d') {
        sleep(Duration::from_millis(wait)).await;
    }
    if flag('f').is_some_and(|every| (ASKED.fetch_add(1, Ordering::Relaxed) as u64).is_multiple_of(every)) {
        return whole(stream, 500, FAILURE).await;
    }
    if ends.contains("\"stream\": true") || ends.contains("\"stream\":true") {
        return streamed(stream, flag('c').unwrap_or(20), Duration::from_millis(flag('g').unwrap_or(0))).await;
    }
    whole(stream, 200, canned).await
}

async fn whole(stream: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    let answer = format!("HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await
}

async fn streamed(stream: &mut TcpStream, chunks: u64, gap: Duration) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await?;
    let event = |choices: &str, usage: &str| {
        let data = format!(
            r#"data: {{"id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG", "object": "chat.completion.chunk", "created": 1763800000, "model": "mock", "choices": [{choices}], "usage": {usage}}}"#
        );
        format!("{:x}\r\n{data}\n\n\r\n", data.len() + 2)
    };
    for _ in 0..chunks {
        let choice = format!(r#"{{"index": 0, "delta": {{"content": "@{}@ "}}, "logprobs": null, "finish_reason": null}}"#, nanos());
        stream.write_all(event(&choice, "null").as_bytes()).await?;
        if !gap.is_zero() {
            sleep(gap).await;
        }
    }
    let end = event(r#"{"index": 0, "delta": {}, "logprobs": null, "finish_reason": "stop"}"#, "null");
    let usage = event("", r#"{"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29}"#);
    stream.write_all(format!("{end}{usage}e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n").as_bytes()).await
}
