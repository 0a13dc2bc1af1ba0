//! What a page knows of the person who looks at it. Middleware puts it into the context on the server,
//! a shared value carries it to the browser; without it, nobody is signed in.

pub mod kept;

use atelier_domain::account::Role;
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    pub user: Option<ViewerUser>,
    pub projects: Vec<ViewerProject>,
    /// `light` or `dark`; the system decides where it is absent.
    pub theme: Option<String>,
    /// Whether single keys are shortcuts.
    pub shortcuts: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ViewerUser {
    pub id: String,
    pub name: String,
    pub email: String,
    pub admin: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewerProject {
    pub id: String,
    pub name: String,
    pub role: Role,
}

impl Viewer {
    pub fn project(&self, id: &str) -> Option<&ViewerProject> {
        self.projects.iter().find(|project| project.id == id)
    }
}

pub fn use_viewer() -> Viewer {
    use_context().unwrap_or_default()
}
