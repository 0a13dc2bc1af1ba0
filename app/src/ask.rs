//! What pages read, and what their forms change.
//!
//! Both move text, whatever the server function: the machinery around a request is loaded by the browser once, instead of
//! once for every type that a page asks for.

use std::marker::PhantomData;

use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Event, FormData, HtmlButtonElement, HtmlFormElement, SubmitEvent, UrlSearchParams},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    api::{Raw, UiError},
    backend::{Call, post},
};

/// What a page reads. `T` is what the server function gives.
pub struct Reading<T> {
    raw: Resource<Raw>,
    gives: PhantomData<fn() -> T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: Serialize + DeserializeOwned + 'static> Reading<T> {
    /// Reads what `ask` asks for, and again whenever what it tracks makes it ask otherwise.
    pub fn new<S>(ask: impl Fn() -> S + Send + Sync + 'static) -> Self
    where
        S: ServerFn<Output = T, Error = UiError> + Serialize + Clone + Sync + 'static,
    {
        Self::on(move || (ask(), 0))
    }

    /// As [`Reading::new`], and again whenever the number is another one: see [`Change::times`].
    pub fn on<S>(ask: impl Fn() -> (S, usize) + Send + Sync + 'static) -> Self
    where
        S: ServerFn<Output = T, Error = UiError> + Serialize + Clone + Sync + 'static,
    {
        let ask = move || {
            let (call, times) = ask();
            (Some(Call::new(call)), times)
        };
        Self { raw: read(Box::new(ask)), gives: PhantomData }
    }

    pub fn refetch(self) {
        self.raw.refetch();
    }

    /// Waits for the answer, as `Suspense` does.
    ///
    /// # Errors
    /// The fault of the server function.
    pub async fn load(self) -> Result<T, UiError> {
        decode(&self.raw.await?)
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Reading<Option<T>> {
    /// As [`Reading::new`]; nothing where `ask` asks for nothing.
    pub fn maybe<S>(ask: impl Fn() -> Option<S> + Send + Sync + 'static) -> Self
    where
        S: ServerFn<Output = T, Error = UiError> + Serialize + Clone + Sync + 'static,
    {
        Self { raw: read(Box::new(move || (ask().map(Call::new), 0))), gives: PhantomData }
    }
}

impl<T> Reading<T> {
    /// As the machinery of resources knows it.
    pub fn raw(self) -> Resource<Raw> {
        self.raw
    }
}

fn read(ask: Box<dyn Fn() -> (Option<Call>, usize) + Send + Sync>) -> Resource<Raw> {
    Resource::new(ask, |(call, _)| async move {
        match call {
            Some(call) => call.answer().await,
            None => Ok("null".to_owned()),
        }
    })
}

/// Asks once, from code that is about something else.
///
/// # Errors
/// The fault of the server function.
pub async fn ask<S>(call: S) -> Result<S::Output, UiError>
where
    S: ServerFn<Error = UiError> + Serialize + Clone + Sync + 'static,
    S::Output: Serialize + DeserializeOwned,
{
    decode(&Call::new(call).answer().await?)
}

/// # Errors
/// Internal, for what is no such `T`: the server is of another version than the page.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, UiError> {
    serde_json::from_str(text).map_err(|_| UiError::other_version())
}

/// What a form changes: whether it is on its way, and how it went last.
#[derive(Clone, Copy)]
pub struct Change {
    url: &'static str,
    pending: RwSignal<bool>,
    answer: RwSignal<Option<Raw>>,
    times: RwSignal<usize>,
    sent: StoredValue<String>,
}

impl Change {
    /// By this server function. Takes up the failure that the same form has left in the address, where it was sent without script.
    pub fn by<S: ServerFn<Error = UiError>>() -> Self {
        Self::at(S::PATH)
    }

    fn at(url: &'static str) -> Self {
        let failed = use_context::<leptos::server::ServerActionError>().filter(|failed| failed.path() == url);
        let failed = failed.map(|failed| Err(ServerFnUrlError::<UiError>::decode_err(failed.err())));
        Self { url, pending: RwSignal::new(false), answer: RwSignal::new(failed), times: RwSignal::new(0), sent: StoredValue::default() }
    }

    pub fn url(self) -> &'static str {
        self.url
    }

    pub fn pending(self) -> Signal<bool> {
        self.pending.into()
    }

    /// How it went last.
    pub fn answer(self) -> RwSignal<Option<Raw>> {
        self.answer
    }

    /// What it gave, where it went well.
    pub fn output<T: DeserializeOwned>(self) -> Option<T> {
        self.answer.with(|answer| answer.as_ref()?.as_ref().ok().and_then(|text| decode(text).ok()))
    }

    /// Forgets how it went.
    pub fn clear(self) {
        self.answer.set(None);
    }

    /// What this field held when it was sent last.
    pub fn sent(self, field: &str) -> Option<String> {
        UrlSearchParams::new_with_str(&self.sent.get_value()).ok()?.get(field)
    }

    /// How often it has ended, for what reads again after it. 0 when its page is gone.
    pub fn times(self) -> usize {
        self.times.try_get().unwrap_or_default()
    }

    /// Sends what a program made.
    pub fn send(self, call: impl Serialize) {
        match serde_qs::to_string(&call) {
            Ok(body) => self.post(body),
            Err(_) => self.answer.set(Some(Err(UiError::other_version()))),
        }
    }

    fn post(self, body: String) {
        self.pending.set(true);
        self.sent.set_value(body.clone());
        spawn_local(async move {
            let answer = post(self.url, body).await;
            // The page may be gone by now.
            self.pending.try_set(false);
            self.answer.try_set(Some(answer));
            self.times.try_update(|times| *times += 1);
        });
    }

    /// Sends the fields of the form, and of the button that was pressed.
    pub fn submit(self, event: &SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if let Some(body) = fields(event) {
            self.post(body);
        }
    }
}

/// As a browser without script encodes them.
fn fields(event: &SubmitEvent) -> Option<String> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    let data = data(&form)?;
    let button = event.submitter().and_then(|by| by.dyn_into::<HtmlButtonElement>().ok());
    if let Some(button) = button.filter(|button| !button.name().is_empty()) {
        data.append_with_str(&button.name(), &button.value()).ok()?;
    }
    encoded(&data)
}

/// What the fields of a form hold now, those of browser editors too.
pub fn data(form: &HtmlFormElement) -> Option<FormData> {
    if let Ok(flush) = Event::new("atelier:flush") {
        // Nobody can refuse to be asked.
        let _ = document().dispatch_event(&flush);
    }
    FormData::new_with_form(form).ok()
}

/// As the body of a form.
pub fn encoded(data: &FormData) -> Option<String> {
    UrlSearchParams::new_with_str_sequence_sequence(data).ok()?.to_string().as_string()
}

/// A form that sends a change: by script where there is one, else by the browser itself.
#[component]
pub fn ActionForm(action: Change, children: Children) -> impl IntoView {
    view! {
        <form action=action.url() method="post" on:submit=move |event| action.submit(&event)>
            {children()}
        </form>
    }
    .into_any()
}
