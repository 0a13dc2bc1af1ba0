//! Values as people type them, and what a browser does to text on its way.

use serde_json::Number;

use super::{Json, Type, read::fits};
use crate::fault::Fault;

/// One value a line. A text is plain, or a JSON string where plain would not come back the same.
pub fn from_texts(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text, false)).collect::<Vec<_>>().join("\n")
}

pub fn from_numbers(numbers: &[Number]) -> String {
    numbers.iter().map(Number::to_string).collect::<Vec<_>>().join("\n")
}

pub fn texts(lines: &str) -> Vec<String> {
    filled(lines).map(unquoted).collect()
}

/// # Errors
/// `Invalid` at `field` where a line is not a number.
pub fn numbers(lines: &str, field: &str) -> Result<Vec<Number>, Fault> {
    filled(lines).map(|line| number(line, field)).collect()
}

/// # Errors
/// `Invalid` at `field` where `text` is not a number.
pub fn number(text: &str, field: &str) -> Result<Number, Fault> {
    text.trim().parse().map_err(|_| Fault::field(field, format!("“{}” is not a number.", text.trim())))
}

/// The JSON of one schema.
///
/// # Errors
/// `Invalid` at `field`.
pub fn schema(text: &str, field: &str) -> Result<Json, Fault> {
    match json(text, field)? {
        json @ (Json::Object(_) | Json::Bool(_)) => Ok(json),
        _ => Err(Fault::field(field, "A schema is a JSON object, true or false.")),
    }
}

/// # Errors
/// `Invalid` at `field`.
pub fn json(text: &str, field: &str) -> Result<Json, Fault> {
    Json::parse(text).map_err(|fault| Fault::field(field, fault.message))
}

/// A default: a text as it is, all else as JSON.
pub fn from_default(value: &Json, nullable: bool) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| quoted(text, nullable))
}

/// # Errors
/// `Invalid` at `field` where the value does not fit the type.
pub fn default(text: &str, of: Type, nullable: bool, field: &str) -> Result<Json, Fault> {
    let text = text.trim();
    if of == Type::String {
        return Ok(if nullable && text == "null" { Json::Null } else { Json::String(unquoted(text)) });
    }
    let value = Json::parse(text).ok().filter(|value| fits(value, of, nullable));
    value.ok_or_else(|| Fault::field(field, format!("“{text}” is not a default for the type “{}”.", of.title())))
}

fn filled(lines: &str) -> impl Iterator<Item = &str> {
    lines.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty())
}

fn quoted(text: &str, nullable: bool) -> String {
    let changes = text.is_empty() || text.trim() != text || text.contains(['\n', '\r']);
    let misread = text.starts_with('"') || (nullable && text == "null");
    if changes || misread { Json::from(text).to_string() } else { text.to_owned() }
}

fn unquoted(line: &str) -> String {
    match Json::parse(line) {
        Ok(Json::String(text)) => text,
        _ => line.to_owned(),
    }
}

/// What comes back of a text that went through a field, where comparing is what matters.
#[derive(Clone, Copy)]
pub enum Width {
    /// An `<input>`: line breaks are dropped.
    One,
    /// A `<textarea>`: line breaks become one kind, and HTML drops one at the very beginning.
    Many,
}

impl Width {
    pub fn seen(self, text: &str) -> String {
        match self {
            Width::One => text.replace(['\r', '\n'], ""),
            Width::Many => breaks(text).trim_start_matches('\n').to_owned(),
        }
    }

    /// Whether the text itself must travel beside the field: an empty field means that there is none.
    pub fn alters(self, text: &str) -> bool {
        text.is_empty() || self.seen(text) != text
    }
}

/// Browsers send CR LF, whatever was written.
pub fn breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
