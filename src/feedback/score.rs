//! What people are asked: a score's definition, and whether a value fits it.
//!
//! A definition never changes; a new wording is its next version, and each score says on which one it was given. The kind stays: another
//! kind of answer is another question, and gets another name.

mod check;
mod kind;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use kind::{Kind, Value};

use crate::fault::Fault;

/// A question, as people write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Unique in its project; what callers send scores under: `helpful`.
    pub name: String,
    #[serde(flatten)]
    pub kind: Kind,
    /// How to decide, for the reviewer. Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rubric: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// An answer that has been scored already, for reviewers to go by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// What is scored.
    pub text: String,
    pub value: Value,
    /// Why it is given this value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A question as it was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// 1, 2, 3 … under its name.
    pub version: u32,
    #[serde(flatten)]
    pub form: Form,
}

impl Definition {
    /// The first version.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn new(form: Form) -> Result<Self, Fault> {
        let form = form.tidy();
        form.check()?;
        Ok(Self { version: 1, form })
    }

    /// The version after this one. `None` where `form` says the same.
    ///
    /// # Errors
    /// Invalid naming each field at fault, `name` and `kind` among them where they changed.
    pub fn next(&self, form: Form) -> Result<Option<Self>, Fault> {
        let form = form.tidy();
        form.check_after(&self.form)?;
        Ok((form != self.form).then(|| Self { version: self.version.saturating_add(1), form }))
    }

    /// # Errors
    /// Invalid on `value`, saying what is expected.
    pub fn read(&self, value: &serde_json::Value) -> Result<Value, Fault> {
        self.form.kind.read(value)
    }
}
