//! Who waits for the model, in order and bounded. Nobody holds the lock for longer than it takes to move an entry.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use atelier_domain::completion::{Event, Finish, Measure, Request};
use tokio::sync::mpsc::UnboundedSender;

/// One request and where its events go. These are at most as many as its tokens, so the channel needs no bound.
pub struct Job {
    id: u64,
    pub request: Request,
    pub asked: Instant,
    pub stopped: Arc<AtomicBool>,
    events: UnboundedSender<Event>,
}

impl Job {
    /// Nobody may listen any more; that is no fault.
    pub fn send(&self, event: Event) {
        drop(self.events.send(event));
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    busy: bool,
    closed: bool,
    last: u64,
}

pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: usize,
}

impl Queue {
    /// `room` is how many may wait while one is answered.
    pub fn new(room: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), room }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request and gives its number, or `None` where the queue is full.
    pub fn push(&self, request: Request, stopped: Arc<AtomicBool>, events: UnboundedSender<Event>) -> Option<u64> {
        let mut state = self.lock();
        let ahead = state.waiting.len() + usize::from(state.busy);
        if ahead > self.room || state.closed {
            return None;
        }
        state.last += 1;
        let job = Job { id: state.last, request, asked: Instant::now(), stopped, events };
        if ahead > 0 {
            job.send(Event::Queued { ahead });
        }
        state.waiting.push_back(job);
        self.changed.notify_one();
        Some(state.last)
    }

    /// The next request, waiting for one; `None` when the queue is closed. For the model's thread alone.
    pub fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        state.busy = false;
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.waiting.pop_front() {
                state.busy = true;
                tell(&state.waiting, 0, 1);
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends a request that still waits.
    pub fn cancel(&self, id: u64) {
        let mut state = self.lock();
        let Some(at) = state.waiting.iter().position(|job| job.id == id) else { return };
        if let Some(job) = state.waiting.remove(at) {
            let waited = micros(job.asked.elapsed());
            job.send(Event::Done { finish: Finish::Cancelled, measure: Measure { queued_us: waited, total_us: waited, ..Measure::default() } });
        }
        tell(&state.waiting, at, usize::from(state.busy));
    }

    /// No more requests; gives those that waited.
    pub fn close(&self) -> Vec<Job> {
        let mut state = self.lock();
        state.closed = true;
        self.changed.notify_all();
        state.waiting.drain(..).collect()
    }
}

/// Tells those from `start` on how many are before them.
fn tell(waiting: &VecDeque<Job>, start: usize, busy: usize) {
    waiting.iter().enumerate().skip(start).for_each(|(at, job)| job.send(Event::Queued { ahead: at + busy }));
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn ask(queue: &Queue) -> Option<(u64, UnboundedReceiver<Event>)> {
        let (sender, events) = unbounded_channel();
        let request = Request::default();
        queue.push(request, Arc::default(), sender).map(|id| (id, events))
    }

    fn heard(events: &mut UnboundedReceiver<Event>) -> Vec<usize> {
        let ahead = |event| match event {
            Event::Queued { ahead } => ahead,
            other => panic!("{other:?}"),
        };
        std::iter::from_fn(|| events.try_recv().ok()).map(ahead).collect()
    }

    #[test]
    fn a_full_queue_refuses_and_those_who_wait_hear_how_it_moves() {
        let queue = Queue::new(2);
        let (_, mut first) = ask(&queue).unwrap();
        let running = queue.take().unwrap();
        let ((_, mut second), (_, mut third)) = (ask(&queue).unwrap(), ask(&queue).unwrap());
        assert!(ask(&queue).is_none());
        drop(running);
        let _running = queue.take().unwrap();
        assert_eq!((heard(&mut first), heard(&mut second), heard(&mut third)), (vec![], vec![1], vec![2, 1]));
        assert!(ask(&queue).is_some());
    }

    #[test]
    fn cancelling_in_the_queue_ends_at_once_and_moves_the_others_up() {
        let queue = Queue::new(5);
        let _first = ask(&queue).unwrap();
        let _running = queue.take().unwrap();
        let ((id, mut second), (_, mut third)) = (ask(&queue).unwrap(), ask(&queue).unwrap());
        queue.cancel(id);
        assert!(matches!(second.try_recv(), Ok(Event::Queued { ahead: 1 })));
        assert!(matches!(second.try_recv(), Ok(Event::Done { finish: Finish::Cancelled, .. })));
        assert_eq!(heard(&mut third), [2, 1]);
    }

    #[test]
    fn a_closed_queue_gives_back_who_waited_and_takes_nobody() {
        let queue = Queue::new(5);
        let _first = ask(&queue).unwrap();
        assert_eq!(queue.close().len(), 1);
        assert!(ask(&queue).is_none() && queue.take().is_none());
    }
}
