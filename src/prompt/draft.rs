//! Drafts, and the rules for them that need no other prompt.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Body, Message, PromptType, Variable, variable};
use crate::{
    canonical,
    fault::{Fault, Problems},
    template::{self, Template},
};

/// The largest text of one message, in bytes.
pub const MESSAGE_MAX: usize = 1 << 20;
/// The largest content of one version, in bytes.
pub const CONTENT_MAX: usize = 3 << 20;
/// The most messages in one version.
pub const MESSAGES_MAX: usize = 500;

/// How a model is asked. Unknown parameters are kept and passed on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Params {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Params {
    /// These, but where `others` says something, that.
    #[must_use]
    pub fn over(&self, others: Params) -> Self {
        let mut more = self.more.clone();
        more.extend(others.more);
        Self {
            temperature: others.temperature.or(self.temperature),
            top_p: others.top_p.or(self.top_p),
            max_tokens: others.max_tokens.or(self.max_tokens),
            stop: others.stop.or_else(|| self.stop.clone()),
            seed: others.seed.or(self.seed),
            more,
        }
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
            problems.add("params.temperature", "A temperature lies between 0 and 2.");
        }
        if self.top_p.is_some_and(|p| !(p > 0.0 && p <= 1.0)) {
            problems.add("params.top_p", "top_p lies above 0 and at most at 1.");
        }
        if self.max_tokens.is_some_and(|n| n == 0 || n > 1_000_000) {
            problems.add("params.max_tokens", "The longest answer has between 1 and 1,000,000 tokens.");
        }
        if self.stop.as_ref().is_some_and(|stop| stop.len() > 4 || stop.iter().any(|text| text.is_empty() || text.len() > 1_000)) {
            problems.add("params.stop", "At most 4 stop texts, none of them empty or over 1,000 bytes.");
        }
    }
}

/// What somebody wants to save as the next version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    #[serde(flatten)]
    pub body: Body,
    /// Those that it declares, in their order.
    #[serde(default)]
    pub variables: Vec<Variable>,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub params: Params,
    #[serde(default)]
    pub tools: Vec<Value>,
    #[serde(default)]
    pub response_format: Option<Value>,
    #[serde(default)]
    pub note: String,
}

impl Draft {
    /// A draft that says this and asks for nothing else.
    pub fn new(body: Body) -> Self {
        Self { body, variables: Vec::new(), model: None, params: Params::default(), tools: Vec::new(), response_format: None, note: String::new() }
    }

    /// Checks every rule that needs no other prompt, and reads the templates in the order of `body.texts()`.
    ///
    /// # Errors
    /// `Invalid` naming every field at fault.
    pub fn check(&self, prompt_type: PromptType) -> Result<Vec<Template>, Fault> {
        let mut problems = Problems::default();
        if self.body.prompt_type() != prompt_type {
            let field = if prompt_type == PromptType::Chat { "messages" } else { "text" };
            return Err(Fault::field(field, format!("This is a {} prompt: send “{field}”.", prompt_type.as_str())));
        }
        if let Body::Messages(messages) = &self.body {
            if messages.is_empty() {
                problems.add("messages", "A chat prompt needs at least one message.");
            }
            if messages.len() > MESSAGES_MAX {
                problems.add("messages", format!("At most {MESSAGES_MAX} messages; these are {}.", messages.len()));
            }
            check_placeholders(messages, &mut problems);
        }
        let texts = self.body.texts();
        if texts.iter().map(|(_, text)| text.len()).sum::<usize>() > CONTENT_MAX {
            problems.add("messages", "All texts of a version together take at most 3 MiB.");
        }
        let templates = texts.iter().filter_map(|(path, text)| read_text(path, text, &mut problems)).collect();
        self.check_rest(&mut problems);
        problems.check().map(|()| templates)
    }

    fn check_rest(&self, problems: &mut Problems) {
        self.params.check(problems);
        variable::check(&self.variables, problems);
        if self.note.chars().count() > 1_000 || self.note.contains('\0') {
            problems.add("note", "A note has at most 1,000 characters, none of them NUL.");
        }
        if self.model.as_ref().is_some_and(|model| model.is_empty() || model.len() > 200 || model.chars().any(|c| c.is_control() || c.is_whitespace())) {
            problems.add("model", "A model is named provider/model, such as local/smollm2-135m-instruct.");
        }
        if self.tools.len() > 128 {
            problems.add("tools", "At most 128 tools.");
        }
        for (at, tool) in self.tools.iter().enumerate() {
            if tool.pointer("/function/name").and_then(Value::as_str).is_none_or(str::is_empty) {
                problems.add(format!("tools[{at}]"), "A tool is {\"type\": \"function\", \"function\": {\"name\": …}}.");
            }
        }
        if self.response_format.as_ref().is_some_and(|format| format.get("type").and_then(Value::as_str).is_none()) {
            problems.add("response_format", "A response format is an object with a “type”.");
        }
        let sizes = [canonical::text(&Value::from(self.tools.clone())).len(), self.response_format.as_ref().map_or(0, |f| f.to_string().len())];
        if sizes.iter().any(|size| *size > MESSAGE_MAX)
            || [&Value::from(self.tools.clone()), &Value::Object(self.params.more.clone())].iter().any(|v| v.to_string().contains("\\u0000"))
        {
            problems.add("tools", "Tools and response format take at most 1 MiB each and hold no NUL.");
        }
    }
}

fn check_placeholders(messages: &[Message], problems: &mut Problems) {
    for (at, message) in messages.iter().enumerate() {
        if let Some(Err(why)) = message.placeholder().map(template::check_variable) {
            problems.add(format!("messages[{at}].content"), format!("A placeholder names the variable whose messages stand here. {why}"));
        }
        let calls = Value::from(message.tool_calls.clone()).to_string();
        if calls.len() > MESSAGE_MAX || calls.contains("\\u0000") || message.tool_call_id.as_ref().is_some_and(|id| id.len() > 200 || id.contains('\0')) {
            problems.add(format!("messages[{at}].tool_calls"), "Tool calls take at most 1 MiB, the id of a call 200 bytes; neither holds NUL.");
        }
    }
}

fn read_text(path: &str, text: &str, problems: &mut Problems) -> Option<Template> {
    if text.len() > MESSAGE_MAX {
        problems.add(path, format!("A text takes at most 1 MiB; this takes {} bytes.", text.len()));
        return None;
    }
    if text.contains('\0') {
        problems.add(path, "A text cannot hold the NUL character.");
        return None;
    }
    match Template::parse(text) {
        Ok(template) => Some(template),
        Err(fault) => {
            fault.fields.into_iter().for_each(|error| problems.add(path, error.detail));
            None
        }
    }
}
