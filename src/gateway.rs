//! What a call through the gateway brings beside its protocol, and what a project keeps of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    fault::{Fault, Problems},
    prompt::{LabelName, PromptName, Selector},
    request::{TAGS_MAX, word},
};

/// The `atelier` object of a call's body.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Extras {
    pub prompt: Option<String>,
    pub label: Option<String>,
    pub version: Option<u32>,
    pub variables: Map<String, Value>,
    pub experiment: Option<String>,
    pub unit: Option<String>,
    /// What conditions of the experiment's audience are asked of.
    pub attributes: Map<String, Value>,
    pub cache: Option<CacheMode>,
    pub cache_max_error: Option<f64>,
    pub knowledge: Option<String>,
    pub tags: Vec<String>,
    pub user: Option<String>,
    pub session: Option<String>,
    pub trace_id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheMode {
    #[default]
    Off,
    Exact,
    /// Not yet: answered as `exact`.
    Semantic,
}

/// The prompt of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: PromptName,
    pub selector: Selector,
}

impl Extras {
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn read(value: Option<&Value>) -> Result<Self, Fault> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Self::default()) };
        let mut extras: Self = Self::deserialize(value).map_err(|error| Fault::field("atelier", format!("It cannot be read: {error}.")))?;
        let mut problems = Problems::default();
        for (field, text) in [("atelier.user", &mut extras.user), ("atelier.session", &mut extras.session), ("atelier.trace_id", &mut extras.trace_id)] {
            *text = text.take().and_then(|text| problems.keep(word(field, &text)));
        }
        if extras.tags.len() > TAGS_MAX {
            problems.add("atelier.tags", format!("At most {TAGS_MAX} tags."));
        }
        let tags = std::mem::take(&mut extras.tags);
        extras.tags = tags.iter().filter_map(|tag| problems.keep(word("atelier.tags", tag))).collect();
        extras.tags.sort_unstable();
        extras.tags.dedup();
        problems.check()?;
        Ok(extras)
    }

    /// The prompt that these name.
    ///
    /// # Errors
    /// Invalid for names that are none.
    pub fn named(&self) -> Result<Option<Named>, Fault> {
        let Some(name) = &self.prompt else { return Ok(None) };
        let name = name.parse::<PromptName>().map_err(|fault| fault.at("atelier.prompt"))?;
        let selector = match (self.version, &self.label) {
            (Some(version), _) => Selector::Version(version),
            (None, Some(label)) => Selector::Label(label.parse::<LabelName>().map_err(|fault| fault.at("atelier.label"))?),
            (None, None) => Selector::Published,
        };
        Ok(Some(Named { name, selector }))
    }

    /// The experiment's key and the unit: the user's id, where no other is given.
    ///
    /// # Errors
    /// Invalid on `atelier.unit` where nobody is named.
    pub fn experiment(&self) -> Result<Option<(&str, &str)>, Fault> {
        let Some(key) = &self.experiment else { return Ok(None) };
        let unit = self.unit.as_deref().or(self.user.as_deref());
        let unit = unit.ok_or_else(|| Fault::field("atelier.unit", "Say whom the experiment assigns: a stable id of the user, or of the conversation."))?;
        Ok(Some((key, unit)))
    }
}

impl Named {
    /// `prompt/NAME`, `prompt/NAME@LABEL` or `prompt/NAME@7`; `None` for another model.
    ///
    /// # Errors
    /// Invalid on `model`.
    pub fn of_model(model: &str) -> Result<Option<Self>, Fault> {
        let Some(rest) = model.strip_prefix("prompt/") else { return Ok(None) };
        let (name, at) = rest.rsplit_once('@').map_or((rest, None), |(name, at)| (name, Some(at)));
        let name = name.parse::<PromptName>().map_err(|fault| fault.at("model"))?;
        let selector = match at {
            None => Selector::Published,
            Some(number) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
                Selector::Version(number.parse().map_err(|_| Fault::field("model", "There is no version of such a number."))?)
            }
            Some(label) => Selector::Label(label.parse::<LabelName>().map_err(|fault| fault.at("model"))?),
        };
        Ok(Some(Self { name, selector }))
    }
}

/// What a project keeps of its traffic, and whether answers are cached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewaySettings {
    /// Whether questions and answers are kept, not only who, when and how much.
    pub bodies: bool,
    /// Requests are deleted after so many days.
    pub days: u32,
    pub redact: Redaction,
    /// The cache where a call says nothing of it.
    pub cache: CacheMode,
    /// How long an answer may be given again, in seconds.
    pub cache_seconds: u32,
    /// Of web pages that may ask in their visitors' browsers: `https://shop.example`.
    pub origins: Vec<String>,
}

/// What is taken out of texts before anything is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redaction {
    pub email: bool,
    pub phone: bool,
    pub card: bool,
    pub key: bool,
    /// Own regular expressions.
    pub patterns: Vec<String>,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self { bodies: true, days: 90, redact: Redaction::default(), cache: CacheMode::Off, cache_seconds: 86_400, origins: Vec::new() }
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self { email: true, phone: true, card: true, key: true, patterns: Vec::new() }
    }
}

const DAYS_MAX: u32 = 3_650;
const CACHE_MAX: u32 = 90 * 86_400;
pub const PATTERNS_MAX: usize = 20;
const PATTERN_MAX: usize = 500;
pub const ORIGINS_MAX: usize = 20;

/// Scheme, host and perhaps a port, in small letters: what a browser sends as `Origin`.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|ip| ip.parse::<std::net::Ipv6Addr>().is_ok());
    // Browsers leave out the port that a scheme has by itself.
    let usual = matches!((scheme, port), ("https", Some("443")) | ("http", Some("80")));
    ["http", "https"].contains(&scheme)
        && (literal || (!host.is_empty() && host.len() <= 253 && host.chars().all(named)))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port && number > 0))
        && !usual
}

impl GatewaySettings {
    /// Whether patterns are regular expressions is for whoever has an engine of them.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        if self.days == 0 || self.days > DAYS_MAX {
            problems.add("days", format!("Between 1 and {DAYS_MAX} days."));
        }
        if self.cache_seconds == 0 || self.cache_seconds > CACHE_MAX {
            problems.add("cache_seconds", format!("Between 1 and {CACHE_MAX} seconds."));
        }
        if self.redact.patterns.len() > PATTERNS_MAX || self.redact.patterns.iter().any(|pattern| pattern.is_empty() || pattern.len() > PATTERN_MAX) {
            problems.add("patterns", format!("At most {PATTERNS_MAX} patterns, each between 1 and {PATTERN_MAX} bytes."));
        }
        if self.origins.len() > ORIGINS_MAX || !self.origins.iter().all(|origin| is_origin(origin)) {
            problems.add(
                "origins",
                format!("At most {ORIGINS_MAX}, each like https://shop.example: scheme, host in small letters, the port where it is unusual, no path."),
            );
        }
        problems.check()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_model_may_name_a_prompt_its_label_or_its_version() {
        let named = |model: &str| Named::of_model(model).unwrap().map(|named| (named.name.to_string(), named.selector));
        assert_eq!(named("openai/gpt-4o-mini"), None);
        assert_eq!(named("prompt/support/reply"), Some(("support/reply".into(), Selector::Published)));
        assert_eq!(named("prompt/support/reply@7"), Some(("support/reply".into(), Selector::Version(7))));
        assert_eq!(named("prompt/reply@staging"), Some(("reply".into(), Selector::Label("staging".parse().unwrap()))));
        for wrong in ["prompt/", "prompt/a@", "prompt/a@99999999999", "prompt/a b@c d"] {
            assert!(Named::of_model(wrong).unwrap_err().of("model").is_some(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for good in ["https://shop.example", "http://localhost:5173", "http://127.0.0.1:8080", "http://[::1]:3000", "https://[2001:db8::1]"] {
            assert!(is_origin(good), "{good}");
        }
        for wrong in [
            "",
            "*",
            "null",
            "shop.example",
            "https://",
            "https://shop.example/",
            "https://shop.example/a",
            "https://Shop.example",
            "ftp://shop.example",
            "https://shop.example:443",
            "http://shop.example:80",
            "https://a b",
            "https://user@shop.example",
            "https://shop.example:0",
            "https://shop.example:080",
            "https://[x]",
        ] {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }

    #[test]
    fn extras_are_read_and_their_faults_named() {
        let extras = Extras::read(Some(&json!({"prompt": "a", "variables": {"x": 1}, "tags": ["b", "a", "b"], "cache": "exact", "unknown": 1}))).unwrap();
        assert_eq!(
            (extras.tags.as_slice(), extras.cache, extras.variables["x"].as_i64()),
            (["a".to_owned(), "b".to_owned()].as_slice(), Some(CacheMode::Exact), Some(1))
        );
        assert_eq!(extras.named().unwrap().unwrap().selector, Selector::Published);
        assert_eq!(Extras::read(None).unwrap(), Extras::default());
        for (wrong, field) in [
            (json!("x"), "atelier"),
            (json!({"cache": "sometimes"}), "atelier"),
            (json!({"user": ""}), "atelier.user"),
            (json!({"tags": ["a\nb"]}), "atelier.tags"),
        ] {
            assert!(Extras::read(Some(&wrong)).unwrap_err().of(field).is_some(), "{wrong}");
        }
    }
}
