//! The projects that somebody is in. The first page of who is in several.

use atelier_domain::account::Membership;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{new_project::NewProject, once::SentPlain};
use crate::pages::Screen;
use crate::{
    api::account::{AddProject, MyProjects},
    ask::{Change, Reading},
    components::shell::{Actions, Page},
    platform::use_viewer,
    ui::{Empty, Icon, Load, Opens, failure},
};

pub struct Projects {
    mine: Reading<Vec<Membership>>,
    add: Change,
}

impl Screen for Projects {
    fn data() -> Self {
        let home = use_location().pathname.with_untracked(|path| path == "/");
        Self { mine: Reading::new(move || MyProjects { home }), add: Change::by::<AddProject>() }
    }

    fn view(this: Self) -> AnyView {
        let admin = use_viewer().user.is_some_and(|user| user.admin);
        view! {
            <Page title="Projects">
                <Actions slot>
                    {admin.then(|| view! {
                        <a class="c-btn" data-size="s" href="/admin">"People and projects"</a>
                        <Opens dialog="new-project" kind="primary" small=true key="n">
                            <Icon name="plus"/>
                            "New project"
                        </Opens>
                    })}
                </Actions>
                <div class="l-scroll">
                    <SentPlain faults=vec![failure(this.add)]/>
                    <Load reading=this.mine rows=4 table=true let:mine>
                        <List mine=mine admin=admin/>
                    </Load>
                </div>
                {admin.then(|| view! { <NewProject action=this.add/> })}
            </Page>
        }
        .into_any()
    }
}

#[component]
fn List(mine: Vec<Membership>, admin: bool) -> impl IntoView {
    if mine.is_empty() {
        return view! { <Nothing admin=admin/> }.into_any();
    }
    let cards = mine.into_iter().map(|place| {
        view! {
            <li>
                <a class="c-panel p-project" href=format!("/p/{}/prompts", place.project)>
                    <b>{place.project_name}</b>
                    <span class="c-tag">{place.role.to_string()}</span>
                    <span class="c-hint">{place.role.explains()}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="p-projects">{cards.collect_view()}</ul> }.into_any()
}

#[component]
fn Nothing(admin: bool) -> impl IntoView {
    if admin {
        return view! {
            <Empty title="No project yet">
                <p>"A project holds prompts, their versions and labels, and who may see and change them."</p>
                <p><Opens dialog="new-project">"Make the first project"</Opens></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title="You are in no project">
            <p>"An owner of a project can invite you: give them the address of your account, and open the link that they send you."</p>
            <p><a class="c-btn" href="/account">"Your account"</a></p>
        </Empty>
    }
    .into_any()
}
