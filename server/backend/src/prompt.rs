//! Prompts: find, write, save, publish, archive. Versions never change; labels move.

mod draft;
mod include;
mod usage;

use std::{collections::BTreeMap, sync::Arc};

use atelier_domain::{
    account::Action,
    fault::{Fault, Kind, Problems},
    id::{ProjectId, PromptId},
    page::Page,
    prompt::{
        self as domain, Body, Draft, Filter, Inclusion, LabelMove, LabelName, NewPrompt, Outline, Pin, Prompt, PromptName, Saving, Selector, Sort, Summary,
        Tag, Version,
    },
};
use serde_json::{Value, json};

use crate::{
    cx::{Area, Cx, Target, Tx},
    db::Db,
    store,
};

pub use draft::{Compared, Desk, Kept, Which, compare, count_tokens, difference, discard_draft, draft, keep_draft, rebase, restore, says_the_same};
pub(crate) use draft::{version_of_draft, version_written};
pub(crate) use include::expand;
pub use usage::{Pulls, Updated, flush_pulls, sweep_pulls, take_update, usage};

/// How a prompt is referred to.
#[derive(Clone, Debug)]
pub enum PromptRef {
    Id(PromptId),
    Name(ProjectId, PromptName),
}

impl From<PromptId> for PromptRef {
    fn from(id: PromptId) -> Self {
        PromptRef::Id(id)
    }
}

impl Target for PromptRef {
    type Found = Prompt;

    fn missing(&self) -> Fault {
        Fault::not_found("prompt_not_found", "This prompt")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Prompt)>, Fault> {
        let found = match self {
            PromptRef::Id(id) => store::prompt::by_id(db, *id).await?,
            PromptRef::Name(project, name) => store::prompt::by_name(db, *project, name).await?,
        };
        Ok(found.map(|prompt| (prompt.project, prompt)))
    }
}

/// Cuts the row that was read past the limit and makes the cursor from the last one shown.
pub(crate) fn page<T>(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(cursor) } else { None };
    Page { data: rows, next }
}

pub(crate) fn bad_cursor() -> Fault {
    Fault::field("cursor", "This cursor is not one that a list gave.")
}

/// # Errors
/// Invalid for a cursor that no list gave.
pub async fn list(cx: &Cx, project: ProjectId, filter: &Filter, limit: u32, cursor: Option<&str>) -> Result<Page<Prompt>, Fault> {
    let after = cursor.map(|cursor| read_cursor(cursor, filter.sort)).transpose()?;
    cx.read(Action::See, project, async |db, _| {
        let rows = store::prompt::list(db, project, filter, after, i64::from(limit) + 1).await?;
        Ok(page(rows, limit, |prompt| match filter.sort {
            Sort::Updated | Sort::Oldest => format!("{}~{}", prompt.id, prompt.updated_at.0),
            Sort::Name | Sort::NameDown => format!("{}~{}", prompt.id, prompt.name),
        }))
    })
    .await
}

/// A cursor is `id~value`; the value may hold anything.
fn read_cursor(cursor: &str, sort: Sort) -> Result<(String, String), Fault> {
    let (id, value) = cursor.split_once('~').ok_or_else(bad_cursor)?;
    let good = id.parse::<PromptId>().is_ok() && (matches!(sort, Sort::Name | Sort::NameDown) || value.parse::<i64>().is_ok()) && !value.contains('\0');
    if good { Ok((value.to_owned(), id.to_owned())) } else { Err(bad_cursor()) }
}

/// # Errors
/// As every read.
pub async fn outline(cx: &Cx, project: ProjectId) -> Result<Outline, Fault> {
    let known = &cx.studio.caches.outlines;
    cx.read(Action::See, project, async |db, _| {
        if let Some(outline) = known.get(&project) {
            return Ok((*outline).clone());
        }
        let generation = known.generation();
        let names = store::prompt::names(db, project).await?;
        let mut folders = BTreeMap::new();
        for name in &names {
            for (slash, _) in name.match_indices('/') {
                *folders.entry(name[..slash].to_owned()).or_default() += 1;
            }
        }
        let prompts = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let (tags, archived) = (store::prompt::tags(db, project).await?, store::prompt::archived_count(db, project).await?);
        let outline = Arc::new(Outline { folders, tags, prompts, archived });
        known.put(generation, project, outline.clone());
        Ok((*outline).clone())
    })
    .await
}

/// # Errors
/// NotFound.
pub async fn find(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Prompt, Fault> {
    cx.read(Action::See, prompt.into(), async |_, prompt| Ok(prompt)).await
}

/// Name, description and tags once checked.
struct Details {
    name: PromptName,
    description: String,
    tags: Vec<Tag>,
}

fn details(name: &str, description: &str, tags: &[String]) -> Result<Details, Fault> {
    let mut problems = Problems::default();
    let name = problems.keep(name.trim().parse::<PromptName>());
    let tags = problems.keep(tags.iter().map(|tag| tag.trim().parse::<Tag>()).collect::<Result<Vec<_>, _>>().and_then(domain::tidy_tags));
    if description.chars().count() > 2_000 || description.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        problems.add("description", "A description has at most 2,000 characters, without control characters.");
    }
    problems.check()?;
    let (Some(name), Some(tags)) = (name, tags) else { return Err(Fault::internal()) };
    Ok(Details { name, description: description.trim().to_owned(), tags })
}

/// # Errors
/// Invalid, or Conflict where the name is taken.
pub async fn create(cx: &Cx, project: ProjectId, new: NewPrompt) -> Result<Prompt, Fault> {
    cx.write(Action::Write, project, async |tx, _| make(tx, project, new).await).await
}

/// # Errors
/// As [`create`].
pub(crate) async fn make(tx: &mut Tx<'_>, project: ProjectId, new: NewPrompt) -> Result<Prompt, Fault> {
    let Details { name, description, tags } = details(&new.name, &new.description, &new.tags)?;
    let now = tx.now();
    let prompt = Prompt {
        id: tx.new_id(),
        project,
        name,
        prompt_type: new.prompt_type,
        description,
        tags,
        latest: 0,
        labels: Vec::new(),
        created_at: now,
        updated_at: now,
        updated_by: tx.author(),
        archived_at: None,
    };
    store::prompt::insert(tx, &prompt).await?;
    tx.changed(Area::Prompt, prompt.id.0, Some(project), "prompt.created", json!({"name": prompt.name}));
    Ok(prompt)
}

/// Renames a prompt, describes it, tags it. What includes it keeps its pins.
///
/// # Errors
/// Invalid, or Conflict where the name is taken or the prompt archived.
pub async fn describe(cx: &Cx, prompt: impl Into<PromptRef>, name: &str, description: &str, tags: &[String]) -> Result<Prompt, Fault> {
    cx.write(Action::Write, prompt.into(), async |tx, seen| {
        let mut prompt = locked(tx, seen.id).await?;
        prompt.check_open()?;
        let Details { name, description, tags } = details(name, description, tags)?;
        let before = std::mem::replace(&mut prompt.name, name);
        (prompt.description, prompt.tags) = (description, tags);
        (prompt.updated_at, prompt.updated_by) = (tx.now(), tx.author());
        store::prompt::update(tx, &prompt).await?;
        if before != prompt.name {
            crate::experiment::follow_name(tx, prompt.project, before.as_str(), prompt.name.as_str()).await?;
        }
        tx.changed(Area::Prompt, prompt.id.0, Some(prompt.project), "prompt.described", json!({"name": prompt.name, "before": before}));
        Ok(prompt)
    })
    .await
}

/// Takes a prompt out of lists, or brings it back. What code pulls goes on working.
///
/// # Errors
/// As every write.
pub async fn archive(cx: &Cx, prompt: impl Into<PromptRef>, archived: bool) -> Result<Prompt, Fault> {
    cx.write(Action::Write, prompt.into(), async |tx, seen| {
        let mut prompt = locked(tx, seen.id).await?;
        prompt.archived_at = archived.then(|| tx.now());
        store::prompt::update(tx, &prompt).await?;
        let what = if archived { "prompt.archived" } else { "prompt.restored" };
        tx.changed(Area::Prompt, prompt.id.0, Some(prompt.project), what, json!({"name": prompt.name}));
        Ok(prompt)
    })
    .await
}

/// The prompt as it is now, held until the transaction ends: of two who change it at once the second sees what the first did.
pub(crate) async fn locked(tx: &mut Tx<'_>, prompt: PromptId) -> Result<Prompt, Fault> {
    store::prompt::lock(tx, prompt).await?;
    store::prompt::by_id(tx, prompt).await?.ok_or_else(Fault::internal)
}

/// A version that was saved, or the equal one that was there.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    pub prompt: Prompt,
    pub version: Version,
    pub created: bool,
}

/// Saves a new version; content equal to the latest version's makes none.
///
/// # Errors
/// Invalid with every field at fault: templates, includes that do not exist or lead back here, parameters.
pub async fn save_version(cx: &Cx, prompt: impl Into<PromptRef>, draft: Draft) -> Result<Saved, Fault> {
    save(cx, prompt.into(), draft, None).await
}

/// Saves a person's draft: it is forgotten then. `seen` is the newest version that the person has looked at.
///
/// # Errors
/// Conflict where another version came meanwhile; else as [`save_version`].
pub async fn save_draft(cx: &Cx, prompt: impl Into<PromptRef>, draft: Draft, seen: u32) -> Result<Saved, Fault> {
    save(cx, prompt.into(), draft, Some(seen)).await
}

async fn save(cx: &Cx, prompt: PromptRef, draft: Draft, known: Option<u32>) -> Result<Saved, Fault> {
    cx.write(Action::Write, prompt, async |tx, seen| {
        let mut prompt = locked(tx, seen.id).await?;
        prompt.check_open()?;
        if known.is_some_and(|known| known < prompt.latest) {
            let say = format!("{} saved version {} meanwhile. Compare it with your draft, then save again.", prompt.updated_by, prompt.latest);
            return Err(Fault::conflict("prompt_moved", say));
        }
        let before = store::prompt::version_of(tx, prompt.id, prompt.latest).await?;
        let saved = next_version(tx, &mut prompt, draft, before, &[]).await?;
        if known.is_some() {
            draft::saved(tx, &cx.actor, prompt.id).await?;
        }
        Ok(saved)
    })
    .await
}

/// Writes the version after `before`, the newest one of a prompt that is locked. Includes that `pins` does not fix stand as they do now.
pub(crate) async fn next_version(tx: &mut Tx<'_>, prompt: &mut Prompt, draft: Draft, before: Option<Version>, pins: &[Pin]) -> Result<Saved, Fault> {
    let templates = draft.check(prompt.prompt_type)?;
    let resolved = include::resolve(tx, prompt, &draft, &templates, pins).await?;
    let saving = Saving { id: tx.new_id(), author: tx.author(), at: tx.now() };
    let next = Version::next(prompt.id, before.as_ref(), draft, resolved, saving)?;
    let (version, created) = match (next, before) {
        (Some(version), _) => {
            store::prompt::insert_version(tx, &version).await?;
            (prompt.latest, prompt.updated_at, prompt.updated_by) = (version.number, version.created_at, version.author.clone());
            saved(tx, prompt, &version);
            (version, true)
        }
        (None, Some(before)) => (before, false),
        (None, None) => return Err(Fault::internal()),
    };
    Ok(Saved { prompt: prompt.clone(), version, created })
}

fn saved(tx: &mut Tx<'_>, prompt: &Prompt, version: &Version) {
    let detail = json!({"name": prompt.name, "version": version.number, "content_hash": version.content_hash});
    tx.changed(Area::Prompt, prompt.id.0, Some(prompt.project), "prompt.version.saved", detail);
}

/// The history with the prompt whose it is, newest first.
///
/// # Errors
/// Invalid for a cursor that no list gave.
pub async fn history(cx: &Cx, prompt: impl Into<PromptRef>, limit: u32, cursor: Option<&str>) -> Result<(Prompt, Page<Summary>), Fault> {
    let before = cursor.map_or(Ok(u32::MAX), |cursor| cursor.parse().map_err(|_| bad_cursor()))?;
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        let rows = store::prompt::history(db, prompt.id, before, i64::from(limit) + 1).await?;
        Ok((prompt, page(rows, limit, |version| version.number.to_string())))
    })
    .await
}

/// A version as it was written, with the prompt whose it is.
///
/// # Errors
/// NotFound for the prompt, the label or the version.
pub async fn version(cx: &Cx, prompt: impl Into<PromptRef>, selector: &Selector) -> Result<(Prompt, Version), Fault> {
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        let version = version_in(db, &prompt, selector).await?;
        Ok((prompt, version))
    })
    .await
}

pub(crate) async fn version_in(db: &mut Db, prompt: &Prompt, selector: &Selector) -> Result<Version, Fault> {
    let number = prompt.resolve(selector)?;
    store::prompt::version_of(db, prompt.id, number).await?.ok_or_else(Fault::internal)
}

/// The prompts that a version includes, and where each stands by now.
///
/// # Errors
/// As [`version`].
pub async fn inclusions(cx: &Cx, prompt: impl Into<PromptRef>, version: &Version) -> Result<Vec<Inclusion>, Fault> {
    cx.read(Action::See, prompt.into(), async |db, _| usage::inclusions(db, version).await).await
}

/// A version with its includes expanded, its variables still open.
///
/// # Errors
/// As [`version`].
pub async fn expanded(cx: &Cx, prompt: impl Into<PromptRef>, selector: &Selector) -> Result<(Prompt, Version, Body), Fault> {
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        let version = version_in(db, &prompt, selector).await?;
        let body = expand(db, &version).await?;
        Ok((prompt, version, body))
    })
    .await
}

/// A version filled in.
///
/// # Errors
/// Invalid naming each missing variable; else as [`version`].
pub async fn render(cx: &Cx, prompt: impl Into<PromptRef>, selector: &Selector, values: &BTreeMap<String, Value>) -> Result<(Prompt, Version, Body), Fault> {
    let (prompt, version, body) = expanded(cx, prompt, selector).await?;
    let rendered = domain::render(&body, &version.specs(), values)?;
    Ok((prompt, version, rendered))
}

/// Moves a label to a version; rolling back is the same. `expected` is where the caller believes it stands (0: nowhere).
///
/// # Errors
/// Conflict where it stands elsewhere, NotFound for an unknown version.
pub async fn move_label(cx: &Cx, prompt: impl Into<PromptRef>, label: LabelName, version: u32, expected: Option<u32>) -> Result<LabelMove, Fault> {
    cx.write(Action::Publish, prompt.into(), async |tx, seen| {
        let prompt = locked(tx, seen.id).await?;
        prompt.check_open()?;
        prompt.resolve(&Selector::Version(version))?;
        let from = prompt.label(label.as_str());
        if expected.is_some_and(|expected| expected != from.unwrap_or(0)) {
            let stands = from.map_or("at no version".to_owned(), |number| format!("at version {number}"));
            return Err(Fault::conflict("label_moved", format!("“{label}” stands {stands} by now. Look again before you move it.")));
        }
        set_label(tx, &prompt, label, from, version).await
    })
    .await
}

pub(crate) async fn set_label(tx: &mut Tx<'_>, prompt: &Prompt, label: LabelName, from: Option<u32>, version: u32) -> Result<LabelMove, Fault> {
    let moved = LabelMove { label, from, to: version, moved_at: tx.now(), moved_by: tx.author() };
    if from != Some(version) {
        let move_id = tx.new_id();
        store::prompt::move_label(tx, move_id, prompt.id, &moved).await?;
        let detail = json!({"name": prompt.name, "label": moved.label, "from": from, "to": version});
        tx.changed(Area::Prompt, prompt.id.0, Some(prompt.project), "prompt.label.moved", detail);
    }
    Ok(moved)
}

/// The last moves of a prompt's labels, newest first.
///
/// # Errors
/// NotFound.
pub async fn label_moves(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Vec<LabelMove>, Fault> {
    cx.read(Action::See, prompt.into(), async |db, prompt| store::prompt::label_moves(db, prompt.id).await).await
}

/// Names that a project already uses, for a fault that suggests what was meant.
fn unknown(name: &PromptName) -> Fault {
    Fault::new(Kind::Invalid, "include_not_found", format!("There is no prompt “{name}” in this project to include."))
}
