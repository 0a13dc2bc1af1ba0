//! Human feedback: what people and programs say of answers, which items people are shown, and what their votes say.
//!
//! The rule that it keeps: a figure is told with how sure it is, and is absent by name where nobody could know it. `tools/feedback.py` is
//! the independent implementation that the tests compare with.

pub mod agreement;
pub mod pairwise;
pub mod sampling;
mod score;

#[cfg(test)]
mod tests;

pub use score::{Definition, Example, Kind, NAME_MAX, Said, ScoreSource, TEXT_MAX, Target, check_name, is_text};
