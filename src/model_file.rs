//! Models of this machine besides those that the program brings: files of weights, by their path.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{fault::Fault, timestamp::Timestamp};

/// What stands before the slash of the names of models of this machine.
pub const LOCAL: &str = "local";
/// Names that the program's own models have.
const TAKEN: [&str; 3] = ["smollm2-135m-instruct", "all-minilm-l6-v2", "potion-base-8m"];

/// The name of a file's model: prompts name it `local/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in a model's, where it is one of this machine.
    pub fn of(model: &str) -> Option<Self> {
        model.strip_prefix(LOCAL)?.strip_prefix('/')?.parse().ok()
    }

    /// As prompts name it.
    pub fn model(&self) -> String {
        format!("{LOCAL}/{}", self.0)
    }
}

impl FromStr for FileName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !starts || text.len() > 80 || !text.bytes().all(good) {
            return Err(Fault::field(
                "name",
                "A model's name has lower-case letters, digits, dots, dashes and underscores, 80 at most, and begins with a letter or digit.",
            ));
        }
        if TAKEN.contains(&text) {
            return Err(Fault::field("name", format!("“{text}” is the name of a model that Atelier brings. Choose another.")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// `llama`, `qwen2` …
    pub architecture: String,
    /// As its makers call it; empty where it does not say.
    pub title: String,
    /// Tokens that it reads at once here.
    pub context: u32,
    pub bytes: u64,
    /// As ggml names it: `Q4_K`.
    pub quantisation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    pub name: FileName,
    /// On the machine that serves.
    pub path: String,
    pub facts: FileFacts,
    pub updated_by: String,
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_not_taken() {
        for (text, good) in [("qwen2.5-0.5b", true), ("", false), ("Qwen", false), ("a/b", false), ("-a", false), ("potion-base-8m", false)] {
            assert_eq!(text.parse::<FileName>().is_ok(), good, "{text}");
        }
        assert_eq!(FileName::of("local/x").map(|name| name.model()).as_deref(), Some("local/x"));
        assert!(FileName::of("openai/x").is_none() && FileName::of("localx").is_none());
    }
}
