//! Values as people type them.

use serde_json::Number;

use super::Json;
use crate::fault::Fault;

/// One value a line: plain, or a JSON string where plain would not come back the same.
pub fn texts(lines: &str) -> Vec<String> {
    filled(lines).map(unquoted).collect()
}

/// # Errors
/// `Invalid` at `field` where a line is not a number.
pub fn numbers(lines: &str, field: &str) -> Result<Vec<Number>, Fault> {
    filled(lines).map(|line| line.parse().map_err(|_| Fault::field(field, format!("“{line}” is not a number.")))).collect()
}

/// The JSON of one schema.
///
/// # Errors
/// `Invalid` at `field`.
pub fn schema(text: &str, field: &str) -> Result<Json, Fault> {
    match Json::parse(text) {
        Ok(json @ (Json::Object(_) | Json::Bool(_))) => Ok(json),
        Ok(_) => Err(Fault::field(field, "A schema is a JSON object, true or false.")),
        Err(fault) => Err(Fault::field(field, fault.message)),
    }
}

fn filled(lines: &str) -> impl Iterator<Item = &str> {
    lines.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty())
}

fn unquoted(line: &str) -> String {
    match Json::parse(line) {
        Ok(Json::String(text)) => text,
        _ => line.to_owned(),
    }
}
