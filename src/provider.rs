//! Providers: who answers for a model besides this process, and how they are reached. Their keys are no part of this.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    cost::{ModelEntry, Table},
    fault::{Fault, Problems},
    id::{ProjectId, ProviderId},
    timestamp::Timestamp,
};

const NAME_MAX: usize = 40;
const URL_MAX: usize = 500;
const HEADERS_MAX: usize = 10;

/// Which protocol a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenAI, and whoever speaks as it does.
    Openai,
    Anthropic,
    Gemini,
}

impl ProviderKind {
    pub const ALL: [Self; 3] = [Self::Openai, Self::Anthropic, Self::Gemini];

    pub fn as_str(self) -> &'static str {
        match self {
            ProviderKind::Openai => "openai",
            ProviderKind::Anthropic => "anthropic",
            ProviderKind::Gemini => "gemini",
        }
    }

    /// Whose prices hold at the kind's own address, as the table of prices names it.
    fn maker(self) -> &'static str {
        match self {
            ProviderKind::Openai => "openai",
            ProviderKind::Anthropic => "anthropic",
            ProviderKind::Gemini => "google",
        }
    }
}

impl FromStr for ProviderKind {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| Fault::field("kind", "The kind is openai, anthropic or gemini."))
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            ProviderKind::Openai => "OpenAI, or what speaks its protocol",
            ProviderKind::Anthropic => "Anthropic",
            ProviderKind::Gemini => "Google Gemini",
        })
    }
}

/// What stands before the slash of a model's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderName(String);

impl ProviderName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let good = text.starts_with(plain) && text.len() <= NAME_MAX && text.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'));
        if !good {
            return Err(Fault::field("name", format!("A provider's name has lower-case letters, digits, “-”, “_” and “.”, at most {NAME_MAX}.")));
        }
        if matches!(text, "local" | "prompt" | "route") {
            return Err(Fault::field("name", format!("“{text}” means something else in a model's name. Choose another name.")));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ProviderName {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<ProviderName> for String {
    fn from(name: ProviderName) -> Self {
        name.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A model of a provider's own list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedModel {
    /// The provider's own name for it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    /// It makes vectors, and answers nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub embeds: bool,
}

/// How the last look at a provider went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    pub at: Timestamp,
    /// Why it failed, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Microseconds that the answer took.
    pub took_us: u64,
}

/// A provider of a project, without its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provider {
    pub id: ProviderId,
    pub project: ProjectId,
    pub name: ProviderName,
    pub kind: ProviderKind,
    /// Where the kind's own address is not meant.
    pub base_url: Option<String>,
    /// The last letters of its key; `None` where it has none.
    pub key_hint: Option<String>,
    /// Names of headers that go with each request.
    pub headers: Vec<String>,
    /// What it listed last, or what its owner typed.
    pub models: Vec<ListedModel>,
    /// The models were typed: a look at the provider does not replace them.
    pub models_typed: bool,
    pub checked: Option<Checked>,
    pub updated_at: Timestamp,
    pub updated_by: String,
}

impl Provider {
    pub fn model(&self, model: &str) -> Option<&ListedModel> {
        self.models.iter().find(|listed| listed.name == model)
    }

    /// What the table knows of one of its models: under the provider's own name, and at the kind's own address under the maker's.
    pub fn entry<'t>(&self, table: &'t Table, model: &str) -> Option<&'t ModelEntry> {
        let own = table.find(&format!("{}/{model}", self.name));
        own.or_else(|| self.base_url.is_none().then(|| table.find(&format!("{}/{model}", self.kind.maker())))?)
    }
}

/// What an owner says of a provider. What is `None` stays as it is; for a new one it is empty.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ProviderForm {
    #[serde(default)]
    pub base_url: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    /// Name and value of headers; secret as the key is.
    #[serde(default)]
    pub headers: Option<Vec<(String, String)>>,
    /// Where the provider has no list. Empty: ask the provider.
    #[serde(default)]
    pub models: Option<Vec<String>>,
}

impl fmt::Debug for ProviderForm {
    /// Without what is secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ProviderForm").field("base_url", &self.base_url).field("models", &self.models).finish_non_exhaustive()
    }
}

impl ProviderForm {
    /// Trims what was typed, and checks it.
    ///
    /// # Errors
    /// Invalid with every field at fault.
    pub fn tidy(mut self) -> Result<Self, Fault> {
        let mut problems = Problems::default();
        if let Some(url) = &mut self.base_url {
            *url = url.trim().trim_end_matches('/').to_owned();
            let plain = url.starts_with("https://") || url.starts_with("http://");
            if !url.is_empty() && (!plain || url.len() > URL_MAX || url.contains(|c: char| c.is_whitespace() || c.is_control()) || url.contains('@')) {
                problems.add("base_url", "An address begins with https:// or http://, and has no user or password in it.");
            }
        }
        if let Some(key) = &mut self.key {
            *key = key.trim().to_owned();
            if key.len() > 4_096 || key.chars().any(|c| !c.is_ascii_graphic()) {
                problems.add("key", "A key is one word of letters, digits and signs.");
            }
        }
        for (at, (name, value)) in self.headers.iter_mut().flatten().enumerate() {
            (*name, *value) = (name.trim().to_lowercase(), value.trim().to_owned());
            let good = !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            if !good || matches!(name.as_str(), "host" | "content-length" | "content-type" | "connection" | "transfer-encoding") {
                problems.add(format!("headers[{at}]"), "This is no header that can be set.");
            } else if value.is_empty() || value.len() > 4_096 || value.chars().any(|c| c.is_control() || !c.is_ascii()) {
                problems.add(format!("headers[{at}]"), "A header's value is a line of plain letters.");
            }
        }
        if self.headers.as_ref().is_some_and(|headers| headers.len() > HEADERS_MAX) {
            problems.add("headers", format!("At most {HEADERS_MAX} headers go with a request."));
        }
        if let Some(models) = &mut self.models {
            *models = models.iter().map(|model| model.trim().to_owned()).filter(|model| !model.is_empty()).collect();
            if models.len() > 1_000 || models.iter().any(|model| model.len() > 200 || model.contains(char::is_whitespace)) {
                problems.add("models", "A model's name is one word of at most 200 characters; a provider has at most 1,000.");
            }
        }
        problems.check()?;
        Ok(self)
    }
}

/// The provider and its own name of a model: `openai/gpt-4o-mini`.
pub fn split(model: &str) -> Option<(&str, &str)> {
    model.split_once('/').filter(|(provider, model)| !provider.is_empty() && !model.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_a_plain_name_that_means_nothing_else() {
        for (name, good) in
            [("openai", true), ("azure-eu_2.x", true), ("", false), ("OpenAI", false), ("a/b", false), ("-a", false), ("local", false), ("prompt", false)]
        {
            assert_eq!(name.parse::<ProviderName>().is_ok(), good, "{name}");
        }
    }

    #[test]
    fn a_form_is_tidied_or_says_each_field_at_fault() {
        let typed = ProviderForm {
            base_url: Some(" https://llm.example/v1/ ".to_owned()),
            key: Some(" sk-1 ".to_owned()),
            headers: Some(vec![("X-Org ".to_owned(), " a ".to_owned())]),
            models: Some(vec![" m ".to_owned(), String::new()]),
        };
        let tidy = typed.tidy().unwrap();
        assert_eq!((tidy.base_url.as_deref(), tidy.key.as_deref()), (Some("https://llm.example/v1"), Some("sk-1")));
        assert_eq!((tidy.headers, tidy.models), (Some(vec![("x-org".to_owned(), "a".to_owned())]), Some(vec!["m".to_owned()])));
        for url in ["ftp://x", "https://user:secret@host", "https://a b", "llm.example"] {
            let fault = ProviderForm { base_url: Some(url.to_owned()), ..ProviderForm::default() }.tidy().unwrap_err();
            assert_eq!(fault.fields[0].field, "base_url", "{url}");
        }
        let wrong = ProviderForm {
            key: Some("two words".to_owned()),
            headers: Some(vec![("Host".to_owned(), "x".to_owned()), ("x-a".to_owned(), "a\nb".to_owned())]),
            models: Some(vec!["two words".to_owned()]),
            base_url: None,
        };
        let fields: Vec<_> = wrong.tidy().unwrap_err().fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["key", "headers[0]", "headers[1]", "models"]);
    }

    #[test]
    fn what_is_printed_of_a_form_has_no_secret() {
        let form = ProviderForm { key: Some("sk-canary".to_owned()), headers: Some(vec![("x".to_owned(), "canary".to_owned())]), ..ProviderForm::default() };
        assert!(!format!("{form:?}").contains("canary"));
    }
}
