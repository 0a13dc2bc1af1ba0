//! A new prompt: its name and kind; what it says comes next.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::pages::Screen;
use crate::{
    api::prompt::CreatePrompt,
    ask::{ActionForm, Change},
    components::shell::Page,
    pages::missing::NotHere,
    platform::use_viewer,
    ui::{Crumb, ErrorNote, Field, Select, Submit, failure, use_route_params},
};

pub struct NewPromptPage {
    create: Change,
}

impl Screen for NewPromptPage {
    fn data() -> Self {
        Self { create: Change::by::<CreatePrompt>() }
    }

    fn view(this: Self) -> AnyView {
        let create = this.create;
        let project = use_route_params().with(|params| params.get("project").unwrap_or_default());
        if use_viewer().project(&project).is_none() {
            return view! { <NotHere/> }.into_any();
        }
        let folder = use_query_map().with_untracked(|query| query.get("folder")).filter(|folder| !folder.is_empty()).map(|folder| format!("{folder}/"));
        let fault = failure(create);
        let back = format!("/p/{project}/prompts");
        let trail = vec![Crumb::new("Prompts", back.clone())];
        let kinds = vec![
            ("chat".to_owned(), "Chat: messages of a conversation".to_owned()),
            ("text".to_owned(), "Text: one piece, or a snippet that others include".to_owned()),
        ];
        view! {
            <Page title="New prompt" trail=trail>
                <div class="l-scroll">
                    <ActionForm action=create attr:class="l-stack p-form">
                        <input type="hidden" name="project" value=project/>
                        <Field label="Name" name="name" value=folder.unwrap_or_default() hint="Slashes make folders: support/reply" fault=fault required=true focus=true maxlength=200/>
                        <Select label="Kind" name="kind" options=kinds value="chat" fault=fault/>
                        <Field label="Description" name="description" hint="What it is for, in a sentence" fault=fault maxlength=2000/>
                        <Field label="Tags" name="tags" hint="Separated by commas" fault=fault/>
                        <ErrorNote fault=fault/>
                        <div class="l-row">
                            <Submit pending=create.pending()>"Make the prompt"</Submit>
                            <a class="c-btn" href=back>"Cancel"</a>
                        </div>
                    </ActionForm>
                </div>
            </Page>
        }
        .into_any()
    }
}
