//! What assignment reads instead of the database: the project's plans, and which exposures were put down.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::BuildHasher,
    sync::{Arc, Mutex, PoisonError},
};

use atelier_domain::{
    experiment::{Attributes, Definition, Plan, State},
    fault::Fault,
    id::{ExperimentId, ProjectId},
};

use crate::{
    store::{self, experiment::Stored},
    studio::Studio,
};

/// The experiments of a project, by their keys.
#[derive(Debug)]
pub struct Plans {
    pub project: ProjectId,
    pub by_key: HashMap<String, Planned>,
}

#[derive(Debug)]
pub struct Planned {
    pub id: ExperimentId,
    pub state: State,
    pub definition: Definition,
    pub plan: Plan,
    /// The variant that was decided for.
    pub decided: Option<usize>,
}

impl From<Stored> for Planned {
    fn from(stored: Stored) -> Self {
        let Stored { id, state, definition, split, decision, .. } = stored;
        let decided = decision.and_then(|decision| definition.variant(&decision.variant?));
        Self { id, state, plan: Plan::new(&definition, &split), definition, decided }
    }
}

impl Planned {
    /// `attribute=value`, of those that results are sliced by.
    pub fn slices(&self, attributes: &Attributes) -> Vec<String> {
        /// The longest that is told apart.
        const LONGEST: usize = 60;
        let value = |attribute: &String| match attributes.get(attribute)? {
            serde_json::Value::String(text) => Some(text.chars().take(LONGEST).collect()),
            value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_)) => Some(value.to_string()),
            _ => None,
        };
        self.definition.slices.iter().filter_map(|attribute| Some(format!("{attribute}={}", value(attribute)?))).collect()
    }
}

impl Plans {
    /// # Errors
    /// Internal.
    pub async fn of(studio: &Studio, project: ProjectId) -> Result<Arc<Self>, Fault> {
        if let Some(plans) = studio.caches.plans.get(&project) {
            return Ok(plans);
        }
        let generation = studio.caches.plans.generation();
        let mut db = studio.db.read().await?;
        let all = store::experiment::list(&mut db, project).await?;
        let by_key = all.into_iter().map(|stored| (stored.definition.key.clone(), Planned::from(stored))).collect();
        let plans = Arc::new(Self { project, by_key });
        studio.caches.plans.put(generation, project, plans.clone());
        Ok(plans)
    }
}

/// So many exposures are remembered; what is forgotten is put down once more and counts once all the same.
const REMEMBERED: usize = 1 << 21;
const PARTS: usize = 16;

/// The exposures that this process put down, by their hashes.
#[derive(Debug)]
pub struct Exposures {
    hasher: RandomState,
    parts: [Mutex<HashSet<u64>>; PARTS],
}

impl Default for Exposures {
    fn default() -> Self {
        Self { hasher: RandomState::new(), parts: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Exposures {
    /// Says whether this one is new.
    pub fn note(&self, experiment: ExperimentId, phase: u32, variant: usize, unit: &str) -> bool {
        let hash = self.hasher.hash_one((experiment, phase, variant, unit));
        let mut part = self.parts[(hash >> 60) as usize % PARTS].lock().unwrap_or_else(PoisonError::into_inner);
        if part.len() >= REMEMBERED / PARTS {
            part.clear();
        }
        part.insert(hash)
    }

    /// For a unit that is to be forgotten, and a project that is gone: everything is put down anew.
    pub fn forget(&self) {
        self.parts.iter().for_each(|part| part.lock().unwrap_or_else(PoisonError::into_inner).clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exposure_is_new_once() {
        let (exposures, experiment) = (Exposures::default(), ExperimentId::default());
        assert!(exposures.note(experiment, 1, 0, "mara"));
        assert!(!exposures.note(experiment, 1, 0, "mara"));
        assert!(exposures.note(experiment, 2, 0, "mara") && exposures.note(experiment, 1, 1, "mara") && exposures.note(experiment, 1, 0, "jon"));
        exposures.forget();
        assert!(exposures.note(experiment, 1, 0, "mara"));
    }
}
