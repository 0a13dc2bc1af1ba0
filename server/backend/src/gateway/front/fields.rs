//! The fields of a body, in the types that they have to have. Null is as good as absent.

use std::fmt::Display;

use atelier_domain::fault::Fault;
use serde_json::{Map, Value};

/// The fault, of a field that stands within `path`.
pub(super) fn within(mut fault: Fault, path: impl Display) -> Fault {
    for error in &mut fault.fields {
        error.field = if error.field.is_empty() { path.to_string() } else { format!("{path}.{}", error.field) };
    }
    fault
}

/// Reads every element of the list `name`.
///
/// # Errors
/// `read`'s, within its element.
pub(super) fn each<'a, T>(name: &str, list: &'a [Value], mut read: impl FnMut(&'a Value) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    list.iter().enumerate().map(|(at, one)| read(one).map_err(|fault| within(fault, format_args!("{name}[{at}]")))).collect()
}

#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// What field it is of another, if it is.
    at: Option<&'static str>,
}

impl<'a> Fields<'a> {
    pub fn new(map: &'a Map<String, Value>) -> Self {
        Self { map, at: None }
    }

    /// # Errors
    /// Invalid, for want of another name on the value itself.
    pub fn of(value: &'a Value) -> Result<Self, Fault> {
        value.as_object().map(Self::new).ok_or_else(|| Fault::field("", "This has to be a JSON object."))
    }

    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A fault of the field `name`.
    pub fn fault(self, name: &str, say: impl Into<String>) -> Fault {
        match self.at {
            Some(at) => Fault::field(format!("{at}.{name}"), say),
            None => Fault::field(name, say),
        }
    }

    fn read<T>(self, name: &str, what: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Fault> {
        let wrong = || self.fault(name, format!("“{name}” has to be {what}."));
        self.get(name).map(|value| read(value).ok_or_else(wrong)).transpose()
    }

    pub fn text(self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.read(name, "a text", Value::as_str)
    }

    /// # Errors
    /// Invalid where it is missing, too.
    pub fn need(self, name: &str) -> Result<&'a str, Fault> {
        self.text(name)?.ok_or_else(|| self.fault(name, format!("“{name}” is missing.")))
    }

    pub fn flag(self, name: &str) -> Result<Option<bool>, Fault> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub fn number(self, name: &str) -> Result<Option<f64>, Fault> {
        self.read(name, "a number", Value::as_f64)
    }

    pub fn count(self, name: &str) -> Result<Option<u32>, Fault> {
        self.read(name, "a whole number from 0 to 4,294,967,295", |value| value.as_u64().and_then(|number| u32::try_from(number).ok()))
    }

    pub fn list(self, name: &str) -> Result<&'a [Value], Fault> {
        Ok(self.read(name, "a list", Value::as_array)?.map_or(&[], Vec::as_slice))
    }

    pub fn object(self, name: &'static str) -> Result<Option<Self>, Fault> {
        Ok(self.read(name, "a JSON object", Value::as_object)?.map(|map| Self { map, at: Some(name) }))
    }

    /// A text, or a list of them.
    pub fn texts(self, name: &str) -> Result<Option<Vec<String>>, Fault> {
        self.read(name, "a text or a list of texts", |value| match value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
            _ => None,
        })
    }

    /// The model's name.
    pub fn model(self) -> Result<&'a str, Fault> {
        let say = || Fault::field("model", "Name a model, such as local/smollm2-135m-instruct.");
        let model = self.text("model")?.filter(|model| !model.is_empty()).ok_or_else(say)?;
        atelier_domain::request::check_model(model)?;
        Ok(model)
    }
}
