//! Keeps a draft while somebody types: in this browser at once, in the studio within a second; and looks for what to warn of.

use std::time::Duration;

use atelier_domain::{
    fault::Kind,
    prompt::{TokenCount, Warning, lint, unused},
};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{FormData, HtmlFormElement},
};
use serde_json::json;

use crate::{
    api::{
        UiError,
        prompt::{KeepDraft, KeptDraft, OpenPrompt},
    },
    ask::{data, decode, encoded},
    backend::post,
    platform::{kept, use_viewer},
};

/// From a keystroke to warnings and the browser's own copy.
const LOOK: Duration = Duration::from_millis(250);
/// From a keystroke to the studio, at most once in this time.
const KEEP: Duration = Duration::from_millis(900);
/// Until an unreachable studio is tried again.
const RETRY: Duration = Duration::from_secs(4);

#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The editor shows the version.
    Clean,
    Unsaved,
    Saving,
    Saved,
    /// Kept in this browser until the studio answers again.
    Offline,
    SignedOut,
    Refused(String),
}

#[derive(Clone, Copy)]
pub struct Keeper {
    pub state: RwSignal<State>,
    pub tokens: RwSignal<TokenCount>,
    /// Includes that cannot be put in, a sentence each.
    pub missing: RwSignal<Vec<String>>,
    /// The newest version, as far as this page has heard.
    pub latest: RwSignal<u32>,
    /// Of each text, in order.
    pub warnings: RwSignal<Vec<Vec<Warning>>>,
    pub unused: RwSignal<Vec<String>>,
    /// The declared variables, as JSON for the editors' completion.
    pub declared: RwSignal<String>,
    /// What this browser kept from another time, and the studio never got.
    pub found: RwSignal<Option<String>>,
    key: StoredValue<String>,
    /// Variables that stand outside of the texts: those of includes.
    elsewhere: StoredValue<Vec<String>>,
    typed: StoredValue<u32>,
    told: StoredValue<u32>,
    last: StoredValue<Option<String>>,
    looking: StoredValue<bool>,
    waiting: StoredValue<bool>,
    sending: StoredValue<bool>,
}

impl Keeper {
    pub fn new(page: &OpenPrompt) -> Self {
        let form = &page.form;
        let names: Vec<&str> = form.names.iter().map(String::as_str).collect();
        let texts = form.texts();
        let own: Vec<String> = texts.iter().flat_map(|text| atelier_domain::template::tags(text)).filter_map(variable).collect();
        let known = page.version.as_ref().map(|version| version.variables.clone()).unwrap_or_default();
        let elsewhere: Vec<String> = known.into_iter().filter(|name| !own.contains(name)).collect();
        let user = use_viewer().user.map(|user| user.id).unwrap_or_default();
        let state = if page.draft.is_some() { State::Saved } else { State::Clean };
        let keeper = Self {
            state: RwSignal::new(state),
            tokens: RwSignal::new(page.tokens.clone()),
            missing: RwSignal::default(),
            latest: RwSignal::new(page.prompt.latest),
            warnings: RwSignal::new(texts.iter().map(|text| lint(text, &present(&names))).collect()),
            unused: RwSignal::new(idle(&texts, &names, &elsewhere)),
            declared: RwSignal::new(declared(&form.names, &form.types, &form.descriptions)),
            found: RwSignal::new(None),
            key: StoredValue::new(format!("draft:{user}:{}", page.prompt.id)),
            elsewhere: StoredValue::new(elsewhere),
            typed: StoredValue::new(0),
            told: StoredValue::new(0),
            last: StoredValue::new(None),
            looking: StoredValue::new(false),
            waiting: StoredValue::new(false),
            sending: StoredValue::new(false),
        };
        // In the browser, once the page stands.
        Effect::new(move || keeper.found.set(kept::kept(&keeper.key.get_value())));
        on_cleanup(move || keeper.leave());
        keeper
    }

    /// Something was typed.
    pub fn touch(self) {
        self.typed.update_value(|typed| *typed += 1);
        if !matches!(self.state.get_untracked(), State::Saving | State::Offline | State::SignedOut) {
            self.state.set(State::Unsaved);
        }
        if !self.looking.try_update_value(|looking| std::mem::replace(looking, true)).unwrap_or(true) {
            set_timeout(move || self.look(), LOOK);
        }
        self.later(KEEP);
    }

    fn later(self, wait: Duration) {
        if !self.waiting.try_update_value(|waiting| std::mem::replace(waiting, true)).unwrap_or(true) {
            let tell = move || {
                if self.waiting.try_set_value(false).is_none() {
                    spawn_local(async move {
                        self.tell().await;
                    });
                }
            };
            set_timeout(tell, wait);
        }
    }

    fn look(self) {
        if self.looking.try_set_value(false).is_some() {
            return;
        }
        let Some(data) = form().as_ref().and_then(data) else { return };
        if let Some(body) = encoded(&data) {
            kept::keep(&self.key.get_value(), &body);
            self.last.set_value(Some(body));
        }
        let contents = all(&data, "form[contents][]");
        let texts: Vec<String> = if contents.is_empty() { all(&data, "form[text]") } else { contents };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names = all(&data, "form[names][]");
        self.declared.set(declared(&names, &all(&data, "form[types][]"), &all(&data, "form[descriptions][]")));
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        self.warnings.set(texts.iter().map(|text| lint(text, &present(&names))).collect());
        self.unused.set(idle(&texts, &names, &self.elsewhere.get_value()));
    }

    /// Tells the studio what the form holds; again while more is typed. True once all of it is kept.
    pub async fn tell(self) -> bool {
        if self.sending.try_get_value() != Some(false) {
            return false;
        }
        let Some(body) = form().as_ref().and_then(data).as_ref().and_then(encoded) else { return false };
        let typed = self.typed.get_value();
        if typed == self.told.get_value() && self.state.get_untracked() != State::Offline {
            return true;
        }
        kept::keep(&self.key.get_value(), &body);
        self.sending.set_value(true);
        self.state.set(State::Saving);
        let answer = post(KeepDraft::PATH, body).await.and_then(|text| decode::<KeptDraft>(&text));
        // The page may be gone by now; then it was told all the same.
        if self.sending.try_set_value(false).is_some() {
            return false;
        }
        match answer {
            Ok(told) => self.hear(told, typed),
            Err(fault) => {
                self.refuse(fault);
                false
            }
        }
    }

    fn hear(self, told: KeptDraft, typed: u32) -> bool {
        self.told.set_value(typed);
        self.tokens.set(told.tokens);
        self.missing.set(told.missing);
        self.latest.set(told.latest);
        let all = self.typed.get_value() == typed;
        if all {
            kept::forget(&self.key.get_value());
            self.last.set_value(None);
            self.state.set(State::Saved);
        } else {
            self.state.set(State::Unsaved);
            self.later(KEEP);
        }
        all
    }

    fn refuse(self, UiError(fault): UiError) {
        let next = match fault.kind {
            Kind::Unauthenticated => State::SignedOut,
            Kind::Upstream | Kind::Internal => State::Offline,
            _ => State::Refused(fault.message),
        };
        if matches!(next, State::Offline | State::SignedOut) {
            self.later(RETRY);
        }
        self.state.set(next);
    }

    /// Waits until the studio has everything that was typed.
    pub async fn settle(self) -> bool {
        for _ in 0..50 {
            if self.sending.try_get_value() == Some(false) {
                if self.tell().await {
                    return true;
                }
                if !matches!(self.state.get_untracked(), State::Unsaved | State::Saving) {
                    return false;
                }
            }
            sleep(Duration::from_millis(100)).await;
        }
        false
    }

    /// Everything typed is saved elsewhere now, or thrown away.
    pub fn forget(self) {
        kept::forget(&self.key.get_value());
        self.last.set_value(None);
        self.told.set_value(self.typed.get_value());
        self.found.set(None);
    }

    /// Gives the studio what this browser kept from another time.
    pub async fn take_found(self) -> bool {
        let Some(body) = self.found.get_untracked() else { return false };
        match post(KeepDraft::PATH, body).await {
            Ok(_) => {
                self.forget();
                true
            }
            Err(fault) => {
                self.refuse(fault);
                false
            }
        }
    }

    /// The last words of a page that goes.
    fn leave(self) {
        let last = self.last.try_get_value().flatten().filter(|_| self.typed.try_get_value() != self.told.try_get_value());
        if let (Some(body), Some(key)) = (last, self.key.try_get_value()) {
            spawn_local(async move {
                if post(KeepDraft::PATH, body).await.is_ok() {
                    kept::forget(&key);
                }
            });
        }
    }
}

fn variable(tag: atelier_domain::template::Tag) -> Option<String> {
    match tag.part {
        Ok(atelier_domain::template::Part::Variable(name)) => Some(name),
        _ => None,
    }
}

fn present<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !name.is_empty()).collect()
}

fn idle(texts: &[&str], names: &[&str], elsewhere: &[String]) -> Vec<String> {
    let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
    unused(texts, names, &elsewhere).into_iter().map(str::to_owned).collect()
}

fn declared(names: &[String], types: &[String], descriptions: &[String]) -> String {
    let field = |fields: &[String], at: usize| fields.get(at).cloned().unwrap_or_default();
    let named = names.iter().enumerate().filter(|(_, name)| !name.trim().is_empty());
    named
        .map(|(at, name)| json!({"name": name.trim(), "type": field(types, at), "description": field(descriptions, at)}))
        .collect::<serde_json::Value>()
        .to_string()
}

fn form() -> Option<HtmlFormElement> {
    document().get_element_by_id("editor")?.dyn_into().ok()
}

fn all(data: &FormData, name: &str) -> Vec<String> {
    data.get_all(name).iter().filter_map(|value| value.as_string()).map(|text| text.replace("\r\n", "\n")).collect()
}

async fn sleep(time: Duration) {
    let (done, wait) = futures::channel::oneshot::channel();
    set_timeout(
        move || {
            // Nobody waits any more.
            let _ = done.send(());
        },
        time,
    );
    let _ = wait.await;
}
