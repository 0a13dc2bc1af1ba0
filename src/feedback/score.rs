//! Scores: what may be said of an answer, and what was said.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::agreement::Level;
use crate::{
    fault::{Fault, Problems},
    id::RequestId,
    statistics::{ONE, millionths},
};

/// Bytes of a name.
pub const NAME_MAX: usize = 100;
/// Characters of a text, a correction, a comment.
pub const TEXT_MAX: usize = 10_000;
const CHOICES_MAX: usize = 50;
const CHOICE_MAX: usize = 100;
const EXAMPLES_MAX: usize = 20;

/// What a score says, and within which bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Stars, a grade, a length: both bounds belong to it.
    Number {
        #[serde(default)]
        min: Option<f64>,
        #[serde(default)]
        max: Option<f64>,
    },
    /// A thumb up or down.
    YesNo,
    /// One of these. Ordered ones count by their rank: 1 is the first.
    Category {
        choices: Vec<String>,
        #[serde(default)]
        ordered: bool,
    },
    Text,
    /// What the answer should have been.
    Correction,
}

/// What a name means, since one version. Scores keep the version that they were given on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    #[serde(flatten)]
    pub kind: Kind,
    /// When to say what, for who scores.
    #[serde(default)]
    pub rubric: String,
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// An answer with its score, as a reviewer would give it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub answer: String,
    pub value: Value,
    #[serde(default)]
    pub why: String,
}

/// What a score is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Request(RequestId),
    /// Of a trace, or of one step in it.
    Trace {
        trace: String,
        span: Option<String>,
    },
}

/// Who or what gave a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreSource {
    /// Whom the answer was for.
    User,
    /// A program.
    #[default]
    Api,
    /// A person of the studio.
    Reviewer,
}

impl ScoreSource {
    pub const ALL: &[Self] = &[Self::User, Self::Api, Self::Reviewer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Api => "api",
            Self::Reviewer => "reviewer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|source| source.as_str() == text)
    }
}

/// What was said: a number, words, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `number`, `yes_no`, `category`, `text` or `correction`.
    pub kind: &'static str,
    /// In millionths, where it counts as a number.
    pub value: Option<i64>,
    pub words: Option<String>,
}

impl Kind {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Number { .. } => "number",
            Self::YesNo => "yes_no",
            Self::Category { .. } => "category",
            Self::Text => "text",
            Self::Correction => "correction",
        }
    }

    /// A name without a definition: what is sent says what it is.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::YesNo,
            Value::Number(_) => Self::Number { min: None, max: None },
            _ => Self::Text,
        }
    }

    /// # Errors
    /// Invalid on `value`.
    pub fn read(&self, value: &Value) -> Result<Said, Fault> {
        let wrong = |detail: String| Err(Fault::field("value", detail));
        let kind = self.as_str();
        match (self, value) {
            (Self::Number { min, max }, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                let below = min.is_some_and(|min| number < min);
                match millionths(number).filter(|_| !below && !max.is_some_and(|max| number > max)) {
                    Some(value) => Ok(Said { kind, value: Some(value), words: None }),
                    None => wrong(between(*min, *max)),
                }
            }
            (Self::YesNo, Value::Bool(yes)) => Ok(Said { kind, value: Some(i64::from(*yes) * ONE), words: None }),
            (Self::Category { choices, ordered }, Value::String(said)) => match choices.iter().position(|choice| choice == said) {
                Some(at) => Ok(Said { kind, value: ordered.then(|| rank(at)), words: Some(said.clone()) }),
                None => wrong(format!("One of {}.", choices.join(", "))),
            },
            (Self::Text | Self::Correction, Value::String(said)) if !said.trim().is_empty() && is_text(said) => {
                Ok(Said { kind, value: None, words: Some(said.clone()) })
            }
            (Self::Number { min, max }, _) => wrong(between(*min, *max)),
            (Self::YesNo, _) => wrong("True or false.".to_owned()),
            (Self::Category { choices, .. }, _) => wrong(format!("One of {}.", choices.join(", "))),
            (Self::Text | Self::Correction, _) => wrong(format!("A text of 1 to {TEXT_MAX} characters, none of them NUL.")),
        }
    }

    /// How far apart two values are, for the agreement of those who gave them; `None` for words.
    pub fn level(&self) -> Option<Level> {
        match self {
            Self::Number { .. } => Some(Level::Interval),
            Self::Category { ordered: true, .. } => Some(Level::Ordinal),
            Self::Category { ordered: false, .. } | Self::YesNo => Some(Level::Nominal),
            Self::Text | Self::Correction => None,
        }
    }

    fn check(&self, problems: &mut Problems) {
        match self {
            Self::Number { min, max } => {
                if [min, max].into_iter().flatten().any(|bound| millionths(*bound).is_none()) {
                    problems.add("min", "Bounds are numbers between −1,000,000,000 and 1,000,000,000.");
                } else if min.zip(*max).is_some_and(|(min, max)| min >= max) {
                    problems.add("max", "Above the smallest.");
                }
            }
            Self::Category { choices, .. } => {
                let unfit =
                    |choice: &String| choice.trim().is_empty() || choice.trim() != choice || choice.len() > CHOICE_MAX || choice.chars().any(char::is_control);
                let again = choices.iter().enumerate().any(|(at, choice)| choices[..at].contains(choice));
                if choices.len() < 2 || choices.len() > CHOICES_MAX || choices.iter().any(unfit) || again {
                    problems.add("choices", format!("Between 2 and {CHOICES_MAX} different ones, each of 1 to {CHOICE_MAX} bytes on one line."));
                }
            }
            Self::YesNo | Self::Text | Self::Correction => {}
        }
    }
}

fn rank(at: usize) -> i64 {
    i64::try_from(at).unwrap_or_default().saturating_add(1).saturating_mul(ONE)
}

/// Postgres keeps no NUL.
pub fn is_text(text: &str) -> bool {
    text.chars().count() <= TEXT_MAX && !text.contains('\0')
}

fn between(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("A number between {min} and {max}."),
        (Some(min), None) => format!("A number of at least {min}."),
        (None, Some(max)) => format!("A number of at most {max}."),
        (None, None) => "A number between −1,000,000,000 and 1,000,000,000.".to_owned(),
    }
}

impl Definition {
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        self.kind.check(&mut problems);
        if !is_text(&self.rubric) {
            problems.add("rubric", format!("At most {TEXT_MAX} characters, none of them NUL."));
        }
        if self.examples.len() > EXAMPLES_MAX {
            problems.add("examples", format!("At most {EXAMPLES_MAX}."));
        }
        for (at, example) in self.examples.iter().enumerate().take(EXAMPLES_MAX) {
            if let Err(fault) = self.kind.read(&example.value) {
                problems.add(format!("examples[{at}].value"), fault.of("value").unwrap_or_default().to_owned());
            }
            if ![&example.answer, &example.why].into_iter().all(|text| is_text(text)) {
                problems.add(format!("examples[{at}].answer"), format!("At most {TEXT_MAX} characters, none of them NUL."));
            }
        }
        problems.check()
    }
}

impl Said {
    /// As it is sent.
    pub fn json(&self) -> Value {
        match (self.kind, self.value, &self.words) {
            ("yes_no", Some(value), _) => json!(value > 0),
            (_, _, Some(words)) => json!(words),
            (_, Some(value), None) => json!(value as f64 / ONE as f64),
            (_, None, None) => Value::Null,
        }
    }
}

/// # Errors
/// Invalid on `name`.
pub fn check_name(name: &str) -> Result<(), Fault> {
    if name.trim() != name || name.is_empty() || name.starts_with('$') || name.len() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(Fault::field("name", format!("1 to {NAME_MAX} bytes on one line, without blanks around, and no $ at its beginning.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_by_its_kind() {
        let stars = Kind::Number { min: Some(1.0), max: Some(5.0) };
        let tone = |ordered| Kind::Category { choices: vec!["cold".into(), "fine".into(), "warm".into()], ordered };
        for (kind, value, number, words) in [
            (stars.clone(), json!(4.5), Some(4_500_000), None),
            (Kind::YesNo, json!(true), Some(ONE), None),
            (Kind::YesNo, json!(false), Some(0), None),
            (tone(true), json!("warm"), Some(3 * ONE), Some("warm")),
            (tone(false), json!("warm"), None, Some("warm")),
            (Kind::Text, json!("Too long."), None, Some("Too long.")),
            (Kind::Correction, json!("We open at nine."), None, Some("We open at nine.")),
        ] {
            let said = kind.read(&value).unwrap();
            assert_eq!((said.value, said.words.as_deref()), (number, words), "{kind:?}");
            assert_eq!(said.json(), value);
        }
        for (kind, wrong) in [
            (stars.clone(), json!(0)),
            (stars.clone(), json!(5.1)),
            (stars, json!("4")),
            (Kind::Number { min: None, max: None }, json!(1e12)),
            (Kind::YesNo, json!(1)),
            (tone(true), json!("hot")),
            (tone(true), json!(1)),
            (Kind::Text, json!(" ")),
            (Kind::Text, json!(true)),
            (Kind::Text, json!("a\0b")),
            (Kind::Correction, json!("x".repeat(TEXT_MAX + 1))),
        ] {
            assert!(kind.read(&wrong).unwrap_err().of("value").is_some(), "{kind:?} {wrong}");
        }
        assert_eq!([json!(true), json!(3), json!("a")].map(|value| Kind::of(&value).as_str()), ["yes_no", "number", "text"]);
    }

    #[test]
    fn a_definition_is_checked_with_its_examples() {
        let definition = |kind| Definition { kind, rubric: String::new(), examples: Vec::new() };
        let category = |choices: &[&str]| Kind::Category { choices: choices.iter().map(|choice| (*choice).to_owned()).collect(), ordered: false };
        definition(category(&["a", "b"])).check().unwrap();
        for (kind, field) in [
            (category(&["a"]), "choices"),
            (category(&["a", "a"]), "choices"),
            (category(&["a", " b"]), "choices"),
            (Kind::Number { min: Some(5.0), max: Some(1.0) }, "max"),
            (Kind::Number { min: Some(f64::INFINITY), max: None }, "min"),
        ] {
            assert!(definition(kind.clone()).check().unwrap_err().of(field).is_some(), "{kind:?}");
        }
        let example = Example { answer: "Hello".into(), value: json!("c"), why: String::new() };
        let wrong = Definition { examples: vec![example], ..definition(category(&["a", "b"])) };
        assert!(wrong.check().unwrap_err().of("examples[0].value").is_some());
        let kept: Definition = serde_json::from_value(json!({"kind": "number", "min": 1, "rubric": "Stars."})).unwrap();
        assert_eq!(kept.kind, Kind::Number { min: Some(1.0), max: None });
        assert!(["", " a", "$cost", "a\nb"].iter().all(|name| check_name(name).is_err()) && check_name("tone of voice").is_ok());
    }
}
