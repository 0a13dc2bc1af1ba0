//! Who waits for vectors. Short work goes first, long work is given back unfinished and taken again, and who came
//! first is passed over three times at most, so that nobody waits for ever. Nobody holds the lock for longer than it takes to move an entry.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use atelier_domain::fault::Fault;
use tokio::sync::oneshot::Sender;

use super::{Embedded, EmbeddingModel, tokens::Tokens};

/// How often in a row the eldest is passed over.
const PATIENCE: usize = 3;

/// Of which one is made, about.
pub const BYTES_A_TOKEN: usize = 4;

/// The texts of one caller, and what is done of them.
pub struct Job {
    pub model: EmbeddingModel,
    pub texts: VecDeque<String>,
    /// A text whose tokens are known, but which had no room in the last part.
    pub held: Option<Tokens>,
    pub done: Embedded,
    /// Bytes of `texts`.
    bytes: usize,
    /// Counted from the queue's beginning.
    place: u64,
    reply: Sender<Result<Embedded, Fault>>,
}

impl Job {
    pub fn new(model: EmbeddingModel, texts: Vec<String>, reply: Sender<Result<Embedded, Fault>>) -> Self {
        let bytes = texts.iter().map(String::len).sum();
        Self { model, texts: texts.into(), held: None, done: Embedded::default(), bytes, place: 0, reply }
    }

    pub fn next(&mut self) -> Option<String> {
        let text = self.texts.pop_front()?;
        self.bytes -= text.len();
        Some(text)
    }

    /// About how much is still to be done, in bytes of text.
    pub fn left(&self) -> usize {
        self.bytes + self.held.as_ref().map_or(0, |tokens| tokens.ids.len() * BYTES_A_TOKEN)
    }

    pub fn is_whole(&self) -> bool {
        self.texts.is_empty() && self.held.is_none()
    }

    /// Nobody may wait any more; that is no fault.
    pub fn answer(mut self, error: Option<Fault>) {
        let done = std::mem::take(&mut self.done);
        drop(self.reply.send(error.map_or(Ok(done), Err)));
    }

    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }
}

#[derive(Default)]
struct State {
    waiting: Vec<Job>,
    closed: bool,
    last: u64,
    /// How often the eldest was passed over.
    passed: usize,
}

impl State {
    /// Forgets those whose callers went away, and takes the one with the least of `key`.
    fn least<K: Ord>(&mut self, fits: impl Fn(&Job) -> bool, key: impl Fn(&Job) -> K) -> Option<Job> {
        self.waiting.retain(Job::is_wanted);
        let (at, _) = self.waiting.iter().enumerate().filter(|(_, job)| fits(job)).min_by_key(|(_, job)| (key(job), job.place))?;
        Some(self.waiting.swap_remove(at))
    }
}

pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: usize,
}

impl Queue {
    /// `room` is how many may wait.
    pub fn new(room: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), room }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// # Errors
    /// `Limited` when the queue is full, `Upstream` when it is closed.
    pub fn push(&self, mut job: Job) -> Result<(), Fault> {
        let mut state = self.lock();
        if state.closed {
            return Err(Fault::upstream("model_unavailable", "The embedding models are going away; ask again in a moment."));
        }
        state.waiting.retain(Job::is_wanted);
        if state.waiting.len() >= self.room {
            return Err(Fault::limited("model_busy", "As many requests as may wait for embeddings do so already. Try again in a moment."));
        }
        state.last += 1;
        job.place = state.last;
        state.waiting.push(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The job whose turn it is, waiting for one; `None` when the queue is closed. For the embedding thread alone.
    pub fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            state.waiting.retain(Job::is_wanted);
            let eldest = state.waiting.iter().map(|job| job.place).min();
            let job = if state.passed < PATIENCE { state.least(|_| true, Job::left) } else { state.least(|_| true, |job| job.place) };
            if let Some(job) = job {
                state.passed = if Some(job.place) == eldest { 0 } else { state.passed + 1 };
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Another job for the same model, of at most so many bytes: one that can be finished in the same part.
    pub fn also(&self, model: EmbeddingModel, bytes: usize) -> Option<Job> {
        self.lock().least(|job| job.model == model && job.left() <= bytes, Job::left)
    }

    /// Puts an unfinished job back. There is always room: it was in before.
    pub fn back(&self, job: Job) {
        let mut state = self.lock();
        if !state.closed {
            state.waiting.push(job);
        }
    }

    /// No more requests; those who wait hear that it failed.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::{Receiver, channel};

    use super::*;

    type Answer = Receiver<Result<Embedded, Fault>>;

    fn push(queue: &Queue, model: EmbeddingModel, texts: &[&str]) -> Result<Answer, Fault> {
        let (sender, answer) = channel();
        queue.push(Job::new(model, texts.iter().map(|text| (*text).to_owned()).collect(), sender)).map(|()| answer)
    }

    fn first(job: Option<Job>) -> Option<String> {
        job.and_then(|mut job| job.next())
    }

    #[test]
    fn the_shortest_goes_first_but_passes_the_eldest_three_times_only() {
        let queue = Queue::new(9);
        let sizes = ["a long text that came first", "three", "one", "of two", "another"];
        let _answers: Vec<Answer> = sizes.iter().map(|text| push(&queue, EmbeddingModel::Potion, &[text]).unwrap()).collect();
        let order: Vec<String> = (0..5).filter_map(|_| first(queue.take())).collect();
        assert_eq!(order, ["one", "three", "of two", "a long text that came first", "another"]);
    }

    #[test]
    fn a_full_queue_refuses_until_somebody_goes_away() {
        let queue = Queue::new(2);
        let kept = push(&queue, EmbeddingModel::Potion, &["kept"]).unwrap();
        let dropped = push(&queue, EmbeddingModel::Potion, &["dropped"]).unwrap();
        let fault = push(&queue, EmbeddingModel::Potion, &["more"]).unwrap_err();
        assert_eq!((fault.kind.status(), fault.code.as_ref()), (429, "model_busy"));
        drop(dropped);
        let _more = push(&queue, EmbeddingModel::Potion, &["more"]).unwrap();
        assert_eq!((first(queue.take()).as_deref(), first(queue.take()).as_deref()), (Some("kept"), Some("more")));
        drop(kept);
    }

    #[test]
    fn another_job_joins_where_model_and_size_fit() {
        let queue = Queue::new(9);
        let _answers = [
            push(&queue, EmbeddingModel::MiniLm, &["other model"]).unwrap(),
            push(&queue, EmbeddingModel::Potion, &["far too long", "for what is left"]).unwrap(),
            push(&queue, EmbeddingModel::Potion, &["fits"]).unwrap(),
        ];
        assert_eq!(first(queue.also(EmbeddingModel::Potion, 10)).as_deref(), Some("fits"));
        assert!(queue.also(EmbeddingModel::Potion, 10).is_none());
    }

    #[test]
    fn what_is_given_back_has_less_left_and_a_closed_queue_takes_nothing() {
        let queue = Queue::new(9);
        let mut long = push(&queue, EmbeddingModel::Potion, &["a part that is done", "end"]).unwrap();
        let mut job = queue.take().unwrap();
        job.next().unwrap();
        queue.back(job);
        let _other = push(&queue, EmbeddingModel::Potion, &["other"]).unwrap();
        let job = queue.take().unwrap();
        assert_eq!(job.left(), 3);
        queue.close();
        queue.back(job);
        assert!(queue.take().is_none() && long.try_recv().is_err());
        assert_eq!(push(&queue, EmbeddingModel::Potion, &["late"]).unwrap_err().code, "model_unavailable");
    }
}
