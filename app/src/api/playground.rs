//! The playground: what it starts with, and what its columns hear.

use std::collections::BTreeMap;

use atelier_domain::{
    playground::Look,
    prompt::{Message, ModelFacts, Prompt, Summary, Variable},
};
use leptos::{
    server,
    server_fn::codec::{StreamingText, TextStream},
};
use serde::{Deserialize, Serialize};

use super::UiError;

/// A prompt on the bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    pub prompt: Prompt,
    /// Newest first.
    pub versions: Vec<Summary>,
    pub draft: bool,
    pub models: Vec<ModelFacts>,
    /// Those of every version that a column has, once each.
    pub variables: Vec<Variable>,
    /// By version: what it says, and the model that it names. A version that cannot be run is missing.
    pub templates: BTreeMap<u32, Sheet>,
    /// Stored answers of tools, by name.
    pub mocks: BTreeMap<String, String>,
    pub cases: Vec<CaseChoice>,
    /// How many test cases there are, those that are not listed too.
    pub case_count: usize,
    pub may_write: bool,
    /// Those of the run or request that is tried again.
    pub values: BTreeMap<String, String>,
    /// What the request that is tried again said after the prompt's own messages.
    pub tail: Vec<Message>,
}

/// A test case to fill the values from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseChoice {
    pub number: u32,
    pub summary: String,
    pub values: BTreeMap<String, String>,
}

/// What a column's version says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub messages: Vec<Message>,
    pub model: String,
    /// It is one text, not a chat.
    pub text: bool,
}

/// `versions` are the columns' (0: what the caller works on); `run` or `request` is one whose values are tried again.
#[server(prefix = "/fn")]
pub async fn open_bench(
    project: String,
    prompt: String,
    #[server(default)] versions: Vec<u32>,
    run: Option<String>,
    request: Option<String>,
) -> Result<Bench, UiError> {
    use crate::backend::{cx, parse, playground, playground::Tried, reply};
    let tried = match (run, request) {
        (Some(run), _) => Some(Tried::Run(parse(&run)?)),
        (None, Some(request)) => Some(Tried::Request(parse(&request)?)),
        (None, None) => None,
    };
    reply(playground::open(&cx()?, parse(&project)?, parse(&prompt)?, &versions, tried).await)
}

/// Asks every column at once and streams what each hears, a JSON line each. `columns` is JSON: a list of columns.
#[server(prefix = "/fn", output = StreamingText)]
pub async fn play(
    prompt: String,
    columns: String,
    repeats: usize,
    #[server(default)] values: BTreeMap<String, String>,
) -> Result<TextStream<UiError>, UiError> {
    use crate::backend::{cx, parse, playground, reply};
    let started = reply(playground::play(&cx()?, parse(&prompt)?, &columns, repeats, values).await)?;
    Ok(TextStream::new(started))
}

/// Ends a run; what came is kept.
#[server(prefix = "/fn")]
pub async fn stop_run(run: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, reply, run as runs};
    reply(runs::stop(&cx()?, parse(&run)?).await)
}

/// A run's answer as HTML.
#[server(prefix = "/fn")]
pub async fn show_answer(run: String, look: Look) -> Result<String, UiError> {
    use crate::backend::{cx, parse, playground, reply};
    reply(playground::show(&cx()?, parse(&run)?, look).await)
}

/// What one answer has that another has not, as HTML.
#[server(prefix = "/fn")]
pub async fn compare_answers(from: String, to: String) -> Result<String, UiError> {
    use crate::backend::{cx, parse, playground, reply};
    reply(playground::compare(&cx()?, parse(&from)?, parse(&to)?).await)
}

/// Makes a version with other texts the caller's draft.
#[server(prefix = "/fn")]
pub async fn edit_as_draft(prompt: String, version: u32, contents: Vec<String>) -> Result<(), UiError> {
    use crate::backend::{cx, parse, playground, reply};
    reply(playground::edit(&cx()?, parse(&prompt)?, version, contents).await)
}

/// Keeps what a tool answers when nobody does; empty forgets it.
#[server(prefix = "/fn")]
pub async fn keep_mock(prompt: String, tool: String, answer: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, playground, reply};
    reply(playground::keep_mock(&cx()?, parse(&prompt)?, &tool, &answer).await)
}
