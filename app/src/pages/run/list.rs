//! Every run of a project, newest first; a row opens beside the list.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use atelier_domain::run::Run;

use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        run::{Runs, list_runs, show_run},
    },
    components::shell::Page,
    ui::{Load, Peek, Tools, use_href_with, use_route_params},
};

use super::{one::RunBody, table::RunTable};

pub struct RunList {
    runs: Resource<Result<Runs, UiError>>,
    peeked: Resource<Result<Option<Run>, UiError>>,
}

impl Screen for RunList {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let here = project.clone();
        let runs = Resource::new(move || (project(), query.with(|query| query.get("cursor"))), |(project, cursor)| list_runs(project, None, cursor));
        let peeked = Resource::new(
            move || (here(), query.with(|query| query.get("peek"))),
            |(project, run)| async move {
                match run {
                    Some(run) => show_run(project, run).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { runs, peeked }
    }

    fn view(this: Self) -> AnyView {
        let RunList { runs, peeked } = this;
        let (query, href_with) = (use_query_map(), use_href_with());
        let peek = move || query.with(|query| query.get("peek"));
        let close = Signal::derive(move || href_with(&[("peek", None)]));
        view! {
            <Page title="Runs" fit=true>
                <div class="l-panes" data-peek="true">
                    <section class="l-pane" aria-label="Runs">
                        <div class="l-pane-body">
                            <Load resource=runs rows=8 table=true let:runs>
                                {move || view! { <RunTable runs=runs.clone() peek=true open=peek().unwrap_or_default()/> }}
                            </Load>
                        </div>
                    </section>
                    <Show when=move || peek().is_some()>
                        <Peek title="Run" close=close>
                            <Tools slot><OpenLink/></Tools>
                            <div class="l-pane-body" tabindex="0" role="region" aria-label="The run">
                                <Load resource=peeked rows=6 let:run>{run.map(|run| view! { <RunBody run=run/> })}</Load>
                            </div>
                        </Peek>
                    </Show>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
fn OpenLink() -> impl IntoView {
    let (params, query) = (use_route_params(), use_query_map());
    let href = move || {
        format!("/p/{}/runs/{}", params.with(|params| params.get("project").unwrap_or_default()), query.with(|query| query.get("peek")).unwrap_or_default())
    };
    view! { <a class="c-btn" data-size="s" href=href>"Open"</a> }
}
