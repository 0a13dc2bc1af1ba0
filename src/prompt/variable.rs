//! Variables as people declare them: what a value is, what it means, and what stands in where none is given.

use std::{collections::HashSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Message, MessageRole};
use crate::{
    fault::{Fault, Problems},
    template,
};

/// The most variables that one version declares.
pub const DECLARED_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 500;
/// The largest default or example, in bytes of JSON.
const VALUE_MAX: usize = 1 << 16;

/// What the value of a variable is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    #[default]
    Text,
    Number,
    Boolean,
    /// Any JSON; it is put in as JSON.
    Json,
    /// Messages of a chat, for a placeholder.
    Messages,
}

impl VariableType {
    pub const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Boolean, Self::Json, Self::Messages];

    pub fn as_str(self) -> &'static str {
        match self {
            VariableType::Text => "text",
            VariableType::Number => "number",
            VariableType::Boolean => "boolean",
            VariableType::Json => "json",
            VariableType::Messages => "messages",
        }
    }

    /// What a person types, as a value.
    ///
    /// # Errors
    /// Invalid, saying what is expected; the field is left empty.
    pub fn read(self, text: &str) -> Result<Value, Fault> {
        match self {
            VariableType::Text => Ok(Value::from(text)),
            VariableType::Boolean => match text.trim().to_lowercase().as_str() {
                "true" | "yes" | "on" => Ok(Value::from(true)),
                "false" | "no" | "off" => Ok(Value::from(false)),
                _ => Err(Fault::field("", "Yes or no is expected here.")),
            },
            // Whoever types "1e5" or "007" sees what a model will see.
            _ => self.check(&serde_json::from_str(text.trim()).map_err(|error| self.unreadable(text, &error))?),
        }
    }

    fn unreadable(self, text: &str, error: &serde_json::Error) -> Fault {
        match self {
            VariableType::Number => Fault::field("", format!("“{}” is not a number.", text.trim().chars().take(40).collect::<String>())),
            _ => Fault::field("", format!("This is not JSON: line {}, column {}.", error.line(), error.column())),
        }
    }

    /// What a program sends. A text is read as people type it.
    ///
    /// # Errors
    /// Invalid, saying what is expected; the field is left empty.
    pub fn check(self, value: &Value) -> Result<Value, Fault> {
        match (self, value) {
            (VariableType::Text, _) | (VariableType::Number, Value::Number(_)) | (VariableType::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (VariableType::Json, value) if !value.is_string() => Ok(value.clone()),
            (VariableType::Json, Value::String(text)) => Ok(serde_json::from_str(text).unwrap_or_else(|_| value.clone())),
            (VariableType::Messages, Value::Array(_)) => messages(value).map(|_| value.clone()),
            (_, Value::String(text)) => self.read(text),
            (VariableType::Number, _) => Err(Fault::field("", "A number is expected here.")),
            (VariableType::Boolean, _) => Err(Fault::field("", "True or false is expected here.")),
            _ => Err(Fault::field("", "A list of messages is expected here, each with “role” and “content”.")),
        }
    }
}

impl fmt::Display for VariableType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            VariableType::Text => "text",
            VariableType::Number => "number",
            VariableType::Boolean => "yes or no",
            VariableType::Json => "JSON",
            VariableType::Messages => "messages",
        })
    }
}

impl FromStr for VariableType {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| Fault::field("type", "The type is text, number, boolean, json or messages."))
    }
}

/// The messages that a placeholder's value brings.
///
/// # Errors
/// Invalid where they are none; the field is left empty.
pub fn messages(value: &Value) -> Result<Vec<Message>, Fault> {
    let read: Result<Vec<Message>, _> = serde_json::from_value(value.clone());
    let mut read = read.map_err(|error| Fault::field("", format!("These are no messages: {error}.")))?;
    if read.iter().any(|message| message.role == MessageRole::Placeholder) {
        return Err(Fault::field("", "Messages that are put in cannot hold placeholders."));
    }
    read.iter_mut().for_each(|message| message.id.clear());
    Ok(read)
}

/// A variable that a version declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    #[serde(rename = "type", default)]
    pub kind: VariableType,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What stands in where no value is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// For people who try the prompt; never put in by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Whether a caller must give a value where there is no default. Otherwise nothing is put in.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

impl Variable {
    /// What a variable is that nobody declared.
    pub fn implied(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: VariableType::Text, description: String::new(), default: None, example: None, required: true }
    }

    /// A placeholder that nobody declared: without messages it is left out.
    pub fn implied_messages(name: impl Into<String>) -> Self {
        Self { kind: VariableType::Messages, required: false, ..Self::implied(name) }
    }

    /// "number, 4 unless given", for people who compare.
    pub fn summary(&self) -> String {
        let mut said = self.kind.to_string();
        match &self.default {
            Some(default) => said.push_str(&format!(", {} unless given", shown(default))),
            None if !self.required => said.push_str(", may be left out"),
            None => {}
        }
        if !self.description.is_empty() {
            said.push_str(&format!(": {}", self.description));
        }
        if let Some(example) = &self.example {
            said.push_str(&format!(" (such as {})", shown(example)));
        }
        said
    }
}

/// A value as people read and type it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Checks what a version declares.
pub fn check(declared: &[Variable], problems: &mut Problems) {
    if declared.len() > DECLARED_MAX {
        problems.add("variables", format!("A version declares at most {DECLARED_MAX} variables; these are {}.", declared.len()));
    }
    let mut seen = HashSet::new();
    for (at, variable) in declared.iter().enumerate() {
        if let Err(why) = template::check_variable(&variable.name) {
            problems.add(format!("variables[{at}].name"), why);
        }
        if !seen.insert(&variable.name) {
            problems.add(format!("variables[{at}].name"), format!("“{}” is declared twice.", variable.name));
        }
        if variable.description.chars().count() > DESCRIPTION_MAX || variable.description.contains('\0') {
            problems.add(format!("variables[{at}].description"), format!("A description has at most {DESCRIPTION_MAX} characters, none of them NUL."));
        }
        for (field, value) in [("default", &variable.default), ("example", &variable.example)] {
            let Some(value) = value else { continue };
            if let Err(fault) = variable.kind.check(value) {
                problems.add(format!("variables[{at}].{field}"), fault.message);
            }
            let text = value.to_string();
            if text.len() > VALUE_MAX || text.contains("\\u0000") {
                problems.add(format!("variables[{at}].{field}"), "A value takes at most 64 KiB and holds no NUL.");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_type_becomes_a_value_of_the_type() {
        use VariableType::{Boolean, Json, Messages, Number, Text};
        for (kind, text, value) in [
            (Text, " 4 ", Some(json!(" 4 "))),
            (Number, " 4 ", Some(json!(4))),
            (Number, "0.5", Some(json!(0.5))),
            (Number, "four", None),
            (Number, "\"4\"", Some(json!(4))),
            (Boolean, "Yes", Some(json!(true))),
            (Boolean, "maybe", None),
            (Json, "[1, {\"a\": null}]", Some(json!([1, {"a": null}]))),
            (Json, "[1", None),
            (Messages, r#"[{"role": "user", "content": "hi"}]"#, Some(json!([{"role": "user", "content": "hi"}]))),
            (Messages, r#"[{"role": "placeholder", "content": "x"}]"#, None),
            (Messages, "{}", None),
        ] {
            assert_eq!(kind.read(text).ok(), value, "{kind} {text}");
        }
    }

    #[test]
    fn a_declaration_hears_of_every_field_at_once() {
        let wrong = [
            Variable { default: Some(json!("four")), kind: VariableType::Number, ..Variable::implied("n") },
            Variable::implied("a b"),
            Variable { description: "x".repeat(501), ..Variable::implied("n") },
        ];
        let mut problems = Problems::default();
        check(&wrong, &mut problems);
        let fault = problems.check().unwrap_err();
        let named: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["variables[0].default", "variables[1].name", "variables[2].name", "variables[2].description"]);
    }
}
