//! The runs of one prompt.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        run::{Runs, list_runs},
    },
    pages::run::RunTable,
    ui::{Load, use_route_params},
};

use super::frame::{Frame, Open};

pub struct PromptRuns {
    open: Open,
    runs: Resource<Result<Runs, UiError>>,
}

impl Screen for PromptRuns {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let asked = move || {
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt").unwrap_or_default()));
            (project, prompt, query.with(|query| query.get("cursor")))
        };
        Self { open: Open::new(), runs: Resource::new(asked, |(project, prompt, cursor)| list_runs(project, Some(prompt), cursor)) }
    }

    fn view(this: Self) -> AnyView {
        let PromptRuns { open, runs } = this;
        view! {
            <Frame open=open let:_page>
                <div class="l-scroll">
                    <Load resource=runs rows=6 table=true let:runs>
                        <RunTable runs=runs/>
                    </Load>
                </div>
            </Frame>
        }
        .into_any()
    }
}
