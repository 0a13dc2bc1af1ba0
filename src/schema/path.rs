//! Where a node stands below another, as the fields of the form name it: `properties[2].items`.

use std::fmt;

use super::{Kind, Node};
use crate::fault::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Property(usize),
    Items,
}

/// The steps from the root; none of them for the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The object and the position in it, where the path ends in a property.
    pub fn split_property(&self) -> Option<(Path, usize)> {
        match self.0.split_last() {
            Some((Step::Property(at), above)) => Some((Path(above.to_vec()), *at)),
            _ => None,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            match step {
                Step::Property(at) => write!(out, "{dot}properties[{at}]")?,
                Step::Items => write!(out, "{dot}items")?,
            }
        }
        Ok(())
    }
}

impl Node {
    /// # Errors
    /// `Invalid` where nothing stands at `path`.
    pub fn at(&self, path: &Path) -> Result<&Node, Fault> {
        path.0.iter().try_fold(self, |node, step| match (&node.kind, step) {
            (Kind::Array(list), Step::Items) => list.items.as_deref().ok_or_else(|| gone(path)),
            (Kind::Object(object), Step::Property(at)) => object.properties.get(*at).map(|property| &property.node).ok_or_else(|| gone(path)),
            _ => Err(gone(path)),
        })
    }

    /// # Errors
    /// `Invalid` where nothing stands at `path`.
    pub fn at_mut(&mut self, path: &Path) -> Result<&mut Node, Fault> {
        path.0.iter().try_fold(self, |node, step| match (&mut node.kind, step) {
            (Kind::Array(list), Step::Items) => list.items.as_deref_mut().ok_or_else(|| gone(path)),
            (Kind::Object(object), Step::Property(at)) => object.properties.get_mut(*at).map(|property| &mut property.node).ok_or_else(|| gone(path)),
            _ => Err(gone(path)),
        })
    }
}

/// For a path that leads nowhere, as after a change in another tab.
pub(super) fn gone(path: &Path) -> Fault {
    Fault::field(path.to_string(), "This field is no longer there. Load the page again.")
}
