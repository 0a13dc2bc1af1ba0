//! What goes over the wire, made from the domain's types. The OpenAPI description is made from these.

pub mod budget;
mod diff;
mod draft;
pub mod experiment;
pub mod provider;
pub mod request;
pub mod results;
pub mod score;

use std::collections::BTreeMap;

use atelier_domain::{
    page::Page,
    prompt::{self as domain, Body, MessageRole, PromptName, PromptType, VariableType},
    timestamp::Timestamp,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use diff::Diff;
pub use draft::{Filling, LabelTarget, PromptDraft, RunDraft, VersionDraft};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> List<T> {
    pub fn from<D>(page: Page<D>) -> Self
    where
        T: From<D>,
    {
        Self { data: page.data.into_iter().map(T::from).collect(), next: page.next }
    }
}

/// A conversation, or one text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Chat,
    Text,
}

impl From<PromptType> for Kind {
    fn from(kind: PromptType) -> Self {
        match kind {
            PromptType::Chat => Kind::Chat,
            PromptType::Text => Kind::Text,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
    /// What a tool answered.
    Tool,
    /// The place of messages that a variable brings, such as the history of a chat: `content` is the variable's name.
    Placeholder,
}

impl From<MessageRole> for Role {
    fn from(role: MessageRole) -> Self {
        match role {
            MessageRole::System => Role::System,
            MessageRole::User => Role::User,
            MessageRole::Assistant => Role::Assistant,
            MessageRole::Tool => Role::Tool,
            MessageRole::Placeholder => Role::Placeholder,
        }
    }
}

/// A message of a chat.
#[derive(Serialize, ToSchema)]
pub struct Message {
    pub role: Role,
    /// A template: `{{name}}` is a variable, `{{> other/prompt}}` includes another prompt. At most 1 MiB.
    pub content: String,
    /// What an assistant asked of tools, as OpenAI's chat completions have it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<Value>>,
    /// Which of those calls a tool's message answers.
    #[schema(max_length = 200)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

impl From<domain::Message> for Message {
    fn from(message: domain::Message) -> Self {
        let tool_calls = Some(message.tool_calls).filter(|calls| !calls.is_empty());
        Self { role: message.role.into(), content: message.content, tool_calls, tool_call_id: message.tool_call_id }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    Text,
    Number,
    Boolean,
    /// Any JSON, put in as JSON.
    Json,
    /// Messages, for a placeholder.
    Messages,
}

/// What a variable is.
#[derive(Serialize, ToSchema)]
pub struct Variable {
    /// As it stands between the braces.
    #[schema(max_length = 64)]
    pub name: String,
    #[schema(required = false)]
    #[serde(rename = "type")]
    pub kind: VariableKind,
    #[schema(required = false, max_length = 500)]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Stands in where no value is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Whether a value must be given where there is no default. Otherwise nothing is put in.
    #[schema(required = false)]
    pub required: bool,
}

impl From<domain::Variable> for Variable {
    fn from(variable: domain::Variable) -> Self {
        let kind = match variable.kind {
            VariableType::Text => VariableKind::Text,
            VariableType::Number => VariableKind::Number,
            VariableType::Boolean => VariableKind::Boolean,
            VariableType::Json => VariableKind::Json,
            VariableType::Messages => VariableKind::Messages,
        };
        let domain::Variable { name, description, default, example, required, .. } = variable;
        Self { name, kind, description, default, example, required }
    }
}

/// Where a label stands.
#[derive(Serialize, ToSchema)]
pub struct Label {
    pub label: String,
    #[schema(minimum = 1)]
    pub version: u32,
}

/// A prompt without its versions.
#[derive(Serialize, ToSchema)]
pub struct Prompt {
    /// `/` makes folders: `support/reply`.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub description: String,
    pub tags: Vec<String>,
    pub labels: Vec<Label>,
    /// The newest version; null before the first.
    #[schema(required, minimum = 1)]
    pub latest: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Set where the prompt is archived: out of lists and closed to changes, while what code pulls goes on working.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub archived_at: Option<Timestamp>,
}

impl From<domain::Prompt> for Prompt {
    fn from(prompt: domain::Prompt) -> Self {
        Self {
            name: prompt.name.to_string(),
            kind: prompt.prompt_type.into(),
            description: prompt.description,
            tags: prompt.tags.iter().map(ToString::to_string).collect(),
            labels: prompt.labels.into_iter().map(|label| Label { label: label.label.to_string(), version: label.version }).collect(),
            latest: Some(prompt.latest).filter(|number| *number > 0),
            created_at: prompt.created_at,
            updated_at: prompt.updated_at,
            archived_at: prompt.archived_at,
        }
    }
}

/// How a model is asked. Parameters that are not named here are kept and passed on.
#[derive(Serialize, ToSchema)]
pub struct Params {
    #[schema(minimum = 0, maximum = 2, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[schema(exclusive_minimum = 0, maximum = 1, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The longest answer, in tokens; 256 where nothing is said.
    #[schema(minimum = 1, maximum = 1_000_000, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The answer ends before any of these texts.
    #[schema(max_items = 4, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    /// The same seed gives the same answer.
    #[schema(nullable = false, minimum = 0, format = "uint64")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

impl From<domain::Params> for Params {
    fn from(params: domain::Params) -> Self {
        let domain::Params { temperature, top_p, max_tokens, stop, seed, more } = params;
        Self { temperature, top_p, max_tokens, stop, seed, more: more.into_iter().collect() }
    }
}

/// An include, pinned to a version when the prompt was saved.
#[derive(Serialize, ToSchema)]
pub struct Include {
    pub name: String,
    #[schema(minimum = 1)]
    pub version: u32,
}

/// An immutable version of a prompt, with the labels that stand at it.
#[derive(Serialize, ToSchema)]
pub struct Version {
    pub name: String,
    #[schema(minimum = 1)]
    pub version: u32,
    pub labels: Vec<String>,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Of a chat prompt.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<Message>>,
    /// Of a text prompt.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In the order in which they first appear, those of includes among them.
    pub variables: Vec<String>,
    /// What these variables are, by the declarations of this version and of its includes.
    pub variable_specs: Vec<Variable>,
    pub includes: Vec<Include>,
    /// `provider/model`; null for the model of this machine.
    #[schema(required)]
    pub model: Option<String>,
    pub params: Params,
    pub tools: Vec<Value>,
    pub response_format: Value,
    pub note: String,
    /// Who saved it.
    pub author: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Equal for equal content.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub content_hash: String,
}

impl From<(domain::Prompt, domain::Version)> for Version {
    fn from((prompt, version): (domain::Prompt, domain::Version)) -> Self {
        let labels = prompt.labels.iter().filter(|label| label.version == version.number).map(|label| label.label.to_string()).collect();
        let variable_specs = version.specs().into_iter().map(Variable::from).collect();
        let (messages, text) = split(version.body);
        Self {
            name: prompt.name.to_string(),
            version: version.number,
            labels,
            variable_specs,
            kind: prompt.prompt_type.into(),
            messages,
            text,
            variables: version.variables,
            includes: version.includes.iter().map(|pin| Include { name: pin.include.name.to_string(), version: pin.version }).collect(),
            model: version.model,
            params: version.params.into(),
            tools: version.tools,
            response_format: version.response_format.unwrap_or_default(),
            note: version.note,
            author: version.author,
            created_at: version.created_at,
            content_hash: version.content_hash,
        }
    }
}

fn split(body: Body) -> (Option<Vec<Message>>, Option<String>) {
    match body {
        Body::Messages(messages) => (Some(messages.into_iter().map(Message::from).collect()), None),
        Body::Text(text) => (None, Some(text)),
    }
}

/// A version in a prompt's history.
#[derive(Serialize, ToSchema)]
pub struct HistoryEntry {
    #[schema(minimum = 1)]
    pub version: u32,
    /// The labels that stand at it.
    pub labels: Vec<String>,
    #[schema(required)]
    pub model: Option<String>,
    pub note: String,
    pub author: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub content_hash: String,
}

/// A history with the labels of the prompt whose it is.
pub fn history((prompt, page): (domain::Prompt, Page<domain::Summary>)) -> List<HistoryEntry> {
    let entry = |summary: domain::Summary| HistoryEntry {
        labels: prompt.labels.iter().filter(|label| label.version == summary.number).map(|label| label.label.to_string()).collect(),
        version: summary.number,
        model: summary.model,
        note: summary.note,
        author: summary.author,
        created_at: summary.created_at,
        content_hash: summary.content_hash,
    };
    List { data: page.data.into_iter().map(entry).collect(), next: page.next }
}

/// A move of a label.
#[derive(Serialize, ToSchema)]
pub struct LabelMove {
    pub name: String,
    pub label: String,
    #[schema(minimum = 1)]
    pub version: u32,
    /// Where it stood before; null where it is new.
    #[schema(required, minimum = 1)]
    pub previous: Option<u32>,
    #[schema(value_type = String, format = DateTime)]
    pub moved_at: Timestamp,
    pub moved_by: String,
}

impl From<(PromptName, domain::LabelMove)> for LabelMove {
    fn from((name, moved): (PromptName, domain::LabelMove)) -> Self {
        Self {
            name: name.to_string(),
            label: moved.label.to_string(),
            version: moved.to,
            previous: moved.from,
            moved_at: moved.moved_at,
            moved_by: moved.moved_by,
        }
    }
}

/// A version, filled in.
#[derive(Serialize, ToSchema)]
pub struct Rendered {
    pub name: String,
    #[schema(minimum = 1)]
    pub version: u32,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<Message>>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl From<(domain::Prompt, domain::Version, Body)> for Rendered {
    fn from((prompt, version, body): (domain::Prompt, domain::Version, Body)) -> Self {
        let (messages, text) = split(body);
        Self { name: prompt.name.to_string(), version: version.number, messages, text }
    }
}
