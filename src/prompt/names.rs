//! Names that people give: a prompt's, a label's, a tag's, each checked where it is read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use crate::fault::Fault;

macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Fault;
            fn from_str(text: &str) -> Result<Self, Fault> {
                let check: fn(&str) -> Result<(), Fault> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_newtype!(
    /// A prompt's name, unique in its project; `/` makes folders: `support/reply`.
    PromptName,
    check_name
);
text_newtype!(
    /// A movable name for a version: `production`.
    LabelName,
    check_label
);
text_newtype!(
    /// A word to find prompts by.
    Tag,
    check_tag
);

impl PromptName {
    /// What stands before the last `/`, or nothing.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What stands after the last `/`.
    pub fn leaf(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, leaf)| leaf)
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let say = |why: String| Err(Fault::field("name", why));
    if name.is_empty() {
        return say("Give it a name, such as support/reply.".to_owned());
    }
    let length = name.chars().count();
    if length > 200 {
        return say(format!("A prompt's name has at most 200 characters; this has {length}."));
    }
    if let Some(bad) = name.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/'))) {
        return say(format!("A prompt's name holds letters, digits, “-”, “_”, “.”, spaces, and “/” for folders, but not {bad:?}."));
    }
    if name.split('/').any(|segment| segment.trim().is_empty() || segment.trim() != segment || segment == "." || segment == "..") {
        return say("Every part between slashes needs a name, without spaces around it.".to_owned());
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), Fault> {
    let good = label.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
        && label.len() <= 64;
    if !good {
        return Err(Fault::field("label", "A label has 1 to 64 lower-case letters, digits, “-”, “_” or “.”, a letter or digit first."));
    }
    if label == "latest" {
        return Err(Fault::field("label", "“latest” is always the newest version and cannot be moved; choose another name."));
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), Fault> {
    let good = !tag.is_empty() && tag.trim() == tag && tag.chars().count() <= 50 && !tag.chars().any(|c| c.is_control() || matches!(c, ',' | '"' | '\\'));
    if good { Ok(()) } else { Err(Fault::field("tags", "A tag has 1 to 50 characters, without commas, quotes or spaces around it.")) }
}

/// Sorts, drops repeats, and refuses more than 20.
///
/// # Errors
/// `Invalid` on `tags`.
pub fn tidy_tags(mut tags: Vec<Tag>) -> Result<Vec<Tag>, Fault> {
    tags.sort();
    tags.dedup();
    if tags.len() > 20 {
        return Err(Fault::field("tags", format!("At most 20 tags; these are {}.", tags.len())));
    }
    Ok(tags)
}
