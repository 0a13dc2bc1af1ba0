//! A project's settings: members, API keys, providers, prices, what the gateway keeps, the project itself. The tab stands in the address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{gateway::Gateway, keys::Keys, members::Members, once::Saved, prices::Prices, project::Project, providers::Providers};
use crate::pages::Screen;
use crate::{
    components::shell::{Page, Sub},
    pages::missing::NotHere,
    platform::{ViewerProject, use_viewer},
    ui::{Tabs, use_route_params},
};

pub struct Settings;

impl Screen for Settings {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let (params, viewer) = (use_route_params(), use_viewer());
        let place = ArcMemo::new(move |_| params.with(|params| params.get_str("project").and_then(|id| viewer.project(id).cloned())));
        let shown = move || match place.get() {
            Some(place) => view! { <Tabbed place=place/> }.into_any(),
            None => view! { <NotHere/> }.into_any(),
        };
        shown.into_any()
    }
}

#[component]
fn Tabbed(place: ViewerProject) -> impl IntoView {
    let query = use_query_map();
    let tab = ArcMemo::new(move |_| query.with(|query| query.get("tab")).unwrap_or_default());
    let href = |tab: &str| format!("/p/{}/settings?tab={tab}", place.id);
    let tabs = vec![
        ("Members", href("members")),
        ("API keys", href("keys")),
        ("Providers", href("providers")),
        ("Prices", href("prices")),
        ("Gateway", href("gateway")),
        ("Project", href("project")),
    ];
    let inside = move || match tab.get().as_str() {
        "keys" => view! { <Keys place=place.clone()/> }.into_any(),
        "providers" => view! { <Providers place=place.clone()/> }.into_any(),
        "prices" => view! { <Prices place=place.clone()/> }.into_any(),
        "gateway" => view! { <Gateway place=place.clone()/> }.into_any(),
        "project" => view! { <Project place=place.clone()/> }.into_any(),
        _ => view! { <Members place=place.clone()/> }.into_any(),
    };
    view! {
        <Page title="Settings">
            <Sub slot>
                <Tabs label="Settings" tabs=tabs/>
            </Sub>
            <div class="l-scroll">
                <Saved/>
                {inside}
            </div>
        </Page>
    }
    .into_any()
}
