//! Reads a request field by field, so that a client hears of every field at once instead of the first.

use atelier_domain::{
    fault::{Fault, FieldError},
    prompt::{LabelName, Selector},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is wrong so far.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    pub fn add(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), detail: detail.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps the value, or notes the fields of its fault that are not noted yet.
    pub fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        let fault = match result {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        for error in fault.fields {
            if !self.0.iter().any(|known| known.field == error.field) {
                self.0.push(error);
            }
        }
        None
    }

    /// # Errors
    /// Invalid with every field noted.
    pub fn check(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::fields(self.0)) }
    }

    /// Which version a request means: a label, a number, or neither.
    pub fn selector(&mut self, label: Option<&str>, version: Option<u32>) -> Selector {
        match (label, version) {
            (Some(_), Some(_)) => self.add("version", "Send a label or a version, not both."),
            (None, Some(0)) => self.add("version", "Versions count from 1."),
            (None, Some(version)) => return Selector::Version(version),
            (Some("latest"), None) => return Selector::Latest,
            (Some(label), None) => return self.keep(label.parse::<LabelName>()).map_or(Selector::Published, Selector::Label),
            (None, None) => {}
        }
        Selector::Published
    }
}

/// A request's body that is being read.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    pub errors: Errors,
}

impl Fields {
    /// # Errors
    /// Invalid where the body is no object.
    pub fn new(body: Value) -> Result<Self, Fault> {
        match body {
            Value::Object(object) => Ok(Self { object, errors: Errors::default() }),
            _ => Err(Fault::field("", "The body is a JSON object.")),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// A field that may be absent or null.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.object.remove(name).filter(|value| !value.is_null())?;
        self.read(name.to_owned(), value)
    }

    /// A field that must be there.
    pub fn need<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        if self.object.get(name).is_none_or(Value::is_null) {
            self.errors.add(name, "This field is required.");
            return None;
        }
        self.take(name)
    }

    /// A list, each item read by itself; one that cannot be read leaves `blank` in its place.
    pub fn list<T: DeserializeOwned>(&mut self, name: &str, blank: impl Fn() -> T) -> Option<Vec<T>> {
        let items: Vec<Value> = self.take(name)?;
        Some(items.into_iter().enumerate().map(|(at, item)| self.read(format!("{name}[{at}]"), item).unwrap_or_else(&blank)).collect())
    }

    fn read<T: DeserializeOwned>(&mut self, field: String, value: Value) -> Option<T> {
        match serde_path_to_error::deserialize(value) {
            Ok(value) => Some(value),
            Err(error) => {
                let below = match error.path().to_string() {
                    root if root == "." => String::new(),
                    index if index.starts_with('[') => index,
                    key => format!(".{key}"),
                };
                self.errors.add(field + &below, sentence(&error.inner().to_string()));
                None
            }
        }
    }
}

/// serde's words, for people who don't write Rust.
fn sentence(said: &str) -> String {
    let mut said = said.to_owned();
    for (rust, plain) in [("u32", "a whole number"), ("u64", "a whole number"), ("f64", "a number"), ("a sequence", "a list"), ("a map", "an object")] {
        if let Some(start) = said.strip_suffix(&format!("expected {rust}")) {
            said = format!("{start}expected {plain}");
        }
    }
    if let Some((start, _)) = said.split_once("expected struct ") {
        said = format!("{start}expected an object");
    }
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str().trim_end_matches('.');
    format!("{first}{rest}.")
}

#[cfg(test)]
mod tests {
    use atelier_domain::prompt::{Message, MessageRole, Params, PromptType};
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_is_named_by_its_path() {
        let body = json!({"type": "x", "messages": [{"role": "user", "content": "a"}, {"role": "u", "content": ""}, {"role": "user", "content": 5}, 7],
            "params": {"temperature": "hot"}});
        let mut fields = Fields::new(body).unwrap();
        fields.need::<String>("name");
        fields.need::<PromptType>("type");
        let blank = || Message::new(MessageRole::User, "");
        assert_eq!(fields.list("messages", blank).unwrap().len(), 4);
        fields.take::<Params>("params");
        let fault = fields.errors.check().unwrap_err();
        let named: Vec<_> = fault.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["name", "type", "messages[1].role", "messages[2].content", "messages[3]", "params.temperature"]);
        assert_eq!(fault.of("params.temperature").unwrap(), "Invalid type: string \"hot\", expected a number.");
        assert_eq!(fault.of("messages[3]").unwrap(), "Invalid type: integer `7`, expected an object.");
    }

    #[test]
    fn a_label_or_a_version_but_not_both() {
        let mut errors = Errors::default();
        assert_eq!(errors.selector(None, None), Selector::Published);
        assert_eq!(errors.selector(Some("latest"), None), Selector::Latest);
        assert_eq!(errors.selector(None, Some(3)), Selector::Version(3));
        assert!(errors.is_empty());
        for (label, version) in [(Some("production"), Some(1)), (Some("Bad Label"), None), (None, Some(0))] {
            let mut errors = Errors::default();
            errors.selector(label, version);
            assert!(errors.check().is_err(), "{label:?} {version:?}");
        }
    }
}
