//! Runs: a version, filled in, asked of a model.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    completion::{Finish, Measure},
    fault::Fault,
    id::{ProjectId, PromptId, RunId},
    prompt::{Message, Params, PromptName},
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
    pub version: u32,
    pub model: String,
    pub variables: BTreeMap<String, Value>,
    /// As they went to the model.
    pub messages: Vec<Message>,
    pub params: Params,
    pub state: State,
    pub output: String,
    pub error: Option<String>,
    pub measure: Option<Measure>,
    pub started_by: String,
    pub started_at: Timestamp,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ending {
    pub state: State,
    pub finish: Option<Finish>,
    pub output: String,
    pub error: Option<String>,
    pub measure: Option<Measure>,
}
