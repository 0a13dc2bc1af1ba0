//! Who takes part: conditions on what the caller says about a unit. All of them must hold.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{fault::Problems, request::words};

/// What a caller says about a unit.
pub type Attributes = Map<String, Value>;

/// The most values of `in` and `not_in`.
const VALUES_MAX: usize = 1_000;

words! {
    /// How an attribute is compared.
    Is {
        #[default]
        Equals = "equals",
        NotEquals = "not_equals",
        In = "in",
        NotIn = "not_in",
        Exists = "exists",
        Missing = "missing",
        Greater = "greater",
        Less = "less",
        Contains = "contains",
        StartsWith = "starts_with",
    }
}

impl Is {
    /// As a form and a page say it: "locale is sv".
    pub fn words(self) -> &'static str {
        match self {
            Is::Equals => "is",
            Is::NotEquals => "is not",
            Is::In => "is one of",
            Is::NotIn => "is none of",
            Is::Exists => "is known",
            Is::Missing => "is not known",
            Is::Greater => "is above",
            Is::Less => "is below",
            Is::Contains => "contains",
            Is::StartsWith => "starts with",
        }
    }

    fn is_about_presence(self) -> bool {
        matches!(self, Is::Exists | Is::Missing)
    }
}

/// One condition. An attribute that the caller did not send, or sent as null, is none of the others, so it fulfils `missing`,
/// `not_equals` and `not_in` alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub attribute: String,
    pub is: Is,
    /// A list for `in` and `not_in`, a number or text for `greater` and `less`, nothing for `exists` and `missing`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
}

impl Condition {
    pub fn holds(&self, attributes: &Attributes) -> bool {
        let Some(known) = attributes.get(&self.attribute).filter(|value| !value.is_null()) else {
            return matches!(self.is, Is::Missing | Is::NotEquals | Is::NotIn);
        };
        match self.is {
            Is::Equals => same(known, &self.value),
            Is::NotEquals => !same(known, &self.value),
            Is::In => self.lists(known),
            Is::NotIn => !self.lists(known),
            Is::Exists => true,
            Is::Missing => false,
            Is::Greater => compare(known, &self.value) == Some(Ordering::Greater),
            Is::Less => compare(known, &self.value) == Some(Ordering::Less),
            Is::Contains => contains(known, &self.value),
            Is::StartsWith => known.as_str().zip(self.value.as_str()).is_some_and(|(known, start)| known.starts_with(start)),
        }
    }

    fn lists(&self, known: &Value) -> bool {
        self.value.as_array().is_some_and(|values| values.iter().any(|value| same(known, value)))
    }

    pub(super) fn check(&self, field: &str, problems: &mut Problems) {
        if self.attribute.is_empty() || self.attribute.len() > 100 || self.attribute.chars().any(char::is_control) {
            problems.add(format!("{field}.attribute"), "Name the attribute, in 1 to 100 bytes.");
        }
        let say = match self.is {
            is if is.is_about_presence() => (!self.value.is_null()).then_some("This comparison has no value."),
            Is::In | Is::NotIn => {
                let good = self.value.as_array().is_some_and(|values| (1..=VALUES_MAX).contains(&values.len()) && values.iter().all(is_plain));
                (!good).then_some("A list of 1 to 1,000 texts, numbers or truth values.")
            }
            Is::Greater | Is::Less => (!(self.value.is_number() || self.value.is_string())).then_some("A number, or a text such as a date."),
            Is::StartsWith => (!self.value.is_string()).then_some("A text."),
            _ => (!is_plain(&self.value)).then_some("A text, a number or a truth value."),
        };
        if let Some(say) = say {
            problems.add(format!("{field}.value"), say);
        }
    }
}

fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

/// 1 and 1.0 are one number.
fn same(a: &Value, b: &Value) -> bool {
    if a.is_number() && b.is_number() { a.as_f64() == b.as_f64() } else { a == b }
}

/// Numbers by size, texts by letter, so that dates as texts are in order; nothing else.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// A part of a text, or an item of a list.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Array(items), part) => items.iter().any(|item| same(item, part)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_as_their_words_say() {
        let Value::Object(attributes) = json!({"locale": "sv", "age": 30, "plan": null, "tags": ["vip", 7], "since": "2026-03-01"}) else { unreachable!() };
        for (attribute, is, value, holds) in [
            ("locale", Is::Equals, json!("sv"), true),
            ("locale", Is::Equals, json!("en"), false),
            ("age", Is::Equals, json!(30.0), true),
            ("age", Is::Equals, json!("30"), false),
            ("locale", Is::NotEquals, json!("sv"), false),
            ("country", Is::NotEquals, json!("se"), true),
            ("locale", Is::In, json!(["en", "sv"]), true),
            ("country", Is::In, json!(["se"]), false),
            ("country", Is::NotIn, json!(["se"]), true),
            ("locale", Is::NotIn, json!(["sv"]), false),
            ("locale", Is::Exists, Value::Null, true),
            ("plan", Is::Exists, Value::Null, false),
            ("plan", Is::Missing, Value::Null, true),
            ("age", Is::Greater, json!(29.5), true),
            ("age", Is::Greater, json!(30), false),
            ("age", Is::Less, json!(31), true),
            ("age", Is::Less, json!("31"), false),
            ("since", Is::Greater, json!("2026-02-28"), true),
            ("country", Is::Less, json!(1), false),
            ("locale", Is::Contains, json!("v"), true),
            ("tags", Is::Contains, json!("vip"), true),
            ("tags", Is::Contains, json!(8), false),
            ("locale", Is::StartsWith, json!("s"), true),
            ("age", Is::StartsWith, json!("3"), false),
        ] {
            let condition = Condition { attribute: attribute.to_owned(), is, value };
            assert_eq!(condition.holds(&attributes), holds, "{condition:?}");
        }
    }
}
