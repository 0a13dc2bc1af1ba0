//! The playground, put together for its page: the bench, the stream, and answers as HTML.

use std::collections::BTreeMap;

use atelier_backend::{
    cx::Cx,
    playground as benches,
    prompt::PromptRef,
    provider,
    request::Whole,
    run::{Ask, Source, Started, Through},
};
use atelier_domain::{
    account::Action,
    case::Case,
    completion::{Event, LOCAL_MODEL},
    fault::Fault,
    id::{ProjectId, PromptId, RequestId, RunId},
    playground::{COLUMNS_MAX, Column, Heard, Look, REPEATS_MAX, What},
    prompt::{Body, Message, MessageRole, PromptType, Selector, Variable, Version},
    request::tail,
    run::Run,
};
use futures::{
    FutureExt, Stream, StreamExt,
    stream::{self, SelectAll},
};
use serde_json::Value;

use super::{request, run};
use crate::{
    api::{
        UiError,
        playground::{Bench, CaseChoice, Sheet},
    },
    render::{answer, diff},
};

pub use benches::{edit, keep_mock};

/// Cases that the bench lists, and the largest of them in bytes: it is for trying, not for reading them all.
const CASES_MAX: usize = 100;
const CASE_MAX: usize = 8_000;

/// What is tried again, with its values.
#[derive(Clone, Copy)]
pub enum Tried {
    Run(RunId),
    Request(RequestId),
}

/// # Errors
/// NotFound; Denied for a viewer with a request.
pub async fn open(cx: &Cx, project: ProjectId, prompt: PromptId, versions: &[u32], tried: Option<Tried>) -> Result<Bench, Fault> {
    let versions: Vec<u32> = versions.iter().copied().take(COLUMNS_MAX).collect();
    let bench = benches::open(cx, project, prompt, &versions).await?;
    let (values, tail) = match tried {
        Some(Tried::Run(run)) => (run::find(cx, run).await.and_then(|run| run::in_project(run, project))?.variables, Vec::new()),
        Some(Tried::Request(id)) => {
            let Whole { line, exchange } = request::find(cx, project, id).await?;
            let exchange = exchange.unwrap_or_default();
            let values = exchange.variables.into_iter().collect();
            let version = line.facts.version.and_then(|number| bench.versions.get(&number));
            let tail = version.map(|version| said_after(version, &values, &exchange.request)).unwrap_or_default();
            (values, tail)
        }
        None => (BTreeMap::new(), Vec::new()),
    };
    let text_of = |value: Value| if let Value::String(text) = value { text } else { value.to_string() };
    let texts = |values: BTreeMap<String, Value>| values.into_iter().map(|(name, value)| (name, text_of(value))).collect();
    let values = texts(values);
    let (_, cases) = atelier_backend::case::list(cx, prompt).await?;
    let case_count = cases.len();
    let short = |case: &Case| case.form.values.values().map(|value| value.to_string().len()).sum::<usize>() < CASE_MAX;
    let choice = |case: Case| CaseChoice { number: case.number, summary: case.form.summary().chars().take(80).collect(), values: texts(case.form.values) };
    let cases = cases.into_iter().filter(short).take(CASES_MAX).map(choice).collect();
    let mut variables: Vec<Variable> = Vec::new();
    for variable in bench.versions.values().flat_map(Version::specs) {
        if !variables.iter().any(|known| known.name == variable.name) {
            variables.push(variable);
        }
    }
    let text = bench.prompt.prompt_type == PromptType::Text;
    let sheet = |(asked, version): (u32, Version)| {
        let model = version.model.unwrap_or_else(|| LOCAL_MODEL.to_owned());
        let messages = match version.body {
            Body::Messages(messages) => messages,
            Body::Text(text) => vec![Message::new(MessageRole::User, text)],
        };
        (asked, Sheet { messages, model, text })
    };
    Ok(Bench {
        versions: bench.history,
        draft: bench.draft,
        models: provider::models(cx, project).await?,
        variables,
        templates: bench.versions.into_iter().map(sheet).collect(),
        mocks: bench.mocks,
        cases,
        case_count,
        may_write: bench.may_write,
        values,
        tail,
        prompt: bench.prompt,
    })
}

/// What a request said after the messages that its prompt brought with these values.
fn said_after(version: &Version, values: &BTreeMap<String, Value>, request: &Value) -> Vec<Message> {
    // What does not fit any more leaves the messages as they are written, which are as many unless one stands for several.
    let own = atelier_domain::prompt::render(&version.body, &version.specs(), values).unwrap_or_else(|_| version.body.clone());
    tail(request, &own.into_messages())
}

/// Starts every column, each as often as `repeats` says. One that cannot start says so in its place.
///
/// # Errors
/// Denied, NotFound; Invalid for columns that cannot be read.
pub async fn play(
    cx: &Cx,
    prompt: PromptId,
    columns: &str,
    repeats: usize,
    values: BTreeMap<String, String>,
) -> Result<impl Stream<Item = Result<String, UiError>> + Send + use<>, Fault> {
    let columns: Vec<Column> = serde_json::from_str(columns).map_err(|_| Fault::field("columns", "These columns cannot be read. Reload the page."))?;
    if columns.is_empty() || columns.len() > COLUMNS_MAX || repeats == 0 || repeats > REPEATS_MAX {
        return Err(Fault::field("columns", format!("Between 1 and {COLUMNS_MAX} columns are asked at once, each at most {REPEATS_MAX} times.")));
    }
    let found = atelier_backend::prompt::find(cx, prompt).await?;
    cx.actor.check(Action::Write, found.project, Fault::not_found("prompt_not_found", "This prompt"))?;
    let values: BTreeMap<String, Value> = values.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let mut all = SelectAll::new();
    for column in columns {
        for repeat in 0..repeats {
            let (cx, values, column) = (cx.clone(), values.clone(), column.clone());
            let at = column.at;
            let begun = async move { begin(&cx, prompt, column, repeat, values).await };
            all.push(begun.map(move |begun| heard(begun, at, repeat)).flatten_stream().boxed());
        }
    }
    Ok(all.map(|heard| serde_json::to_string(&heard).map(|line| line + "\n").map_err(|_| UiError(Fault::internal()))).fuse())
}

async fn begin(cx: &Cx, prompt: PromptId, column: Column, repeat: usize, values: BTreeMap<String, Value>) -> Result<Started, Fault> {
    let source = if column.version == 0 { Source::Draft } else { Source::Saved(Selector::Version(column.version)) };
    let mut params = column.params;
    // Each repetition another answer, and the same ones each time.
    params.seed = params.seed.map(|seed| seed.wrapping_add(repeat as u64));
    let model = Some(column.model).filter(|model| !model.is_empty());
    run::start(cx, PromptRef::Id(prompt), Ask { source, values, model, params, tail: column.tail, grid: None }, Through::Studio).await
}

fn heard(begun: Result<Started, Fault>, at: usize, repeat: usize) -> impl Stream<Item = Heard> + Send {
    match begun {
        Err(fault) => stream::once(async move { Heard { at, repeat, what: What::Event(Event::Failed { fault }) } }).left_stream(),
        Ok(started) => {
            let first = Heard { at, repeat, what: What::Run { run: started.run, model: started.model } };
            let events = atelier_backend::run::in_ticks(started.events);
            stream::once(async move { first }).chain(events.map(move |event| Heard { at, repeat, what: What::Event(event) })).right_stream()
        }
    }
}

/// # Errors
/// NotFound.
pub async fn show(cx: &Cx, run: RunId, look: Look) -> Result<String, Fault> {
    let found = run::find(cx, run).await?;
    Ok(match look {
        Look::Text => answer::plain(&found.output),
        Look::Markdown => answer::markdown(&found.output),
        Look::Json => answer::json(&found.output),
        Look::Raw => {
            let details = run::details(cx, run).await?;
            answer::raw(details.and_then(|details| details.answer).as_deref(), &found.output)
        }
    })
}

/// # Errors
/// NotFound, for runs of two projects too.
pub async fn compare(cx: &Cx, from: RunId, to: RunId) -> Result<String, Fault> {
    let (from, to): (Run, Run) = (run::find(cx, from).await?, run::find(cx, to).await?);
    if from.project != to.project {
        return Err(Fault::not_found("run_not_found", "This run"));
    }
    Ok(diff::answers(&from.output, &to.output))
}
