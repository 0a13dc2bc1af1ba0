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

use super::{
    Shared, Status,
    engine::{Engine, Native},
    gguf::Source,
    pool::pool,
    problem::Problem,
    queue::{Job, micros},
    sample::Sampler,
    stop::Stops,
    tokens::{Joiner, Vocabulary},
};

/// Tokens that are read at once; a cancelled request is noticed between two pieces.
const PIECE: usize = 80;

/// Runs until the last handle is gone.
pub fn run(shared: &Shared) {
    let served = pool("local-model").map_err(|error| Problem::Broken(error.to_string())).and_then(|pool| pool.install(|| serve(shared)));
    if let Err(problem) = served {
        let sentence = problem.sentence(&shared.path);
        tracing::error!(path = %shared.path.display(), sentence, "the local model cannot be loaded");
        let fault = shared.fail(Status::Failed(sentence));
        shared.queue.close().iter().for_each(|job| job.send(Event::Failed { fault: fault.clone() }));
    }
}

fn serve(shared: &Shared) -> Result<(), Problem> {
    let mut source = Source::open(&shared.path)?;
    let vocabulary = Arc::new(Vocabulary::read(&source)?);
    let weights = source.weights();
    drop(source);
    match weights {
        #[cfg(feature = "llama-cpp")]
        Err(problem) if problem.is_beyond_candle() => super::llama_cpp::open(&shared.path, |engine| work(shared, vocabulary, engine)),
        weights => {
            work(shared, vocabulary, &mut Native::new(weights?));
            Ok(())
        }
    }
}

/// Answers until the queue is closed.
fn work(shared: &Shared, vocabulary: Arc<Vocabulary>, engine: &mut dyn Engine) {
    shared.ready(vocabulary.clone(), engine.context());
    tracing::info!(path = %shared.path.display(), bytes = engine.bytes(), "the local model is ready");
    let mut worker = Worker { engine, vocabulary };
    while let Some(job) = shared.queue.take() {
        let answered = catch_unwind(AssertUnwindSafe(|| worker.answer(&job)));
        job.send(match answered {
            Ok(Ok((finish, measure))) => Event::Done { finish, measure },
            Ok(Err(fault)) => Event::Failed { fault },
            Err(_) => {
                tracing::error!("the local model broke off an answer");
                worker.engine.forget();
                Event::Failed { fault: Fault::internal() }
            }
        });
    }
}

struct Worker<'a> {
    engine: &'a mut dyn Engine,
    vocabulary: Arc<Vocabulary>,
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

impl Worker<'_> {
    fn answer(&mut self, job: &Job) -> Result<(Finish, Measure), Fault> {
        let queued_us = micros(job.asked.elapsed());
        let params = &job.request.params;
        let mut sampler = Sampler::new(params, rand::random())?;
        let tokens = self.vocabulary.chat(&job.request.messages, &job.request.tools).map_err(|reason| refused(&reason))?;
        let left = self.engine.context().saturating_sub(tokens.len());
        if left == 0 {
            return Err(too_long(tokens.len(), self.engine.context()));
        }
        let limit = params.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS).min(count(left));
        let reused = self.engine.begin(&tokens, limit as usize);
        let measure = Measure { input_tokens: count(tokens.len()), reused_tokens: count(reused), queued_us, ..Measure::default() };
        job.send(Event::Started { input_tokens: measure.input_tokens, reused_tokens: measure.reused_tokens });
        let mut progress = Progress { job, measure, limit };
        let finish = if self.read(&tokens[reused..], job)? { self.write(&mut sampler, &mut progress)? } else { Finish::Cancelled };
        progress.measure.total_us = micros(progress.elapsed());
        self.engine.end();
        Ok((finish, progress.measure))
    }

    /// Reads the rest of the prompt; whether to its end.
    fn read(&mut self, tokens: &[u32], job: &Job) -> Result<bool, Fault> {
        for piece in tokens.chunks(PIECE) {
            if job.is_stopped() {
                return Ok(false);
            }
            self.engine.read(piece).map_err(|error| internal(&error))?;
        }
        Ok(true)
    }

    /// Writes token by token until something ends the answer.
    fn write(&mut self, sampler: &mut Sampler, progress: &mut Progress<'_>) -> Result<Finish, Fault> {
        let (mut joiner, mut stops) = (Joiner::default(), Stops::new(progress.job.request.params.stop.as_deref().unwrap_or_default()));
        let finish = loop {
            if progress.job.is_stopped() {
                break Finish::Cancelled;
            }
            let token = count(sampler.choose(self.engine.scores()));
            progress.measure.first_token_us.get_or_insert(micros(progress.job.asked.elapsed()));
            let Some(bytes) = self.vocabulary.bytes(token) else { break Finish::Stop };
            let is_first = progress.measure.output_tokens == 0;
            let bytes = bytes.strip_prefix(b" ").filter(|_| is_first && self.vocabulary.is_spaced()).unwrap_or(bytes);
            progress.measure.output_tokens += 1;
            let (text, stopped) = stops.push(&joiner.push(bytes));
            progress.show(text);
            if stopped {
                return Ok(Finish::Stop);
            }
            if progress.measure.output_tokens >= progress.limit {
                break Finish::Length;
            }
            self.engine.read(&[token]).map_err(|error| internal(&error))?;
        };
        progress.show(stops.rest());
        Ok(finish)
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

/// What a chat template says against a chat.
fn refused(reason: &str) -> Fault {
    let message = format!("The local model's chat template refuses this chat: {reason}. Change the messages, or choose another model.");
    Fault::new(Kind::Invalid, "chat_refused", message)
}

fn internal(error: &str) -> Fault {
    tracing::error!(error, "the local model could not read a text");
    Fault::internal()
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
