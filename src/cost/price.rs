//! What a model charges, and what a request therefore costs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Nanos, Usage, decimal};
use crate::fault::Fault;

/// Nano-dollars for a million tokens. As text and in JSON the decimal of USD that price lists print: `"0.15"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rate(pub u64);

impl Rate {
    /// Exact USD a million tokens: `0.15`.
    pub fn to_decimal(self) -> String {
        decimal::write(self.0.into(), 0)
    }
}

/// Exact, for people: `$0.0375`, `$15.00`.
impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "${}", decimal::write(self.0.into(), 2))
    }
}

impl FromStr for Rate {
    type Err = Fault;

    /// A decimal number of USD with at most nine decimals, not below zero.
    fn from_str(text: &str) -> Result<Self, Fault> {
        u64::try_from(decimal::parse(text)?).map(Self).map_err(|_| decimal::too_large())
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_decimal()
    }
}

impl TryFrom<String> for Rate {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

/// A model's price. What has no rate of its own is charged as its whole: cached, cache-written and pictures' tokens as input, reasoning as output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub input: Rate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Rate>,
    /// For the shortest time that the provider keeps it: five minutes at Anthropic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Rate>,
    /// For pictures that were not read from the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Rate>,
    /// Nothing for an embedding model.
    #[serde(default)]
    pub output: Rate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Rate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Above>,
}

/// The rates of long requests: where the input, cached and all, is more than `tokens`, they hold for every token of the request,
/// not only for those beyond. Missing rates fall back within these, as a price's do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Above {
    pub tokens: u64,
    pub input: Rate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<Rate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<Rate>,
    /// For pictures that were not read from the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Rate>,
    #[serde(default)]
    pub output: Rate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Rate>,
}

impl Price {
    /// What the request costs: exact, then rounded up once to the nano-dollar; [`Nanos::MAX`] where it would be more.
    ///
    /// A part that is larger than its whole (a provider that counts differently slipped through) is charged in full: a budget must not
    /// be run over by a count that contradicts itself.
    pub fn charge(&self, usage: &Usage) -> Nanos {
        let within = usage.cached.saturating_add(usage.cache_write);
        // A picture that the cache had is cheap as all that it had; which tokens those are, no provider tells.
        let image = usage.image.min(usage.input.saturating_sub(within));
        let long = self.above.filter(|above| usage.input.max(within) > above.tokens);
        let price = long.map_or(*self, Price::from);
        let parts = [
            (usage.input.saturating_sub(within).saturating_sub(image), price.input),
            (image, price.image.unwrap_or(price.input)),
            (usage.cached, price.cached.unwrap_or(price.input)),
            (usage.cache_write, price.cache_write.unwrap_or(price.input)),
            (usage.output.saturating_sub(usage.reasoning), price.output),
            (usage.reasoning, price.reasoning.unwrap_or(price.output)),
        ];
        let exact = parts.into_iter().fold(0_u128, |sum, (tokens, rate)| sum.saturating_add(u128::from(tokens) * u128::from(rate.0)));
        i64::try_from(exact.div_ceil(1_000_000)).map_or(Nanos::MAX, Nanos)
    }

    pub fn is_free(&self) -> bool {
        *self == Self::default()
    }
}

impl From<Above> for Price {
    fn from(above: Above) -> Self {
        let Above { tokens: _, input, cached, cache_write, image, output, reasoning } = above;
        Self { input, cached, cache_write, image, output, reasoning, above: None }
    }
}

/// What people choose a model by: `$0.15 in, $0.60 out a million tokens`.
impl fmt::Display for Price {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_free(), self.output) {
            (true, _) => out.write_str("free"),
            (_, Rate(0)) => write!(out, "{} a million tokens", self.input),
            (_, output) => write!(out, "{} in, {output} out a million tokens", self.input),
        }
    }
}

#[cfg(test)]
mod tests;
