//! What is known of a model.

use serde::{Deserialize, Serialize};

use super::Price;
use crate::fault::{Fault, Problems};

/// What a model is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    #[default]
    Chat,
    Embedding,
}

/// One model of the table. What is not known is absent, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Provider and model: `openai/gpt-4o-mini`, `groq/openai/gpt-oss-120b`.
    pub name: String,
    pub kind: ModelKind,
    /// Tokens that it reads at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// Tokens that it answers with at most, its reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub tools: bool,
    /// Keeps to a JSON schema.
    #[serde(default, skip_serializing_if = "is_false")]
    pub structured: bool,
    /// Reads images.
    #[serde(default, skip_serializing_if = "is_false")]
    pub images: bool,
    /// The day, `2026-12-11`, from which its provider answers no more; a day in the past for what only old requests name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(able: &bool) -> bool {
    !able
}

impl ModelEntry {
    /// Whether it answers no more on that day, `2026-11-22`.
    pub fn retired(&self, today: &str) -> bool {
        self.retires.as_deref().is_some_and(|day| day <= today)
    }

    /// What somebody typed is fit for the table.
    ///
    /// # Errors
    /// `Invalid` with every field that is not.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        let blank = |text: &str| text.is_empty() || text.contains(char::is_whitespace);
        if self.name.split_once('/').is_none_or(|(provider, model)| blank(provider) || blank(model)) {
            problems.add("name", "Write provider and model, such as openai/gpt-4o-mini.");
        }
        if self.context == Some(0) {
            problems.add("context", "Leave it empty where it is not known, or give the tokens that the model reads.");
        }
        if self.max_output == Some(0) {
            problems.add("max_output", "Leave it empty where it is not known, or give the tokens that the model answers with.");
        }
        if self.retires.as_deref().is_some_and(|day| !is_day(day)) {
            problems.add("retires", "Write the day as 2026-12-31.");
        }
        if self.price.and_then(|price| price.above).is_some_and(|above| above.tokens == 0) {
            problems.add("price.above.tokens", "Give the tokens above which the other price holds.");
        }
        problems.check()
    }
}

/// Whether it has the form `2026-12-31`; days of that form sort as they follow.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::{super::Above, *};

    #[test]
    fn an_entry_says_which_fields_need_a_change() {
        let fit = ModelEntry { name: "openai/gpt-4o-mini".to_owned(), ..ModelEntry::default() };
        let above = Price { above: Some(Above::default()), ..Price::default() };
        let cases = [
            (fit.clone(), vec![]),
            (ModelEntry { name: "groq/openai/gpt-oss-120b".to_owned(), ..fit.clone() }, vec![]),
            (ModelEntry { retires: Some("2026-12-11".to_owned()), ..fit.clone() }, vec![]),
            (ModelEntry { name: "gpt-4o-mini".to_owned(), ..fit.clone() }, vec!["name"]),
            (ModelEntry { name: "openai/".to_owned(), ..fit.clone() }, vec!["name"]),
            (ModelEntry { name: "openai/gpt 4".to_owned(), ..fit.clone() }, vec!["name"]),
            (ModelEntry { context: Some(0), max_output: Some(0), ..fit.clone() }, vec!["context", "max_output"]),
            (ModelEntry { retires: Some("soon".to_owned()), ..fit.clone() }, vec!["retires"]),
            (ModelEntry { price: Some(above), ..fit }, vec!["price.above.tokens"]),
        ];
        for (entry, fields) in cases {
            let found = entry.check().err().map(|fault| fault.fields).unwrap_or_default();
            assert_eq!(found.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{entry:?}");
        }
    }

    #[test]
    fn a_model_is_retired_from_its_day_on() {
        let entry = ModelEntry { retires: Some("2026-12-11".to_owned()), ..ModelEntry::default() };
        for (today, retired) in [("2026-12-10", false), ("2026-12-11", true), ("2027-01-01", true)] {
            assert_eq!(entry.retired(today), retired, "{today}");
        }
        assert!(!ModelEntry::default().retired("2026-12-11"));
    }
}
