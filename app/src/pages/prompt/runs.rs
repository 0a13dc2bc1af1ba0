//! The runs of one prompt.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::pages::Screen;
use crate::{
    api::run::{ListRuns, Runs},
    ask::Reading,
    pages::run::RunTable,
    ui::{Load, use_route_params},
};

use super::frame::{Frame, Open};

pub struct PromptRuns {
    open: Open,
    runs: Reading<Runs>,
}

impl Screen for PromptRuns {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let asked = move || {
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt")));
            ListRuns { project, prompt, cursor: query.with(|query| query.get("cursor")) }
        };
        Self { open: Open::of_address(), runs: Reading::new(asked) }
    }

    fn view(this: Self) -> AnyView {
        let PromptRuns { open, runs } = this;
        view! {
            <Frame open=open let:_page>
                <div class="l-scroll">
                    <Load reading=runs rows=6 table=true let:runs>
                        <RunTable runs=runs/>
                    </Load>
                </div>
            </Frame>
        }
        .into_any()
    }
}
