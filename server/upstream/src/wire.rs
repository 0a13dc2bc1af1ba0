//! HTTP/1.1 by hand: whole requests in, exact bytes out.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::sleep,
};

use crate::reply::{Body, Reply, Step};

/// The largest request, in bytes.
const REQUEST_MAX: usize = 64 << 20;

pub(crate) struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Connection {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    /// Read, but not yet part of a request.
    ahead: Vec<u8>,
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        let (from, to) = stream.into_split();
        Self { from, to, ahead: Vec::new() }
    }

    /// `None` where the client closes between two requests.
    pub async fn request(&mut self) -> io::Result<Option<Request>> {
        let end = loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if self.from.read_buf(&mut self.ahead).await? == 0 || self.ahead.len() > REQUEST_MAX {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&self.ahead[..end]).into_owned();
        self.ahead.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (first.next().unwrap_or_default().to_owned(), first.next().unwrap_or_default().to_owned());
        let headers: Vec<_> = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        let mut request = Request { method, path, headers, body: Vec::new() };
        let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| wrong("no length"))?;
        if length > REQUEST_MAX {
            return Err(wrong("too large"));
        }
        while self.ahead.len() < length {
            if self.from.read_buf(&mut self.ahead).await? == 0 {
                return Err(wrong("cut"));
            }
        }
        request.body = self.ahead.drain(..length).collect();
        Ok(Some(request))
    }

    /// Writes the reply. `Ok(false)` where it ends by closing; an error where the client closed before.
    pub async fn play(&mut self, reply: &Reply) -> io::Result<bool> {
        let Self { from, to, ahead } = self;
        tokio::select! {
            played = write(to, reply) => played,
            // Nobody asks the next before the last is answered, so reading on tells only when the client goes.
            gone = from.read_buf(ahead) => match gone? {
                0 => Err(io::ErrorKind::ConnectionAborted.into()),
                _ => Err(wrong("a second request before the answer")),
            },
        }
    }
}

async fn write(to: &mut OwnedWriteHalf, reply: &Reply) -> io::Result<bool> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, if reply.status < 400 { "OK" } else { "Error" });
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match &reply.body {
        Body::Whole { text, missing } => {
            head.push_str(&format!("content-length: {}\r\n\r\n", text.len() + missing));
            to.write_all(head.as_bytes()).await?;
            to.write_all(text).await?;
            Ok(*missing == 0)
        }
        Body::Steps { before, steps } => {
            sleep(*before).await;
            head.push_str("transfer-encoding: chunked\r\n\r\n");
            to.write_all(head.as_bytes()).await?;
            for step in steps {
                match step {
                    Step::Bytes(bytes) => chunk(to, bytes).await?,
                    Step::Again(bytes, times) => {
                        for _ in 0..*times {
                            chunk(to, bytes).await?;
                        }
                    }
                    Step::Wait(wait) => sleep(*wait).await,
                    Step::Silence => std::future::pending().await,
                    Step::Cut => return Ok(false),
                }
            }
            to.write_all(b"0\r\n\r\n").await?;
            Ok(true)
        }
    }
}

async fn chunk(to: &mut OwnedWriteHalf, bytes: &[u8]) -> io::Result<()> {
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    to.write_all(&framed).await
}
