//! Lists come in pages: some rows, and a cursor to where the next page begins.

use serde::{Deserialize, Serialize};

/// One page of a list, and where the next begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub next: Option<String>,
}
