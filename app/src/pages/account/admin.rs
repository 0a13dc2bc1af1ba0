//! The whole studio: its people and its projects, for administrators. A project's content stays closed to them.

use atelier_domain::{account::Project, timestamp::Timestamp};
use leptos::prelude::*;

use super::{models::Models, new_project::NewProject, once::SentPlain, users::Users};
use crate::pages::Screen;
use crate::{
    api::account::{AddProject, Instance, MakeResetLink, ShowInstance},
    ask::{Change, Reading},
    components::shell::{Actions, Page},
    platform::use_viewer,
    ui::{Empty, Icon, Load, Opens, Panel, Table, Time, failure},
};

pub struct Admin {
    /// None for whom this page is closed.
    instance: Option<Reading<Instance>>,
    add: Change,
    reset: Change,
}

impl Screen for Admin {
    fn data() -> Self {
        let admin = use_viewer().user.is_some_and(|user| user.admin);
        let instance = admin.then(|| Reading::new(|| ShowInstance {}));
        Self { instance, add: Change::by::<AddProject>(), reset: Change::by::<MakeResetLink>() }
    }

    fn view(this: Self) -> AnyView {
        let Some(instance) = this.instance else { return view! { <Closed/> }.into_any() };
        let (add, reset) = (this.add, this.reset);
        view! {
            <Page title="People and projects">
                <Actions slot>
                    <Opens dialog="new-project" kind="primary" small=true key="n">
                        <Icon name="plus"/>
                        "New project"
                    </Opens>
                </Actions>
                <div class="l-scroll">
                    <SentPlain faults=vec![failure(add), failure(reset)]/>
                    <Load reading=instance rows=6 table=true let:instance>
                        <Users users=instance.users now=instance.now reset=reset/>
                        <Projects projects=instance.projects now=instance.now/>
                    </Load>
                    <Models/>
                </div>
                <NewProject action=add/>
            </Page>
        }
        .into_any()
    }
}

#[component]
fn Closed() -> impl IntoView {
    view! {
        <Page title="People and projects">
            <div class="l-scroll">
                <Empty title="Only administrators see this page">
                    <p>"They add projects, and help who forgot a password. Members of a project stand in its settings."</p>
                    <p><a class="c-btn" href="/projects">"Your projects"</a></p>
                </Empty>
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn Projects(projects: Vec<Project>, now: Timestamp) -> impl IntoView {
    let viewer = use_viewer();
    let rows = projects.into_iter().map(|project| {
        let id = project.id.to_string();
        let name = match viewer.project(&id) {
            Some(_) => view! { <a class="c-row-link" href=format!("/p/{id}/prompts")>{project.name}</a> }.into_any(),
            None => project.name.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td><Time at=project.created_at now=now/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel id="all" title="Projects" say="Those that you are in are links.">
            <Table caption="All projects of this studio" heads=&["Name", "Made"]>
                {rows}
            </Table>
        </Panel>
    }
    .into_any()
}
