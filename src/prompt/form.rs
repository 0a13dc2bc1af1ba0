//! The editor's form: everything as it is typed, so that a draft survives in whatever state it is.
//!
//! Messages and variables are lists of equal length, one for each field, in the page's order: so a browser without script sends them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Body, Draft, Message, MessageRole, Params, PromptType, Variable, VariableType, shown};
use crate::fault::{Fault, Problems};

/// Texts of fields; empty means "not set".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    /// The version that it was begun from; 0 for none.
    pub base: u32,
    /// Of a text prompt.
    pub text: Option<String>,
    /// Of each message: its id, its role, its content, and its tool calls (JSON) or the call that it answers (an id).
    pub ids: Vec<String>,
    pub roles: Vec<String>,
    pub contents: Vec<String>,
    pub calls: Vec<String>,
    /// Of each declared variable.
    pub names: Vec<String>,
    pub types: Vec<String>,
    pub descriptions: Vec<String>,
    pub defaults: Vec<String>,
    pub examples: Vec<String>,
    /// `required` or `optional`.
    pub needs: Vec<String>,
    pub model: String,
    pub temperature: String,
    pub top_p: String,
    pub max_tokens: String,
    pub stop: String,
    pub seed: String,
    /// Further parameters: a JSON object.
    pub more: String,
    /// JSON.
    pub tools: String,
    /// JSON.
    pub response_format: String,
    pub note: String,
}

impl DraftForm {
    /// What the form of this draft shows at first.
    pub fn of(draft: &Draft, base: u32) -> Self {
        let params = &draft.params;
        let number = |number: Option<String>| number.unwrap_or_default();
        let mut form = Self {
            base,
            model: draft.model.clone().unwrap_or_default(),
            temperature: number(params.temperature.map(|t| t.to_string())),
            top_p: number(params.top_p.map(|p| p.to_string())),
            max_tokens: number(params.max_tokens.map(|n| n.to_string())),
            stop: params.stop.clone().unwrap_or_default().join("\n"),
            seed: number(params.seed.map(|seed| seed.to_string())),
            more: if params.more.is_empty() { String::new() } else { pretty(&Value::Object(params.more.clone())) },
            tools: if draft.tools.is_empty() { String::new() } else { pretty(&Value::from(draft.tools.clone())) },
            response_format: draft.response_format.as_ref().map(pretty).unwrap_or_default(),
            note: draft.note.clone(),
            ..Self::default()
        };
        match &draft.body {
            Body::Text(text) => form.text = Some(text.clone()),
            Body::Messages(messages) => messages.iter().for_each(|message| form.push_message(message)),
        }
        draft.variables.iter().for_each(|variable| form.push_variable(variable));
        form
    }

    /// What the form of a prompt without a version shows: the two messages that most chats have.
    pub fn blank(prompt_type: PromptType) -> Self {
        let mut form = Self::default();
        match prompt_type {
            PromptType::Text => form.text = Some(String::new()),
            PromptType::Chat => [MessageRole::System, MessageRole::User].into_iter().for_each(|role| form.push_message(&Message::new(role, ""))),
        }
        form
    }

    fn push_message(&mut self, message: &Message) {
        self.ids.push(message.id.clone());
        self.roles.push(message.role.as_str().to_owned());
        self.contents.push(message.content.clone());
        let calls = if message.tool_calls.is_empty() { String::new() } else { pretty(&Value::from(message.tool_calls.clone())) };
        self.calls.push(message.tool_call_id.clone().unwrap_or(calls));
    }

    fn push_variable(&mut self, variable: &Variable) {
        let value = |value: &Option<Value>| value.as_ref().map(shown).unwrap_or_default();
        self.names.push(variable.name.clone());
        self.types.push(variable.kind.as_str().to_owned());
        self.descriptions.push(variable.description.clone());
        self.defaults.push(value(&variable.default));
        self.examples.push(value(&variable.example));
        self.needs.push(if variable.required { "required" } else { "optional" }.to_owned());
    }

    /// The templates as they stand in the form.
    pub fn texts(&self) -> Vec<&str> {
        match &self.text {
            Some(text) => vec![text],
            None => self.contents.iter().map(String::as_str).collect(),
        }
    }

    /// # Errors
    /// Invalid, naming every field that cannot be read.
    pub fn to_draft(&self, prompt_type: PromptType) -> Result<Draft, Fault> {
        let mut problems = Problems::default();
        let params = Params {
            temperature: number("params.temperature", &self.temperature, &mut problems),
            top_p: number("params.top_p", &self.top_p, &mut problems),
            max_tokens: number("params.max_tokens", &self.max_tokens, &mut problems),
            seed: number("params.seed", &self.seed, &mut problems),
            stop: stops(&self.stop),
            more: json::<Map<String, Value>>("params.more", &self.more, "an object of further parameters", &mut problems).unwrap_or_default(),
        };
        let draft = Draft {
            body: self.body(prompt_type, &mut problems),
            variables: self.variables(&mut problems),
            model: Some(self.model.trim().to_owned()).filter(|model| !model.is_empty()),
            params,
            tools: json("tools", &self.tools, "a list of tools", &mut problems).unwrap_or_default(),
            response_format: json("response_format", &self.response_format, "a response format", &mut problems),
            note: lines(self.note.trim()),
        };
        problems.check().map(|()| draft)
    }

    /// Messages left empty are left out.
    fn body(&self, prompt_type: PromptType, problems: &mut Problems) -> Body {
        if prompt_type == PromptType::Text {
            return Body::Text(lines(self.text.as_deref().unwrap_or_default()));
        }
        let mut messages = Vec::new();
        for (at, content) in self.contents.iter().enumerate() {
            let role = field(&self.roles, at).parse().unwrap_or(MessageRole::User);
            let calls = field(&self.calls, at).trim();
            if content.trim().is_empty() && calls.is_empty() {
                continue;
            }
            let mut message = Message { id: field(&self.ids, at).to_owned(), ..Message::new(role, lines(content)) };
            match role {
                MessageRole::Assistant => {
                    let name = format!("messages[{}].tool_calls", messages.len());
                    message.tool_calls = json(&name, calls, "a list of tool calls", problems).unwrap_or_default();
                }
                MessageRole::Tool => message.tool_call_id = Some(calls.to_owned()).filter(|calls| !calls.is_empty()),
                MessageRole::Placeholder => message.content = message.content.trim().to_owned(),
                _ => {}
            }
            messages.push(message);
        }
        Body::Messages(messages)
    }

    /// Rows whose name is empty are left out.
    fn variables(&self, problems: &mut Problems) -> Vec<Variable> {
        let mut variables = Vec::new();
        for (at, name) in self.names.iter().enumerate().filter(|(_, name)| !name.trim().is_empty()) {
            let kind: VariableType = field(&self.types, at).parse().unwrap_or_default();
            let mut value = |which: &str, text: &str| {
                let text = lines(text);
                let read = (!text.trim().is_empty()).then(|| kind.read(&text));
                read.and_then(|read| problems.keep(read.map_err(|fault| Fault::field(format!("variables[{}].{which}", variables.len()), fault.message))))
            };
            let (default, example) = (value("default", field(&self.defaults, at)), value("example", field(&self.examples, at)));
            let description = lines(field(&self.descriptions, at).trim());
            variables.push(Variable { name: name.trim().to_owned(), kind, description, default, example, required: field(&self.needs, at) != "optional" });
        }
        variables
    }
}

fn field(fields: &[String], at: usize) -> &str {
    fields.get(at).map_or("", String::as_str)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Forms send CR LF; a prompt's lines end in LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn stops(text: &str) -> Option<Vec<String>> {
    let stops: Vec<String> = lines(text).split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    (!stops.is_empty()).then_some(stops)
}

fn number<T: FromStr>(field: &str, text: &str, problems: &mut Problems) -> Option<T> {
    let text = text.trim();
    let read = text.parse().ok();
    if read.is_none() && !text.is_empty() {
        problems.add(field, format!("“{text}” is not a number that fits here."));
    }
    read
}

fn json<T: serde::de::DeserializeOwned>(field: &str, text: &str, what: &str, problems: &mut Problems) -> Option<T> {
    if text.trim().is_empty() {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.add(field, format!("This cannot be read as {what}: line {}, column {}.", error.line(), error.column()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn full() -> Draft {
        serde_json::from_value(json!({
            "messages": [
                {"id": "1.1", "role": "system", "content": "You answer for {{shop}}."},
                {"id": "2.2", "role": "placeholder", "content": "history"},
                {"id": "1.2", "role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}]},
                {"id": "1.3", "role": "tool", "content": "{\"order\": 7}", "tool_call_id": "c1"},
            ],
            "variables": [
                {"name": "shop", "type": "text", "description": "Whose shop", "default": "Northwind", "example": "Contoso", "required": true},
                {"name": "days", "type": "number", "default": 30, "required": false},
                {"name": "history", "type": "messages", "required": false},
            ],
            "model": "local/x", "params": {"temperature": 0.2, "stop": ["a", "b"], "top_k": 4},
            "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "number"}}}}}],
            "response_format": {"type": "json_object"}, "note": "why"
        }))
        .unwrap()
    }

    #[test]
    fn a_draft_goes_into_the_form_and_comes_back() {
        let draft = full();
        assert_eq!(DraftForm::of(&draft, 3).to_draft(PromptType::Chat).unwrap(), draft);
        let text = Draft::new(Body::Text("a {{b}}\n".to_owned()));
        assert_eq!(DraftForm::of(&text, 0).to_draft(PromptType::Text).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_form_keeps_it() {
        let form = DraftForm { temperature: "0,7".into(), tools: "[{".into(), more: "5".into(), ..DraftForm::of(&full(), 0) };
        let form = DraftForm {
            defaults: vec!["x".into(), "thirty".into(), String::new()],
            calls: vec![String::new(), String::new(), "{".into(), String::new()],
            ..form
        };
        let fault = form.to_draft(PromptType::Chat).unwrap_err();
        let named: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["params.temperature", "params.more", "messages[2].tool_calls", "variables[1].default", "tools"]);
    }

    #[test]
    fn rows_left_empty_are_left_out() {
        let form = DraftForm {
            contents: vec![" ".into(), "hi\r\nthere".into()],
            roles: vec!["system".into(), "user".into()],
            names: vec![" ".into()],
            ..DraftForm::default()
        };
        let draft = form.to_draft(PromptType::Chat).unwrap();
        assert_eq!(draft, Draft::new(Body::Messages(vec![Message::new(MessageRole::User, "hi\nthere")])));
    }
}
