//! What a version says: the messages of a chat, or one text.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fault::{Fault, Problems},
    template::Template,
};

/// A conversation, or one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptType {
    Chat,
    Text,
}

impl PromptType {
    pub fn as_str(self) -> &'static str {
        match self {
            PromptType::Chat => "chat",
            PromptType::Text => "text",
        }
    }
}

impl FromStr for PromptType {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "chat" => Ok(PromptType::Chat),
            "text" => Ok(PromptType::Text),
            _ => Err(Fault::field("type", "The type is chat or text.")),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    System,
    User,
    Assistant,
}

impl MessageRole {
    pub const ALL: [Self; 3] = [Self::System, Self::User, Self::Assistant];

    pub fn as_str(self) -> &'static str {
        match self {
            MessageRole::System => "system",
            MessageRole::User => "user",
            MessageRole::Assistant => "assistant",
        }
    }
}

impl fmt::Display for MessageRole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            MessageRole::System => "System",
            MessageRole::User => "User",
            MessageRole::Assistant => "Assistant",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: MessageRole,
    pub content: String,
}

/// What a version says: `messages` of a chat, or the `text` of a text prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Messages(Vec<Message>),
    Text(String),
}

impl Body {
    pub fn prompt_type(&self) -> PromptType {
        match self {
            Body::Messages(_) => PromptType::Chat,
            Body::Text(_) => PromptType::Text,
        }
    }

    /// The texts with the path of each as a client writes it.
    pub fn texts(&self) -> Vec<(String, &str)> {
        match self {
            Body::Messages(messages) => {
                messages.iter().enumerate().map(|(at, message)| (format!("messages[{at}].content"), message.content.as_str())).collect()
            }
            Body::Text(text) => vec![("text".to_owned(), text.as_str())],
        }
    }

    /// The same body with every text changed.
    ///
    /// # Errors
    /// The first that `change` gives.
    pub fn try_map<E>(&self, mut change: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        Ok(match self {
            Body::Messages(messages) => {
                Body::Messages(messages.iter().map(|message| Ok(Message { role: message.role, content: change(&message.content)? })).collect::<Result<_, E>>()?)
            }
            Body::Text(text) => Body::Text(change(text)?),
        })
    }

    /// As messages for a chat model: a text is one message of the user.
    pub fn into_messages(self) -> Vec<Message> {
        match self {
            Body::Messages(messages) => messages,
            Body::Text(content) => vec![Message { role: MessageRole::User, content }],
        }
    }
}

/// Fills every text of `body`; includes must be expanded before.
///
/// # Errors
/// `Invalid` with one field for each missing variable.
pub fn render(body: &Body, values: &BTreeMap<String, Value>) -> Result<Body, Fault> {
    let mut missing: Vec<String> = Vec::new();
    let rendered = body.try_map(|text| {
        Ok::<_, Fault>(Template::parse(text)?.fill(values).unwrap_or_else(|names| {
            missing.extend(names);
            String::new()
        }))
    })?;
    missing.sort();
    missing.dedup();
    let mut problems = Problems::default();
    missing.iter().for_each(|name| problems.add(format!("variables.{name}"), format!("The variable “{name}” has no value.")));
    problems.check().map(|()| rendered)
}
