//! The embedding thread: it loads a model when it is first asked, and works through the queue in parts that are short enough to wait for.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use atelier_domain::fault::Fault;
use candle_core::Result;

use super::{
    EmbeddingModel,
    lookup::Lookup,
    queue::{BYTES_A_TOKEN, Job, Queue},
    sentence::Sentence,
    source::Source,
    tokens::Reader,
};
use crate::local::pool::pool;

/// What turns tokens into vectors.
pub trait Model: Send + Sync {
    /// One vector a text, of unit length; the same to the bit whatever texts stand beside it.
    fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>>;

    /// Memory of the weights.
    fn bytes(&self) -> usize;
}

struct Loaded {
    reader: Reader,
    model: Box<dyn Model>,
}

/// Tokens of one part of the work, at least the window: a tenth of a second for the encoder on one core, and no larger part is faster.
fn part(model: EmbeddingModel) -> usize {
    match model {
        EmbeddingModel::MiniLm => 256,
        EmbeddingModel::Potion => 16_384,
    }
}

/// Runs until the last handle is gone.
pub fn run(models: PathBuf, queue: &Queue) {
    if let Err(error) = pool("embedder").map(|pool| pool.install(|| serve(models, queue))) {
        tracing::error!(%error, "the embedding threads cannot be started");
        queue.close();
    }
}

fn serve(models: PathBuf, queue: &Queue) {
    let mut worker = Worker { models, loaded: BTreeMap::new() };
    while let Some(job) = queue.take() {
        // Jobs that it breaks off are dropped, which their callers hear as an internal fault.
        if catch_unwind(AssertUnwindSafe(|| worker.work(job, queue))).is_err() {
            tracing::error!("the embedding thread broke off a part");
        }
    }
}

struct Worker {
    models: PathBuf,
    loaded: BTreeMap<EmbeddingModel, Loaded>,
}

impl Worker {
    /// One part: of this job, and of others that can be finished with it.
    fn work(&mut self, job: Job, queue: &Queue) {
        let model = job.model;
        let loaded = match self.loaded(model) {
            Ok(loaded) => loaded,
            Err(fault) => return job.answer(Some(fault)),
        };
        let mut part = Part { room: part(model), texts: Vec::new(), jobs: Vec::new() };
        let mut next = Some(job);
        while let Some(job) = next {
            part.fill(job, &loaded.reader);
            next = queue.also(model, part.room * BYTES_A_TOKEN);
        }
        let mut vectors = loaded.model.embed(&part.texts).into_iter();
        for (mut job, texts) in part.jobs {
            job.done.vectors.extend(vectors.by_ref().take(texts));
            if job.is_whole() { job.answer(None) } else { queue.back(job) }
        }
    }

    fn loaded(&mut self, model: EmbeddingModel) -> std::result::Result<&Loaded, Fault> {
        if !self.loaded.contains_key(&model) {
            let loaded = load(&self.models, model).map_err(|error| unavailable(model, &error))?;
            tracing::info!(model = model.name(), dims = model.dims(), window = model.window(), bytes = loaded.model.bytes(), "an embedding model is ready");
            self.loaded.insert(model, loaded);
        }
        self.loaded.get(&model).ok_or_else(Fault::internal)
    }
}

/// Texts that are embedded at once.
struct Part {
    /// Tokens that may still be added.
    room: usize,
    texts: Vec<Vec<u32>>,
    /// With how many of the texts are theirs.
    jobs: Vec<(Job, usize)>,
}

impl Part {
    fn fill(&mut self, mut job: Job, reader: &Reader) {
        let before = self.texts.len();
        while let Some(tokens) = job.held.take().map(Ok).or_else(|| job.next().map(|text| reader.read(&text))) {
            let tokens = match tokens {
                Ok(tokens) => tokens,
                Err(error) => {
                    tracing::error!(%error, "a text could not be read for its embedding");
                    self.texts.truncate(before);
                    return job.answer(Some(Fault::internal()));
                }
            };
            if tokens.ids.len() > self.room {
                job.held = Some(tokens);
                break;
            }
            self.room -= tokens.ids.len();
            job.done.tokens += tokens.ids.len() as u64;
            job.done.cut += usize::from(tokens.cut);
            self.texts.push(tokens.ids);
        }
        self.jobs.push((job, self.texts.len() - before));
    }
}

fn load(models: &Path, model: EmbeddingModel) -> Result<Loaded> {
    let source = Source::open(&models.join(model.folder()))?;
    let (tokenizer, dims, window) = (source.tokenizer()?, model.dims(), model.window());
    Ok(match model {
        EmbeddingModel::MiniLm => Loaded { reader: Reader::marked(tokenizer, window)?, model: Box::new(Sentence::read(&source, dims, window)?) },
        EmbeddingModel::Potion => Loaded { reader: Reader::known(tokenizer, window), model: Box::new(Lookup::read(&source, dims)?) },
    })
}

fn unavailable(model: EmbeddingModel, error: &candle_core::Error) -> Fault {
    let name = model.name();
    // Its first line: with RUST_BACKTRACE set, candle's errors go on with their way through the code.
    let error = error.to_string();
    let error = error.lines().next().unwrap_or_default();
    tracing::error!(model = name, error, "an embedding model cannot be loaded");
    let message = format!(
        "The embedding model {name} cannot be loaded: {error}. Run `make models`, which fetches it, or set ATELIER_MODELS to the folder that holds it."
    );
    Fault::upstream("model_unavailable", message)
}
