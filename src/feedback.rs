//! Human feedback: what is asked of people, which items they are shown, and what their votes say.
//!
//! The rule that it keeps: a figure is told with how sure it is, and is absent by name where nobody could know it. `tools/feedback.py` is
//! the independent implementation that the tests compare with.

pub mod agreement;
pub mod pairwise;
pub mod sampling;
pub mod score;

#[cfg(test)]
mod tests;
