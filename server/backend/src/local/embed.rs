//! Sentence embeddings in process, on threads of their own, apart from the chat model's. Texts are queued; the shortest work goes first,
//! and a long job is done in parts, so that a question in line waits for one part and not for an import.
//! A text's vector is the same to the bit whatever else is embedded beside it.

mod kernels;
mod lookup;
mod queue;
mod sentence;
mod source;
#[cfg(test)]
mod tests;
mod thread;
mod tokens;

use std::{path::PathBuf, sync::Arc};

use atelier_domain::fault::Fault;
use tokio::sync::oneshot;

use self::queue::{Job, Queue};

/// The models that Atelier brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmbeddingModel {
    /// all-MiniLM-L6-v2, a sentence encoder: milliseconds a text.
    MiniLm,
    /// potion-base-8M, a mean of word vectors: microseconds a text, for look-ups in line. It hardly hears order or negation.
    Potion,
}

impl EmbeddingModel {
    pub const ALL: [Self; 2] = [Self::MiniLm, Self::Potion];

    /// As people and the API write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MiniLm => "local/all-minilm-l6-v2",
            Self::Potion => "local/potion-base-8m",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// Numbers of a vector.
    pub fn dims(self) -> usize {
        match self {
            Self::MiniLm => 384,
            Self::Potion => 256,
        }
    }

    /// Tokens of a text that are read, the model's own marks included; what is past them is cut off.
    /// MiniLM has positions for 512, but its card says 256, and it was trained on 128. Potion knows no limit (its own library
    /// cuts at 512, after which texts that begin alike would be the same); ours bounds the time.
    pub fn window(self) -> usize {
        match self {
            Self::MiniLm => 256,
            Self::Potion => 8_192,
        }
    }

    /// Below the folder of all models.
    fn folder(self) -> &'static str {
        match self {
            Self::MiniLm => "all-minilm-l6-v2",
            Self::Potion => "potion-base-8m",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedded {
    /// In the order of the texts, each of unit length. Potion gives zeros for a text in which it knows no word.
    pub vectors: Vec<Vec<f32>>,
    /// That were read, the model's own marks included.
    pub tokens: u64,
    /// Texts that were longer than the window.
    pub cut: usize,
}

/// A handle to the embedding thread. Cheap to clone; the thread ends with the last handle.
#[derive(Clone)]
pub struct Embedder {
    handle: Arc<Handle>,
}

/// Closes the queue when nobody can ask any more.
struct Handle(Arc<Queue>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Embedder {
    /// Starts the thread. A model is loaded from its folder below `models` when it is first asked; `queue` bounds what may wait.
    pub fn start(models: PathBuf, queue: usize) -> Self {
        let queue = Arc::new(Queue::new(queue));
        let thread = queue.clone();
        if let Err(error) = std::thread::Builder::new().name("embedder".to_owned()).spawn(move || thread::run(models, &thread)) {
            tracing::error!(%error, "the embedding thread cannot be started");
            queue.close();
        }
        Self { handle: Arc::new(Handle(queue)) }
    }

    /// Dropping the future cancels what has not begun.
    ///
    /// # Errors
    /// `Limited` when the queue is full, `Upstream` when the model cannot be loaded: its message says which file is missing.
    /// A later call tries to load it again.
    pub async fn embed(&self, model: EmbeddingModel, texts: Vec<String>) -> Result<Embedded, Fault> {
        if texts.is_empty() {
            return Ok(Embedded::default());
        }
        let (sender, answer) = oneshot::channel();
        self.handle.0.push(Job::new(model, texts, sender))?;
        answer.await.unwrap_or_else(|_| Err(Fault::internal()))
    }
}
