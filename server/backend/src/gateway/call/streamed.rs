//! An answer as it comes: from whoever answers to the client, with a bound for what waits between them.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{sync::mpsc, time::timeout};

use super::{Kept, Ready, keep, passes, usage_of};
use crate::{
    gateway::{
        Dialect, Failure, Piece,
        answers::ANSWER_MAX,
        front::{Encoder, Filter},
        meter::Meter,
        voice::Voice,
    },
    studio::Studio,
};

/// Pieces that wait for the client.
const WAITING: usize = 16;
/// How long a client may leave a piece untaken.
const STALL: Duration = Duration::from_secs(60);

/// Starts it. Where the receiver goes, whoever answers is left.
pub fn stream(studio: Arc<Studio>, ready: Ready, meter: Meter, voice: Voice) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let way = if passes(&ready) && voice.is_streamed() {
        Way::Through(ready.dialect.filter(ready.inbound.include_usage))
    } else {
        Way::Anew(Box::new(ready.dialect.encoder(ready.head.clone(), ready.inbound.include_usage)))
    };
    let kept = ready.question.is_some().then(BytesMut::new);
    tokio::spawn(Stream { studio, ready, meter, way, sender, kept, ended: false }.run(voice));
    receiver
}

/// How pieces become the client's.
enum Way {
    /// The provider's own bytes.
    Through(Filter),
    Anew(Box<Encoder>),
}

struct Stream {
    studio: Arc<Studio>,
    ready: Ready,
    meter: Meter,
    way: Way,
    sender: mpsc::Sender<Bytes>,
    /// The events so far, for the cache, as long as they are few enough.
    kept: Option<BytesMut>,
    /// The client has the event that ends a stream.
    ended: bool,
}

impl Stream {
    async fn run(mut self, mut voice: Voice) {
        if let Way::Anew(encoder) = &mut self.way {
            let mut out = Vec::new();
            encoder.start(&mut out);
            if !self.send(out.into()).await {
                return;
            }
        }
        loop {
            let piece = tokio::select! {
                piece = voice.next() => piece,
                // Dropping the meter writes that the client left.
                () = self.sender.closed() => return,
            };
            let going = match piece {
                Some(Ok(piece)) => self.hear(piece).await,
                Some(Err(failure)) => return self.fail(&failure).await,
                None => return self.end().await,
            };
            if !going {
                return;
            }
        }
    }

    /// Says whether the client is still there.
    async fn hear(&mut self, piece: Piece) -> bool {
        let out = match &mut self.way {
            Way::Through(filter) => {
                if let Some(kept) = &mut self.kept {
                    kept.extend_from_slice(&piece.raw);
                }
                let last = is_last(self.ready.dialect, &piece.raw);
                piece.deltas.into_iter().for_each(|delta| self.meter.hear(delta));
                let Ok(out) = filter.feed(piece.raw) else { return false };
                // It is on record before the client has all of it.
                if last {
                    self.ended = true;
                    self.meter.answered();
                }
                out
            }
            Way::Anew(encoder) => {
                let mut out = Vec::new();
                for delta in piece.deltas {
                    encoder.push(&delta, &mut out);
                    self.meter.hear(delta);
                }
                out.into()
            }
        };
        if self.kept.as_ref().is_some_and(|kept| kept.len() > ANSWER_MAX) {
            self.kept = None;
        }
        self.send(out).await
    }

    async fn end(mut self) {
        self.meter.answered();
        let anew = matches!(self.way, Way::Anew(_));
        let out = match self.take_way() {
            Way::Through(filter) => {
                let tail = end_of(self.ready.dialect, self.ended);
                if let (Some(kept), false) = (&mut self.kept, tail.is_empty()) {
                    kept.extend_from_slice(tail);
                }
                [&filter.end()[..], tail].concat().into()
            }
            Way::Anew(mut encoder) => {
                let mut out = Vec::new();
                encoder.finish(&usage_of(&self.meter), &mut out);
                out.into()
            }
        };
        match &self.kept {
            Some(kept) if !kept.is_empty() => keep(&self.studio, &self.ready, &self.meter, Kept::Events(kept)),
            _ if anew => keep(&self.studio, &self.ready, &self.meter, Kept::Words),
            _ => {}
        }
        self.send(out).await;
    }

    async fn fail(mut self, failure: &Failure) {
        let (status, body) = self.ready.dialect.error(&failure.fault, &self.meter.facts.id.to_string());
        self.meter.failed(failure, status);
        let out = match self.take_way() {
            Way::Through(_) => event(self.ready.dialect, &body),
            Way::Anew(mut encoder) => {
                let mut out = Vec::new();
                encoder.fail(&failure.fault, &self.meter.facts.id.to_string(), &mut out);
                out
            }
        };
        self.send(out.into()).await;
    }

    fn take_way(&mut self) -> Way {
        let none = Way::Through(self.ready.dialect.filter(true));
        std::mem::replace(&mut self.way, none)
    }

    async fn send(&self, out: Bytes) -> bool {
        out.is_empty() || timeout(STALL, self.sender.send(out)).await.is_ok_and(|sent| sent.is_ok())
    }
}

/// Whether a client would take the answer for whole. Within JSON a line never begins so.
fn is_last(dialect: Dialect, raw: &[u8]) -> bool {
    let ends: &[&[u8]] = if dialect == Dialect::OpenAi { &[b"data: [DONE]", b"data:[DONE]"] } else { &[b"event: message_stop", b"event:message_stop"] };
    raw.split(|byte| *byte == b'\n').any(|line| ends.iter().any(|end| line.starts_with(end)))
}

/// What a client still waits for. Some servers that speak OpenAI's protocol close the connection instead.
fn end_of(dialect: Dialect, ended: bool) -> &'static [u8] {
    if ended || dialect != Dialect::OpenAi { b"" } else { b"\n\ndata: [DONE]\n\n" }
}

fn event(dialect: Dialect, body: &[u8]) -> Vec<u8> {
    let name: &[u8] = if dialect == Dialect::Anthropic { b"event: error\n" } else { b"" };
    [name, b"data: ", body, b"\n\n"].concat()
}
