//! The exact cache: an answer that was given to the very same question, given again. Memory knows what there is; the database keeps it.
//!
//! A fault of the cache is a miss: nothing here fails a request.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use atelier_domain::{
    canonical,
    cost::{Nanos, Usage},
    id::ProjectId,
    request::Said,
    timestamp::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    db::{Engine, internal},
    request::{pack, unpack},
    store::{self, gateway::Kept},
    studio::Studio,
};

/// Answers in memory, in bytes.
const MEMORY: usize = 64 << 20;
/// The largest answer that is kept.
pub const ANSWER_MAX: usize = 1 << 20;
/// Answers that are known of.
const KNOWN: i64 = 500_000;
/// Answers that wait to be written.
const WAITING: usize = 1_024;
const PAUSE: Duration = Duration::from_millis(500);

/// Fields of a body that shape no answer.
const NO_MATTER: [&str; 9] =
    ["model", "stream", "stream_options", "user", "metadata", "store", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question([u8; 32]);

impl Question {
    /// `place` is who answers in which words: dialect, provider, model and address; `body` what is asked of it.
    pub fn new(place: &str, body: &Map<String, Value>) -> Self {
        let matters: Map<String, Value> =
            body.iter().filter(|(name, _)| !NO_MATTER.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut hash = Sha256::new();
        hash.update(place.as_bytes());
        hash.update([0]);
        hash.update(canonical::text(&Value::Object(matters)).as_bytes());
        Self(hash.finalize().into())
    }

    fn hex(self) -> String {
        canonical::hex(&self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            *byte = pair?;
        }
        (text.len() == 64).then_some(Self(bytes))
    }
}

/// An answer as it is given again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// As it came, in the client's protocol: a whole one, or all events. Empty for a stream that was told in our words.
    pub raw: String,
    pub streamed: bool,
    pub said: Said,
    /// What the provider called its model.
    pub model: String,
    pub usage: Usage,
    /// What it cost.
    pub cost: Option<Nanos>,
}

impl Given {
    /// About what it takes in memory, in bytes.
    fn size(&self) -> usize {
        let said = &self.said;
        self.raw.len() + said.text.len() + said.reasoning.len() + said.refusal.len() + size_of::<Self>()
    }
}

type Key = (ProjectId, Question);

#[derive(Debug, Default)]
struct Inner {
    /// When each expires.
    known: HashMap<Key, Timestamp>,
    /// With the number of its place in `order`.
    here: HashMap<Key, (u64, Arc<Given>)>,
    /// The oldest first; one that was put again or removed leaves its former place, which no answer has any more.
    order: VecDeque<(u64, Key)>,
    /// Of the last place.
    places: u64,
    bytes: usize,
    /// When the newest that is known was made.
    newest: Timestamp,
}

#[derive(Debug)]
pub struct Answers {
    inner: Mutex<Inner>,
    sender: mpsc::Sender<Kept>,
    receiver: Mutex<Option<mpsc::Receiver<Kept>>>,
}

impl Default for Answers {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self { inner: Mutex::default(), sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Answers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn get(&self, studio: &Studio, project: ProjectId, question: Question) -> Option<Arc<Given>> {
        let (key, now) = ((project, question), studio.clock.now());
        {
            let mut inner = self.lock();
            if *inner.known.get(&key)? <= now {
                inner.known.remove(&key);
                return None;
            }
            if let Some((_, given)) = inner.here.get(&key) {
                return Some(given.clone());
            }
        }
        let mut db = studio.db.read().await.ok()?;
        let packed = store::gateway::answer(&mut db, project, &question.hex(), now).await.ok()?;
        let given = packed.and_then(|packed| unpack::<Given>(&packed)).map(Arc::new);
        let mut inner = self.lock();
        match &given {
            Some(given) => inner.put(key, given.clone()),
            None => drop(inner.known.remove(&key)),
        }
        given
    }

    pub fn put(&self, project: ProjectId, question: Question, given: Given, now: Timestamp, seconds: u32) {
        if given.size() > 2 * ANSWER_MAX {
            return;
        }
        let expires_at = now.plus_seconds(seconds.into());
        let kept = Kept { project, hash: question.hex(), expires_at, made_at: now, answer: pack(&given) };
        {
            let mut inner = self.lock();
            inner.known.insert((project, question), expires_at);
            inner.put((project, question), Arc::new(given));
        }
        // Where too many wait it stays in memory alone.
        let _ = self.sender.try_send(kept);
    }

    pub fn forget(&self, project: ProjectId) {
        let mut inner = self.lock();
        inner.known.retain(|(of, _), _| *of != project);
        let gone: Vec<Key> = inner.here.keys().filter(|(of, _)| *of == project).copied().collect();
        gone.iter().for_each(|key| inner.remove(key));
    }

    pub fn sweep(&self, now: Timestamp) {
        let mut inner = self.lock();
        inner.known.retain(|_, expires| *expires > now);
    }
}

impl Inner {
    fn put(&mut self, key: Key, given: Arc<Given>) {
        self.remove(&key);
        self.places += 1;
        self.bytes += given.size();
        self.here.insert(key, (self.places, given));
        self.order.push_back((self.places, key));
        while self.bytes > MEMORY {
            let Some((place, oldest)) = self.order.pop_front() else { break };
            if self.here.get(&oldest).is_some_and(|(now, _)| *now == place) {
                self.remove(&oldest);
            }
        }
        if self.order.len() > 4 * self.here.len() + 64 {
            self.order.retain(|(place, key)| self.here.get(key).is_some_and(|(now, _)| now == place));
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some((_, given)) = self.here.remove(key) {
            self.bytes -= given.size();
        }
    }
}

/// Reads what there is, then writes what comes, and on Postgres looks for what other nodes wrote.
pub async fn follow(studio: Arc<Studio>) {
    let Some(mut receiver) = studio.answers.receiver.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    learn(&studio).await;
    let mut waiting = Vec::new();
    loop {
        if tokio::time::timeout(PAUSE, receiver.recv_many(&mut waiting, WAITING)).await.is_ok_and(|count| count == 0) {
            return;
        }
        if !waiting.is_empty() {
            let _ = write(&studio, &std::mem::take(&mut waiting)).await;
            tokio::time::sleep(PAUSE / 5).await;
        }
        if studio.db.engine == Engine::Postgres {
            learn(&studio).await;
        }
    }
}

async fn write(studio: &Studio, answers: &[Kept]) -> Result<(), atelier_domain::fault::Fault> {
    let mut tx = studio.db.begin().await?;
    for kept in answers {
        store::gateway::put_answer(&mut tx, kept).await?;
    }
    tx.commit().await.map_err(internal)
}

async fn learn(studio: &Studio) {
    // Another node's clock may be a little behind.
    let since = studio.answers.lock().newest.plus_seconds(-5);
    let Ok(mut db) = studio.db.read().await else { return };
    let Ok(rows) = store::gateway::answers_since(&mut db, since, studio.clock.now(), KNOWN).await else { return };
    let mut inner = studio.answers.lock();
    for (project, hash, expires_at, made_at) in rows {
        if let (Ok(project), Some(question)) = (project.parse::<ProjectId>(), Question::parse(&hash)) {
            inner.newest = inner.newest.max(Timestamp(made_at));
            inner.known.entry((project, question)).or_insert(Timestamp(expires_at));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn question(place: &str, body: Value) -> Question {
        Question::new(place, body.as_object().unwrap())
    }

    #[test]
    fn a_question_is_what_shapes_its_answer_and_nothing_else() {
        let one = question("a", json!({"messages": [{"role": "user", "content": "x"}], "temperature": 0, "stream": true, "user": "mara"}));
        assert_eq!(one, question("a", json!({"temperature": 0, "messages": [{"content": "x", "role": "user"}], "model": "whatever"})));
        for (place, body) in [
            ("b", json!({"temperature": 0, "messages": [{"content": "x", "role": "user"}]})),
            ("a", json!({"temperature": 1, "messages": [{"content": "x", "role": "user"}]})),
            ("a", json!({"temperature": 0, "messages": [{"content": "x", "role": "user"}], "unknown": 1})),
        ] {
            assert_ne!(one, question(place, body));
        }
        assert_eq!(Question::parse(&one.hex()), Some(one));
        assert_eq!(Question::parse("zz"), None);
    }

    #[test]
    fn memory_stays_bounded_and_the_newest_stay_in_it() {
        let (answers, project) = (Answers::default(), ProjectId::default());
        let given = || Given { raw: "x".repeat(ANSWER_MAX), ..Given::default() };
        for number in 0..100 {
            answers.put(project, question("a", json!({"n": number})), given(), Timestamp::default(), 60);
        }
        let inner = answers.lock();
        assert!(inner.bytes <= MEMORY && inner.here.len() == 63, "{}", inner.here.len());
        assert!(inner.here.contains_key(&(project, question("a", json!({"n": 99})))));
    }
}
