//! The model's own thread: it loads the weights, then answers one request after the other.
//! Its priority is lowered, so that it takes only what the web server leaves.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use atelier_domain::{
    completion::{DEFAULT_MAX_TOKENS, Event, Finish, Measure},
    fault::{Fault, Kind},
};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

use super::{
    Shared, Status, describe,
    forward::{Cache, Model},
    prefix::Prefixes,
    queue::{Job, micros},
    sample::Sampler,
    stop::Stops,
    tokens::{Joiner, Vocabulary},
    weights::Source,
};

/// Tokens that are read at once; a cancelled request is noticed between two pieces.
const PIECE: usize = 80;
/// Bytes of keys and values that are kept for texts that begin alike: about 2,900 tokens of the 135M model.
const KEPT: usize = 128 << 20;
/// Steps down in priority, of 19.
const NICE: i32 = 10;

/// Runs until the last handle is gone.
pub fn run(shared: &Shared) {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).clamp(1, 4));
    if let Err(error) = pool(threads).map(|pool| pool.install(|| serve(shared))) {
        fail(shared, &error.to_string());
    }
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).thread_name(|at| format!("local-model-{at}")).start_handler(|_| yield_priority()).build()
}

/// On Linux a priority belongs to a thread, elsewhere to the process: only there is it set.
fn yield_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the local model keeps its priority");
    }
}

fn serve(shared: &Shared) {
    let (model, vocabulary) = match load(shared) {
        Ok(loaded) => loaded,
        Err(error) => return fail(shared, &error.to_string()),
    };
    let mut worker = Worker { model, vocabulary, prefixes: Prefixes::new(KEPT) };
    while let Some(job) = shared.queue.take() {
        let answered = catch_unwind(AssertUnwindSafe(|| worker.answer(&job)));
        job.send(match answered {
            Ok(Ok((finish, measure))) => Event::Done { finish, measure },
            Ok(Err(fault)) => Event::Failed { fault },
            Err(_) => {
                tracing::error!("the local model broke off an answer");
                worker.prefixes = Prefixes::new(KEPT);
                Event::Failed { fault: Fault::internal() }
            }
        });
    }
}

fn load(shared: &Shared) -> candle_core::Result<(Model, Arc<Vocabulary>)> {
    let source = Source::open(&shared.path)?;
    let vocabulary = Arc::new(Vocabulary::read(&source)?);
    let model = Model::new(source.weights()?);
    tracing::info!(bytes = model.bytes(), "the local model is ready");
    shared.ready(vocabulary.clone(), model.shape().context);
    Ok((model, vocabulary))
}

fn fail(shared: &Shared, error: &str) {
    tracing::error!(path = %shared.path.display(), error, "the local model cannot be loaded");
    let fault = shared.fail(Status::Failed(describe(&shared.path, error)));
    shared.queue.close().iter().for_each(|job| job.send(Event::Failed { fault: fault.clone() }));
}

struct Worker {
    model: Model,
    vocabulary: Arc<Vocabulary>,
    prefixes: Prefixes,
}

/// What is known of an answer while it grows.
struct Progress<'a> {
    job: &'a Job,
    measure: Measure,
    /// Tokens that it may have.
    limit: u32,
}

impl Progress<'_> {
    fn elapsed(&self) -> Duration {
        self.job.asked.elapsed()
    }

    fn show(&self, text: String) {
        if !text.is_empty() {
            self.job.send(Event::Text { text });
        }
    }
}

impl Worker {
    fn answer(&mut self, job: &Job) -> Result<(Finish, Measure), Fault> {
        let queued_us = micros(job.asked.elapsed());
        let params = &job.request.params;
        let mut sampler = Sampler::new(params, rand::random())?;
        let tokens = self.vocabulary.chat(&job.request.messages).map_err(|error| internal(&error))?;
        let left = self.model.shape().context.saturating_sub(tokens.len());
        if left == 0 {
            return Err(too_long(tokens.len(), self.model.shape().context));
        }
        let limit = params.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS).min(count(left));
        let mut cache = self.model.cache(tokens.len() + limit as usize);
        let reused_tokens = count(self.prefixes.fill(&tokens, &mut cache));
        let measure = Measure { input_tokens: count(tokens.len()), reused_tokens, queued_us, ..Measure::default() };
        job.send(Event::Started { input_tokens: measure.input_tokens, reused_tokens });
        let mut progress = Progress { job, measure, limit };
        let finish = match self.read(&tokens, &mut cache, job) {
            Some(state) => self.write(state, &mut cache, &mut sampler, &mut progress),
            None => Finish::Cancelled,
        };
        progress.measure.total_us = micros(progress.elapsed());
        self.prefixes.keep(&cache);
        Ok((finish, progress.measure))
    }

    /// Reads what of the prompt is not in the cache yet. `None` where it was stopped.
    fn read(&self, tokens: &[u32], cache: &mut Cache, job: &Job) -> Option<Vec<f32>> {
        let mut state = Vec::new();
        for piece in tokens[cache.tokens.len()..].chunks(PIECE) {
            if job.is_stopped() {
                return None;
            }
            state = self.model.read(piece, cache);
        }
        Some(state)
    }

    /// Writes token by token until something ends the answer.
    fn write(&self, mut state: Vec<f32>, cache: &mut Cache, sampler: &mut Sampler, progress: &mut Progress<'_>) -> Finish {
        let (mut joiner, mut stops) = (Joiner::default(), Stops::new(progress.job.request.params.stop.as_deref().unwrap_or_default()));
        let finish = loop {
            if progress.job.is_stopped() {
                break Finish::Cancelled;
            }
            let token = count(sampler.choose(self.model.scores(&state)));
            progress.measure.first_token_us.get_or_insert(micros(progress.job.asked.elapsed()));
            let Some(bytes) = self.vocabulary.bytes(token) else { break Finish::Stop };
            progress.measure.output_tokens += 1;
            let (text, stopped) = stops.push(&joiner.push(bytes));
            progress.show(text);
            if stopped {
                return Finish::Stop;
            }
            if progress.measure.output_tokens >= progress.limit {
                break Finish::Length;
            }
            state = self.model.read(&[token], cache);
        };
        progress.show(stops.rest());
        finish
    }
}

/// The refusal of a prompt that leaves no room for an answer.
pub fn too_long(tokens: usize, context: usize) -> Fault {
    Fault::new(
        Kind::Invalid,
        "prompt_too_long",
        format!("This prompt has {tokens} tokens or more; the local model reads fewer than {context}. Shorten it, or choose another model."),
    )
}

fn internal(error: &candle_core::Error) -> Fault {
    tracing::error!(%error, "the local model could not read a prompt");
    Fault::internal()
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
