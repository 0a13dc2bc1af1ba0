//! Runs: a version, filled in, asked of a model. Every run is kept, those that were stopped or failed too.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use atelier_domain::{
    account::Action,
    completion::{Event, Finish, LOCAL_MODEL, Request},
    fault::Fault,
    id::{GridId, ProjectId, PromptId, RunId},
    page::Page,
    prompt::{Message, Params, Selector, Version},
    request::{self, Endpoint},
    run::{Ending, Run, RunDetails, State},
    timestamp::Timestamp,
};
use futures::{Stream, stream};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep_until},
};

use crate::{
    cx::{Actor, Area, Cx, Target},
    db::Db,
    gateway::{self, Asked, Delta, Meter, Routes},
    prompt::{self, PromptRef, bad_cursor, page},
    store,
    studio::Studio,
};

/// How often a page hears of an answer at most.
const TICK: Duration = Duration::from_millis(30);

/// More seconds than any answer takes.
const LONGEST: i64 = 2 * 3_600;

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

/// The runs under way in this process, each with the way to end it.
#[derive(Debug, Default)]
pub struct Underway(Mutex<HashMap<RunId, Arc<Notify>>>);

impl Underway {
    fn add(&self, run: RunId) -> Arc<Notify> {
        let stop = Arc::new(Notify::new());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(run, stop.clone());
        stop
    }

    fn remove(&self, run: RunId) -> Option<Arc<Notify>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&run)
    }

    /// Ends a run where it is under way here, and says whether it was.
    pub fn stop(&self, run: RunId) -> bool {
        let stop = self.remove(run);
        stop.inspect(|stop| stop.notify_one()).is_some()
    }
}

/// Ends a run that is under way, wherever that is; what came is kept. One that has ended stays as it is.
///
/// # Errors
/// NotFound.
pub async fn stop(cx: &Cx, run: RunId) -> Result<(), Fault> {
    let found = cx.read(Action::Write, run, async |_, run| Ok(run)).await?;
    if found.state != State::Running || cx.studio.underway.stop(run) {
        return Ok(());
    }
    // Another node hears of it within a second, as of any change.
    cx.change(async |tx| {
        tx.changed(Area::Run, run.0, Some(found.project), "run.stopped", json!({"prompt": found.prompt}));
        Ok(())
    })
    .await
}

/// Events as pages hear them: what comes within a `TICK` comes as one text, so that a fast model does not cost a line of JSON a token.
pub fn in_ticks(events: mpsc::UnboundedReceiver<Event>) -> impl Stream<Item = Event> + Send {
    stream::unfold((events, VecDeque::new(), Instant::now()), async |(mut events, mut waiting, mut tick)| {
        if waiting.is_empty() {
            let first = events.recv().await?;
            if matches!(first, Event::Text { .. } | Event::Reasoning { .. }) {
                sleep_until(tick).await;
            }
            tick = Instant::now() + TICK;
            waiting.push_back(first);
            while let Ok(next) = events.try_recv() {
                match (waiting.back_mut(), next) {
                    (Some(Event::Text { text }), Event::Text { text: more }) | (Some(Event::Reasoning { text }), Event::Reasoning { text: more }) => {
                        text.push_str(&more)
                    }
                    (_, next) => waiting.push_back(next),
                }
            }
        }
        let event = waiting.pop_front()?;
        Some((event, (events, waiting, tick)))
    })
}

/// Who may run: a person who writes, or a key that infers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Studio,
    Gateway,
}

/// What is run of a prompt.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Saved(Selector),
    /// What the caller has typed and not saved.
    Draft,
    /// What the program itself has read before.
    Exactly(Box<Version>),
}

/// One question to a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub source: Source,
    pub values: BTreeMap<String, Value>,
    /// Instead of the version's own.
    pub model: Option<String>,
    /// Instead of the version's own, one by one.
    pub params: Params,
    /// Turns after the prompt's own messages: a conversation that goes on.
    pub tail: Vec<Message>,
    /// The grid that it is part of.
    pub grid: Option<GridId>,
}

impl Ask {
    /// A version as it is.
    pub fn of(selector: Selector, values: BTreeMap<String, Value>) -> Self {
        Self { source: Source::Saved(selector), values, model: None, params: Params::default(), tail: Vec::new(), grid: None }
    }
}

/// Fills in a version or a draft and asks a model.
///
/// # Errors
/// Invalid for missing variables or a model that is not here; Limited when the model's queue is full.
pub async fn start(cx: &Cx, prompt: impl Into<PromptRef>, ask: Ask, through: Through) -> Result<Started, Fault> {
    let action = if through == Through::Studio { Action::Write } else { Action::Infer };
    let person = cx.user().ok().map(|user| user.id);
    let (found, version, body, model, reached) = cx
        .read(action, prompt.into(), async |db, found| {
            let version = match &ask.source {
                Source::Saved(selector) => prompt::version_in(db, &found, selector).await?,
                Source::Draft => prompt::version_of_draft(db, &found, person).await?,
                Source::Exactly(version) => Version::clone(version),
            };
            let body = prompt::expand(db, &version).await?;
            let model = ask.model.clone().or_else(|| version.model.clone()).unwrap_or_else(|| LOCAL_MODEL.to_owned());
            let reached = gateway::find(&cx.studio, db, found.project, &model).await?;
            Ok((found, version, body, model, reached))
        })
        .await?;
    let mut messages = atelier_domain::prompt::render(&body, &version.specs(), &ask.values)?.into_messages();
    messages.extend(ask.tail);
    let params = version.params.over(ask.params);
    let request =
        Request { messages: messages.clone(), params: params.clone(), tools: version.tools.clone(), response_format: version.response_format.clone() };
    let id: RunId = cx.new_id();
    let routes = Routes::of(&cx.studio, found.project).await?;
    let mut meter = Meter::new(cx, found.project, source_of(through, ask.grid), Endpoint::Chat);
    meter.of_run(id, (found.id, version.number), &model, &request, &ask.values, routes.clone());
    if let Actor::Key(key) = &cx.actor
        && let Err(fault) = meter.admit(key)
    {
        meter.refused(&fault, fault.kind.status());
        return Err(fault);
    }
    if let Err(fault) = meter.reserve(reached.price, None).await {
        meter.refused(&fault, fault.kind.status());
        return Err(fault);
    }
    meter.ask();
    let asked = reached.ask(&cx.studio, request).inspect_err(|fault| meter.refused(fault, fault.kind.status()))?;
    let (mut values, mut messages) = (ask.values, messages);
    if through == Through::Gateway {
        // What end users say is kept as requests are.
        values.values_mut().for_each(|value| routes.scrubber.value(value));
        messages.iter_mut().for_each(|message| routes.scrubber.text(&mut message.content));
        if !routes.settings.bodies {
            (values, messages) = (BTreeMap::new(), Vec::new());
        }
    }
    let run = Run {
        id,
        project: found.project,
        prompt: found.id,
        prompt_name: found.name,
        version: version.number,
        model: model.clone(),
        variables: values,
        messages,
        params,
        state: State::Running,
        output: String::new(),
        reasoning: String::new(),
        tool_calls: Vec::new(),
        error: None,
        measure: None,
        started_by: cx.actor.name(),
        started_at: cx.now(),
    };
    let details = RunDetails { template: version.to_draft(), price: asked.price(), answer: None, grid: ask.grid };
    cx.change(async |tx| {
        store::run::insert(tx, &run, &details).await?;
        tx.changed(Area::Other, run.id.0, Some(run.project), "run.started", json!({"prompt": run.prompt, "version": run.version, "model": run.model}));
        Ok(())
    })
    .await?;
    let (sender, events) = mpsc::unbounded_channel();
    let scrubber = (through == Through::Gateway).then_some(routes);
    tokio::spawn(follow(cx.clone(), run.id, asked, sender, meter, scrubber));
    Ok(Started { run: run.id, version: run.version, model, events })
}

fn source_of(through: Through, grid: Option<GridId>) -> request::Source {
    match (through, grid) {
        (Through::Gateway, _) => request::Source::Api,
        (_, Some(_)) => request::Source::Grid,
        _ => request::Source::Studio,
    }
}

/// What has come of an answer.
#[derive(Default)]
struct Heard {
    output: String,
    reasoning: String,
    tool_calls: Vec<Value>,
}

/// Passes events on until the answer ends or nobody listens, and keeps what came.
async fn follow(cx: Cx, run: RunId, mut asked: Asked, sender: mpsc::UnboundedSender<Event>, mut meter: Meter, scrubber: Option<Arc<Routes>>) {
    let (mut heard, stop) = (Heard::default(), cx.studio.underway.add(run));
    let last = loop {
        let event = tokio::select! {
            event = asked.next() => event,
            // Stopping is dropping: whoever answers is left.
            () = sender.closed() => Some(asked.stop().await),
            () = stop.notified() => Some(asked.stop().await),
        };
        let Some(event) = event else { break None };
        meter.heard(&event);
        match &event {
            Event::Text { text } => heard.output.push_str(text),
            Event::Reasoning { text } => heard.reasoning.push_str(text),
            Event::ToolCalls { calls } => heard.tool_calls.clone_from(calls),
            Event::Done { .. } | Event::Failed { .. } => break Some(event),
            Event::Queued { .. } | Event::Started { .. } => {}
        }
        // A listener that left was noticed above.
        let _ = sender.send(event);
    };
    cx.studio.underway.remove(run);
    asked.spent().into_iter().for_each(|usage| meter.hear(Delta::Usage(usage)));
    meter.ran(last.as_ref());
    let mut answer = asked.raw().map(|raw| String::from_utf8_lossy(raw).into_owned());
    if let Some(routes) = scrubber {
        // Within the provider's own words a mark could stand anywhere.
        answer = None;
        [&mut heard.output, &mut heard.reasoning].into_iter().for_each(|text| routes.scrubber.text(text));
        heard.tool_calls.iter_mut().for_each(|call| routes.scrubber.value(call));
        if !routes.settings.bodies {
            heard = Heard::default();
        }
    }
    let ending = Ending { answer, ..ending(heard, last.as_ref()) };
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

fn ending(Heard { output, reasoning, tool_calls }: Heard, last: Option<&Event>) -> Ending {
    let (state, finish, error, measure) = match last {
        Some(Event::Done { finish, measure }) => {
            let state = if *finish == Finish::Cancelled { State::Stopped } else { State::Done };
            (state, Some(*finish), None, Some(*measure))
        }
        Some(Event::Failed { fault }) => (State::Failed, None, Some(fault.message.clone()), None),
        _ => (State::Failed, None, Some(lost().message), None),
    };
    Ending { state, finish, output, reasoning, tool_calls, answer: None, error, measure }
}

/// What a run keeps beside what lists show; nothing for those of the first releases.
///
/// # Errors
/// NotFound.
pub async fn details(cx: &Cx, run: RunId) -> Result<Option<RunDetails>, Fault> {
    cx.read(Action::See, run, async |db, run| store::run::details(db, run.id).await).await
}

/// Ends the runs that an earlier process left unfinished; on SQLite nobody else can be running them.
///
/// # Errors
/// Internal.
pub async fn end_lost(cx: &Cx) -> Result<u64, Fault> {
    cx.check_admin()?;
    let now = cx.now();
    end_before(cx, now).await
}

/// Ends the runs that no process can still be at, wherever it was.
///
/// # Errors
/// Internal.
pub async fn sweep(studio: &Arc<Studio>) -> Result<(), Fault> {
    let cx = Cx::operator(studio.clone());
    let before = cx.now().plus_seconds(-LONGEST);
    end_before(&cx, before).await.map(drop)
}

async fn end_before(cx: &Cx, before: Timestamp) -> Result<u64, Fault> {
    let at = cx.now();
    let say = "The studio was stopped before this run had finished. Run it again.";
    cx.change(async |tx| store::run::end_lost(tx, say, before, at).await).await
}
