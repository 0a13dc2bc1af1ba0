//! The tokens of a request, counted in one way for every provider.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

use serde::{Deserialize, Serialize};

/// What a request used. The parts are within their whole: `cached`, `cache_write` and `image` within `input`, `reasoning` within `output`.
/// Providers count differently (Anthropic's input leaves the cached tokens out); the edge that reads their answer brings it to this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// All tokens that went in.
    #[serde(skip_serializing_if = "is_zero")]
    pub input: u64,
    /// Of the input, read from the provider's cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached: u64,
    /// Of the input, written to the provider's cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write: u64,
    /// Of the input, pictures, where the provider tells them apart.
    #[serde(skip_serializing_if = "is_zero")]
    pub image: u64,
    /// All tokens that came out.
    #[serde(skip_serializing_if = "is_zero")]
    pub output: u64,
    /// Of the output, thought and not shown.
    #[serde(skip_serializing_if = "is_zero")]
    pub reasoning: u64,
}

fn is_zero<T: Default + PartialEq>(tokens: &T) -> bool {
    *tokens == T::default()
}

/// Stays at the largest number rather than wrap.
impl Add for Usage {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            input: self.input.saturating_add(more.input),
            cached: self.cached.saturating_add(more.cached),
            cache_write: self.cache_write.saturating_add(more.cache_write),
            image: self.image.saturating_add(more.image),
            output: self.output.saturating_add(more.output),
            reasoning: self.reasoning.saturating_add(more.reasoning),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        *self = *self + more;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_leaves_out_what_is_zero() {
        let cases = [
            (Usage::default(), "{}"),
            (Usage { input: 12, output: 3, ..Usage::default() }, r#"{"input":12,"output":3}"#),
            (
                Usage { input: 12, cached: 8, cache_write: 2, image: 1, output: 3, reasoning: 1 },
                r#"{"input":12,"cached":8,"cache_write":2,"image":1,"output":3,"reasoning":1}"#,
            ),
        ];
        for (usage, json) in cases {
            assert_eq!(serde_json::to_string(&usage).unwrap(), json);
            assert_eq!(serde_json::from_str::<Usage>(json).unwrap(), usage);
        }
    }

    #[test]
    fn usages_add_up_part_by_part_and_never_wrap() {
        let one = Usage { input: 10, cached: 4, cache_write: 3, image: 2, output: 2, reasoning: 1 };
        assert_eq!([one, one, Usage::default()].into_iter().sum::<Usage>(), Usage { input: 20, cached: 8, cache_write: 6, image: 4, output: 4, reasoning: 2 });
        let mut full = Usage { input: u64::MAX, ..Usage::default() };
        full += one;
        assert_eq!((full.input, full.output), (u64::MAX, 2));
    }
}
