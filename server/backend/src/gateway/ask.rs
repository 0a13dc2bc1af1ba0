//! Asking a model by its name, wherever it answers: the one stream of events that everything above follows.

use std::{
    collections::VecDeque,
    path::Path,
    time::{Duration, Instant},
};

use atelier_domain::{
    completion::{Event, Finish as Ended, LOCAL_MODEL, Measure, Request},
    cost::{Price, Usage},
    fault::Fault,
    id::ProjectId,
    model_file::FileName,
    prompt::Message,
};
use serde_json::Value;

use super::{Answer, Answering, Chat, Delta, Finish, Part, Provider as _, Turn};
use crate::{
    db::Db,
    local,
    provider::{catalogue, reach},
    store,
    studio::Studio,
};

/// A model that can be asked: where it answers, and what it costs.
pub struct Reached {
    place: Place,
    /// `None` where no price is known; the local model is free.
    pub price: Option<Price>,
}

enum Place {
    Local(local::LocalModel),
    Remote { remote: Box<super::Remote>, model: String },
}

/// Finds who answers for `model`.
///
/// # Errors
/// Invalid on `model` where no provider of the project is named so.
pub async fn find(studio: &Studio, db: &mut Db, project: ProjectId, model: &str) -> Result<Reached, Fault> {
    if model == LOCAL_MODEL {
        return Ok(Reached { place: Place::Local(studio.model.clone()), price: Some(Price::default()) });
    }
    if let Some(name) = FileName::of(model) {
        let file = store::model::by_name(db, &name).await?.ok_or_else(|| {
            let say = format!("No model of this machine is named “{model}”. An administrator adds its file under People and projects.");
            Fault::field("model", say)
        })?;
        return Ok(Reached { place: Place::Local(studio.files.get(Path::new(&file.path))), price: Some(Price::default()) });
    }
    let known = catalogue(db, project).await?;
    let Some((provider, own)) = known.provider(model) else {
        let say = format!("No provider is set up for “{model}”. An owner adds one in Settings, Providers; {LOCAL_MODEL} runs on this machine.");
        return Err(Fault::field("model", say));
    };
    let price = known.entry(model).and_then(|entry| entry.price);
    let (provider, sealed) = store::provider::by_id(db, provider.id).await?.ok_or_else(Fault::internal)?;
    let remote = Box::new(reach(studio, &provider, &sealed)?);
    Ok(Reached { place: Place::Remote { remote, model: own.to_owned() }, price })
}

impl Reached {
    /// Asks. What goes wrong after a place in the queue comes as an event.
    ///
    /// # Errors
    /// As [`local::LocalModel::ask`].
    pub fn ask(self, studio: &Studio, request: Request) -> Result<Asked, Fault> {
        let source = match self.place {
            Place::Local(model) => Source::Local(model.ask(request)?),
            Place::Remote { remote, model } => {
                let counted = counter(studio, &request);
                let chat = chat(model, request);
                Source::Asking(Box::pin(async move { remote.chat(chat, true).await }), counted)
            }
        };
        Ok(Asked { source, begun: Instant::now(), price: self.price, waiting: VecDeque::new(), raw: None, spent: None, first: None, over: false })
    }
}

/// Tokens of the question, where the provider will tell none.
fn counter(studio: &Studio, request: &Request) -> Counter {
    let texts: Vec<String> = request.messages.iter().map(|message| message.content.clone()).collect();
    Counter { input: studio.tokens("", &texts).total, model: studio.model.clone() }
}

struct Counter {
    input: u32,
    model: local::LocalModel,
}

impl Counter {
    fn output(&self, text: &str) -> u32 {
        u32::try_from(self.model.count_tokens(text).unwrap_or_else(|| text.len().div_ceil(4))).unwrap_or(u32::MAX)
    }
}

fn chat(model: String, request: Request) -> Chat {
    let turn = |message: &Message| {
        let mut turn = Turn::from(message);
        turn.parts.extend(message.images.iter().map(|url| Part::Image { url: url.clone(), detail: None }));
        turn
    };
    let messages = request.messages.iter().map(turn).collect();
    Chat { model, messages, tools: request.tools, response_format: request.response_format, params: request.params, ..Chat::default() }
}

type Opening = std::pin::Pin<Box<dyn Future<Output = Result<Answering, super::Failure>> + Send>>;

enum Source {
    Local(local::Answer),
    Asking(Opening, Counter),
    Answering(Box<Answering>, Box<Answer>, Counter),
    Over,
}

/// An answer on its way. Dropping it stops whoever answers.
pub struct Asked {
    source: Source,
    begun: Instant,
    price: Option<Price>,
    waiting: VecDeque<Event>,
    raw: Option<Vec<u8>>,
    /// What an answer that failed used, as the provider says.
    spent: Option<Usage>,
    /// Until the first piece of the answer, whatever it is.
    first: Option<Duration>,
    over: bool,
}

impl Asked {
    pub fn price(&self) -> Option<Price> {
        self.price
    }

    /// The provider's answer as it came; `None` for the local model, and before the end.
    pub fn raw(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }

    /// What an answer that failed used all the same: one that was withheld is charged too.
    pub fn spent(&self) -> Option<Usage> {
        self.spent
    }

    /// The next event; the last is always `Done` or `Failed`. It may be dropped and asked again.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.over = matches!(event, Event::Done { .. } | Event::Failed { .. });
                return Some(event);
            }
            if self.over {
                return None;
            }
            match &mut self.source {
                Source::Local(answer) => {
                    let event = answer.next().await.unwrap_or_else(|| Event::Failed { fault: Fault::internal() });
                    self.waiting.push_back(self.charged(event));
                }
                Source::Asking(opening, _) => {
                    let opened = opening.await;
                    self.opened(opened);
                }
                Source::Answering(answering, ..) => {
                    let piece = answering.next().await;
                    self.heard(piece);
                }
                Source::Over => self.fail(Fault::internal()),
            }
        }
    }

    /// Leaves whoever answers, and gives how it ended.
    pub async fn stop(&mut self) -> Event {
        if let Source::Local(answer) = &mut self.source {
            answer.stopper().stop();
            // The model tells what it had done by then.
            loop {
                match answer.next().await {
                    Some(event @ (Event::Done { .. } | Event::Failed { .. })) => {
                        self.over = true;
                        return self.charged(event);
                    }
                    Some(_) => {}
                    None => return Event::Failed { fault: Fault::internal() },
                }
            }
        }
        self.over = true;
        let measure = match std::mem::replace(&mut self.source, Source::Over) {
            Source::Answering(answering, answer, counter) => {
                self.raw = Some(answering.raw().to_vec());
                self.measure(&answering, &answer, &counter)
            }
            _ => Measure { total_us: micros(self.begun.elapsed()), ..Measure::default() },
        };
        Event::Done { finish: Ended::Cancelled, measure }
    }

    fn opened(&mut self, opened: Result<Answering, super::Failure>) {
        let Source::Asking(_, counter) = std::mem::replace(&mut self.source, Source::Over) else { return };
        match opened {
            Ok(answering) => {
                self.waiting.push_back(Event::Started { input_tokens: counter.input, reused_tokens: 0 });
                self.source = Source::Answering(Box::new(answering), Box::default(), counter);
            }
            Err(failure) => self.fail(failure.fault),
        }
    }

    fn heard(&mut self, piece: Option<Result<super::Piece, super::Failure>>) {
        let Source::Answering(_, answer, _) = &mut self.source else { return };
        match piece {
            Some(Ok(piece)) => {
                let (mut text, mut reasoning) = (String::new(), String::new());
                for delta in piece.deltas {
                    if matches!(delta, Delta::Text(_) | Delta::Refusal(_) | Delta::Reasoning(_) | Delta::ToolCall { .. }) {
                        self.first.get_or_insert_with(|| self.begun.elapsed());
                    }
                    match &delta {
                        Delta::Text(more) | Delta::Refusal(more) => text.push_str(more),
                        Delta::Reasoning(more) => reasoning.push_str(more),
                        _ => {}
                    }
                    answer.push(delta);
                }
                self.waiting.extend((!reasoning.is_empty()).then_some(Event::Reasoning { text: reasoning }));
                self.waiting.extend((!text.is_empty()).then_some(Event::Text { text }));
            }
            Some(Err(failure)) => self.fail(failure.fault),
            None => self.finish(),
        }
    }

    fn fail(&mut self, fault: Fault) {
        if let Source::Answering(answering, answer, _) = &self.source {
            self.raw = Some(answering.raw().to_vec());
            self.spent = answer.usage;
        }
        self.source = Source::Over;
        self.waiting.push_back(Event::Failed { fault });
    }

    fn finish(&mut self) {
        let Source::Answering(answering, answer, counter) = std::mem::replace(&mut self.source, Source::Over) else { return };
        self.raw = Some(answering.raw().to_vec());
        if let Err(fault) = answer.check() {
            self.spent = answer.usage;
            self.waiting.push_back(Event::Failed { fault });
            return;
        }
        let calls: Vec<Value> = answer.tool_calls.values().map(super::ToolCall::to_value).collect();
        let finish = match answer.finish {
            _ if !calls.is_empty() => Ended::ToolCalls,
            Some(Finish::Length) => Ended::Length,
            _ => Ended::Stop,
        };
        self.waiting.extend((!calls.is_empty()).then_some(Event::ToolCalls { calls }));
        let measure = self.measure(&answering, &answer, &counter);
        self.waiting.push_back(Event::Done { finish, measure });
    }

    fn measure(&self, answering: &Answering, answer: &Answer, counter: &Counter) -> Measure {
        let told = answer.usage.filter(|usage| usage.input + usage.output > 0);
        let counted = || u64::from(counter.output(&answer.text));
        let usage = match told {
            // Some tell what went in at the beginning, and what came out at an end that never came.
            Some(told) if answer.finish.is_none() => Usage { output: told.output.max(counted()), ..told },
            Some(told) => told,
            None => Usage { input: counter.input.into(), output: counted(), ..Usage::default() },
        };
        let count = |tokens: u64| u32::try_from(tokens).unwrap_or(u32::MAX);
        Measure {
            input_tokens: count(usage.input),
            reused_tokens: count(usage.cached),
            cache_write_tokens: count(usage.cache_write),
            image_tokens: count(usage.image),
            output_tokens: count(usage.output),
            reasoning_tokens: count(usage.reasoning),
            estimated: told.is_none_or(|told| told != usage),
            cost: self.price.map(|price| price.charge(&usage)),
            retries: answering.retries(),
            queued_us: 0,
            first_token_us: self.first.map(micros),
            total_us: micros(self.begun.elapsed()),
        }
    }

    fn charged(&self, event: Event) -> Event {
        match event {
            Event::Done { finish, measure } => {
                Event::Done { finish, measure: Measure { cost: self.price.map(|price| price.charge(&measure.usage())), ..measure } }
            }
            event => event,
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
