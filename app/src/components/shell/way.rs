//! Places that the shell leads to, and the project we are in.

use atelier_domain::account::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::platform::{Viewer, ViewerProject, use_viewer};

/// A page of a project that has a place in the navigation.
#[derive(Clone, Copy)]
pub struct Place {
    pub group: &'static str,
    pub label: &'static str,
    pub icon: &'static str,
    /// The part of the path after `/p/{project}/`.
    pub path: &'static str,
    /// Pressed after `g`.
    pub key: &'static str,
    /// What one must be allowed to see it.
    needs: Action,
}

const fn place(group: &'static str, label: &'static str, icon: &'static str, path: &'static str, key: &'static str) -> Place {
    Place { group, label, icon, path, key, needs: Action::See }
}

/// In the order of people's work; what is not built yet is not here.
pub const PLACES: [Place; 7] = [
    place("Build", "Prompts", "prompt", "prompts", "p"),
    place("Build", "Playground", "play", "playground", "l"),
    place("Compare", "Experiments", "flask", "experiments", "e"),
    Place { needs: Action::SeeRequests, ..place("Watch", "Requests", "list", "requests", "q") },
    place("Watch", "Cost", "coin", "cost", "c"),
    place("Watch", "Runs", "pulse", "runs", "r"),
    place("", "Settings", "gear", "settings", "s"),
];

impl Place {
    pub fn href(&self, project: &ViewerProject) -> String {
        format!("/p/{}/{}", project.id, self.path)
    }

    pub fn open_to(&self, project: &ViewerProject) -> bool {
        self.needs.allowed_to(project.role)
    }
}

fn named(path: &str, viewer: &Viewer) -> Option<ViewerProject> {
    let id = path.strip_prefix("/p/")?.split('/').next()?;
    viewer.project(id).cloned()
}

/// The project of the address; outside of any, the only one there is.
///
/// Read from the path, because the shell stands above the routes that have the parameter.
pub fn use_project() -> Memo<Option<ViewerProject>> {
    let (path, viewer) = (use_location().pathname, use_viewer());
    Memo::new(move |_| {
        let only = || (viewer.projects.len() == 1).then(|| viewer.projects[0].clone());
        path.with(|path| named(path, &viewer)).or_else(only)
    })
}

#[cfg(test)]
mod tests {
    use atelier_domain::account::Role;

    use super::*;

    #[test]
    fn the_project_is_the_one_that_the_path_names_and_the_viewer_has() {
        let project = ViewerProject { id: "a".into(), name: "A".into(), role: Role::Owner };
        let viewer = Viewer { projects: vec![project.clone()], ..Viewer::default() };
        for (path, expected) in [("/p/a/prompts", Some(&project)), ("/p/a", Some(&project)), ("/p/b/prompts", None), ("/projects", None)] {
            assert_eq!(named(path, &viewer).as_ref(), expected, "{path}");
        }
    }
}
