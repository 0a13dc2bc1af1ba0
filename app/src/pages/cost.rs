//! What a project's traffic costs: in a span of time, by day, by what; and its budgets. Span and breakdown stand in the address.

mod breakdown;
mod budgets;
mod days;
mod editor;
mod figures;
mod first;

use atelier_domain::{
    account::Action,
    traffic::{By, Span},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use self::{
    breakdown::Breakdown,
    budgets::{Banner, BudgetChanges, BudgetList},
    days::Days,
    figures::Figures,
    first::First,
};
use super::Screen;
use crate::{
    api::cost::{Budgets, Costs, ListBudgets, ShowCosts},
    ask::Reading,
    components::shell::{Actions, Page, Sub},
    pages::account::once::SentPlain,
    platform::use_viewer,
    ui::{Icon, Load, Opens, failure, use_href_with, use_route_params},
};

pub struct Cost {
    costs: Reading<Costs>,
    budgets: Reading<Budgets>,
    changes: BudgetChanges,
}

impl Screen for Cost {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let here = project.clone();
        let text = move |key| query.with(|query| query.get(key).unwrap_or_default());
        let costs = Reading::new(move || ShowCosts { project: project(), span: text("span"), by: text("by") });
        let budgets = Reading::new(move || ListBudgets { project: here() });
        let changes = BudgetChanges::new(budgets);
        Self { costs, budgets, changes }
    }

    fn view(this: Self) -> AnyView {
        let Self { costs, budgets, changes } = this;
        let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
        let may_set = use_viewer().project(&project).is_some_and(|project| Action::Administer.allowed_to(project.role));
        let (top, by, of) = (project.clone(), project.clone(), project.clone());
        view! {
            <Page title="Cost">
                <Actions slot>
                    <Export project=project.clone()/>
                    {may_set.then(|| view! { <Opens dialog="new-budget" kind="primary" small=true key="n"><Icon name="plus"/>"Budget"</Opens> })}
                </Actions>
                <Sub slot filters=true>
                    <Spans/>
                </Sub>
                <div class="l-scroll">
                    <SentPlain faults=vec![failure(changes.put), failure(changes.remove)]/>
                    <Load reading=budgets rows=0 let:data><Banner budgets=data.budgets/></Load>
                    <Load reading=costs rows=8 let:data><Top project=top.clone() costs=data/></Load>
                    <Load reading=budgets rows=3 let:data><BudgetList project=of.clone() data=data changes=changes/></Load>
                    <Load reading=costs rows=6 table=true let:data>{data.used.then(|| view! { <Breakdown project=by.clone() costs=data/> })}</Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
fn Top(project: String, costs: Costs) -> impl IntoView {
    if !costs.used {
        return view! { <First project=project url=costs.url/> }.into_any();
    }
    view! {
        <Figures project=project.clone() costs=costs.clone()/>
        <Days project=project costs=costs/>
    }
    .into_any()
}

/// One of a few spans; links, so they work without script.
#[component]
fn Spans() -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let links = Span::ALL.map(|span| {
        let href_with = href_with.clone();
        let here = move || query.with(|query| Span::parse(query.get_str("span").unwrap_or_default()).unwrap_or_default() == span).then_some("true");
        view! { <a href=move || href_with(&[("span", Some(span.as_str()))]) aria-current=here>{span.label()}</a> }
    });
    view! {
        <nav class="c-seg" aria-label="Time">
            {links.into_iter().collect_view()}
        </nav>
    }
    .into_any()
}

/// The breakdown that is shown, as a file; no page of ours.
#[component]
fn Export(project: String) -> impl IntoView {
    let query = use_query_map();
    let href = move || {
        let (span, by) = query.with(|query| {
            let text = |key| query.get_str(key).unwrap_or_default().to_owned();
            (Span::parse(&text("span")).unwrap_or_default(), By::parse(&text("by")).unwrap_or_default())
        });
        let query = ParamsMap::from_iter([("span", span.as_str()), ("by", by.as_str())]);
        format!("/p/{project}/cost/export{}", query.to_query_string())
    };
    view! {
        <a class="c-btn l-wide" data-kind="quiet" data-size="s" href=href rel="external" download="">
            <Icon name="download"/>
            "Export"
        </a>
    }
    .into_any()
}
