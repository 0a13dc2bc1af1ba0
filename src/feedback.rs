//! What people and programs say of answers.

mod score;

pub use score::{Definition, Example, Kind, NAME_MAX, Said, ScoreSource, TEXT_MAX, Target, check_name};
