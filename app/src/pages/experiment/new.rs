//! The first step: what is thought, and what it is called. The draft is there from then on.

use leptos::prelude::*;

use crate::{
    api::experiment::setup::{CreateExperiment, Step},
    ask::{ActionForm, Change},
    components::shell::Page,
    pages::{Screen, account::land::focus_mistake, missing::NotHere},
    platform::use_viewer,
    ui::{Callout, Crumb, ErrorNote, Field, Submit, TextArea, failure},
};

use super::{may_write, project, setup::Steps};

pub struct NewExperiment {
    create: Change,
}

impl Screen for NewExperiment {
    fn data() -> Self {
        Self { create: Change::by::<CreateExperiment>() }
    }

    fn view(this: Self) -> AnyView {
        let (create, project) = (this.create, project());
        if use_viewer().project(&project).is_none() {
            return view! { <NotHere/> }.into_any();
        }
        let list = format!("/p/{project}/experiments");
        let trail = vec![Crumb::new("Experiments", list.clone())];
        let inside = match may_write(&project) {
            true => view! { <Form project=project list=list create=create/> }.into_any(),
            false => view! { <Callout>"Editors and owners of this project set tests up."</Callout> }.into_any(),
        };
        view! { <Page title="New test" trail=trail><div class="l-scroll">{inside}</div></Page> }.into_any()
    }
}

#[component]
fn Form(project: String, list: String, create: Change) -> impl IntoView {
    focus_mistake(create);
    let fault = failure(create);
    view! {
        <Steps at=Step::Idea/>
        <ActionForm action=create attr:class="p-setup" attr:novalidate="">
            <h2>"Hypothesis"</h2>
            <input type="hidden" name="project" value=project/>
            <TextArea
                label="What do you expect, and why?" name="hypothesis" rows=3 fault=fault
                placeholder="One warm sentence instead of a long greeting gets more replies rated helpful."
                hint="Written down before the numbers, so that nobody finds it afterwards."
            />
            <Field label="Name" name="name" maxlength=100 fault=fault placeholder="Shorter, warmer replies"/>
            <Field label="Key" name="key" maxlength=64 fault=fault hint="What your programs call the test by. It stays; made from the name where you leave it empty."/>
            <ErrorNote fault=fault/>
            <div class="l-row">
                <Submit pending=create.pending()>"Next: variants"</Submit>
                <a class="c-btn" data-kind="quiet" href=list>"Cancel"</a>
            </div>
        </ActionForm>
    }
    .into_any()
}
