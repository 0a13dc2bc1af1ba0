//! The playground: one set of values, asked of several versions and models side by side.

use serde::{Deserialize, Serialize};

use crate::{
    completion::Event,
    id::RunId,
    prompt::{Message, Params},
};

/// The most columns side by side.
pub const COLUMNS_MAX: usize = 6;
/// The most answers of one column at once.
pub const REPEATS_MAX: usize = 5;

/// One column as it is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its place on the page; comes back with everything that it hears.
    pub at: usize,
    /// 0 for the caller's draft.
    pub version: u32,
    /// Empty for the version's own.
    #[serde(default)]
    pub model: String,
    /// Instead of the version's own, one by one.
    #[serde(default)]
    pub params: Params,
    /// The conversation after the prompt's own messages.
    #[serde(default)]
    pub tail: Vec<Message>,
}

/// A line of the stream: what one column hears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub at: usize,
    /// Of a column that is asked more than once, which answer.
    pub repeat: usize,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is on record.
    Run {
        run: RunId,
        model: String,
    },
    Event(Event),
}

/// How an answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    #[default]
    Text,
    Markdown,
    Json,
    /// The provider's answer as it came.
    Raw,
}

impl Look {
    pub const ALL: [Self; 4] = [Self::Text, Self::Markdown, Self::Json, Self::Raw];

    pub fn as_str(self) -> &'static str {
        match self {
            Look::Text => "text",
            Look::Markdown => "markdown",
            Look::Json => "json",
            Look::Raw => "raw",
        }
    }

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|look| look.as_str() == text).unwrap_or_default()
    }
}

/// A column as the address has it: `version~model~temperature~max_tokens~seed`, `d` for the draft, what is empty left to the version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    pub version: u32,
    pub model: String,
    pub temperature: Option<f64>,
    pub max_tokens: Option<u32>,
    pub seed: Option<u64>,
}

impl Setting {
    /// Columns, with `;` between them.
    pub fn read_all(text: &str) -> Vec<Self> {
        text.split(';').filter(|one| !one.is_empty()).take(COLUMNS_MAX).map(Self::read).collect()
    }

    fn read(text: &str) -> Self {
        let mut parts = text.split('~');
        let mut next = || parts.next().unwrap_or_default();
        Self {
            version: next().parse().unwrap_or_default(),
            model: next().to_owned(),
            temperature: next().parse().ok().filter(|number: &f64| number.is_finite()),
            max_tokens: next().parse().ok(),
            seed: next().parse().ok(),
        }
    }

    pub fn write_all(all: &[Self]) -> String {
        all.iter().map(Self::write).collect::<Vec<_>>().join(";")
    }

    fn write(&self) -> String {
        let version = if self.version == 0 { "d".to_owned() } else { self.version.to_string() };
        let text = |value: Option<String>| value.unwrap_or_default();
        let parts = [
            version,
            self.model.clone(),
            text(self.temperature.map(|number| number.to_string())),
            text(self.max_tokens.map(|number| number.to_string())),
            text(self.seed.map(|number| number.to_string())),
        ];
        parts.join("~").trim_end_matches('~').to_owned()
    }

    pub fn params(&self) -> Params {
        Params { temperature: self.temperature, max_tokens: self.max_tokens, seed: self.seed, ..Params::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_survive_the_address() {
        let all = [
            Setting { version: 3, model: "openai/gpt-4o-mini".to_owned(), temperature: Some(0.2), max_tokens: None, seed: Some(7) },
            Setting { version: 0, ..Setting::default() },
            Setting { version: 12, model: "local/smollm2-135m-instruct".to_owned(), max_tokens: Some(64), ..Setting::default() },
        ];
        let text = Setting::write_all(&all);
        assert_eq!(text, "3~openai/gpt-4o-mini~0.2~~7;d;12~local/smollm2-135m-instruct~~64");
        assert_eq!(Setting::read_all(&text), all);
        assert_eq!(Setting::read_all("1;2;3;4;5;6;7;8").len(), COLUMNS_MAX);
        assert_eq!(Setting::read_all("x~~hot"), [Setting::default()], "what cannot be read is left to the version");
    }
}
