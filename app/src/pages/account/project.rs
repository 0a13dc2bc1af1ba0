//! The project itself: its name, and the id that programs and the command line know it by.

use atelier_domain::account::Action;
use leptos::prelude::*;

use super::{
    deletion::Deletion,
    land::{focus_mistake, load_on_success, unplaced},
};
use crate::{
    api::account::RenameProject,
    ask::{ActionForm, Change},
    platform::ViewerProject,
    ui::{Copy, ErrorNote, Field, Panel, Submit, failure},
};

#[component]
pub fn Project(place: ViewerProject) -> impl IntoView {
    let ViewerProject { id, name, role } = place;
    let owns = Action::Administer.allowed_to(role);
    let danger = owns.then(|| view! { <Deletion id=id.clone() name=name.clone()/> });
    let inside = if owns {
        view! { <Rename id=id.clone() name=name/> }.into_any()
    } else {
        view! { <p>{name} <span class="c-hint">" Only owners rename a project."</span></p> }.into_any()
    };
    view! {
        <Panel id="project" title="Project">
            <div class="c-panel-body l-stack p-form-panel">
                {inside}
                <dl class="c-kv">
                    <dt>"Your role"</dt>
                    <dd>{role.to_string()} ": " {role.explains().to_lowercase()}</dd>
                    <dt>"Id"</dt>
                    <dd><span class="l-row"><code>{id.clone()}</code><Copy label="Copy the id" text=id/></span></dd>
                </dl>
            </div>
        </Panel>
        {danger}
    }
    .into_any()
}

#[component]
fn Rename(id: String, name: String) -> impl IntoView {
    let rename = Change::by::<RenameProject>();
    load_on_success(rename);
    focus_mistake(rename);
    let fault = failure(rename);
    view! {
        <ActionForm action=rename attr:class="l-form" attr:novalidate="">
            <ErrorNote fault=unplaced(fault, &["project"])/>
            <input type="hidden" name="id" value=id/>
            <Field label="Name" name="project" value=name hint="Links and keys go on working: they know the project by its id." maxlength=100 required=true fault=fault/>
            <Submit pending=rename.pending()>"Rename"</Submit>
        </ActionForm>
    }
    .into_any()
}
