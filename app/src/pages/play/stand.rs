//! What the columns hold while the page is open: settings, conversations, answers; and the one stream that feeds them.

mod pen;

use std::collections::BTreeMap;

use atelier_domain::{
    completion::{Event, Finish, Measure},
    fault::Fault,
    playground::{COLUMNS_MAX, Column, Heard, Setting, What},
    prompt::{Message, MessageRole},
};
use futures::{
    StreamExt,
    future::{AbortHandle, Abortable},
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::Value;

use crate::{
    api::{
        UiError,
        playground::{play, stop_run},
    },
    pages::prompt::State,
};

/// One answer as it comes.
#[derive(Clone, Copy)]
pub struct Said {
    pub state: RwSignal<State>,
    /// Whole, for what is read after the end.
    pub text: StoredValue<String>,
    pub thought: RwSignal<String>,
    pub calls: RwSignal<Vec<Value>>,
    pub run: RwSignal<Option<String>>,
    pub measure: RwSignal<Option<Measure>>,
    pub fault: RwSignal<Option<UiError>>,
    /// Where it is written, once a frame: a signal for each token would copy the whole text each time.
    pub place: NodeRef<html::Div>,
    pending: StoredValue<String>,
    /// How it ended, until that is on the page.
    end: StoredValue<Option<(Finish, Measure)>>,
    /// Whether it waits for its turn at the pen.
    waiting: StoredValue<bool>,
}

impl Said {
    fn new() -> Self {
        Self {
            state: RwSignal::new(State::Asking),
            text: StoredValue::default(),
            thought: RwSignal::default(),
            calls: RwSignal::default(),
            run: RwSignal::default(),
            measure: RwSignal::default(),
            fault: RwSignal::default(),
            place: NodeRef::new(),
            pending: StoredValue::default(),
            end: StoredValue::default(),
            waiting: StoredValue::default(),
        }
    }

    pub fn running(self) -> bool {
        self.state.get().is_running()
    }

    /// An end that waits for its frame is one.
    fn is_running(self) -> bool {
        self.end.try_with_value(Option::is_none) == Some(true) && self.state.try_get_untracked().is_some_and(State::is_running)
    }

    fn hear(self, event: Event) {
        match event {
            Event::Queued { ahead } => self.state.set(State::Queued(ahead)),
            Event::Started { .. } => self.state.set(State::Answering),
            Event::Text { text } => self.write(&text),
            Event::Reasoning { text } => self.thought.update(|all| all.push_str(&text)),
            Event::ToolCalls { calls } => self.calls.set(calls),
            Event::Done { finish, measure } => {
                self.end.set_value(Some((finish, measure)));
                self.wait();
            }
            Event::Failed { fault } => self.fail(UiError(fault)),
        }
    }

    fn fail(self, fault: UiError) {
        self.flush();
        self.fault.set(Some(fault));
        self.state.set(State::Failed);
    }

    fn write(self, text: &str) {
        self.pending.update_value(|pending| pending.push_str(text));
        self.wait();
    }

    fn wait(self) {
        if !self.waiting.get_value() {
            self.waiting.set_value(true);
            pen::queue(self);
        }
    }

    /// Puts on the page what has come, and says whether that was the end.
    fn flush(self) -> bool {
        self.waiting.try_set_value(false);
        if let Some(pending) = self.pending.try_update_value(std::mem::take).filter(|pending| !pending.is_empty()) {
            self.text.update_value(|text| text.push_str(&pending));
            if let Some(place) = self.place.get_untracked() {
                // A place that is gone shows the whole when it is back.
                pen::append(&place, &pending);
            }
        }
        let end = self.end.try_update_value(Option::take).flatten();
        if let Some((finish, measure)) = end {
            self.measure.set(Some(measure));
            self.state.set(State::Ended(finish));
        }
        end.is_some()
    }
}

/// One column.
#[derive(Clone, Copy)]
pub struct Stand {
    pub key: usize,
    pub setting: RwSignal<Setting>,
    /// The conversation so far, after the prompt's own messages.
    pub tail: RwSignal<Vec<Message>>,
    /// The answers to it; more than one where they are repeated.
    pub answers: RwSignal<Vec<Said>>,
}

impl Stand {
    fn new(key: usize, setting: Setting) -> Self {
        Self { key, setting: RwSignal::new(setting), tail: RwSignal::default(), answers: RwSignal::default() }
    }

    pub fn running(self) -> bool {
        self.answers.with(|answers| answers.iter().any(|said| said.running()))
    }

    fn is_running(self) -> bool {
        self.answers.with_untracked(|answers| answers.iter().any(|said| said.is_running()))
    }

    /// What the first answer said, as the conversation goes on with it.
    pub fn answered(self) -> Option<Message> {
        let said = self.answers.with_untracked(|answers| answers.first().copied()).filter(|said| matches!(said.state.get_untracked(), State::Ended(_)))?;
        Some(Message { tool_calls: said.calls.get_untracked(), ..Message::new(MessageRole::Assistant, said.text.get_value()) })
    }

    /// Ends its runs; what came stays.
    pub fn stop(self) {
        for said in self.answers.get_untracked() {
            if let Some(run) = said.run.get_untracked().filter(|_| said.is_running()) {
                spawn_local(async move {
                    // It may have ended meanwhile.
                    let _ = stop_run(run).await;
                });
            }
        }
    }
}

/// All columns, and what they share.
#[derive(Clone, Copy)]
pub struct Bank {
    pub stands: RwSignal<Vec<Stand>>,
    pub repeats: RwSignal<usize>,
    pub values: RwSignal<BTreeMap<String, String>>,
    pub prompt: StoredValue<String>,
    /// What every conversation begins with: what the request said that is tried again.
    pub lead: StoredValue<Vec<Message>>,
    next: StoredValue<usize>,
    streams: StoredValue<Vec<AbortHandle>>,
    /// The page: an event runs under the part of it that was clicked, which may go before what it made.
    owner: StoredValue<Owner>,
}

impl Bank {
    pub fn new(settings: Vec<Setting>) -> Self {
        let settings = if settings.is_empty() { vec![Setting::default()] } else { settings };
        let stands: Vec<Stand> = settings.into_iter().enumerate().map(|(key, setting)| Stand::new(key, setting)).collect();
        let bank = Self {
            next: StoredValue::new(stands.len()),
            stands: RwSignal::new(stands),
            repeats: RwSignal::new(1),
            values: RwSignal::default(),
            lead: StoredValue::default(),
            prompt: StoredValue::default(),
            streams: StoredValue::default(),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        on_cleanup(move || bank.leave());
        bank
    }

    /// Makes signals that live as long as the page.
    fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    pub fn settings(self) -> Vec<Setting> {
        self.stands.get().iter().map(|stand| stand.setting.get()).collect()
    }

    /// The versions that columns have, once each.
    pub fn versions(self) -> Vec<u32> {
        let mut versions: Vec<u32> = self.settings().iter().map(|setting| setting.version).collect();
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    /// Another column like the last.
    pub fn add(self) {
        let setting = self.stands.with_untracked(|stands| stands.last().map(|stand| stand.setting.get_untracked())).unwrap_or_default();
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.stands.update(|stands| {
            if stands.len() < COLUMNS_MAX {
                stands.push(self.owned(|| Stand::new(key, setting)));
            }
        });
    }

    pub fn remove(self, key: usize) {
        self.stands.update(|stands| {
            if let Some(at) = stands.iter().position(|stand| stand.key == key) {
                stands.remove(at).stop();
            }
        });
    }

    pub fn running(self) -> bool {
        self.stands.get().into_iter().any(Stand::running)
    }

    pub fn stop_all(self) {
        self.stands.get_untracked().into_iter().for_each(Stand::stop);
    }

    /// The page goes: whoever answers is left with it.
    fn leave(self) {
        self.streams.try_update_value(|streams| streams.drain(..).for_each(|handle| handle.abort()));
    }

    /// Asks these columns; one that still answers is left alone.
    pub fn ask(self, stands: Vec<Stand>) {
        let repeats = self.repeats.get_untracked();
        let free: Vec<Stand> = stands.into_iter().filter(|stand| !stand.is_running()).collect();
        if free.is_empty() {
            return;
        }
        for stand in &free {
            stand.answers.set(self.owned(|| (0..repeats).map(|_| Said::new()).collect()));
        }
        let columns: Vec<Column> = free
            .iter()
            .map(|stand| {
                let setting = stand.setting.get_untracked();
                Column { at: stand.key, version: setting.version, model: setting.model.clone(), params: setting.params(), tail: stand.tail.get_untracked() }
            })
            .collect();
        let (prompt, values) = (self.prompt.get_value(), self.values.get_untracked());
        let (handle, registration) = AbortHandle::new_pair();
        self.streams.update_value(|streams| streams.push(handle));
        let text = serde_json::to_string(&columns).unwrap_or_default();
        spawn_local(async move {
            let _ = Abortable::new(follow(free, prompt, text, repeats, values), registration).await;
        });
    }

    /// Everything anew: the conversations begin again.
    pub fn run(self) {
        let stands = self.stands.get_untracked();
        stands.iter().filter(|stand| !stand.is_running()).for_each(|stand| stand.tail.set(self.lead.get_value()));
        self.ask(stands);
    }
}

async fn follow(stands: Vec<Stand>, prompt: String, columns: String, repeats: usize, values: BTreeMap<String, String>) {
    let all = || stands.iter().flat_map(|stand| stand.answers.get_untracked());
    let mut stream = match play(prompt, columns, repeats, values).await {
        Ok(stream) => stream.into_inner(),
        Err(fault) => return all().for_each(|said| said.fail(fault.clone())),
    };
    let mut rest = String::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => rest.push_str(&chunk),
            Err(fault) => return all().filter(|said| said.is_running()).for_each(|said| said.fail(fault.clone())),
        }
        let Some(end) = rest.rfind('\n') else { continue };
        let left = rest.split_off(end + 1);
        std::mem::replace(&mut rest, left).lines().for_each(|line| hear(&stands, line));
    }
    let cut = UiError(Fault::upstream("cut", "The connection was cut before the answer ended. The run is kept under Runs."));
    all().filter(|said| said.is_running()).for_each(|said| said.fail(cut.clone()));
}

fn hear(stands: &[Stand], line: &str) {
    let Ok(Heard { at, repeat, what }) = serde_json::from_str::<Heard>(line) else { return };
    let said = stands.iter().find(|stand| stand.key == at).and_then(|stand| stand.answers.try_get_untracked()?.get(repeat).copied());
    match (said, what) {
        (Some(said), What::Run { run, .. }) => said.run.set(Some(run.to_string())),
        (Some(said), What::Event(event)) => said.hear(event),
        (None, _) => {}
    }
}
