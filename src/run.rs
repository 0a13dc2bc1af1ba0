//! Runs: a version, filled in, asked of a model.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    completion::{Finish, Measure},
    cost::Price,
    fault::Fault,
    id::{GridId, ProjectId, PromptId, RunId},
    prompt::{Draft, Message, Params, PromptName},
    timestamp::Timestamp,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    Done,
    Stopped,
    Failed,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Done => "done",
            State::Stopped => "stopped",
            State::Failed => "failed",
        }
    }
}

impl FromStr for State {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        [State::Running, State::Done, State::Stopped, State::Failed].into_iter().find(|state| state.as_str() == text).ok_or_else(Fault::internal)
    }
}

/// What was asked and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub project: ProjectId,
    pub prompt: PromptId,
    pub prompt_name: PromptName,
    /// 0 for a draft.
    pub version: u32,
    pub model: String,
    pub variables: BTreeMap<String, Value>,
    /// As they went to the model.
    pub messages: Vec<Message>,
    pub params: Params,
    pub state: State,
    pub output: String,
    /// What the model thought aloud.
    pub reasoning: String,
    /// What it asked of tools, as OpenAI writes it.
    pub tool_calls: Vec<Value>,
    pub error: Option<String>,
    pub measure: Option<Measure>,
    pub started_by: String,
    pub started_at: Timestamp,
}

/// What a run keeps beside what lists show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDetails {
    /// The version or draft as it was written.
    pub template: Draft,
    /// The price that was charged.
    pub price: Option<Price>,
    /// The provider's answer as it came.
    pub answer: Option<String>,
    /// The grid that it is part of.
    #[serde(default)]
    pub grid: Option<GridId>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ending {
    pub state: State,
    pub finish: Option<Finish>,
    pub output: String,
    pub reasoning: String,
    pub tool_calls: Vec<Value>,
    /// The provider's answer as it came.
    pub answer: Option<String>,
    pub error: Option<String>,
    pub measure: Option<Measure>,
}
