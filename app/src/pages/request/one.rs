//! One request: how it went, who asked, what was said, what it took.

use atelier_domain::{
    request::{Facts, Line, Outcome},
    timestamp::Timestamp,
};
use leptos::prelude::*;

use crate::pages::Screen;
use crate::{
    api::request::{OpenRequest, Scored, ShowRequest},
    ask::Reading,
    components::shell::Page,
    ui::{Callout, Crumb, Load, Tag, Time, use_route_params},
};

use super::{
    acts::Acts,
    exchange::Exchanged,
    outcome_words, source_words,
    took::{Spent, Took},
};

pub struct RequestPage {
    open: Reading<OpenRequest>,
}

impl Screen for RequestPage {
    fn data() -> Self {
        let params = use_route_params();
        let asked = move || {
            params.with(|params| ShowRequest { project: params.get("project").unwrap_or_default(), request: params.get("request").unwrap_or_default() })
        };
        Self { open: Reading::new(asked) }
    }

    fn view(this: Self) -> AnyView {
        let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
        let trail = vec![Crumb::new("Requests", format!("/p/{project}/requests"))];
        view! {
            <Page title="Request" trail=trail>
                <div class="l-scroll">
                    <Load reading=this.open rows=8 let:open><div class="c-panel p-request-page"><h2 class="sr">"The request"</h2><RequestBody open=open/></div></Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
pub fn RequestBody(open: OpenRequest) -> impl IntoView {
    let Line { facts, prompt_name, key_name, .. } = open.line.clone();
    let (model, times, retries) = (facts.model.clone(), facts.times, facts.retries);
    let (scores, open_now) = (open.scores.clone(), open.now);
    let error = open.exchange.as_ref().and_then(|exchange| exchange.error.clone());
    let said = match open.exchange.clone() {
        Some(exchange) => view! { <Exchanged exchange=exchange model=model/> }.into_any(),
        None => view! { <section class="c-section"><p class="c-dim">"Bodies are not kept in this project: what was asked and answered is not known here."</p></section> }.into_any(),
    };
    let wrong = (facts.outcome != Outcome::Answered).then(|| view! { <Wrong facts=facts.clone() error=error/> });
    view! {
        <section class="c-section l-stack" aria-label="Summary">
            <p class="l-row" data-wrap="true">
                <State facts=facts.clone()/>
                <code class="c-code">{facts.id.to_string()}</code>
                <span class="c-hint"><Time at=facts.at now=open.now/>", "{facts.at.readable()}</span>
            </p>
            {wrong}
            <Who facts=facts.clone() prompt=prompt_name.map(|name| name.to_string()) key=key_name/>
        </section>
        <Acts open=open/>
        {said}
        {(!scores.is_empty()).then(|| view! { <Scores scores=scores now=open_now/> })}
        <Took times=times retries=retries/>
        <Spent facts=facts/>
    }
    .into_any()
}

#[component]
fn State(facts: Facts) -> impl IntoView {
    let words = format!("{}, {}", outcome_words(facts.outcome), facts.status);
    match facts.outcome {
        Outcome::Answered => view! { <Tag tone="ok">{words}</Tag> },
        Outcome::Left => view! { <Tag tone="warn">{words}</Tag> },
        Outcome::Failed | Outcome::Refused => view! { <Tag tone="bad">{words}</Tag> },
    }
    .into_any()
}

#[component]
fn Wrong(facts: Facts, error: Option<String>) -> impl IntoView {
    let sentence = error.unwrap_or_else(|| match facts.outcome {
        Outcome::Left => "The caller did not wait for the end; what came until then was charged.".to_owned(),
        Outcome::Refused => "The studio refused it.".to_owned(),
        Outcome::Failed | Outcome::Answered => "The provider refused it, or failed.".to_owned(),
    });
    let tone = if facts.outcome == Outcome::Left { "warn" } else { "bad" };
    view! { <Callout tone=tone>{sentence}{facts.code.map(|code| view! { " " <code>{code}</code> })}</Callout> }.into_any()
}

/// Whose it is. What can be filtered by leads to its like.
#[component]
fn Who(facts: Facts, prompt: Option<String>, key: Option<String>) -> impl IntoView {
    let project = facts.project;
    let like = move |field: &str, value: &str| format!("/p/{project}/requests?{field}={}", encode(value));
    let by = move |words: &'static str, field: &'static str, value: Option<String>| {
        value.map(
            |value| view! { <div><dt>{words}</dt><dd><a class="c-link" href=like(field, &value) title="Requests like this one">{value.clone()}</a></dd></div> },
        )
    };
    let prompt = prompt.zip(facts.prompt).map(|(name, id)| {
        let (query, words) = match facts.version {
            Some(0) => (String::new(), format!("{name}, a draft")),
            Some(number) => (format!("?v={number}"), format!("{name} {number}")),
            None => (String::new(), name),
        };
        view! { <div><dt>"Prompt"</dt><dd><a class="c-link" href=format!("/p/{project}/prompts/{id}{query}")>{words}</a></dd></div> }
    });
    let key = facts.key.map(|id| {
        let href = like("key", &id.to_string());
        view! { <div><dt>"Key"</dt><dd><a class="c-link" href=href title="Requests like this one">{key.unwrap_or_else(|| "deleted".to_owned())}</a></dd></div> }
    });
    let run = facts.run.map(|run| view! { <div><dt>"Run"</dt><dd><a class="c-link" href=format!("/p/{project}/runs/{run}")>"Open the run"</a></dd></div> });
    let tags = facts.tags.into_iter().map(|tag| view! { <a class="c-tag" href=like("tag", &tag)>{tag.clone()}</a> }).collect::<Vec<_>>();
    let tags = (!tags.is_empty()).then(|| view! { <div><dt>"Tags"</dt><dd class="l-row" data-wrap="true">{tags}</dd></div> });
    let asked = format!("{}{}", source_words(facts.source), if facts.streamed { ", streamed" } else { "" });
    view! {
        <dl class="c-facts">
            {prompt}
            {by("Model", "model", Some(facts.model))}
            <div><dt>"Asked in"</dt><dd>{asked}</dd></div>
            {key}
            {by("User", "user", facts.user)}
            {by("Session", "session", facts.session)}
            {facts.trace.map(|trace| view! { <div><dt>"Trace"</dt><dd>{trace}</dd></div> })}
            {facts.variant.map(|variant| view! { <div><dt>"Variant"</dt><dd>{variant}</dd></div> })}
            {run}
            {tags}
        </dl>
    }
    .into_any()
}

/// What users, programs and reviewers said of the answer.
#[component]
fn Scores(scores: Vec<Scored>, now: Timestamp) -> impl IntoView {
    let one = move |score: Scored| {
        view! {
            <div>
                <dt>{score.name}</dt>
                <dd class="l-stack">
                    <span class="p-text">{score.value}</span>
                    {score.comment.map(|comment| view! { <span class="p-text c-dim">{comment}</span> })}
                    <span class="c-hint">{score.by}", "<Time at=score.at now=now/></span>
                </dd>
            </div>
        }
    };
    view! {
        <section class="c-section" aria-labelledby="scores-h">
            <h3 id="scores-h">"Scores"</h3>
            <dl class="c-facts">{scores.into_iter().map(one).collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// For a value of a query.
fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
