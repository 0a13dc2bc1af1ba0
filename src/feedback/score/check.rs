//! What a question has to keep: tidied first, then every problem at once.

use std::collections::HashSet;

use super::{Example, Form, Kind, Value, kind::exact_millionths};
use crate::fault::{Fault, Problems};

const CHOICES: std::ops::RangeInclusive<usize> = 2..=50;
const CHOICE_MAX: usize = 100;
const RUBRIC_MAX: usize = 10_000;
const EXAMPLES_MAX: usize = 20;
/// The longest text and reason of an example, in characters.
const EXAMPLE_MAX: usize = 10_000;

impl Form {
    /// Without spaces around names and choices.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        self.name = self.name.trim().to_owned();
        if let Kind::Category { choices, .. } = &mut self.kind {
            choices.iter_mut().for_each(|choice| *choice = choice.trim().to_owned());
        }
        self
    }

    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        // What is known of requests is kept under names that begin so.
        if self.name.is_empty() || self.name.starts_with('$') || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            problems.add("name", "Give it a name, of at most 100 bytes, that begins with no “$”.");
        }
        if self.rubric.chars().count() > RUBRIC_MAX || self.rubric.contains('\0') {
            problems.add("rubric", "At most 10,000 characters, none of them NUL.");
        }
        self.kind.check(&mut problems);
        if self.examples.len() > EXAMPLES_MAX {
            problems.add("examples", format!("At most {EXAMPLES_MAX} examples; these are {}.", self.examples.len()));
        }
        self.examples.iter().enumerate().for_each(|(at, example)| example.check(&format!("examples[{at}]"), &self.kind, &mut problems));
        problems.check()
    }

    /// As `check`, for the version that follows `before`.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub(super) fn check_after(&self, before: &Self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        problems.keep(self.check());
        if self.name != before.name {
            problems.add("name", "A score keeps its name through its versions.");
        }
        if self.kind.as_str() != before.kind.as_str() {
            problems.add("kind", "A score keeps its kind through its versions; give another kind another name.");
        }
        problems.check()
    }
}

impl Kind {
    fn check(&self, problems: &mut Problems) {
        match self {
            Kind::Number { min, max, step } => check_scale(*min, *max, *step, problems),
            Kind::Category { choices, .. } => check_choices(choices, problems),
            Kind::YesNo | Kind::Text | Kind::Correction => {}
        }
    }
}

impl Example {
    fn check(&self, field: &str, kind: &Kind, problems: &mut Problems) {
        let long = |text: &str| text.chars().count() > EXAMPLE_MAX || text.contains('\0');
        if long(&self.text) || self.text.trim().is_empty() {
            problems.add(format!("{field}.text"), "1 to 10,000 characters, none of them NUL.");
        }
        if long(&self.reason) {
            problems.add(format!("{field}.reason"), "At most 10,000 characters, none of them NUL.");
        }
        let value = match &self.value {
            Value::YesNo(value) => (*value).into(),
            Value::Number(value) => (*value).into(),
            Value::Text(value) => value.as_str().into(),
        };
        if let Err(fault) = kind.read(&value) {
            problems.add(format!("{field}.value"), fault.message);
        }
    }
}

/// Scores are added up in whole millionths, so the ends and the step of a scale are such.
fn check_scale(min: f64, max: f64, step: Option<f64>, problems: &mut Problems) {
    let (low, high) = (exact_millionths(min), exact_millionths(max));
    for (field, value) in [("min", low), ("max", high)] {
        if value.is_none() {
            problems.add(field, "At most 1,000,000,000 either way, with at most six decimals.");
        }
    }
    let Some((low, high)) = low.zip(high) else { return };
    if low >= high {
        problems.add("max", "More than the least.");
    }
    match step.map(|step| exact_millionths(step).filter(|step| *step > 0)) {
        Some(None) => problems.add("step", "More than 0, with at most six decimals."),
        Some(Some(step)) if low < high && (high - low) % step != 0 => problems.add("step", "From the least to the most it takes a whole number of steps."),
        _ => {}
    }
}

fn check_choices(choices: &[String], problems: &mut Problems) {
    if !CHOICES.contains(&choices.len()) {
        problems.add("choices", format!("2 to 50 choices; these are {}.", choices.len()));
    }
    let mut seen = HashSet::new();
    for (at, choice) in choices.iter().enumerate() {
        if choice.is_empty() || choice.len() > CHOICE_MAX || choice.chars().any(char::is_control) {
            problems.add(format!("choices[{at}]"), "1 to 100 bytes, on one line.");
        } else if !seen.insert(choice) {
            problems.add(format!("choices[{at}]"), format!("“{choice}” stands here twice."));
        }
    }
}
