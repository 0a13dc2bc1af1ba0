//! Who uses a prompt: the prompts that include it, and the keys that pull it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use atelier_domain::{
    account::Action,
    fault::Fault,
    id::{KeyId, PromptId},
    prompt::{Includer, Inclusion, LabelName, Prompt, Selector, Usage, Version},
    timestamp::Timestamp,
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, KeyGrant},
    db::{Db, internal},
    store,
    studio::Studio,
};

use super::{PromptRef, locked, next_version};

/// Days that "lately" means.
const LATELY: i64 = 7;
/// Days that pulls are kept for.
const KEPT: i64 = 90;
const DAY: i64 = 86_400_000_000;

type Pull = (PromptId, KeyId, String, i64);

/// Pulls that are not written yet: nothing on the way of a pull waits for the database.
#[derive(Debug, Default)]
pub struct Pulls(Mutex<HashMap<Pull, (i64, Timestamp)>>);

impl Pulls {
    pub(crate) fn note(&self, prompt: PromptId, key: &KeyGrant, selector: &Selector, at: Timestamp) {
        let label = match selector {
            Selector::Label(label) => label.to_string(),
            Selector::Latest => "latest".to_owned(),
            Selector::Published | Selector::Version(_) => String::new(),
        };
        self.add((prompt, key.id, label, at.0.div_euclid(DAY)), 1, at);
    }

    fn add(&self, pull: Pull, count: i64, at: Timestamp) {
        let mut pulls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, last) = pulls.entry(pull).or_insert((0, at));
        *known += count;
        *last = at.max(*last);
    }

    fn take(&self) -> HashMap<Pull, (i64, Timestamp)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes the pulls since the last time; every few seconds, and at the end.
///
/// # Errors
/// Internal: what was noted is then kept for the next time.
pub async fn flush_pulls(studio: &Studio) -> Result<(), Fault> {
    let pulls = studio.pulls.take();
    if pulls.is_empty() {
        return Ok(());
    }
    let written = write(studio, &pulls).await;
    if written.is_err() {
        pulls.into_iter().for_each(|(pull, (count, at))| studio.pulls.add(pull, count, at));
    }
    written
}

async fn write(studio: &Studio, pulls: &HashMap<Pull, (i64, Timestamp)>) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    for ((prompt, key, label, day), (count, at)) in pulls {
        store::pulls::add(&mut tx, *prompt, *key, label, *day, *count, *at).await?;
    }
    tx.commit().await.map_err(internal)
}

/// Forgets pulls that nobody asks about any more.
///
/// # Errors
/// Internal.
pub async fn sweep_pulls(studio: &Studio) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::pulls::sweep(&mut tx, studio.clock.now().0.div_euclid(DAY) - KEPT).await?;
    tx.commit().await.map_err(internal)
}

/// Who would notice a change of this prompt.
///
/// # Errors
/// NotFound.
pub async fn usage(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Usage, Fault> {
    // What this node knows and has not written yet counts too.
    flush_pulls(&cx.studio).await?;
    let since = cx.now().0.div_euclid(DAY) - LATELY + 1;
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        Ok(Usage { includers: includers(db, &prompt).await?, keys: store::pulls::since(db, prompt.id, since).await? })
    })
    .await
}

async fn includers(db: &mut Db, prompt: &Prompt) -> Result<Vec<Includer>, Fault> {
    let mut found = store::prompt::includers(db, prompt.id).await?;
    for includer in &mut found {
        includer.current = fresh(prompt, includer.label.as_ref()).unwrap_or(includer.pinned);
    }
    Ok(found)
}

/// Where an include would be fixed now; nothing where its label is gone.
fn fresh(prompt: &Prompt, label: Option<&LabelName>) -> Option<u32> {
    prompt.resolve(&label.cloned().map_or(Selector::Published, Selector::Label)).ok()
}

/// The prompts that a version includes, and where they stand now.
///
/// # Errors
/// Internal.
pub(crate) async fn inclusions(db: &mut Db, version: &Version) -> Result<Vec<Inclusion>, Fault> {
    let mut found = Vec::new();
    for pin in &version.includes {
        let Some(included) = store::prompt::by_id(db, pin.prompt).await? else { continue };
        let current = fresh(&included, pin.include.label.as_ref()).unwrap_or(pin.version);
        found.push(Inclusion { prompt: pin.prompt, name: pin.include.name.clone(), label: pin.include.label.clone(), pinned: Some(pin.version), current });
    }
    Ok(found)
}

/// What became of a prompt that was to take an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Updated {
    pub prompt: Prompt,
    /// The new version; nothing where there was nothing to take.
    pub version: Option<u32>,
}

/// Saves the newest version of each of `users` anew, so that its include of `included` is fixed where that stands now.
/// All of them or none.
///
/// # Errors
/// Invalid for a prompt that does not include it, or whose version cannot be saved any more; Conflict for an archived one.
pub async fn take_update(cx: &Cx, included: PromptId, users: &[PromptId]) -> Result<Vec<Updated>, Fault> {
    let mut once = HashSet::new();
    let users: Vec<PromptId> = users.iter().copied().filter(|user| once.insert(*user)).collect();
    if users.is_empty() {
        return Err(Fault::field("prompts", "Choose at least one prompt."));
    }
    cx.write(Action::Write, PromptRef::Id(included), async |tx, included| {
        let mut updated = Vec::new();
        for user in &users {
            let found = store::prompt::by_id(tx, *user).await?.filter(|found| found.project == included.project);
            let found = found.ok_or_else(|| Fault::not_found("prompt_not_found", "One of these prompts"))?;
            let mut prompt = locked(tx, found.id).await?;
            prompt.check_open().map_err(|fault| Fault { message: format!("“{}”: {}", prompt.name, fault.message), ..fault })?;
            let before = store::prompt::version_of(tx, prompt.id, prompt.latest).await?.ok_or_else(Fault::internal)?;
            if !before.includes.iter().any(|pin| pin.prompt == included.id) {
                return Err(Fault::field("prompts", format!("“{}” does not include “{}”.", prompt.name, included.name)));
            }
            let mut draft = before.to_draft();
            draft.note = format!("Takes {} at version {}", included.name, fresh(&included, None).unwrap_or(included.latest));
            let saved = next_version(tx, &mut prompt, draft, Some(before), &[]).await?;
            updated.push(Updated { version: saved.created.then_some(saved.version.number), prompt: saved.prompt });
        }
        let names: Vec<_> = updated.iter().map(|updated| &updated.prompt.name).collect();
        let detail = json!({"name": included.name, "prompts": names});
        tx.changed(Area::Other, included.id.0, Some(included.project), "prompt.update.taken", detail);
        Ok(updated)
    })
    .await
}
