//! Parts of pages that the server makes as text, and that a page puts in as they are. No script runs in them: native elements only.

pub mod answer;
pub mod band;
pub mod chart;
pub mod diff;
