//! Scores: what may be said of answers, and what users, programs and reviewers said. Put down in one transaction, joined to the
//! request at once or as soon as it is on record, and counted by experiments that have it as a metric.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use atelier_domain::{
    account::Action,
    canonical,
    experiment::Source,
    fault::{Fault, FieldError},
    feedback::{Definition, Kind, ScoreSource, TEXT_MAX, Target, check_name, is_text},
    id::{ProjectId, PromptId, ScoreId},
    page::Page,
    prompt::PromptName,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    cx::{Area, Cx, Tx},
    db::Engine,
    experiment::Plans,
    gateway::Routes,
    prompt::PromptRef,
    store::{
        self,
        experiment::{Event, What},
        score::{Counted, Given},
    },
    studio::Studio,
};

pub use crate::store::score::{Defined, Score, ScoreFilter};

/// Of one call.
pub const SCORES_MAX: usize = 1_000;
const ID_MAX: usize = 200;
/// Of one call: a client learns of so many at once.
const PROBLEMS_MAX: usize = 20;
/// Names of a project at most.
const NAMES_MAX: usize = 1_000;
/// Scores that are joined at once, and how often is looked for them.
const GROUP: i64 = 1_000;
const PAUSE: Duration = Duration::from_millis(500);

/// What somebody says of an answer.
#[derive(Clone, Debug)]
pub struct NewScore {
    /// One that came before is replaced.
    pub id: Option<String>,
    pub target: Target,
    pub name: String,
    pub value: Value,
    pub comment: Option<String>,
    pub source: ScoreSource,
}

/// Puts scores down, all or none, and gives how many. `field` names the place of one of them.
///
/// # Errors
/// Denied without the scope; Invalid naming each field at fault.
pub async fn take(cx: &Cx, project: ProjectId, scores: Vec<NewScore>, field: impl Fn(usize, &str) -> String) -> Result<usize, Fault> {
    cx.actor.check(Action::Ingest, project, Fault::not_found("project_not_found", "This project"))?;
    let known: HashMap<String, Defined> = definitions(cx, Action::Ingest, project).await?.into_iter().map(|known| (known.name.clone(), known)).collect();
    let routes = Routes::of(&cx.studio, project).await?;
    let (mut problems, mut given) = (Vec::new(), Vec::with_capacity(scores.len()));
    for (at, score) in scores.into_iter().enumerate() {
        match read(cx, &known, score) {
            Ok(mut one) => {
                // Before anything is stored.
                one.comment.iter_mut().chain(one.said.words.iter_mut().filter(|_| one.said.kind != "category")).for_each(|text| routes.scrubber.text(text));
                given.push(one);
            }
            Err(fault) => problems.extend(fault.fields.into_iter().map(|error| FieldError { field: field(at, &error.field), detail: error.detail })),
        }
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
    }
    if !problems.is_empty() {
        return Err(Fault::fields(problems));
    }
    let taken = given.len();
    // Of two with one id in one call the last counts.
    let mut seen = HashSet::new();
    given.reverse();
    given.retain(|one| one.sent.as_ref().is_none_or(|sent| seen.insert(sent.clone())));
    given.reverse();
    let engine = cx.studio.db.engine;
    let plans = Plans::of(&cx.studio, project).await?;
    cx.write(Action::Ingest, project, async |tx, project| {
        let sent: Vec<&str> = given.iter().filter_map(|one| one.sent.as_deref()).collect();
        let before = store::score::replaced(tx, engine, project.id, &sent).await?;
        let now = store::score::put(tx, engine, project.id, &given).await?;
        count(tx, engine, &plans, before, now).await
    })
    .await?;
    Ok(taken)
}

fn read(cx: &Cx, known: &HashMap<String, Defined>, score: NewScore) -> Result<Given, Fault> {
    let NewScore { id, target, name, value, comment, source } = score;
    check_name(&name)?;
    let unfit = |id: &String| id.is_empty() || id.len() > ID_MAX || id.chars().any(char::is_control);
    if id.as_ref().is_some_and(unfit) {
        return Err(Fault::field("id", format!("An id has 1 to {ID_MAX} bytes and no control characters.")));
    }
    if comment.as_ref().is_some_and(|comment| !is_text(comment)) {
        return Err(Fault::field("comment", format!("At most {TEXT_MAX} characters, none of them NUL.")));
    }
    if let Target::Trace { trace, span } = &target
        && [Some(trace), span.as_ref()].into_iter().flatten().any(unfit)
    {
        return Err(Fault::field("target", format!("Ids of traces and spans have 1 to {ID_MAX} bytes and no control characters.")));
    }
    let defined = known.get(&name).filter(|defined| !defined.archived);
    let said = defined.map_or_else(|| Kind::of(&value), |defined| defined.definition.kind.clone()).read(&value)?;
    Ok(Given {
        id: cx.new_id(),
        // Callers make ids of what they like, an end user's name too: what stays is enough to know one again.
        sent: id.map(|id| canonical::hex(&Sha256::digest(id.as_bytes())[..16])),
        name,
        definition: defined.map(|defined| defined.version),
        said,
        comment: comment.filter(|comment| !comment.trim().is_empty()),
        target,
        source,
        author: cx.actor.name(),
        at: cx.now(),
    })
}

/// Tells experiments what counts no longer, and what counts now.
async fn count(tx: &mut Tx<'_>, engine: Engine, plans: &Plans, before: Vec<Counted>, now: Vec<Counted>) -> Result<(), Fault> {
    let at = tx.now();
    let event = |(score, counts): (Counted, bool)| {
        let planned = plans.by_key.get(score.experiment.as_ref()?)?;
        let metric = planned.definition.metrics.iter().any(|metric| metric.source == Source::Score && metric.name == score.name);
        let what = What::Score { name: score.name, value: score.value?, counts };
        (metric && !planned.state.is_over()).then_some(Event { experiment: planned.id, unit: score.unit?, at, what })
    };
    let all = before.into_iter().map(|score| (score, false)).chain(now.into_iter().map(|score| (score, true)));
    let events: Vec<Event> = all.filter_map(event).collect();
    store::experiment::put_events(tx, engine, &events).await
}

/// Joins scores to requests that came on record after them, until the process ends.
pub async fn follow(studio: Arc<Studio>) {
    loop {
        // The database is away: it is logged where it happened.
        while join(&studio).await.unwrap_or(false) {}
        tokio::time::sleep(PAUSE).await;
    }
}

/// Joins one group, and says whether there may be more.
///
/// # Errors
/// Internal.
pub async fn join(studio: &Arc<Studio>) -> Result<bool, Fault> {
    let (engine, now) = (studio.db.engine, studio.clock.now());
    if !store::score::waits(&mut *studio.db.read().await?, now).await? {
        return Ok(false);
    }
    Cx::operator(studio.clone())
        .change(async |tx| {
            let joined = store::score::join(tx, now, GROUP).await?;
            let more = i64::try_from(joined.len()).unwrap_or(GROUP) == GROUP;
            let mut by_project: HashMap<ProjectId, Vec<Counted>> = HashMap::new();
            joined.into_iter().for_each(|score| by_project.entry(score.project).or_default().push(score));
            for (project, scores) in by_project {
                let plans = Plans::of(studio, project).await?;
                count(tx, engine, &plans, Vec::new(), scores).await?;
            }
            Ok(more)
        })
        .await
}

/// The newest first.
///
/// # Errors
/// NotFound; Denied; Invalid for a cursor that no list gave.
pub async fn list(cx: &Cx, project: ProjectId, filter: ScoreFilter, limit: u32, cursor: Option<&str>) -> Result<Page<Score>, Fault> {
    let before = cursor.map(|cursor| cursor.parse::<ScoreId>().map_err(|_| Fault::field("cursor", "This cursor is not one that a list gave."))).transpose()?;
    let mut data = cx.read(Action::See, project, async |db, project| store::score::list(db, project.id, &filter, before, i64::from(limit) + 1).await).await?;
    let more = data.len() > limit as usize;
    data.truncate(limit as usize);
    let next = data.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Page { data, next })
}

/// # Errors
/// NotFound where there is no such prompt in the project.
pub async fn prompt_named(cx: &Cx, project: ProjectId, name: &str) -> Result<PromptId, Fault> {
    let name: PromptName = name.parse().map_err(|_| Fault::not_found("prompt_not_found", "This prompt"))?;
    cx.read(Action::See, PromptRef::Name(project, name), async |_, prompt| Ok(prompt.id)).await
}

/// What may be said in a project, in the order of names.
///
/// # Errors
/// NotFound; Denied.
pub async fn definitions(cx: &Cx, right: Action, project: ProjectId) -> Result<Vec<Defined>, Fault> {
    cx.read(right, project, async |db, project| store::score::definitions(db, project.id).await).await
}

/// Says what a name means from now on: a new version, unless nothing changed. Gives whether the name is new, too.
///
/// # Errors
/// Denied; Invalid naming each field at fault; Limited where a project has too many names.
pub async fn define(cx: &Cx, project: ProjectId, name: &str, definition: Definition) -> Result<(bool, Defined), Fault> {
    check_name(name)?;
    definition.check()?;
    cx.write(Action::Write, project, async |tx, project| {
        let all = store::score::definitions(tx, project.id).await?;
        let known = all.iter().find(|known| known.name == name);
        if let Some(same) = known.filter(|known| known.definition == definition) {
            return Ok((false, same.clone()));
        }
        if known.is_none() && all.len() >= NAMES_MAX {
            return Err(Fault::limited("too_many_scores", format!("A project has at most {NAMES_MAX} scores.")));
        }
        let version = known.map_or(1, |known| known.version + 1);
        let defined = Defined { name: name.to_owned(), version, definition, created_at: tx.now(), created_by: tx.author(), archived: false };
        store::score::insert_definition(tx, project.id, &defined).await?;
        let detail = json!({"name": name, "version": version, "kind": defined.definition.kind.as_str()});
        tx.changed(Area::Other, project.id.0, Some(project.id), "score.defined", detail);
        Ok((known.is_none(), defined))
    })
    .await
}
