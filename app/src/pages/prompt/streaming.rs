//! A run as it happens: the answer grows, then its measures stand below.

use std::collections::BTreeMap;

use atelier_domain::{
    completion::{Event, Finish, Measure},
    fault::Fault,
};
use futures::{
    StreamExt,
    future::{AbortHandle, Abortable},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{UiError, run::stream_run},
    ui::{ErrorNote, Icon},
};

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Idle,
    Asking,
    Queued(usize),
    Answering,
    Ended(Finish),
    Failed,
}

impl State {
    pub fn is_running(self) -> bool {
        matches!(self, State::Asking | State::Queued(_) | State::Answering)
    }

    /// In people's words.
    pub fn words(self) -> String {
        match self {
            State::Idle => String::new(),
            State::Asking => "Asking".to_owned(),
            State::Queued(0) => "Next in line".to_owned(),
            State::Queued(ahead) => format!("{ahead} ahead in line"),
            State::Answering => "Answering".to_owned(),
            State::Ended(Finish::Stop) => "Done".to_owned(),
            State::Ended(Finish::Length) => "Ended at the longest answer".to_owned(),
            State::Ended(Finish::ToolCalls) => "Asks tools".to_owned(),
            State::Ended(Finish::ContentFilter | Finish::Refusal) => "Withheld".to_owned(),
            State::Ended(Finish::Cancelled) => "Stopped".to_owned(),
            State::Failed => "Failed".to_owned(),
        }
    }
}

/// The run of this page; a new one replaces it.
#[derive(Clone, Copy)]
pub struct Live {
    state: RwSignal<State>,
    text: RwSignal<String>,
    run: RwSignal<Option<String>>,
    measure: RwSignal<Option<Measure>>,
    fault: RwSignal<Option<UiError>>,
    stopper: StoredValue<Option<AbortHandle>>,
}

impl Live {
    pub fn new() -> Self {
        let live = Self {
            state: RwSignal::new(State::Idle),
            text: RwSignal::default(),
            run: RwSignal::default(),
            measure: RwSignal::default(),
            fault: RwSignal::default(),
            stopper: StoredValue::new(None),
        };
        on_cleanup(move || live.stop());
        live
    }

    pub fn running(self) -> bool {
        self.state.get().is_running()
    }

    pub fn start(self, prompt: String, version: u32, values: BTreeMap<String, String>) {
        if self.state.get_untracked().is_running() {
            return;
        }
        self.state.set(State::Asking);
        self.text.set(String::new());
        self.run.set(None);
        self.measure.set(None);
        self.fault.set(None);
        let (handle, registration) = AbortHandle::new_pair();
        self.stopper.set_value(Some(handle));
        spawn_local(async move {
            let _ = Abortable::new(self.follow(prompt, version, values), registration).await;
        });
    }

    /// Leaves the stream; the studio stops the model and keeps the run as stopped.
    pub fn stop(self) {
        let handle = self.stopper.try_update_value(Option::take).flatten();
        if let Some(handle) = handle {
            handle.abort();
            if self.state.try_get_untracked().is_some_and(State::is_running) {
                self.state.try_set(State::Ended(Finish::Cancelled));
            }
        }
    }

    async fn follow(self, prompt: String, version: u32, values: BTreeMap<String, String>) {
        let mut stream = match stream_run(prompt, version, values).await {
            Ok(stream) => stream.into_inner(),
            Err(fault) => return self.fail(fault),
        };
        let mut rest = String::new();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => rest.push_str(&chunk),
                Err(fault) => return self.fail(fault),
            }
            while let Some((line, after)) = rest.split_once('\n') {
                self.hear(line);
                rest = after.to_owned();
            }
        }
        if self.state.get_untracked().is_running() {
            self.fail(UiError(Fault::upstream("cut", "The connection was cut before the answer ended. The run is kept under Runs.")));
        }
    }

    fn hear(self, line: &str) {
        if let Ok(first) = serde_json::from_str::<BTreeMap<String, String>>(line)
            && let Some(run) = first.get("run")
        {
            return self.run.set(Some(run.clone()));
        }
        match serde_json::from_str(line) {
            Ok(Event::Queued { ahead }) => self.state.set(State::Queued(ahead)),
            Ok(Event::Started { .. }) => self.state.set(State::Answering),
            Ok(Event::Text { text }) => self.text.update(|all| all.push_str(&text)),
            // The run's own page has them.
            Ok(Event::Reasoning { .. } | Event::ToolCalls { .. }) => {}
            Ok(Event::Done { finish, measure }) => {
                self.measure.set(Some(measure));
                self.state.set(State::Ended(finish));
            }
            Ok(Event::Failed { fault }) => self.fail(UiError(fault)),
            Err(_) => {}
        }
    }

    fn fail(self, fault: UiError) {
        self.fault.set(Some(fault));
        self.state.set(State::Failed);
    }
}

#[component]
pub fn Answer(live: Live, project: String) -> impl IntoView {
    let say = move || live.state.get().words();
    let link = move || {
        let project = project.clone();
        live.run.get().map(|run| view! { <a class="c-link l-end" href=format!("/p/{project}/runs/{run}")>"Open the run"</a> })
    };
    view! {
        <section class="c-section" aria-labelledby="answer-h" hidden=move || live.state.get() == State::Idle>
            <div class="c-section-head">
                <h2 id="answer-h">"Answer"</h2>
                <span class="c-hint" role="status">{say}</span>
                {link}
            </div>
            <div class="p-answer" data-empty=move || live.text.with(String::is_empty).then_some("true")>
                {move || live.text.get()}
                <span class="p-stream" aria-hidden="true" hidden=move || !live.running()></span>
            </div>
            <ErrorNote fault=live.fault/>
            {move || live.measure.get().map(|measure| view! { <Measures measure=measure/> })}
        </section>
    }
    .into_any()
}

/// Time to the first token, speed, and tokens.
#[component]
pub fn Measures(measure: Measure) -> impl IntoView {
    let first = measure.first_token_us.map_or("–".to_owned(), seconds);
    let speed = measure.tokens_per_second().map_or("–".to_owned(), |speed| format!("{speed:.0} / s"));
    let reused = (measure.reused_tokens > 0).then(|| {
        view! { <p class="c-hint l-row"><Icon name="check" small=true/>{format!("{} of {} prompt tokens were known from an earlier run", measure.reused_tokens, measure.input_tokens)}</p> }
    });
    view! {
        <dl class="p-metrics">
            <div><dt>"First token"</dt><dd>{first}</dd></div>
            <div><dt>"Speed"</dt><dd>{speed}</dd></div>
            <div><dt>"Tokens"</dt><dd>{format!("{} + {}", measure.input_tokens, measure.output_tokens)}</dd></div>
            {measure.cost.map(|cost| view! { <div><dt>"Cost"</dt><dd>{cost.to_string()}</dd></div> })}
            <div><dt>"Time"</dt><dd>{seconds(measure.total_us)}</dd></div>
        </dl>
        {reused}
    }
    .into_any()
}

fn seconds(us: u64) -> String {
    if us < 1_000_000 { format!("{} ms", us / 1_000) } else { format!("{:.1} s", us as f64 / 1e6) }
}
