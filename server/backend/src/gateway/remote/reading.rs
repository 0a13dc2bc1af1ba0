//! Bytes as they come off the network, under the clock and under a bound.

use std::{
    mem,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use futures::stream;
use http::header;
use reqwest::Response;
use tokio::time::timeout_at;

use super::{
    super::{
        adapter::Decode,
        faults::{self, Failure},
        http::{ANSWER_MAX, Timeouts},
    },
    Answering, Piece, Remote, Sent,
};

/// After the answer's end: how long the connection has to end it too, so that it can be used again.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// When to stop waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    started: Instant,
    first_byte: Instant,
    whole: Instant,
}

impl Deadlines {
    /// `started` is the first attempt, `now` this one.
    pub(super) fn new(started: Instant, now: Instant, timeouts: &Timeouts) -> Self {
        let whole = now + timeouts.whole;
        Self { started, first_byte: (now + timeouts.first_byte).min(whole), whole }
    }

    pub(super) fn first_byte(&self) -> tokio::time::Instant {
        self.first_byte.into()
    }

    /// Whether even the whole answer is late.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.whole
    }
}

pub(super) struct Reading {
    remote: Remote,
    response: Response,
    deadlines: Deadlines,
    retries: u32,
    /// Bytes so far.
    size: usize,
    /// When the first of them came.
    first_byte: Arc<OnceLock<Instant>>,
}

impl Reading {
    pub(super) fn new(remote: Remote, sent: Sent) -> Self {
        Self { remote, response: sent.response, deadlines: sent.deadlines, retries: sent.retries, size: 0, first_byte: Arc::default() }
    }

    /// The next bytes; `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let (begun, deadlines) = (self.size > 0, self.deadlines);
        let idle = (Instant::now() + self.remote.timeouts.idle).min(deadlines.whole);
        let until = if begun { idle } else { deadlines.first_byte };
        let read = timeout_at(until.into(), self.response.chunk()).await.map_err(|_| self.remote.late(deadlines, begun))?;
        let chunk = read.map_err(|_| faults::cut())?;
        self.size += chunk.as_ref().map_or(0, Bytes::len);
        if self.size > 0 {
            self.first_byte.get_or_init(Instant::now);
        }
        Ok(chunk)
    }

    pub(super) async fn whole(&mut self) -> Result<Bytes, Failure> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(faults::too_long().into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// `stream` is what was asked for; a server that cannot stream answers as a whole all the same.
    pub(super) fn answering(self, stream: bool) -> Answering {
        let kind = self.response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase()).unwrap_or_default();
        let stream = stream && !kind.starts_with(b"application/json");
        let (started, retries) = (self.deadlines.started, self.retries);
        let id = ["x-request-id", "request-id", "apim-request-id"].iter().find_map(|name| self.response.headers().get(*name));
        let request_id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let decoder = stream.then(|| self.remote.adapter.decoder());
        let first_byte = self.first_byte.clone();
        let state = State::Open { reading: Box::new(self), decoder };
        let mut answering = Answering::new(started, stream::unfold(state, State::next));
        (answering.first_byte, answering.streamed) = (first_byte, stream);
        (answering.retries, answering.request_id) = (retries, request_id);
        answering
    }
}

/// What is left to do for an answer.
enum State {
    /// Without a decoder the answer comes as a whole.
    Open {
        reading: Box<Reading>,
        decoder: Option<Box<dyn Decode>>,
    },
    /// The answer is whole, the connection may have more.
    Complete(Box<Reading>),
    Failed(Failure),
    Over,
}

impl State {
    async fn next(self) -> Option<(Result<Piece, Failure>, Self)> {
        match self {
            State::Open { reading, decoder: Some(decoder) } => Self::streamed(reading, decoder).await,
            State::Open { mut reading, decoder: None } => Some((Self::whole(&mut reading).await, State::Over)),
            State::Complete(mut reading) => {
                let rest = timeout_at((Instant::now() + AFTERWARDS).into(), reading.chunk()).await.ok()?.ok()??;
                Some((Ok(Piece { raw: rest, deltas: Vec::new() }), State::Complete(reading)))
            }
            State::Failed(failure) => Some((Err(failure), State::Over)),
            State::Over => None,
        }
    }

    async fn whole(reading: &mut Reading) -> Result<Piece, Failure> {
        let raw = reading.whole().await?;
        let deltas = reading.remote.adapter.answer(&raw).map_err(|failure| reading.remote.masked(failure))?;
        Ok(Piece { raw, deltas })
    }

    async fn streamed(mut reading: Box<Reading>, mut decoder: Box<dyn Decode>) -> Option<(Result<Piece, Failure>, Self)> {
        let mut deltas = Vec::new();
        let (raw, read) = match reading.chunk().await {
            Err(failure) => return Some((Err(failure), State::Over)),
            Ok(Some(raw)) => {
                let fed = decoder.feed(&raw, &mut deltas);
                (raw, fed)
            }
            Ok(None) => {
                let next = match decoder.end(&mut deltas) {
                    Err(failure) if deltas.is_empty() => return Some((Err(reading.remote.masked(failure)), State::Over)),
                    Ok(()) if deltas.is_empty() => return None,
                    Err(failure) => State::Failed(reading.remote.masked(failure)),
                    Ok(()) => State::Over,
                };
                return Some((Ok(Piece { raw: Bytes::new(), deltas }), next));
            }
        };
        let next = match read {
            Err(failure) => State::Failed(reading.remote.masked(failure)),
            Ok(()) if decoder.complete() => State::Complete(reading),
            Ok(()) => State::Open { reading, decoder: Some(decoder) },
        };
        Some((Ok(Piece { raw, deltas: mem::take(&mut deltas) }), next))
    }
}

/// The beginning of a body, as far as it comes.
pub(super) async fn at_most(mut response: Response, most: usize) -> Bytes {
    let mut body = BytesMut::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(most - body.len())]);
        if body.len() == most {
            break;
        }
    }
    body.freeze()
}
