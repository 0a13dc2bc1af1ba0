//! What hot paths read instead of the database: API keys, pulled prompts, the gateway's routes.
//!
//! A value read before a change must not be kept after it: a reader notes the generation first, and a cache refuses what is older.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use atelier_domain::{id::ProjectId, prompt::Outline};
use uuid::Uuid;

use crate::{
    cx::{Area, KeyGrant},
    experiment::Plans,
    gateway::{Open, Routes},
    pull::{PullKey, Pulled},
};

/// Past so many entries a cache starts anew: simpler than ages, and the hot ones come back at once.
const CAPACITY: usize = 20_000;

/// A map that may be dropped at any time.
#[derive(Debug)]
pub struct Cache<K, V> {
    map: RwLock<HashMap<K, Arc<V>>>,
    generation: AtomicU64,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self { map: RwLock::default(), generation: AtomicU64::new(0) }
    }
}

impl<K: Hash + Eq, V> Cache<K, V> {
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.map.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(key).cloned()
    }

    /// To be noted before the database is read.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Keeps `value`, unless something changed since `generation` was noted.
    pub fn put(&self, generation: u64, key: K, value: Arc<V>) {
        let mut map = self.map.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.generation() != generation {
            return;
        }
        if map.len() >= CAPACITY {
            map.clear();
        }
        map.insert(key, value);
    }

    /// Drops every entry that `stale` names.
    pub fn forget(&self, stale: impl Fn(&V) -> bool) {
        let mut map = self.map.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::SeqCst);
        map.retain(|_, value| !stale(value));
    }
}

/// The caches of one process.
#[derive(Default)]
pub struct Caches {
    /// By the SHA-256 of a key, in hexadecimal.
    pub keys: Cache<String, KeyGrant>,
    pub pulled: Cache<PullKey, Pulled>,
    /// What calls through the gateway find.
    pub routes: Cache<ProjectId, Routes>,
    /// Versions that they name.
    pub open: Cache<PullKey, Open>,
    /// What assignment reads.
    pub plans: Cache<ProjectId, Plans>,
    /// Counting folders and tags reads every prompt of a project.
    pub outlines: Cache<ProjectId, Outline>,
}

impl Caches {
    /// Drops what a change made stale.
    pub fn forget(&self, area: Area, entity: Uuid) {
        match area {
            Area::Key => self.keys.forget(|key| key.id.0 == entity),
            Area::Prompt => {
                self.pulled.forget(|pulled| pulled.prompt.0 == entity);
                self.open.forget(|open| open.prompt.0 == entity);
                self.outlines.forget(|_| true);
            }
            Area::Provider | Area::Gateway | Area::Model => self.routes.forget(|_| true),
            Area::Experiment => self.plans.forget(|plans| plans.project.0 == entity),
            Area::Project => {
                self.plans.forget(|plans| plans.project.0 == entity);
                self.keys.forget(|key| key.project.0 == entity);
                self.routes.forget(|_| true);
                self.outlines.forget(|_| true);
            }
            Area::User | Area::Run | Area::Budget | Area::Cache | Area::Other => {}
        }
    }

    /// For a listener that may have missed something.
    pub fn forget_all(&self) {
        self.keys.forget(|_| true);
        self.pulled.forget(|_| true);
        self.open.forget(|_| true);
        self.routes.forget(|_| true);
        self.plans.forget(|_| true);
        self.outlines.forget(|_| true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_read_before_a_change_is_not_kept_after_it() {
        let cache = Cache::default();
        let generation = cache.generation();
        cache.forget(|_: &&str| true);
        cache.put(generation, 1, Arc::new("old"));
        assert!(cache.get(&1).is_none());
        cache.put(cache.generation(), 1, Arc::new("new"));
        assert_eq!(*cache.get(&1).unwrap(), "new");
    }
}
