//! What a version says: the messages of a chat, or one text.

use std::{collections::HashSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{fault::Fault, template::Template};

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
    /// What a tool answered.
    Tool,
    /// No message, but the place of some: its content names the variable that brings them, such as the history of a chat.
    Placeholder,
}

impl MessageRole {
    pub const ALL: [Self; 5] = [Self::System, Self::User, Self::Assistant, Self::Tool, Self::Placeholder];

    pub fn as_str(self) -> &'static str {
        match self {
            MessageRole::System => "system",
            MessageRole::User => "user",
            MessageRole::Assistant => "assistant",
            MessageRole::Tool => "tool",
            MessageRole::Placeholder => "placeholder",
        }
    }
}

impl FromStr for MessageRole {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or_else(|| Fault::field("role", "The role is system, user, assistant, tool or placeholder."))
    }
}

impl fmt::Display for MessageRole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            MessageRole::System => "System",
            MessageRole::User => "User",
            MessageRole::Assistant => "Assistant",
            MessageRole::Tool => "Tool",
            MessageRole::Placeholder => "Placeholder",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Stays with the message from version to version, whatever becomes of its place and text; empty until it is saved.
    /// It shapes no answer, and no client sees it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    pub role: MessageRole,
    pub content: String,
    /// What an assistant asked of tools, as OpenAI's chat completions have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Value>,
    /// Which of those calls a tool's message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// Pictures beside the text, each as `data:…;base64,…` or `https:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
}

impl Message {
    pub fn new(role: MessageRole, content: impl Into<String>) -> Self {
        Self { id: String::new(), role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None, images: Vec::new() }
    }

    /// The variable whose messages stand here, in a placeholder.
    pub fn placeholder(&self) -> Option<&str> {
        (self.role == MessageRole::Placeholder).then(|| self.content.trim())
    }
}

/// What a version says: `messages` of a chat, or the `text` of a text prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

    /// The templates with the path of each as a client writes it. A placeholder has none.
    pub fn texts(&self) -> Vec<(String, &str)> {
        match self {
            Body::Messages(messages) => {
                let texts = messages.iter().enumerate().filter(|(_, message)| message.placeholder().is_none());
                texts.map(|(at, message)| (format!("messages[{at}].content"), message.content.as_str())).collect()
            }
            Body::Text(text) => vec![("text".to_owned(), text.as_str())],
        }
    }

    /// The same body with every template changed.
    ///
    /// # Errors
    /// The first that `change` gives.
    pub fn try_map<E>(&self, mut change: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        let mut message = |message: &Message| match message.placeholder() {
            Some(_) => Ok(message.clone()),
            None => Ok(Message { content: change(&message.content)?, ..message.clone() }),
        };
        Ok(match self {
            Body::Messages(messages) => Body::Messages(messages.iter().map(&mut message).collect::<Result<_, E>>()?),
            Body::Text(text) => Body::Text(change(text)?),
        })
    }

    /// As clients and models see it.
    #[must_use]
    pub fn without_ids(mut self) -> Self {
        if let Body::Messages(messages) = &mut self {
            messages.iter_mut().for_each(|message| message.id.clear());
        }
        self
    }

    /// The variables in order of first appearance: those that `templates` (in the order of [`Body::texts`]) hold, and placeholders.
    pub fn variables<'a>(&'a self, templates: &'a [Template]) -> Vec<&'a str> {
        let mut templates = templates.iter();
        let mut found: Vec<&str> = Vec::new();
        match self {
            Body::Messages(messages) => {
                for message in messages {
                    match message.placeholder() {
                        Some(name) => found.push(name),
                        None => found.extend(templates.next().into_iter().flat_map(Template::variables)),
                    }
                }
            }
            Body::Text(_) => found.extend(templates.flat_map(Template::variables)),
        }
        let mut seen = HashSet::new();
        found.retain(|name| seen.insert(*name));
        found
    }

    /// As messages for a chat model: a text is one message of the user.
    pub fn into_messages(self) -> Vec<Message> {
        match self {
            Body::Messages(messages) => messages,
            Body::Text(content) => vec![Message::new(MessageRole::User, content)],
        }
    }
}
