//! Models that answer without a key, each from a GGUF file and on a thread of its own: SmolLM2-135M-Instruct, and what people add by path.
//! Callers never wait for it: they queue a request, and its events stream back.

pub mod embed;
mod engine;
mod facts;
mod forward;
mod gguf;
#[cfg(feature = "llama-cpp")]
mod llama_cpp;
mod matrix;
mod packed;
mod pool;
mod prefix;
mod problem;
mod queue;
mod rope;
mod sample;
mod shape;
mod simd;
mod stop;
#[cfg(test)]
mod tests;
mod thread;
mod tile;
mod tokens;
mod weights;

use std::{
    future::poll_fn,
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use atelier_domain::{
    completion::{Event, Request},
    fault::Fault,
};
use futures::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub use self::{
    facts::{Facts, inspect},
    shape::CONTEXT,
};
use self::{problem::Problem, queue::Queue, tokens::Vocabulary};

/// A handle to a model that runs on a thread of its own. Cheap to clone; the thread ends with the last handle.
#[derive(Clone)]
pub struct LocalModel {
    handle: Arc<Handle>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    Loading,
    Ready,
    /// Why, and what to do about it.
    Failed(String),
}

/// Closes the queue when nobody can ask any more.
struct Handle(Arc<Shared>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.queue.close();
    }
}

/// What the handles share with the thread.
struct Shared {
    path: PathBuf,
    queue: Queue,
    status: Mutex<Status>,
    /// With the tokens of the context window.
    vocabulary: OnceLock<(Arc<Vocabulary>, usize)>,
}

impl Shared {
    fn ready(&self, vocabulary: Arc<Vocabulary>, context: usize) {
        self.vocabulary.get_or_init(|| (vocabulary, context));
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Status::Ready;
    }

    fn fail(&self, status: Status) -> Fault {
        let fault = unavailable(&status);
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
        fault
    }
}

fn unavailable(status: &Status) -> Fault {
    let message = match status {
        Status::Failed(message) => message.clone(),
        Status::Loading | Status::Ready => "The local model is going away; ask again in a moment.".to_owned(),
    };
    Fault::upstream("model_unavailable", message)
}

impl LocalModel {
    /// Starts the thread; loading happens there, so the server starts at once. `queue` bounds what may wait.
    ///
    /// `weights` is a GGUF file of a family in `local/shape.rs`; a build with `--features llama-cpp` opens the others as well.
    /// A text has at most [`CONTEXT`] tokens, prompt and answer, or fewer where the file allows fewer: so memory stays bounded.
    pub fn start(weights: PathBuf, queue: usize) -> Self {
        let shared = Arc::new(Shared { path: weights, queue: Queue::new(queue), status: Mutex::new(Status::Loading), vocabulary: OnceLock::new() });
        let thread = shared.clone();
        if let Err(error) = std::thread::Builder::new().name("local-model".to_owned()).spawn(move || thread::run(&thread)) {
            shared.fail(Status::Failed(Problem::Missing(error).sentence(&shared.path)));
        }
        Self { handle: Arc::new(Handle(shared)) }
    }

    /// For commands that ask no model: nothing is loaded, and a request fails.
    pub fn absent() -> Self {
        let failed = Status::Failed("No model is loaded for this command.".to_owned());
        let shared = Shared { path: PathBuf::new(), queue: Queue::new(0), status: Mutex::new(failed), vocabulary: OnceLock::new() };
        Self { handle: Arc::new(Handle(Arc::new(shared))) }
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.0
    }

    pub fn status(&self) -> Status {
        self.shared().status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tokens of the context window (0 until loaded).
    pub fn context(&self) -> usize {
        self.shared().vocabulary.get().map_or(0, |(_, context)| *context)
    }

    /// Tokens of a text by the model's own vocabulary; `None` until loaded.
    pub fn count_tokens(&self, text: &str) -> Option<usize> {
        let (vocabulary, _) = self.shared().vocabulary.get()?;
        vocabulary.encode(text).ok().map(|tokens| tokens.len())
    }

    /// Queues the request. Dropping the answer cancels it at the next token.
    ///
    /// # Errors
    /// `Limited` when the queue is full, `Upstream` when the model could not be loaded, `Invalid` for a prompt that cannot
    /// fit the context window. A prompt that is only just too long fails by [`Event::Failed`], as do bad parameters.
    pub fn ask(&self, request: Request) -> Result<Answer, Fault> {
        let shared = self.shared();
        if let status @ Status::Failed(_) = self.status() {
            return Err(unavailable(&status));
        }
        if let Some((vocabulary, context)) = shared.vocabulary.get() {
            let least = vocabulary.at_least(&request.messages);
            if least >= *context {
                return Err(thread::too_long(least, *context));
            }
        }
        let (sender, events) = unbounded_channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let refusal = || match self.status() {
            status @ Status::Failed(_) => unavailable(&status),
            _ => Fault::limited("model_busy", "As many requests as may wait for the local model do so already. Try again in a moment."),
        };
        let id = shared.queue.push(request, stopped.clone(), sender).ok_or_else(refusal)?;
        Ok(Answer { events, stopper: Stopper { id, stopped, shared: shared.clone() }, over: false })
    }
}

/// Ends one answer early.
#[derive(Clone)]
pub struct Stopper {
    id: u64,
    stopped: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

impl Stopper {
    /// The answer ends with `Finish::Cancelled`, at once where it still waits, else at the next token.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.shared.queue.cancel(self.id);
    }
}

/// The events of one answer. The last is always `Done` or `Failed`.
pub struct Answer {
    events: UnboundedReceiver<Event>,
    stopper: Stopper,
    over: bool,
}

impl Answer {
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }
}

impl Stream for Answer {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        if self.over {
            return Poll::Ready(None);
        }
        self.events.poll_recv(context).map(|event| {
            let event = event.unwrap_or_else(|| Event::Failed { fault: Fault::internal() });
            self.over = matches!(event, Event::Done { .. } | Event::Failed { .. });
            Some(event)
        })
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.over {
            self.stopper.stop();
        }
    }
}
