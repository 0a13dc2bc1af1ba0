//! Lists of prompts: which, in what order, and what there is to choose from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which prompts to list. Empty texts match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Prompts in this folder and below it.
    pub folder: String,
    pub tag: String,
    /// Found in name, description and tags, whatever the case.
    pub q: String,
    pub sort: Sort,
    pub archived: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The last edited first.
    #[default]
    Updated,
    /// The last edited last.
    Oldest,
    Name,
    /// By name, from the end.
    NameDown,
}

/// What a project's prompts are sorted into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Every folder, those that only hold folders too, with the prompts in and below it.
    pub folders: BTreeMap<String, u32>,
    pub tags: Vec<(String, u32)>,
    pub prompts: u32,
    pub archived: u32,
}
