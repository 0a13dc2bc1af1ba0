//! Requests as rows, newest first; where nothing is, what to do.

use atelier_domain::{request::Line, timestamp::Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::{
    api::request::Requests,
    ui::{Copy, Empty, use_href_with, use_route_params},
};

use super::{CacheTag, Cost, Ended, list::query_of, short, span, tail::Tailing};

/// The most lines that the live tail keeps.
pub const LINES: usize = 200;

#[component]
pub fn Listed(requests: Requests) -> impl IntoView {
    let Requests { lines, next, place, now, url } = requests;
    let (lines, next) = (RwSignal::new(lines), StoredValue::new(next));
    let nothing = Memo::new(move |_| lines.with(Vec::is_empty));
    let shown = move || match nothing.get() {
        true => view! { <Nothing url=url.clone()/> }.into_any(),
        false => view! { <Rows lines=lines next=next now=now/> }.into_any(),
    };
    view! {
        <Tailing lines=lines place=place/>
        {shown}
    }
    .into_any()
}

#[component]
fn Rows(lines: RwSignal<Vec<Line>>, next: StoredValue<Option<String>>, now: Timestamp) -> impl IntoView {
    let full = Memo::new(move |_| lines.with(Vec::len) >= LINES);
    let foot = move || match full.get() {
        true => {
            view! { <p class="c-pager c-hint">{format!("The newest {LINES} stand here. Narrow the filter, or load the page anew, to see older ones.")}</p> }
                .into_any()
        }
        false => view! { <Older next=next.get_value()/> }.into_any(),
    };
    view! {
        <div class="l-pane-body c-scroll" tabindex="0" role="region" aria-label="List of requests">
            <table class="c-table">
                <caption class="sr">"Requests, newest first; times in UTC"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col"><span class="sr">"Outcome"</span></th>
                        <th scope="col" class="p-asked">"Asked"</th>
                        <th scope="col">"Prompt"</th>
                        <th scope="col">"Cache"</th>
                        <th scope="col" data-num="true">"Took"</th>
                        <th scope="col" data-num="true">"Cost"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || lines.get() key=|line| line.facts.id let:line>
                        <Row line=line now=now/>
                    </For>
                </tbody>
            </table>
            {foot}
        </div>
    }
    .into_any()
}

#[component]
fn Row(line: Line, now: Timestamp) -> impl IntoView {
    let (query, href_with) = (use_location().query, use_href_with());
    let Line { facts, asked, prompt_name, .. } = line;
    let id = facts.id.to_string();
    let here = id.clone();
    let open = move || query.with(|query| query.get_str("peek") == Some(here.as_str())).then_some("true");
    let words = if asked.is_empty() { format!("Request {}", short(&id)) } else { asked };
    let title = words.clone();
    let href = move || href_with(&[("peek", Some(id.as_str()))]);
    let time = if facts.at.day() == now.day() || facts.at > now { facts.at.clock() } else { facts.at.short() };
    let prompt = prompt_name.map(|name| name.to_string()).map(|name| {
        let version = match facts.version {
            Some(0) => " draft".to_owned(),
            Some(number) => format!(" {number}"),
            None => String::new(),
        };
        let last = name.rsplit('/').next().unwrap_or_default().to_owned();
        view! { <span title=name>{last}<span class="c-dim num">{version}</span></span> }
    });
    view! {
        <tr data-open=open>
            <td><time datetime=facts.at.to_string() title=facts.at.readable()>{time}</time></td>
            <td><Ended outcome=facts.outcome retries=facts.retries/></td>
            <th scope="row" data-clip="true" class="p-asked"><a href=href title=title>{words}</a></th>
            <td class="p-of">{prompt}</td>
            <td><CacheTag cache=facts.cache/></td>
            <td data-num="true">{span(facts.times.whole)}</td>
            <td data-num="true"><Cost facts=facts/></td>
        </tr>
    }
    .into_any()
}

/// The way to what came before.
#[component]
fn Older(next: Option<String>) -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let newest = {
        let href_with = href_with.clone();
        move || {
            let href = href_with(&[("cursor", None), ("peek", None)]);
            query.with(|query| query.get_str("cursor").is_some()).then(|| view! { <a class="c-link" href=href>"Back to the newest"</a> })
        }
    };
    let older = next.map(|cursor| {
        let href = move || href_with(&[("cursor", Some(&cursor)), ("live", None), ("peek", None)]);
        view! { <a class="c-btn" data-size="s" rel="next" href=href>"Older"</a> }
    });
    view! { <nav class="c-pager" aria-label="Pages">{older}{newest}</nav> }.into_any()
}

/// The filters find nothing, or there is nothing yet.
#[component]
fn Nothing(url: String) -> impl IntoView {
    let (query, href_with, params) = (use_query_map(), use_href_with(), use_route_params());
    let shown = move || {
        let (asked, paged) = query.with(|query| (query_of(query), query.get_str("cursor").is_some()));
        if !asked.is_empty() || paged {
            let none: Vec<_> = asked.pairs().into_iter().map(|(name, _)| name).chain(["cursor"]).map(|name| (name, None)).collect();
            let all = href_with(&none);
            return view! {
                <Empty title="Nothing found">
                    <p>{if paged { "There are no older requests." } else { "No request is of this kind." }}</p>
                    <p><a class="c-btn" data-kind="primary" href=all>"Show all requests"</a></p>
                </Empty>
            }
            .into_any();
        }
        let keys = format!("/p/{}/settings?tab=keys", params.with(|params| params.get("project").unwrap_or_default()));
        view! { <First url=url.clone() keys=keys/> }.into_any()
    };
    shown.into_any()
}

/// How the first request is sent.
#[component]
fn First(url: String, keys: String) -> impl IntoView {
    let curl = format!(
        "curl --fail-with-body '{url}/v1/chat/completions' \\\n  -H \"Authorization: Bearer $ATELIER_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
         -d '{{\"model\": \"local/smollm2-135m-instruct\", \"max_tokens\": 40, \"messages\": [{{\"role\": \"user\", \"content\": \"What is a lamp?\"}}]}}'\n"
    );
    view! {
        <Empty title="No requests yet">
            <p class="l-read">
                "What your programs ask through this studio stands here: who asked, what came, how long it took and what it cost. Point an OpenAI or Anthropic client at "
                <code>{format!("{url}/v1")}</code>", or send the first one by hand. Make a key with the scope “gateway” under "
                <a class="c-link" href=keys>"Settings, API keys"</a>", and put it into the environment as ATELIER_KEY."
            </p>
            <div class="c-snippet p-first">
                <pre tabindex="0" aria-label="The first request, as curl"><code id="first-request">{curl}</code></pre>
                <Copy label="Copy the first request" from="#first-request"/>
            </div>
        </Empty>
    }
    .into_any()
}
