//! The books: what budgets stand at, in memory, agreed with the database.
//!
//! A request is booked here when it is answered, and in the database when its record gets there. What is read from the
//! database is therefore completed by what still waits in the journal.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use atelier_domain::{
    budget::{Ledger, Reservation, Spender, Spent, spending},
    cost::Nanos,
    fault::Fault,
    id::{ProjectId, RequestId},
    request::Facts,
    timestamp::Timestamp,
};

use crate::{db::Engine, store, studio::Studio};

#[derive(Debug, Default)]
pub struct Books(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    ledgers: HashMap<ProjectId, Ledger>,
    /// Projects whose budgets changed.
    stale: HashSet<ProjectId>,
    /// Booked here and not yet in the database.
    waiting: HashMap<RequestId, Facts>,
}

impl Books {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the project has budgets, read before or now.
    ///
    /// # Errors
    /// Internal.
    pub async fn open(&self, studio: &Studio, project: ProjectId) -> Result<bool, Fault> {
        let known = {
            let inner = self.lock();
            inner.ledgers.get(&project).filter(|_| !inner.stale.contains(&project)).map(|ledger| !ledger.is_empty())
        };
        match known {
            Some(has) => Ok(has),
            None => self.load(studio, project).await,
        }
    }

    /// Reads a project's budgets anew.
    async fn load(&self, studio: &Studio, project: ProjectId) -> Result<bool, Fault> {
        let _still = studio.journal.still().await;
        // What changes from here on makes it stale again.
        self.lock().stale.remove(&project);
        let read = read(studio, project).await;
        let mut inner = self.lock();
        let (budgets, mut spent) = read.inspect_err(|_| {
            inner.stale.insert(project);
        })?;
        spent.extend(inner.waiting.values().filter(|facts| facts.project == project).flat_map(|facts| spending(&budgets, facts)));
        let ledger = inner.ledgers.entry(project).or_default();
        ledger.load(budgets, spent);
        Ok(!ledger.is_empty())
    }

    /// # Errors
    /// Limited where a budget has too little left.
    pub fn reserve(&self, project: ProjectId, spender: &Spender<'_>, estimate: Nanos, now: Timestamp) -> Result<Reservation, Fault> {
        match self.lock().ledgers.get_mut(&project) {
            Some(ledger) => ledger.reserve(spender, estimate, now),
            None => Ok(Reservation::default()),
        }
    }

    /// Books a request. Gives the budgets that came to their warning or their limit by it.
    pub fn settle(&self, reservation: Reservation, facts: &Facts) -> Vec<(String, u32)> {
        let mut inner = self.lock();
        if facts.cost.is_some_and(|cost| cost > Nanos::ZERO) {
            inner.waiting.insert(facts.id, light(facts));
        }
        inner.ledgers.get_mut(&facts.project).map_or_else(Vec::new, |ledger| ledger.settle(reservation, facts))
    }

    /// These are in the database now.
    pub fn moved(&self, requests: impl Iterator<Item = RequestId>) {
        let mut inner = self.lock();
        requests.for_each(|request| drop(inner.waiting.remove(&request)));
    }

    /// A project's budgets changed.
    pub fn forget(&self, project: ProjectId) {
        self.lock().stale.insert(project);
    }

    pub fn forget_all(&self) {
        let mut inner = self.lock();
        let all: Vec<ProjectId> = inner.ledgers.keys().copied().collect();
        inner.stale.extend(all);
    }

    /// What is reserved and spent of each account of a project just now.
    pub fn stand(&self, project: ProjectId, of: &Spent) -> (Nanos, Nanos) {
        self.lock().ledgers.get(&project).map_or_else(Default::default, |ledger| ledger.stand(of.budget, &of.subject, of.since))
    }

    /// Accounts whose period is over.
    pub fn sweep(&self, now: Timestamp) {
        self.lock().ledgers.values_mut().for_each(|ledger| ledger.sweep(now));
    }
}

/// What a budget asks of a request.
fn light(facts: &Facts) -> Facts {
    let Facts { id, project, at, key, ref user, ref tags, cost, .. } = *facts;
    Facts { id, project, at, key, user: user.clone(), tags: tags.clone(), cost, ..Facts::default() }
}

async fn read(studio: &Studio, project: ProjectId) -> Result<(Vec<atelier_domain::budget::Budget>, Vec<Spent>), Fault> {
    let mut db = studio.db.read().await?;
    let budgets = store::budget::list(&mut db, project).await?;
    let mut spent = Vec::new();
    for budget in &budgets {
        let since = budget.form.period.start(studio.clock.now());
        spent.extend(store::budget::spent(&mut db, budget.id, since).await?);
    }
    Ok((budgets, spent))
}

/// What other nodes spent: read every second, where there may be any.
pub async fn follow(studio: std::sync::Arc<Studio>) {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if studio.db.engine == Engine::Postgres {
            let projects: Vec<ProjectId> = studio.books.lock().ledgers.iter().filter(|(_, ledger)| !ledger.is_empty()).map(|(project, _)| *project).collect();
            for project in projects {
                let _ = studio.books.load(&studio, project).await;
            }
        }
    }
}
