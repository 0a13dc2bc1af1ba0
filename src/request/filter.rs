//! Which requests are looked for: as it stands in a page's address and in a REST query.

use serde::{Deserialize, Serialize};

use super::{CacheVerdict, Outcome, Source, word};
use crate::{
    fault::{Fault, Problems},
    id::{KeyId, PromptId},
    timestamp::Timestamp,
};

/// Spans that people choose from: name and hours.
pub const WITHIN: [(&str, &str, i64); 5] =
    [("1h", "Last hour", 1), ("24h", "Last 24 hours", 24), ("7d", "Last 7 days", 168), ("30d", "Last 30 days", 720), ("all", "Any time", 0)];

/// Everything is optional; all of it has to hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestFilter {
    /// Words of the bodies, the id, or the user.
    pub q: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub prompt: Option<PromptId>,
    pub version: Option<u32>,
    pub model: Option<String>,
    pub tag: Option<String>,
    pub user: Option<String>,
    pub session: Option<String>,
    pub key: Option<KeyId>,
    pub outcome: Option<Outcome>,
    pub cache: Option<CacheVerdict>,
    pub source: Option<Source>,
    /// By its key.
    pub experiment: Option<String>,
    pub variant: Option<String>,
}

impl RequestFilter {
    /// Drops what is empty.
    ///
    /// # Errors
    /// Invalid naming each field at fault.
    pub fn tidy(mut self) -> Result<Self, Fault> {
        let mut problems = Problems::default();
        let texts = [
            ("model", &mut self.model),
            ("tag", &mut self.tag),
            ("user", &mut self.user),
            ("session", &mut self.session),
            ("experiment", &mut self.experiment),
            ("variant", &mut self.variant),
            ("q", &mut self.q),
        ];
        for (field, text) in texts {
            *text = text.take().filter(|text| !text.trim().is_empty()).and_then(|text| problems.keep(word(field, &text)));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            problems.add("to", "The end lies before the beginning.");
        }
        if self.version.is_some_and(|version| i32::try_from(version).is_err()) {
            problems.add("version", "A version is a whole number; 0 is a draft.");
        }
        problems.check()?;
        Ok(self)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
