//! The list of requests, its filters, and the one that `?peek=` names.

use atelier_domain::{account::Action, request::RequestQuery};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};

use crate::pages::Screen;
use crate::{
    api::request::{ChooseRequests, CountRequests, ListRequests, OpenRequest, RequestChoices, Requests, ShowRequest},
    ask::Reading,
    components::shell::{Actions, Page, Sub},
    platform::use_viewer,
    ui::{Icon, Load, Peek, use_href_with, use_route_params},
};

use super::{
    filters::{Active, Filters},
    grouped,
    one::RequestBody,
    table::Listed,
    tail::Arrived,
};

pub struct RequestList {
    requests: Reading<Requests>,
    count: Reading<(i64, bool)>,
    choices: Reading<RequestChoices>,
    peeked: Reading<Option<OpenRequest>>,
}

/// The filters of the address.
pub fn query_of(params: &ParamsMap) -> RequestQuery {
    RequestQuery::of(|name| params.get(name))
}

impl Screen for RequestList {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let (here, there, place) = (project.clone(), project.clone(), project.clone());
        let requests = Reading::new(move || query.with(|query| ListRequests { project: project(), query: query_of(query), cursor: query.get("cursor") }));
        let count = Reading::new(move || CountRequests { project: here(), query: query.with(query_of) });
        let choices = Reading::new(move || ChooseRequests { project: there() });
        let peeked = Reading::maybe(move || Some(ShowRequest { project: place(), request: query.with(|query| query.get("peek"))? }));
        Self { requests, count, choices, peeked }
    }

    fn view(this: Self) -> AnyView {
        let RequestList { requests, count, choices, peeked } = this;
        if !may_see() {
            // The studio's own sentence, once.
            return view! { <Page title="Requests"><div class="l-scroll"><Load reading=requests rows=2 let:_none>""</Load></div></Page> }.into_any();
        }
        // What the live tail brings is added to what was counted, until it is counted anew.
        let (arrived, query) = (Arrived(RwSignal::new(0)), use_query_map());
        provide_context(arrived);
        Effect::new(move || {
            query.with(query_of);
            arrived.0.set(0);
        });
        view! {
            <Page title="Requests" fit=true>
                <Actions slot>
                    <LiveSwitch/>
                    <Export/>
                </Actions>
                <Sub slot filters=true>
                    <Load reading=choices rows=1 let:choices><Filters choices=choices/></Load>
                    <div class="l-end l-wide"><Load reading=count rows=1 let:count><Count count=count arrived=arrived/></Load></div>
                </Sub>
                <div class="l-panes p-requests" data-peek="true">
                    <section class="l-pane" aria-label="Requests">
                        <Active/>
                        <Load reading=requests rows=12 table=true let:requests><Listed requests=requests/></Load>
                    </section>
                    <Peek title="Request">
                        <Load reading=peeked rows=8 let:open>{open.map(|open| view! { <RequestBody open=open/> })}</Load>
                    </Peek>
                </div>
            </Page>
        }
        .into_any()
    }
}

fn may_see() -> bool {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    use_viewer().project(&project).is_some_and(|project| Action::SeeRequests.allowed_to(project.role))
}

#[component]
fn Count(count: (i64, bool), arrived: Arrived) -> impl IntoView {
    let (counted, more) = (u64::try_from(count.0).unwrap_or_default(), count.1);
    let said = move || match counted + arrived.0.get() {
        _ if more => (format!("more than {}", grouped(counted)), " requests"),
        1 => ("1".to_owned(), " request"),
        count => (grouped(count), " requests"),
    };
    view! { <p class="c-hint p-count" role="status"><b class="num">{move || said().0}</b>{move || said().1}</p> }.into_any()
}

/// Whether new requests appear by themselves stands in the address. It is of use on the first page only, so it leads there.
#[component]
fn LiveSwitch() -> impl IntoView {
    let (query, href_with, navigate) = (use_query_map(), use_href_with(), use_navigate());
    let live = Memo::new(move |_| query.with(|query| query.get_str("live") == Some("1")));
    let switch = move |event| {
        let on = event_target_checked(&event).then_some("1");
        let href = untrack(|| href_with(&[("live", on), ("cursor", None)]));
        navigate(&href, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    };
    view! {
        <label class="c-switch l-script">
            <input type="checkbox" role="switch" checked=live.get_untracked() prop:checked=live on:change=switch/>
            {move || live.get().then(|| view! { <span class="c-live" aria-hidden="true"></span> })}
            "Live tail"
        </label>
    }
    .into_any()
}

/// All that the filters find, not only this page of it.
#[component]
fn Export() -> impl IntoView {
    let (params, query) = (use_route_params(), use_query_map());
    let href = move || {
        let asked = query.with(query_of);
        let asked: ParamsMap = asked.pairs().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        format!("/p/{}/requests.jsonl{}", params.with(|params| params.get("project").unwrap_or_default()), asked.to_query_string())
    };
    view! {
        <a class="c-btn l-wide" data-kind="quiet" data-size="s" href=href rel="external" download="" title="All that the filters find, a line of JSON each">
            <Icon name="download"/>
            "JSONL"
        </a>
    }
    .into_any()
}
