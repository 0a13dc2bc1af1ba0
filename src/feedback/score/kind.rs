//! Kinds of scores, and their values.

use serde::{Deserialize, Serialize};

use crate::{
    fault::Fault,
    feedback::agreement::Level,
    statistics::{ONE, millionths},
};

/// The longest text, in characters.
const TEXT_MAX: usize = 10_000;
/// The longest corrected answer, in bytes: what a test case takes as its expected answer.
const CORRECTION_MAX: usize = 256 << 10;

/// What an answer to the question is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// From `min` to `max`; with a `step` only `min`, `min + step` and so on. These three have at most six decimals.
    Number {
        min: f64,
        max: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<f64>,
    },
    /// One of the choices; where they are ordered, from the lowest on.
    Category {
        choices: Vec<String>,
        #[serde(default)]
        ordered: bool,
    },
    YesNo,
    /// Anything, in words.
    Text,
    /// What the answer should have been.
    Correction,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    YesNo(bool),
    Number(f64),
    Text(String),
}

impl Kind {
    pub fn as_str(&self) -> &'static str {
        match self {
            Kind::Number { .. } => "number",
            Kind::Category { .. } => "category",
            Kind::YesNo => "yes_no",
            Kind::Text => "text",
            Kind::Correction => "correction",
        }
    }

    /// A value as a program or a reviewer sends it.
    ///
    /// # Errors
    /// Invalid on `value`, saying what is expected.
    pub fn read(&self, value: &serde_json::Value) -> Result<Value, Fault> {
        let read = serde_json::from_value(value.clone()).ok();
        read.filter(|value| self.takes(value)).ok_or_else(|| Fault::field("value", self.expected(value)))
    }

    fn takes(&self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Number { min, max, step }, Value::Number(value)) => is_on_scale(*value, *min, *max, *step),
            (Kind::Category { choices, .. }, Value::Text(value)) => choices.contains(value),
            (Kind::YesNo, Value::YesNo(_)) => true,
            (Kind::Text, Value::Text(text)) => is_text(text) && text.chars().count() <= TEXT_MAX,
            (Kind::Correction, Value::Text(text)) => is_text(text) && text.len() <= CORRECTION_MAX,
            _ => false,
        }
    }

    /// What is expected in the place of `got`.
    fn expected(&self, got: &serde_json::Value) -> String {
        match self {
            Kind::Number { min, max, step: None } => format!("A number from {min} to {max} is expected here, and not {}.", short(got)),
            Kind::Number { min, max, step: Some(step) } => format!("A number from {min} to {max} in steps of {step} is expected here, and not {}.", short(got)),
            Kind::Category { choices, .. } => {
                let choices: Vec<_> = choices.iter().map(|choice| format!("“{choice}”")).collect();
                format!("One of {} is expected here, and not {}.", choices.join(", "), short(got))
            }
            Kind::YesNo => format!("True or false is expected here, and not {}.", short(got)),
            Kind::Text => "A text of 1 to 10,000 characters is expected here, without NUL.".to_owned(),
            Kind::Correction => "The corrected answer is expected here: a text of at most 256 KiB, without NUL.".to_owned(),
        }
    }

    /// How far apart two values are, for the agreement of those who gave them; `None` for words.
    pub fn level(&self) -> Option<Level> {
        match self {
            Kind::Number { .. } => Some(Level::Interval),
            Kind::Category { ordered: true, .. } => Some(Level::Ordinal),
            Kind::Category { ordered: false, .. } | Kind::YesNo => Some(Level::Nominal),
            Kind::Text | Kind::Correction => None,
        }
    }

    /// A value as sums and rollups take it, in millionths: a number as it is, yes as 1 and no as 0, of ordered choices the first as 1,
    /// the second as 2. `None` for what has no order.
    pub fn millionths(&self, value: &Value) -> Option<i64> {
        if matches!(self, Kind::Category { ordered: false, .. }) { None } else { self.code(value) }
    }

    /// A value as agreement takes it: `millionths`, and of choices without an order the position likewise. `None` for words.
    pub fn code(&self, value: &Value) -> Option<i64> {
        match (self, value) {
            (Kind::Number { .. }, Value::Number(value)) => millionths(*value),
            (Kind::YesNo, Value::YesNo(yes)) => Some(i64::from(*yes) * ONE),
            (Kind::Category { choices, .. }, Value::Text(value)) => {
                choices.iter().zip(1_i64..).find_map(|(choice, rank)| (choice == value).then_some(rank * ONE))
            }
            _ => None,
        }
    }
}

/// Steps are counted in whole numbers: 0.3 is three of 0.1.
fn is_on_scale(value: f64, min: f64, max: f64, step: Option<f64>) -> bool {
    let on_step = |step: f64| {
        let (from, step) = (exact_millionths(value)? - exact_millionths(min)?, exact_millionths(step)?);
        from.checked_rem(step)
    };
    (min..=max).contains(&value) && step.is_none_or(|step| on_step(step) == Some(0))
}

/// `None` too for what has more than six decimals.
pub(super) fn exact_millionths(value: f64) -> Option<i64> {
    millionths(value).filter(|whole| (*whole as f64 / ONE as f64) == value)
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('\0')
}

fn short(value: &serde_json::Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 40 { format!("{}…", text.chars().take(40).collect::<String>()) } else { text }
}
