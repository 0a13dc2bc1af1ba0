//! Runs: a version, filled in, asked of a model. Every run is kept, those that were stopped or failed too.

use std::collections::BTreeMap;

use atelier_domain::{
    account::Action,
    completion::{Event, Finish, LOCAL_MODEL, Request},
    fault::Fault,
    id::{ProjectId, PromptId, RunId},
    page::Page,
    prompt::Selector,
    run::{Ending, Run, State},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    cx::{Area, Cx, Target},
    db::Db,
    local::Answer,
    prompt::{self, PromptRef, bad_cursor, page},
    store,
};

impl Target for RunId {
    type Found = Run;

    fn missing(&self) -> Fault {
        Fault::not_found("run_not_found", "This run")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Run)>, Fault> {
        Ok(store::run::by_id(db, *self).await?.map(|run| (run.project, run)))
    }
}

/// # Errors
/// NotFound.
pub async fn find(cx: &Cx, run: RunId) -> Result<Run, Fault> {
    cx.read(Action::See, run, async |_, run| Ok(run)).await
}

/// Runs of a project, or of one of its prompts, newest first.
///
/// # Errors
/// Invalid for a cursor that no list gave.
pub async fn list(cx: &Cx, project: ProjectId, prompt: Option<PromptId>, limit: u32, cursor: Option<&str>) -> Result<Page<Run>, Fault> {
    let before = cursor.map(|cursor| cursor.parse().map_err(|_| bad_cursor())).transpose()?;
    cx.read(Action::See, project, async |db, _| {
        if let Some(prompt) = prompt {
            let owner = store::prompt::by_id(db, prompt).await?.map(|prompt| prompt.project);
            if owner != Some(project) {
                return Err(Fault::not_found("prompt_not_found", "This prompt"));
            }
        }
        let rows = store::run::list(db, project, prompt, before, i64::from(limit) + 1).await?;
        Ok(page(rows, limit, |run| run.id.to_string()))
    })
    .await
}

/// A run under way. Dropping it stops the model at the next token; the run is kept as stopped.
#[derive(Debug)]
pub struct Started {
    pub run: RunId,
    pub version: u32,
    pub model: String,
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Who may run: a person who writes, or a key that infers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Studio,
    Gateway,
}

/// Fills in a version and asks its model.
///
/// # Errors
/// Invalid for missing variables or a model that is not here; Limited when the model's queue is full.
pub async fn start(cx: &Cx, prompt: impl Into<PromptRef>, selector: &Selector, values: BTreeMap<String, Value>, through: Through) -> Result<Started, Fault> {
    let action = if through == Through::Studio { Action::Write } else { Action::Infer };
    let (found, version, body) = cx
        .read(action, prompt.into(), async |db, found| {
            let version = prompt::version_in(db, &found, selector).await?;
            let body = prompt::expand(db, &version).await?;
            Ok((found, version, body))
        })
        .await?;
    let messages = atelier_domain::prompt::render(&body, &version.specs(), &values)?.into_messages();
    let model = version.model.clone().unwrap_or_else(|| LOCAL_MODEL.to_owned());
    if model != LOCAL_MODEL {
        let say = format!("The model “{model}” is not connected to this studio. Choose {LOCAL_MODEL}, which runs on this machine.");
        return Err(Fault::field("model", say));
    }
    let answer = cx.studio.model.ask(Request { messages: messages.clone(), params: version.params.clone() })?;
    let run = Run {
        id: cx.new_id(),
        project: found.project,
        prompt: found.id,
        prompt_name: found.name,
        version: version.number,
        model: model.clone(),
        variables: values,
        messages,
        params: version.params,
        state: State::Running,
        output: String::new(),
        error: None,
        measure: None,
        started_by: cx.actor.name(),
        started_at: cx.now(),
    };
    cx.change(async |tx| {
        store::run::insert(tx, &run).await?;
        tx.changed(Area::Other, run.id.0, Some(run.project), "run.started", json!({"prompt": run.prompt, "version": run.version, "model": run.model}));
        Ok(())
    })
    .await?;
    let (sender, events) = mpsc::unbounded_channel();
    tokio::spawn(follow(cx.clone(), run.id, answer, sender));
    Ok(Started { run: run.id, version: run.version, model, events })
}

/// Passes events on until the answer ends or nobody listens, and keeps what came.
async fn follow(cx: Cx, run: RunId, mut answer: Answer, sender: mpsc::UnboundedSender<Event>) {
    let stopper = answer.stopper();
    let mut output = String::new();
    let mut last = None;
    loop {
        let event = tokio::select! {
            event = answer.next() => event,
            () = sender.closed(), if !sender.is_closed() => { stopper.stop(); continue }
        };
        let Some(event) = event else { break };
        if let Event::Text { text } = &event {
            output.push_str(text);
        }
        let ended = matches!(event, Event::Done { .. } | Event::Failed { .. });
        if !ended {
            // A listener that left was noticed above.
            let _ = sender.send(event);
            continue;
        }
        last = Some(event);
        break;
    }
    let ending = ending(output, last.as_ref());
    let at = cx.now();
    let kept = cx.change(async |tx| store::run::end(tx, run, &ending, at).await).await;
    // The end is told once it is on record.
    let told = match kept {
        Ok(()) => last.unwrap_or(Event::Failed { fault: lost() }),
        Err(fault) => Event::Failed { fault },
    };
    let _ = sender.send(told);
}

fn lost() -> Fault {
    Fault::upstream("model_stopped", "The model stopped before it had finished. Try again.")
}

fn ending(output: String, last: Option<&Event>) -> Ending {
    match last {
        Some(Event::Done { finish, measure }) => {
            let state = if *finish == Finish::Cancelled { State::Stopped } else { State::Done };
            Ending { state, finish: Some(*finish), output, error: None, measure: Some(*measure) }
        }
        Some(Event::Failed { fault }) => Ending { state: State::Failed, finish: None, output, error: Some(fault.message.clone()), measure: None },
        _ => Ending { state: State::Failed, finish: None, output, error: Some(lost().message), measure: None },
    }
}

/// Ends the runs that an earlier process left unfinished; on SQLite nobody else can be running them.
///
/// # Errors
/// Internal.
pub async fn end_lost(cx: &Cx) -> Result<u64, Fault> {
    cx.check_admin()?;
    let at = cx.now();
    cx.change(async |tx| store::run::end_lost(tx, "The studio was stopped before this run had finished. Run it again.", at).await).await
}
