//! Labels move between versions; a selector says which version is meant.

use serde::{Deserialize, Serialize};

use super::LabelName;
use crate::timestamp::Timestamp;

/// The label that code pulls unless it says otherwise.
pub const PRODUCTION: &str = "production";

/// Where a label stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub label: LabelName,
    pub version: u32,
    pub moved_at: Timestamp,
    pub moved_by: String,
}

/// One move of a label; rolling back is such a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelMove {
    pub label: LabelName,
    /// Nothing where the label was new.
    pub from: Option<u32>,
    pub to: u32,
    pub moved_at: Timestamp,
    pub moved_by: String,
}

/// Which version of a prompt somebody means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// What `production` points at, else the newest.
    Published,
    /// The newest.
    Latest,
    Label(LabelName),
    Version(u32),
}
