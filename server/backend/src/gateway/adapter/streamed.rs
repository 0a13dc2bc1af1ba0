//! What the three protocols' streams have in common: events of JSON, an end that must have come.

use std::mem;

use super::{Decode, Delta};
use crate::gateway::{
    faults::{self, Failure},
    sse::{Event, Sse},
};

/// What one event of a protocol means.
pub(super) trait Events: Send {
    fn event(&mut self, event: &Event, out: &mut Vec<Delta>) -> Result<(), Failure>;
    /// Whether the answer's end has come.
    fn complete(&self) -> bool;
    /// Whether a stream that ends here has said all that matters.
    fn whole(&self) -> bool {
        self.complete()
    }
}

#[derive(Default)]
pub(super) struct Streamed<E> {
    sse: Sse,
    events: E,
    ready: Vec<Event>,
}

impl<E: Events> Streamed<E> {
    fn take(&mut self, out: &mut Vec<Delta>) -> Result<(), Failure> {
        mem::take(&mut self.ready).iter().try_for_each(|event| self.events.event(event, out))
    }
}

impl<E: Events> Decode for Streamed<E> {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<Delta>) -> Result<(), Failure> {
        let fed = self.sse.feed(bytes, &mut self.ready);
        self.take(out)?;
        fed.map_err(|wrong| faults::malformed(wrong).into())
    }

    fn complete(&self) -> bool {
        self.events.complete()
    }

    fn end(&mut self, out: &mut Vec<Delta>) -> Result<(), Failure> {
        if let Some(event) = mem::take(&mut self.sse).end() {
            // Half an event is a cut, not a mistake of the provider.
            let _ = self.events.event(&event, out);
        }
        if self.events.whole() { Ok(()) } else { Err(faults::cut().into()) }
    }
}
