//! An answer that is coming. Dropping it closes the connection, which is how asking is cancelled.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

use super::super::{
    chat::{Answer, Delta},
    faults::{self, Failure},
    http::ANSWER_MAX,
};

/// The most of an answer that is kept as it came, in bytes.
pub const RAW_MAX: usize = 8 << 20;

/// What came at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// As the provider sent it.
    pub raw: Bytes,
    /// What it brings; often nothing yet.
    pub deltas: Vec<Delta>,
}

pub struct Answering {
    pieces: BoxStream<'static, Result<Piece, Failure>>,
    started: Instant,
    pub(super) first_byte: Arc<OnceLock<Instant>>,
    pub(super) streamed: bool,
    pub(super) retries: u32,
    pub(super) request_id: Option<String>,
    raw: Vec<u8>,
    truncated: bool,
    /// Bytes so far.
    size: usize,
    passed_on: bool,
}

impl Answering {
    /// `started` is when it was asked. The stream ends after its first failure.
    pub fn new(started: Instant, pieces: impl Stream<Item = Result<Piece, Failure>> + Send + 'static) -> Self {
        Self {
            pieces: pieces.boxed(),
            started,
            first_byte: Arc::default(),
            streamed: true,
            retries: 0,
            request_id: None,
            raw: Vec::new(),
            truncated: false,
            size: 0,
            passed_on: false,
        }
    }

    /// For whoever keeps none of it: nothing is kept here either, and a stream may be of any length.
    pub fn passed_on(self) -> Self {
        Self { passed_on: true, ..self }
    }

    /// What comes next; `None` at the end, which an error is too.
    pub async fn next(&mut self) -> Option<Result<Piece, Failure>> {
        let mut next = self.pieces.next().await?;
        if let Ok(piece) = &next {
            self.first_byte.get_or_init(Instant::now);
            self.size += piece.raw.len();
        }
        if !self.passed_on && self.size > ANSWER_MAX {
            self.pieces = stream::empty().boxed();
            next = Err(faults::too_long().into());
        }
        if let (Ok(piece), false) = (&next, self.passed_on) {
            let room = RAW_MAX - self.raw.len();
            self.raw.extend_from_slice(&piece.raw[..room.min(piece.raw.len())]);
            self.truncated |= piece.raw.len() > room;
        }
        Some(next.map_err(|failure| Failure { retries: self.retries, ..failure }))
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// The first failure.
    pub async fn answer(&mut self) -> Result<Answer, Failure> {
        let mut answer = Answer::default();
        while let Some(piece) = self.next().await {
            piece?.deltas.into_iter().for_each(|delta| answer.push(delta));
        }
        Ok(answer)
    }

    /// From the question to the answer's first byte, waits before further attempts included.
    pub fn first_byte(&self) -> Option<Duration> {
        self.first_byte.get().map(|at| at.duration_since(self.started))
    }

    /// Whether it comes as events; false also where that was asked for and the server cannot.
    pub fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// How often it was asked again before it answered.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// The provider's own id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// So far, as it came, up to [`RAW_MAX`].
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether [`Answering::raw`] lacks an end.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Answering").field("first_byte", &self.first_byte()).field("retries", &self.retries).finish_non_exhaustive()
    }
}
