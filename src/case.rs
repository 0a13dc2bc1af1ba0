//! Test cases: values for a prompt's variables, and where somebody knows it, what the answer should be. They stay with the prompt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    fault::{Fault, Problems},
    id::{CaseId, PromptId},
    timestamp::Timestamp,
};

/// The most cases of one prompt.
pub const CASES_MAX: usize = 500;
/// The largest case, in bytes of its JSON.
const CASE_MAX: usize = 256 << 10;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    pub prompt: PromptId,
    /// 1, 2, 3 … in its prompt. The last one's is given again once that is deleted: who compares looks at the values too.
    pub number: u32,
    #[serde(flatten)]
    pub form: CaseForm,
    pub updated_by: String,
    pub updated_at: Timestamp,
}

/// What is said of a case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseForm {
    pub values: BTreeMap<String, Value>,
    /// `None` where nobody has said.
    #[serde(default)]
    pub expected: Option<String>,
}

impl CaseForm {
    /// Empty expectations are none.
    ///
    /// # Errors
    /// Invalid for what is too large, says nothing, or holds a NUL.
    pub fn tidy(mut self) -> Result<Self, Fault> {
        self.expected = self.expected.filter(|expected| !expected.trim().is_empty());
        let mut problems = Problems::default();
        let text = serde_json::to_string(&self).unwrap_or_default();
        if text.len() > CASE_MAX {
            problems.add("values", "A test case takes at most 256 KiB.");
        }
        if text.contains("\\u0000") {
            problems.add("values", "A test case holds no NUL character.");
        }
        if self.values.keys().any(|name| name.is_empty() || name.len() > 200) {
            problems.add("values", "A variable has a name of at most 200 characters.");
        }
        problems.check().map(|()| self)
    }

    /// Values in a line, for lists: `question: Where is my order? · shop: Northwind`.
    pub fn summary(&self) -> String {
        let parts = self.values.iter().map(|(name, value)| format!("{name}: {}", text_of(value).split_whitespace().collect::<Vec<_>>().join(" ")));
        parts.collect::<Vec<_>>().join(" · ")
    }
}

/// A value as people type it: text as it is, anything else as JSON.
pub fn text_of(value: &Value) -> String {
    if let Value::String(text) = value { text.clone() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(values: Value, expected: &str) -> CaseForm {
        serde_json::from_value(json!({"values": values, "expected": expected})).unwrap()
    }

    #[test]
    fn an_empty_expectation_is_none_and_a_summary_is_one_line() {
        let case = form(json!({"b": "two\nlines", "a": 1}), " ").tidy().unwrap();
        assert_eq!(case.expected, None);
        assert_eq!(case.summary(), "a: 1 · b: two lines");
    }

    #[test]
    fn what_is_too_large_or_no_text_is_refused() {
        assert!(form(json!({"a": "x".repeat(CASE_MAX)}), "").tidy().unwrap_err().of("values").is_some());
        assert!(form(json!({"a": "x\0"}), "").tidy().unwrap_err().of("values").is_some());
        assert!(form(json!({"": "x"}), "").tidy().unwrap_err().of("values").is_some());
    }
}
