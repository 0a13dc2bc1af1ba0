//! What a project wants out of its records, taken out before anything is written.

use atelier_domain::{
    fault::{Fault, Problems},
    gateway::Redaction,
    redact::{Kinds, redact},
};
use regex::Regex;
use serde_json::Value;

/// What stands where a pattern of the project's own was found.
const MARK: &str = "[redacted]";
/// Bytes of a compiled pattern at most: some short ones are giants.
const SIZE: usize = 1 << 20;

#[derive(Debug)]
pub struct Scrubber {
    kinds: Kinds,
    patterns: Vec<Regex>,
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(SIZE).build()
}

/// # Errors
/// Invalid on `patterns` for what is no regular expression, or finds something in nothing.
pub fn check(redaction: &Redaction) -> Result<(), Fault> {
    let mut problems = Problems::default();
    for pattern in &redaction.patterns {
        match compile(pattern) {
            Ok(regex) if regex.is_match("") => problems.add("patterns", format!("“{pattern}” matches the empty text, so it would match everywhere.")),
            Ok(_) => {}
            Err(error) => problems.add("patterns", format!("“{pattern}” is no regular expression: {}", error.to_string().lines().last().unwrap_or_default())),
        }
    }
    problems.check()
}

impl Scrubber {
    /// Patterns were checked when they were set; one that is none by now finds nothing.
    pub fn new(redaction: &Redaction) -> Self {
        let Redaction { email, phone, card, key, ref patterns } = *redaction;
        Self { kinds: Kinds { email, phone, card, key }, patterns: patterns.iter().filter_map(|pattern| compile(pattern).ok()).collect() }
    }

    /// Whether it takes nothing out.
    pub fn is_idle(&self) -> bool {
        self.kinds == Kinds::NONE && self.patterns.is_empty()
    }

    /// NUL goes too: Postgres has no text with it.
    pub fn text(&self, text: &mut String) {
        if text.contains('\0') {
            *text = text.replace('\0', "");
        }
        if let std::borrow::Cow::Owned(clean) = redact(text, self.kinds) {
            *text = clean;
        }
        for pattern in &self.patterns {
            if let std::borrow::Cow::Owned(clean) = pattern.replace_all(text, regex::NoExpand(MARK)) {
                *text = clean;
            }
        }
    }

    /// Every text in a value; names of fields stay.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => map.values_mut().for_each(|value| self.value(value)),
            // As long as a card's.
            Value::Number(number) if number.to_string().len() >= 12 => {
                let mut text = number.to_string();
                self.text(&mut text);
                if text != number.to_string() {
                    *value = Value::String(text);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_lose_what_the_project_wants_out_of_them() {
        let mut redaction = Redaction { patterns: vec!["EMP-[0-9]+".to_owned()], ..Redaction::default() };
        let mut value = json!({"messages": [{"content": "mara@x.example is EMP-12\u{0}"}], "n": 1, "card": 4111111111111111_u64});
        Scrubber::new(&redaction).value(&mut value);
        assert_eq!(value, json!({"messages": [{"content": "[e-mail] is [redacted]"}], "n": 1, "card": "[card]"}));
        redaction.email = false;
        let mut text = "mara@x.example".to_owned();
        Scrubber::new(&redaction).text(&mut text);
        assert_eq!(text, "mara@x.example");
    }

    #[test]
    fn a_pattern_that_is_none_is_refused_with_its_reason() {
        for wrong in ["(", "x*", "(?:a{1000}){1000}"] {
            let redaction = Redaction { patterns: vec![wrong.to_owned()], ..Redaction::default() };
            assert!(check(&redaction).unwrap_err().of("patterns").is_some(), "{wrong}");
        }
    }
}
