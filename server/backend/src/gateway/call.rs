//! One call through the gateway: understood, let in, answered from the cache or by a model, settled and written.
//!
//! A provider that speaks the client's protocol gets the client's own body and its bytes go back as they come; any other is
//! asked in neutral words. No step on the way reads the database, once a project's routes and prompts are in memory.

mod led;
mod streamed;
mod vectors;

use std::sync::Arc;

use atelier_domain::{
    account::Action,
    cost::{Nanos, Usage},
    fault::Fault,
    gateway::{CacheMode, Extras},
    id::{ProjectId, RequestId},
    request::{CacheVerdict, Endpoint, Source},
};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    Answer, Delta, Dialect, Failure, Finish, Lead, Place, Routes, ToolCall,
    answers::{Given, Question},
    front::{Head, Inbound},
    meter::{Meter, said},
    routes::Found,
    voice::Voice,
};
use crate::{
    cx::{Actor, Cx},
    pull::project_of_key,
};

pub use vectors::embeddings;

/// What comes in.
pub struct Incoming {
    pub dialect: Dialect,
    pub body: Bytes,
    /// What goes on to a provider of the same protocol.
    pub headers: HeaderMap,
}

/// What the answer's headers tell.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub request: RequestId,
    pub cache: CacheVerdict,
    /// `None` where no price is known.
    pub cost: Option<Nanos>,
    /// The cost is an estimate: a stream's is known at its end.
    pub estimated: bool,
    /// `name@version`.
    pub prompt: Option<String>,
    pub variant: Option<String>,
    /// Microseconds.
    pub upstream: Option<u64>,
    /// Budgets that are past their warning: the name and the per cent.
    pub warnings: Vec<(String, u32)>,
}

pub struct Reply {
    pub told: Told,
    pub body: ReplyBody,
}

pub enum ReplyBody {
    Whole(Bytes),
    /// Server-sent events.
    Stream(mpsc::Receiver<Bytes>),
}

/// No answer.
pub struct Declined {
    pub request: RequestId,
    pub fault: Fault,
    /// Seconds.
    pub retry_after: Option<u32>,
    pub warnings: Vec<(String, u32)>,
}

/// A call that may be made.
pub(super) struct Ready {
    pub(super) dialect: Dialect,
    pub(super) inbound: Inbound,
    pub(super) lead: Lead,
    pub(super) found: Found,
    pub(super) head: Head,
    /// Under which its answer is kept; `None` without the cache.
    pub(super) question: Option<(Question, u32)>,
    pub(super) project: ProjectId,
    headers: HeaderMap,
}

/// Answers a call.
///
/// # Errors
/// What the client is told instead, in the words of its protocol by [`Dialect::error`].
pub async fn chat(cx: &Cx, incoming: Incoming) -> Result<Reply, Declined> {
    let project = project_of_key(cx).map_err(|fault| nobody(cx, fault))?;
    cx.actor.check(Action::Infer, project, Fault::unauthenticated()).map_err(|fault| nobody(cx, fault))?;
    let endpoint = if incoming.dialect == Dialect::OpenAi { Endpoint::Chat } else { Endpoint::Messages };
    let dialect = incoming.dialect;
    let mut meter = Meter::new(cx, project, Source::Gateway, endpoint);
    let mut told = Told { request: meter.facts.id, ..Told::default() };
    let ready = match prepare(cx, project, incoming, &mut meter, &mut told).await {
        Ok(ready) => ready,
        Err(fault) => return Err(refuse(dialect, meter, told, fault)),
    };
    if let Some((question, _)) = ready.question {
        let given = cx.studio.answers.get(&cx.studio, project, question).await;
        if let Some(given) = given.filter(|given| given.streamed == ready.inbound.stream || is_simple(&meter.request)) {
            return Ok(repeat(&ready, meter, told, &given));
        }
        meter.facts.cache = CacheVerdict::Miss;
        told.cache = CacheVerdict::Miss;
    }
    match meter.reserve(ready.found.price, ready.found.max_output).await {
        Ok((estimate, warnings)) => {
            told.warnings = warnings;
            told.cost = ready.found.price.map(|_| estimate);
        }
        Err(fault) => return Err(refuse(dialect, meter, told, fault)),
    }
    cx.studio.journal.room().await;
    meter.ask();
    let voice = match open(&ready, &meter).await {
        Ok(voice) => voice,
        Err(failure) => return Err(fail(dialect, meter, told, failure)),
    };
    meter.facts.retries = voice.retries();
    if ready.inbound.stream {
        told.estimated = told.cost.is_some_and(|cost| cost > Nanos::ZERO);
        return Ok(Reply { told, body: ReplyBody::Stream(streamed::stream(cx.studio.clone(), ready, meter, voice)) });
    }
    whole(cx, ready, meter, told, voice).await
}

/// Without a key that may do it nothing is written.
fn nobody(cx: &Cx, fault: Fault) -> Declined {
    Declined { request: cx.new_id(), fault, retry_after: None, warnings: Vec::new() }
}

async fn prepare(cx: &Cx, project: ProjectId, incoming: Incoming, meter: &mut Meter, told: &mut Told) -> Result<Ready, Fault> {
    let routes = Routes::of(&cx.studio, project).await?;
    meter.routes = Some(routes.clone());
    // What cannot be read is recorded as it came, as far as it is JSON.
    meter.request = incoming.body.clone();
    let inbound = incoming.dialect.read(incoming.body)?;
    meter.facts.model.clone_from(&inbound.model);
    meter.facts.streamed = inbound.stream;
    if let Actor::Key(key) = &cx.actor {
        meter.admit(key)?;
    }
    let extras = Extras::read(inbound.atelier.as_ref())?;
    meter.facts.user = extras.user.clone().or_else(|| inbound.user.clone().and_then(|user| atelier_domain::request::word("user", &user).ok()));
    meter.facts.session.clone_from(&extras.session);
    meter.facts.trace.clone_from(&extras.trace_id);
    meter.facts.tags.clone_from(&extras.tags);
    meter.variables.clone_from(&extras.variables);
    let (lead, model) = led::lead(cx, project, &inbound, &extras, meter, told).await?;
    meter.facts.model.clone_from(&model);
    let found = routes.find(&cx.studio, &model)?;
    let own = match &found.place {
        Place::Remote { model, .. } => model.clone(),
        Place::Local(_) => model.clone(),
    };
    meter.request = inbound.forward(&own, &lead, inbound.stream)?;
    let mode = extras.cache.unwrap_or(routes.settings.cache);
    let place = format!("{:?} {model} {} {:?}", incoming.dialect, found.address, incoming.headers);
    let question = (mode != CacheMode::Off).then(|| question(&place, &meter.request)).flatten().map(|question| (question, routes.settings.cache_seconds));
    let prefix = if incoming.dialect == Dialect::OpenAi { "chatcmpl-" } else { "msg_" };
    let head = Head { id: format!("{prefix}{}", meter.facts.id.0.simple()), model, created: meter.facts.at.seconds() };
    Ok(Ready { dialect: incoming.dialect, inbound, lead, found, head, question, project, headers: incoming.headers })
}

/// None for a body that a provider may read and we cannot, such as one with half of a surrogate pair.
fn question(place: &str, body: &Bytes) -> Option<Question> {
    Some(Question::new(place, &serde_json::from_slice(body).ok()?))
}

/// Whether the provider gets the client's own body.
fn passes(ready: &Ready) -> bool {
    matches!(&ready.found.place, Place::Remote { dialect: Some(dialect), .. } if *dialect == ready.dialect)
}

async fn open(ready: &Ready, meter: &Meter) -> Result<Voice, Failure> {
    let stream = ready.inbound.stream;
    match &ready.found.place {
        Place::Local(model) => Voice::local(model, ready.inbound.translate(&ready.head.model, &ready.lead)?),
        Place::Remote { remote, .. } if passes(ready) => Voice::forward(remote, meter.request.clone(), ready.headers.clone(), stream).await,
        Place::Remote { remote, model, .. } => Voice::remote(remote, ready.inbound.translate(model, &ready.lead)?, stream).await,
    }
}

async fn whole(cx: &Cx, ready: Ready, mut meter: Meter, mut told: Told, mut voice: Voice) -> Result<Reply, Declined> {
    let (mut raw, mut pieces) = (BytesMut::new(), 0);
    let mut only = Bytes::new();
    while let Some(piece) = voice.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(failure) => return Err(fail(ready.dialect, meter, told, failure)),
        };
        pieces += usize::from(!piece.raw.is_empty());
        // A whole answer comes in one piece.
        match pieces {
            1 if only.is_empty() => only = piece.raw,
            _ => {
                if raw.is_empty() {
                    raw.extend_from_slice(&only);
                }
                raw.extend_from_slice(&piece.raw);
            }
        }
        piece.deltas.into_iter().for_each(|delta| meter.hear_whole(delta));
    }
    let body = match (passes(&ready), raw.is_empty()) {
        (true, true) => only,
        (true, false) => raw.freeze(),
        (false, _) => ready.dialect.whole(&ready.head, &meter.answer, &meter.answer.usage.unwrap_or_default()),
    };
    meter.answered();
    keep(cx.studio.as_ref(), &ready, &meter, Kept::Whole(&body));
    told.cost = meter.facts.cost;
    told.upstream = Some(meter.facts.times.upstream);
    Ok(Reply { told, body: ReplyBody::Whole(body) })
}

/// In what form an answer is kept.
#[derive(Clone, Copy)]
enum Kept<'a> {
    /// One JSON text.
    Whole(&'a [u8]),
    /// The provider's own events.
    Events(&'a [u8]),
    /// Its words alone, to be told anew in the form that is asked for.
    Words,
}

/// Keeps an answer for whoever asks the same.
fn keep(studio: &crate::studio::Studio, ready: &Ready, meter: &Meter, kept: Kept) {
    let Some((question, seconds)) = ready.question else { return };
    let fit = matches!(meter.answer.finish, Some(Finish::Stop | Finish::Length | Finish::ToolCalls));
    let (body, streamed) = match kept {
        Kept::Whole(body) => (body, false),
        Kept::Events(body) => (body, true),
        Kept::Words if meter.is_complete() && is_simple(&meter.request) => (&[][..], true),
        Kept::Words => return,
    };
    let (true, Ok(raw)) = (fit, std::str::from_utf8(body)) else { return };
    let said = said(&meter.answer);
    // What may not be stored is not kept either. A stream has its words in pieces, so both are looked at.
    let Some(routes) = meter.routes.as_ref().filter(|routes| routes.settings.bodies) else { return };
    if !routes.scrubber.is_idle() {
        let (mut clean, mut clean_said) = (raw.to_owned(), serde_json::json!(said));
        routes.scrubber.text(&mut clean);
        routes.scrubber.value(&mut clean_said);
        if clean != raw || clean_said != serde_json::json!(said) {
            return;
        }
    }
    let model = meter.answer.model.clone().unwrap_or_else(|| ready.head.model.clone());
    let given = Given { raw: raw.to_owned(), streamed, said, model, usage: meter.facts.usage, cost: meter.facts.cost };
    studio.answers.put(ready.project, question, given, studio.clock.now(), seconds);
}

/// Whether an answer can be told in the other form, whole or as events, from what we know of it: one choice, without probabilities.
fn is_simple(request: &Bytes) -> bool {
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    request.get("n").is_none_or(|n| n == 1) && request.get("logprobs").is_none_or(|logprobs| logprobs == false)
}

/// An answer from the cache, whole or as events, whichever way it came then.
fn repeat(ready: &Ready, mut meter: Meter, mut told: Told, given: &Arc<Given>) -> Reply {
    let answer = answer_of(given);
    let stream = ready.inbound.stream;
    let body = match (given.streamed, stream) {
        (false, false) => Bytes::from(given.raw.clone()),
        (true, true) if !given.raw.is_empty() => {
            let mut filter = ready.dialect.filter(ready.inbound.include_usage);
            let mut out = BytesMut::from(filter.feed(Bytes::from(given.raw.clone())).unwrap_or_default().as_ref());
            out.extend_from_slice(&filter.end());
            out.freeze()
        }
        (true, false) => ready.dialect.whole(&Head { model: given.model.clone(), ..ready.head.clone() }, &answer, &given.usage),
        (_, true) => events(ready, given, &answer),
    };
    meter.repeated(CacheVerdict::Exact, answer, given.usage, given.cost);
    told.cache = CacheVerdict::Exact;
    told.cost = Some(Nanos::ZERO);
    if !stream {
        return Reply { told, body: ReplyBody::Whole(body) };
    }
    let (sender, receiver) = mpsc::channel(1);
    // There is room for it.
    let _ = sender.try_send(body);
    Reply { told, body: ReplyBody::Stream(receiver) }
}

fn events(ready: &Ready, given: &Given, answer: &Answer) -> Bytes {
    let mut out = Vec::new();
    let mut encoder = ready.dialect.encoder(Head { model: given.model.clone(), ..ready.head.clone() }, ready.inbound.include_usage);
    encoder.start(&mut out);
    let text = |text: &str, delta: fn(String) -> Delta| (!text.is_empty()).then(|| delta(text.to_owned()));
    let parts = [text(&answer.reasoning, Delta::Reasoning), text(&answer.text, Delta::Text), text(&answer.refusal, Delta::Refusal)];
    parts.iter().flatten().for_each(|delta| encoder.push(delta, &mut out));
    for (index, call) in &answer.tool_calls {
        let ToolCall { id, name, arguments, signature } = call.clone();
        encoder.push(&Delta::ToolCall { index: *index, id: Some(id), name: Some(name), arguments, signature }, &mut out);
    }
    encoder.push(&Delta::Finish(answer.finish.clone().unwrap_or(Finish::Stop)), &mut out);
    encoder.finish(&given.usage, &mut out);
    out.into()
}

fn answer_of(given: &Given) -> Answer {
    let said = &given.said;
    let text = |call: &Value, path: &str| call.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let call = |call: &Value| {
        let signature = call.pointer("/extra_content/google/thought_signature").and_then(Value::as_str).map(str::to_owned);
        ToolCall { id: text(call, "/id"), name: text(call, "/function/name"), arguments: text(call, "/function/arguments"), signature }
    };
    let finish = said.finish.as_deref().map(|finish| match finish {
        "length" => Finish::Length,
        "tool_calls" => Finish::ToolCalls,
        _ => Finish::Stop,
    });
    Answer {
        model: Some(given.model.clone()),
        text: said.text.clone(),
        reasoning: said.reasoning.clone(),
        refusal: said.refusal.clone(),
        tool_calls: (0..).zip(said.tool_calls.iter().map(call)).collect(),
        logprobs: Vec::new(),
        finish,
        usage: Some(given.usage),
    }
}

fn refuse(dialect: Dialect, mut meter: Meter, told: Told, fault: Fault) -> Declined {
    let (status, _) = dialect.error(&fault, "");
    meter.refused(&fault, status);
    Declined { request: told.request, fault, retry_after: meter.wait, warnings: told.warnings }
}

fn fail(dialect: Dialect, mut meter: Meter, told: Told, failure: Failure) -> Declined {
    let (status, _) = dialect.error(&failure.fault, "");
    meter.failed(&failure, status);
    Declined { request: told.request, retry_after: failure.retry_after, fault: failure.fault, warnings: told.warnings }
}

/// The whole usage, for whoever counted none.
pub(super) fn usage_of(meter: &Meter) -> Usage {
    meter.answer.usage.unwrap_or(meter.facts.usage)
}
