//! One request on its way. However it ends (answered, failed, refused, or left by its client), it is settled and written once.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use atelier_domain::{
    budget::{Reservation, Spender},
    completion::{Event, Finish as Ended, Request},
    cost::{Nanos, Price, Usage},
    fault::Fault,
    id::{ProjectId, PromptId, RunId},
    request::{CacheVerdict, Endpoint, Exchange, Facts, Outcome, Record, Said, Source, asked},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Answer, Delta, Failure, Routes, ToolCall,
    limits::{Admitted, Full},
};
use crate::{
    cx::{Cx, KeyGrant},
    studio::Studio,
};

/// The most of a text that is recorded, in bytes: what is longer is cut.
const TEXT_MAX: usize = 256 << 10;
/// The most of a stream that is held for its record, in bytes: more than any model says.
const HEARD_MAX: usize = 1 << 20;
/// Tokens that an image is reserved with.
const IMAGE: u64 = 1_500;
/// Tokens of an answer that nothing bounds.
const OUTPUT: u32 = 4_096;

pub struct Meter {
    studio: Arc<Studio>,
    pub routes: Option<Arc<Routes>>,
    pub facts: Facts,
    pub variables: Map<String, Value>,
    /// The body, in the words of the API that was called.
    pub request: Bytes,
    /// As far as it came.
    pub answer: Answer,
    price: Option<Price>,
    reservation: Option<Reservation>,
    admitted: Option<Admitted>,
    /// Where its key may not yet: in how many seconds it may.
    pub wait: Option<u32>,
    error: Option<String>,
    begun: Instant,
    /// When the model was asked.
    asked: Option<Instant>,
    written: bool,
    cut: bool,
    /// Bytes of a stream so far.
    heard: usize,
}

impl Meter {
    pub fn new(cx: &Cx, project: ProjectId, source: Source, endpoint: Endpoint) -> Self {
        let key = if let crate::cx::Actor::Key(key) = &cx.actor { Some(key.id) } else { None };
        // The call's one id, in its headers and in the log too; a page may start several runs at once.
        let id = if source == Source::Gateway { cx.request_id.parse().unwrap_or_else(|_| cx.new_id()) } else { cx.new_id() };
        let facts = Facts { id, project, at: cx.now(), source, endpoint, key, outcome: Outcome::Left, status: 499, ..Facts::default() };
        Self {
            studio: cx.studio.clone(),
            routes: None,
            facts,
            variables: Map::new(),
            request: Bytes::new(),
            answer: Answer::default(),
            price: None,
            reservation: None,
            admitted: None,
            wait: None,
            error: None,
            begun: Instant::now(),
            asked: None,
            written: false,
            cut: false,
            heard: 0,
        }
        .flying()
    }

    fn flying(self) -> Self {
        self.studio.metrics.flying(1);
        self
    }

    /// Takes a place among its key's requests.
    ///
    /// # Errors
    /// Limited, with [`Meter::wait`] set.
    pub fn admit(&mut self, key: &KeyGrant) -> Result<(), Fault> {
        match self.studio.limits.admit(key) {
            Ok(admitted) => self.admitted = Some(admitted),
            Err(Full { fault, seconds }) => {
                self.wait = Some(seconds);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Whether all that was said is held.
    pub fn is_complete(&self) -> bool {
        !self.cut
    }

    /// Sets aside what the request may cost. Gives the estimate, and the budgets that are past their warning.
    ///
    /// # Errors
    /// Limited where a budget has too little left.
    pub async fn reserve(&mut self, price: Option<Price>, max_output: Option<u32>) -> Result<(Nanos, Vec<(String, u32)>), Fault> {
        self.price = price;
        let estimate = price.filter(|price| !price.is_free()).map_or(Nanos::ZERO, |price| price.charge(&estimate(&self.request, max_output)));
        if !self.studio.books.open(&self.studio, self.facts.project).await? {
            return Ok((estimate, Vec::new()));
        }
        let key = self.facts.key.map(|key| key.to_string());
        let spender = Spender { key: key.as_deref(), user: self.facts.user.as_deref(), tags: &self.facts.tags };
        let mut reservation = self.studio.books.reserve(self.facts.project, &spender, estimate, self.facts.at)?;
        let warnings = std::mem::take(&mut reservation.warnings);
        self.reservation = Some(reservation);
        Ok((estimate, warnings))
    }

    /// It is a run's: the request as it would be through the gateway.
    pub fn of_run(&mut self, run: RunId, version: (PromptId, u32), model: &str, request: &Request, values: &BTreeMap<String, Value>, routes: Arc<Routes>) {
        self.facts.run = Some(run);
        (self.facts.prompt, self.facts.version) = (Some(version.0), Some(version.1));
        model.clone_into(&mut self.facts.model);
        self.facts.streamed = true;
        self.variables = values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut body = json!(request.params);
        if let Value::Object(body) = &mut body {
            body.insert("model".to_owned(), model.into());
            body.insert("messages".to_owned(), json!(request.messages));
            body.extend((!request.tools.is_empty()).then(|| ("tools".to_owned(), json!(request.tools))));
            body.extend(request.response_format.clone().map(|format| ("response_format".to_owned(), format)));
        }
        self.request = serde_json::to_vec(&body).unwrap_or_default().into();
        self.routes = Some(routes);
    }

    /// An event of a run.
    pub fn heard(&mut self, event: &Event) {
        match event {
            Event::Text { text } => self.hear(Delta::Text(text.clone())),
            Event::Reasoning { text } => self.hear(Delta::Reasoning(text.clone())),
            Event::ToolCalls { calls } => {
                for (index, call) in (0..).zip(calls) {
                    let text = |path| call.pointer(path).and_then(Value::as_str).map(str::to_owned);
                    let arguments = text("/function/arguments").unwrap_or_default();
                    self.hear(Delta::ToolCall { index, id: text("/id"), name: text("/function/name"), arguments, signature: None });
                }
            }
            Event::Queued { .. } | Event::Started { .. } | Event::Done { .. } | Event::Failed { .. } => {}
        }
    }

    /// A run has ended: by its last event.
    pub fn ran(&mut self, last: Option<&Event>) {
        match last {
            Some(Event::Done { finish, measure }) => {
                self.measure();
                self.facts.usage = measure.usage();
                self.facts.estimated = measure.estimated;
                self.facts.cost = measure.cost;
                self.facts.retries = measure.retries;
                if *finish == Ended::Cancelled { self.end(Outcome::Left, 499) } else { self.end(Outcome::Answered, 200) }
            }
            Some(Event::Failed { fault }) => self.failed(&Failure::from(fault.clone()), fault.kind.status()),
            _ => self.end(Outcome::Left, 499),
        }
    }

    /// The model is asked now.
    pub fn ask(&mut self) {
        let now = Instant::now();
        self.facts.times.queue = micros(now - self.begun);
        self.asked = Some(now);
    }

    /// More of the answer.
    pub fn hear(&mut self, delta: Delta) {
        if matches!(delta, Delta::Text(_) | Delta::Refusal(_) | Delta::Reasoning(_) | Delta::ToolCall { .. }) {
            self.first();
        }
        self.heard += delta.size();
        if self.heard > HEARD_MAX && delta.size() > 0 {
            self.cut = true;
        } else {
            self.answer.push(delta);
        }
    }

    /// A piece of an answer that goes to the client as it is gathered here.
    pub fn hear_whole(&mut self, delta: Delta) {
        self.first();
        self.answer.push(delta);
    }

    /// The first piece of the answer is here.
    pub fn first(&mut self) {
        self.facts.times.first.get_or_insert_with(|| micros(self.begun.elapsed()));
    }

    /// What was asked and what it used, as the provider says; else it is counted.
    fn measure(&mut self) {
        let Some(asked) = self.asked else { return };
        self.facts.times.upstream = micros(asked.elapsed());
        let told = self.answer.usage.filter(|usage| usage.input + usage.output > 0);
        self.facts.usage = match told {
            // Some tell what went in at the beginning, and what came out at an end that never came.
            Some(told) if self.answer.finish.is_none() && self.facts.endpoint != Endpoint::Embeddings => {
                Usage { output: told.output.max(self.counted().output), ..told }
            }
            Some(told) => told,
            None => self.counted(),
        };
        self.facts.estimated = told.is_none_or(|told| told != self.facts.usage);
        self.facts.cost = self.price.map(|price| price.charge(&self.facts.usage));
    }

    fn counted(&self) -> Usage {
        let count = |text: &str| self.studio.model.count_tokens(text).unwrap_or_else(|| text.len().div_ceil(4)) as u64;
        let request: Value = serde_json::from_slice(&self.request).unwrap_or_default();
        let texts = |name: &str| match request.get(name) {
            Some(Value::Array(all)) => all.iter().map(|one| count(&atelier_domain::request::text_of(one.get("content").unwrap_or(one)))).sum(),
            Some(one) => count(&atelier_domain::request::text_of(one)),
            None => 0,
        };
        let calls: u64 = self.answer.tool_calls.values().map(|call| count(&call.arguments)).sum();
        let beyond = self.heard.saturating_sub(HEARD_MAX).div_ceil(4) as u64;
        let output = count(&self.answer.text) + count(&self.answer.reasoning) + calls + beyond;
        Usage { input: texts("messages") + texts("system") + texts("input"), output, ..Usage::default() }
    }

    /// It was answered in full: books and writes it.
    pub fn answered(&mut self) {
        self.measure();
        self.end(Outcome::Answered, 200);
    }

    /// It was answered from the cache.
    pub fn repeated(&mut self, verdict: CacheVerdict, said: Answer, usage: Usage, saved: Option<Nanos>) {
        self.facts.cache = verdict;
        self.answer = said;
        self.facts.usage = usage;
        self.facts.cost = Some(Nanos::ZERO);
        self.facts.saved = saved.unwrap_or_default();
        self.first();
        self.end(Outcome::Answered, 200);
    }

    /// The model, or the way there, failed. What came before it costs what it costs.
    pub fn failed(&mut self, failure: &Failure, status: u16) {
        self.facts.retries = failure.retries;
        if self.facts.times.first.is_some() || self.answer.usage.is_some() {
            self.measure();
        } else if let Some(asked) = self.asked {
            self.facts.times.upstream = micros(asked.elapsed());
            self.facts.cost = Some(Nanos::ZERO);
        }
        self.wrong(&failure.fault);
        self.end(Outcome::Failed, status);
    }

    /// The studio would not.
    pub fn refused(&mut self, fault: &Fault, status: u16) {
        self.facts.cost = Some(Nanos::ZERO);
        self.wrong(fault);
        self.end(Outcome::Refused, status);
    }

    fn wrong(&mut self, fault: &Fault) {
        self.facts.code = Some(fault.code.to_string());
        self.error = Some(fault.message.clone());
    }

    fn end(&mut self, outcome: Outcome, status: u16) {
        if std::mem::replace(&mut self.written, true) {
            return;
        }
        self.studio.metrics.flying(-1);
        self.facts.outcome = outcome;
        self.facts.status = status;
        self.facts.times.whole = micros(self.begun.elapsed());
        let reservation = self.reservation.take().unwrap_or_default();
        for (budget, percent) in self.studio.books.settle(reservation, &self.facts) {
            tracing::warn!(budget, percent, project = %self.facts.project, "a budget has come to its mark");
        }
        self.studio.metrics.request(&self.facts);
        let record = self.record();
        self.studio.journal.append(&record);
        self.admitted = None;
    }

    fn record(&mut self) -> Record {
        let keeps = self.routes.as_ref().is_some_and(|routes| routes.settings.bodies);
        let mut facts = self.facts.clone();
        if let Some(routes) = &self.routes {
            // Not the user, who could not be erased by another name, and no tag, whose budget counts by it.
            [&mut facts.session, &mut facts.trace].into_iter().flatten().for_each(|word| routes.scrubber.text(word));
        }
        let (Some(routes), true) = (&self.routes, keeps) else { return Record { facts, asked: String::new(), exchange: None } };
        let mut error = self.error.take();
        error.iter_mut().for_each(|sentence| routes.scrubber.text(sentence));
        let mut request: Value = serde_json::from_slice(&self.request).unwrap_or_default();
        let mut cut = self.cut;
        shorten(&mut request, &mut cut);
        routes.scrubber.value(&mut request);
        let mut variables = Value::Object(std::mem::take(&mut self.variables));
        shorten(&mut variables, &mut cut);
        routes.scrubber.value(&mut variables);
        let mut said = said(&self.answer);
        for text in [&mut said.text, &mut said.reasoning, &mut said.refusal] {
            shorten_text(text, &mut cut);
            routes.scrubber.text(text);
        }
        said.tool_calls.iter_mut().for_each(|call| routes.scrubber.value(call));
        let asked = asked(&request);
        let variables = if let Value::Object(map) = variables { map } else { Map::new() };
        let exchange = Exchange { variables, request, answer: said, error, cut };
        Record { facts, asked, exchange: Some(exchange) }
    }
}

impl Drop for Meter {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        if !self.written {
            self.measure();
            self.end(Outcome::Left, 499);
        }
    }
}

/// What a call may use at most, about: rather too much than too little.
fn estimate(body: &[u8], max_output: Option<u32>) -> Usage {
    #[derive(Deserialize)]
    struct Limits {
        max_tokens: Option<u64>,
        max_completion_tokens: Option<u64>,
        /// Answers.
        n: Option<u64>,
    }
    let limits: Option<Limits> = serde_json::from_slice(body).ok();
    let said = limits.as_ref().and_then(|limits| limits.max_completion_tokens.or(limits.max_tokens));
    let each = said.unwrap_or_else(|| max_output.map_or(OUTPUT, |most| most.min(OUTPUT)).into());
    let output = each.saturating_mul(limits.and_then(|limits| limits.n).unwrap_or(1).clamp(1, 1_000));
    let text = std::str::from_utf8(body).unwrap_or_default();
    let (mut bytes, mut images) = (0, 0);
    let mut parts = text.split(";base64,");
    bytes += parts.next().map_or(0, str::len);
    for part in parts {
        images += 1;
        bytes += part.find('"').map_or(0, |end| part.len() - end);
    }
    Usage { input: (bytes as u64).div_ceil(3) + IMAGE * images, output, ..Usage::default() }
}

/// An answer as it is recorded.
pub fn said(answer: &Answer) -> Said {
    Said {
        text: answer.text.clone(),
        reasoning: answer.reasoning.clone(),
        refusal: answer.refusal.clone(),
        tool_calls: answer.tool_calls.values().map(ToolCall::to_value).collect(),
        finish: answer.finish.as_ref().map(|finish| finish.as_str().to_owned()),
    }
}

fn shorten(value: &mut Value, cut: &mut bool) {
    match value {
        Value::String(text) => shorten_text(text, cut),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, cut)),
        Value::Object(map) => map.values_mut().for_each(|value| shorten(value, cut)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shorten_text(text: &mut String, cut: &mut bool) {
    if text.len() > TEXT_MAX {
        *cut = true;
        let end = (0..=TEXT_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
}

fn micros(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
