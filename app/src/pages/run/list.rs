//! Every run of a project, newest first; a row opens beside the list.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use atelier_domain::run::Run;

use crate::pages::Screen;
use crate::{
    api::run::{ListRuns, Runs, ShowRun},
    ask::Reading,
    components::shell::Page,
    ui::{Load, Peek, use_route_params},
};

use super::{one::RunBody, table::RunTable};

pub struct RunList {
    runs: Reading<Runs>,
    peeked: Reading<Option<Run>>,
}

impl Screen for RunList {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let here = project.clone();
        let runs = Reading::new(move || ListRuns { project: project(), prompt: None, cursor: query.with(|query| query.get("cursor")) });
        let peeked = Reading::maybe(move || Some(ShowRun { project: here(), run: query.with(|query| query.get("peek"))? }));
        Self { runs, peeked }
    }

    fn view(this: Self) -> AnyView {
        let RunList { runs, peeked } = this;
        view! {
            <Page title="Runs" fit=true>
                <div class="l-panes" data-peek="true">
                    <section class="l-pane" aria-label="Runs">
                        <div class="l-pane-body">
                            <Load reading=runs rows=8 table=true let:runs>
                                <RunTable runs=runs peek=true/>
                            </Load>
                        </div>
                    </section>
                    <Peek title="Run">
                        <Load reading=peeked rows=6 let:run>{run.map(|run| view! { <RunBody run=run/> })}</Load>
                    </Peek>
                </div>
            </Page>
        }
        .into_any()
    }
}
