//! What is asked of a model and what comes back, in no provider's words.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use atelier_domain::cost::Usage;
use atelier_domain::{
    fault::Fault,
    prompt::{Message, MessageRole, Params},
};
use serde_json::{Map, Value, json};

use super::faults;

/// What a model is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    /// The upstream's own name, without the provider that we put before it.
    pub model: String,
    pub messages: Vec<Turn>,
    /// As OpenAI writes them, `{"type": "function", "function": {…}}`; a bare `{"name", "description", "parameters"}` will do.
    pub tools: Vec<Value>,
    /// As OpenAI writes it.
    pub tool_choice: Option<Value>,
    /// As OpenAI writes it.
    pub response_format: Option<Value>,
    pub params: Params,
    /// What else stood in the caller's body. Whoever speaks OpenAI's protocol gets it; others refuse what they do not know.
    pub extra: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    System,
    /// What OpenAI's reasoning models call the system.
    Developer,
    #[default]
    User,
    Assistant,
    Tool,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::Developer => "developer",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        }
    }
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    pub role: Role,
    pub parts: Vec<Part>,
    /// What the assistant asked of tools, as OpenAI writes it.
    pub tool_calls: Vec<Value>,
    /// Which of those calls a tool's message answers.
    pub tool_call_id: Option<String>,
    /// Tells speakers of one role apart; only OpenAI's protocol has it.
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(String),
    /// `url` is `data:…;base64,…` or `https:…`; `detail` is OpenAI's: low, high or auto.
    Image {
        url: String,
        detail: Option<String>,
    },
    /// Another kind of OpenAI's content parts, such as a file; only OpenAI's protocol has it.
    Other(Value),
}

impl Turn {
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())], ..Self::default() }
    }

    /// All texts in a row; `None` where a part is something else.
    pub fn text(&self) -> Option<String> {
        self.parts.iter().map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None }).collect()
    }

    /// The calls with their arguments read.
    ///
    /// # Errors
    /// Invalid for a call without a name, or with arguments that are no JSON object.
    pub fn calls(&self) -> Result<Vec<Call<'_>>, Fault> {
        self.tool_calls.iter().map(Call::read).collect()
    }
}

impl From<&Message> for Turn {
    /// A placeholder is gone once its prompt is rendered; one that is left speaks as the user.
    fn from(message: &Message) -> Self {
        let role = match message.role {
            MessageRole::System => Role::System,
            MessageRole::User | MessageRole::Placeholder => Role::User,
            MessageRole::Assistant => Role::Assistant,
            MessageRole::Tool => Role::Tool,
        };
        let parts = if message.content.is_empty() && !message.tool_calls.is_empty() { Vec::new() } else { vec![Part::Text(message.content.clone())] };
        Self { role, parts, tool_calls: message.tool_calls.clone(), tool_call_id: message.tool_call_id.clone(), name: None }
    }
}

/// A call that an assistant made in an earlier turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub arguments: Map<String, Value>,
    /// See [`ToolCall::signature`].
    pub signature: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn read(call: &'a Value) -> Result<Self, Fault> {
        let text = |path| call.pointer(path).and_then(Value::as_str);
        let name = text("/function/name").ok_or_else(|| faults::cannot("messages", "A tool call of an earlier turn has no name."))?;
        let wrong = || faults::cannot("messages", format!("The arguments of the earlier call of “{name}” are no JSON object."));
        let arguments = match call.pointer("/function/arguments") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
            Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| wrong())?,
            Some(Value::Object(map)) => map.clone(),
            Some(_) => return Err(wrong()),
        };
        Ok(Self { id: text("/id").unwrap_or_default(), name, arguments, signature: text("/extra_content/google/thought_signature") })
    }
}

/// A tool that is a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Function<'a> {
    pub name: &'a str,
    pub description: Option<&'a str>,
    /// A JSON schema.
    pub parameters: Option<&'a Value>,
    pub strict: Option<bool>,
}

impl<'a> Function<'a> {
    /// `None` for another kind of tool.
    pub fn of(tool: &'a Value) -> Option<Self> {
        let kind = tool.get("type").and_then(Value::as_str);
        let inside = match tool.get("function") {
            Some(inside) => inside,
            None if matches!(kind, None | Some("function")) => tool,
            None => return None,
        };
        Some(Self {
            name: inside.get("name").and_then(Value::as_str)?,
            description: inside.get("description").and_then(Value::as_str),
            parameters: inside.get("parameters").filter(|schema| !schema.is_null()),
            strict: inside.get("strict").and_then(Value::as_bool),
        })
    }
}

/// What tools the model may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    Auto,
    None,
    Required,
    Function(&'a str),
}

impl Chat {
    /// `tool_choice`, understood.
    ///
    /// # Errors
    /// Invalid for what OpenAI's protocol does not have either.
    pub fn choice(&self) -> Result<Option<Choice<'_>>, Fault> {
        let Some(choice) = self.tool_choice.as_ref().filter(|choice| !choice.is_null()) else { return Ok(None) };
        let named = choice.pointer("/function/name").or_else(|| choice.get("name")).and_then(Value::as_str);
        match (choice.as_str(), named) {
            (Some("auto"), _) => Ok(Some(Choice::Auto)),
            (Some("none"), _) => Ok(Some(Choice::None)),
            (Some("required"), _) => Ok(Some(Choice::Required)),
            (None, Some(name)) => Ok(Some(Choice::Function(name))),
            _ => Err(faults::cannot("tool_choice", "The choice of tools is auto, none, required, or names one function.")),
        }
    }

    /// Everything that is set and has no place of its own, the caller's body first.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Value)> {
        let said = self.extra.iter().filter(|(name, _)| !self.params.more.contains_key(*name));
        said.chain(&self.params.more).map(|(name, value)| (name.as_str(), value)).filter(|(name, value)| *name != "atelier" && !value.is_null())
    }

    /// What form the answer has to have.
    ///
    /// # Errors
    /// Invalid for a form that OpenAI does not know, and a schema that is missing.
    pub fn format(&self) -> Result<Format<'_>, Fault> {
        let Some(format) = self.response_format.as_ref().filter(|format| !format.is_null()) else { return Ok(Format::Text) };
        match format.get("type").and_then(Value::as_str) {
            Some("text") => Ok(Format::Text),
            Some("json_object") => Ok(Format::Json),
            Some("json_schema") => match format.pointer("/json_schema/schema").filter(|schema| schema.is_object()) {
                Some(schema) => Ok(Format::Schema(schema)),
                None => Err(faults::cannot("response_format", "A response format of the type json_schema needs a schema.")),
            },
            _ => Err(faults::cannot("response_format", "The response format is text, json_object or json_schema.")),
        }
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format<'a> {
    Text,
    /// Some JSON.
    Json,
    /// JSON by this schema.
    Schema(&'a Value),
}

/// More of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// What the provider says that it asked; once.
    Model(String),
    Text(String),
    Reasoning(String),
    Refusal(String),
    /// More of the call at `index`: `arguments` is a piece of JSON text.
    ToolCall {
        index: u32,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
        /// See [`ToolCall::signature`].
        signature: Option<String>,
    },
    /// As OpenAI writes them: `{"content": […]}`.
    Logprobs(Value),
    /// So far; a later one replaces it.
    Usage(Usage),
    Finish(Finish),
}

impl Delta {
    /// About how many bytes it adds to an [`Answer`].
    pub fn size(&self) -> usize {
        /// A token with some alternatives.
        const TOKEN: usize = 512;
        match self {
            Delta::Text(text) | Delta::Reasoning(text) | Delta::Refusal(text) => text.len(),
            Delta::ToolCall { arguments, signature, .. } => arguments.len() + signature.as_ref().map_or(0, String::len),
            Delta::Logprobs(more) => more.get("content").and_then(Value::as_array).map_or(0, |tokens| tokens.len() * TOKEN),
            Delta::Model(_) | Delta::Usage(_) | Delta::Finish(_) => 0,
        }
    }
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    Stop,
    /// The most tokens, or the context window, were reached.
    Length,
    ToolCalls,
    /// The provider stopped it.
    ContentFilter,
    /// The model would not.
    Refusal,
    /// In the provider's own word.
    Other(String),
}

impl Finish {
    /// In OpenAI's words.
    pub fn as_str(&self) -> &str {
        match self {
            Finish::Stop | Finish::Refusal => "stop",
            Finish::Length => "length",
            Finish::ToolCalls => "tool_calls",
            Finish::ContentFilter => "content_filter",
            Finish::Other(word) => word,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it, so it may be wrong.
    pub arguments: String,
    /// Gemini wants it back with the call. It travels as Google's own OpenAI door has it: `extra_content.google.thought_signature`.
    pub signature: Option<String>,
}

impl ToolCall {
    /// As OpenAI writes it, for the next request.
    pub fn to_value(&self) -> Value {
        let mut call = json!({"id": self.id, "type": "function", "function": {"name": self.name, "arguments": self.arguments}});
        if let (Some(signature), Some(map)) = (&self.signature, call.as_object_mut()) {
            map.insert("extra_content".to_owned(), json!({"google": {"thought_signature": signature}}));
        }
        call
    }
}

/// A whole answer, folded from its deltas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub model: Option<String>,
    pub text: String,
    pub reasoning: String,
    pub refusal: String,
    /// By the provider's index.
    pub tool_calls: BTreeMap<u32, ToolCall>,
    pub logprobs: Vec<Value>,
    pub finish: Option<Finish>,
    pub usage: Option<Usage>,
}

impl Answer {
    pub fn push(&mut self, delta: Delta) {
        match delta {
            Delta::Model(model) => self.model = Some(model),
            Delta::Text(text) => self.text.push_str(&text),
            Delta::Reasoning(text) => self.reasoning.push_str(&text),
            Delta::Refusal(text) => self.refusal.push_str(&text),
            Delta::Logprobs(mut more) => {
                if let Some(Value::Array(tokens)) = more.get_mut("content").map(Value::take) {
                    self.logprobs.extend(tokens);
                }
            }
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Finish(finish) => self.finish = Some(finish),
            Delta::ToolCall { index, id, name, arguments, signature } => {
                let call = self.tool_calls.entry(index).or_default();
                call.id = id.unwrap_or_else(|| std::mem::take(&mut call.id));
                call.name = name.unwrap_or_else(|| std::mem::take(&mut call.name));
                call.arguments.push_str(&arguments);
                call.signature = signature.or_else(|| call.signature.take());
            }
        }
    }

    /// Why there is nothing to use, where the model or the provider withheld it.
    ///
    /// # Errors
    /// `provider_refused` and `provider_filtered`.
    pub fn check(&self) -> Result<(), Fault> {
        match self.finish {
            Some(Finish::Refusal) => Err(faults::refused(&self.refusal)),
            Some(Finish::ContentFilter) => Err(faults::filtered()),
            _ => Ok(()),
        }
    }
}

impl FromIterator<Delta> for Answer {
    fn from_iter<I: IntoIterator<Item = Delta>>(deltas: I) -> Self {
        let mut answer = Self::default();
        deltas.into_iter().for_each(|delta| answer.push(delta));
        answer
    }
}
