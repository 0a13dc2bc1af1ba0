//! Navigation: a column beside the page, a popover sheet on narrow screens.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    account::Account,
    way::{PLACES, Place, use_project},
};
use crate::{
    platform::{ViewerProject, use_viewer},
    ui::{Icon, Kbd, Mark},
};

#[component]
pub fn Nav(sign_out: Option<String>) -> impl IntoView {
    let project = use_project();
    let group = move |name: &'static str| move || project.get().map(|project| view! { <Group name=name project=project/> });
    view! {
        <nav class="c-nav" id="nav" aria-label="Main" popover="auto">
            <div class="l-stack">
                <Projects/>
                <button
                    class="c-jump"
                    type="button"
                    aria-keyshortcuts="Control+K Meta+K"
                    aria-haspopup="dialog"
                    command="show-modal"
                    commandfor="palette"
                >
                    <Icon name="search"/>
                    "Search or jump to"
                    <Kbd>"⌘K"</Kbd>
                </button>
            </div>
            {group("Build")}
            {group("Compare")}
            {group("Watch")}
            <div class="c-nav-group c-nav-foot">
                {group("")}
                <Account sign_out=sign_out/>
            </div>
        </nav>
    }
    .into_any()
}

/// The places of one group; the last group has no heading.
#[component]
fn Group(name: &'static str, project: ViewerProject) -> impl IntoView {
    let id = (!name.is_empty()).then(|| format!("nav-{}", name.to_lowercase()));
    let links =
        PLACES.iter().filter(|place| place.group == name && place.open_to(&project)).map(|place| view! { <PlaceLink place=*place project=project.clone()/> });
    view! {
        <div class="c-nav-group">
            {id.clone().map(|id| view! { <h2 id=id>{name}</h2> })}
            <ul aria-labelledby=id.clone() aria-label=id.is_none().then_some("Project")>
                {links.collect_view()}
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn PlaceLink(place: Place, project: ViewerProject) -> impl IntoView {
    let (path, href) = (use_location().pathname, place.href(&project));
    let here = {
        let href = href.clone();
        move || path.with(|path| path.strip_prefix(&*href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    view! {
        <li>
            <a href=href data-go=place.key aria-current=move || here().then_some("page")>
                <Icon name=place.icon/>
                {place.label}
            </a>
        </li>
    }
    .into_any()
}

/// The project that we are in, and the way to the others.
#[component]
fn Projects() -> impl IntoView {
    let (project, viewer) = (use_project(), use_viewer());
    let name = move || project.get().map_or_else(|| "All projects".to_owned(), |project| project.name);
    let links = viewer.projects.into_iter().map(|one| {
        let (id, href) = (one.id, PLACES[0].path);
        let href = format!("/p/{id}/{href}");
        let here = move || project.with(|project| project.as_ref().is_some_and(|project| project.id == id)).then_some("true");
        view! {
            <a href=href aria-current=here>
                <span class="c-nav-name">{one.name}</span>
                <span class="c-nav-count">{one.role.to_string()}</span>
            </a>
        }
    });
    view! {
        <button class="c-project" type="button" popovertarget="projects" aria-haspopup="true">
            <Mark/>
            <span>{name}</span>
            <Icon name="updown"/>
        </button>
        <div class="c-menu" id="projects" popover="auto">
            {links.collect_view()}
            <hr/>
            <a href="/projects">
                <Icon name="folder"/>
                "All projects"
            </a>
        </div>
    }
    .into_any()
}
