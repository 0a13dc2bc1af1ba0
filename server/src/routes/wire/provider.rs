//! Providers on the wire.

use std::collections::BTreeMap;

use atelier_domain::{provider as domain, timestamp::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProviderKind)]
pub enum Kind {
    /// OpenAI, and whoever speaks its protocol.
    Openai,
    Anthropic,
    Gemini,
}

impl From<domain::ProviderKind> for Kind {
    fn from(kind: domain::ProviderKind) -> Self {
        match kind {
            domain::ProviderKind::Openai => Kind::Openai,
            domain::ProviderKind::Anthropic => Kind::Anthropic,
            domain::ProviderKind::Gemini => Kind::Gemini,
        }
    }
}

/// A provider, without its key.
#[derive(Serialize, ToSchema)]
pub struct Provider {
    pub name: String,
    pub kind: Kind,
    /// Null for the kind's own address.
    #[schema(required)]
    pub base_url: Option<String>,
    pub has_key: bool,
    /// The names of headers that go with each request.
    pub headers: Vec<String>,
    /// The provider's own names, as it listed them last or as they were sent.
    pub models: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<domain::Provider> for Provider {
    fn from(provider: domain::Provider) -> Self {
        Self {
            name: provider.name.to_string(),
            kind: provider.kind.into(),
            base_url: provider.base_url,
            has_key: provider.key_hint.is_some(),
            headers: provider.headers,
            models: provider.models.into_iter().map(|model| model.name).collect(),
            updated_at: provider.updated_at,
        }
    }
}

/// What is said of a provider. What is absent or null stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct ProviderDraft {
    kind: Kind,
    /// Where the kind's own address is not meant; empty for that.
    #[schema(max_length = 500, example = "https://llm.example/v1")]
    base_url: Option<String>,
    /// Sealed at once; no call gives it back. Empty takes it away.
    #[schema(max_length = 4096, write_only)]
    key: Option<String>,
    /// Go with each request, and are as secret as the key.
    #[schema(write_only)]
    headers: Option<BTreeMap<String, String>>,
    /// Where the provider has no list of its own. Empty: ask the provider.
    #[schema(max_items = 1000)]
    models: Option<Vec<String>>,
}
