//! As much HTTP as a client needs that is cut off in the middle.

use std::{
    io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write},
    net::TcpStream,
    time::Duration,
};

pub struct Connection {
    stream: BufReader<TcpStream>,
    key: String,
    /// `x-request-id` of the last answer.
    pub request: String,
}

impl Connection {
    pub fn open(address: &str, key: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream: BufReader::new(stream), key: key.to_owned(), request: String::new() })
    }

    /// Status and body, once all of the answer is here.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        let (key, length) = (&self.key, body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        self.stream.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_lowercase();
            if line.is_empty() {
                break;
            }
            chunked |= line == "transfer-encoding: chunked";
            if let Some(id) = line.strip_prefix("x-request-id:") {
                id.trim().clone_into(&mut self.request);
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| Error::from(ErrorKind::InvalidData))?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        while chunked {
            let length = usize::from_str_radix(&self.line()?, 16).map_err(|_| Error::from(ErrorKind::InvalidData))?;
            let mut chunk = vec![0; length + 2];
            self.stream.read_exact(&mut chunk)?;
            answer.extend_from_slice(&chunk[..length]);
            chunked = length > 0;
        }
        Ok((status, String::from_utf8(answer).map_err(|_| ErrorKind::InvalidData)?))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
