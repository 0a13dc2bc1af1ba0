//! Tools and the answer's format, written without JSON: a form beside the JSON, each following the other.
//!
//! The textarea that the editor's form sends is the truth: all else reads it and writes to it, so it works without script
//! too. What no form shows stays as it is, and what cannot be read stays as it was typed.

mod answer;
mod card;
mod control;
mod details;
mod dialog;
mod fields;
mod leaf;
mod lean;
mod node;
mod rows;
mod sheet;
mod source;
mod spot;
mod strict;
mod tools;

pub use answer::AnswerFormat;
pub use tools::Tools;
