//! Filters: a form that finds without script too, and what is asked now, each with a way to drop it.

use atelier_domain::request::{CacheVerdict, Outcome, RequestQuery, Source, WITHIN};
use leptos::{
    ev::SubmitEvent,
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{FormData, HtmlFormElement},
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    api::request::RequestChoices,
    ui::{Icon, Menu, use_href_with},
};

use super::{cache_words, list::query_of, outcome_words, short, source_words};

type Options = Vec<(String, String)>;

fn options<T: Copy>(any: &str, all: &[T], word: fn(T) -> &'static str, words: fn(T) -> &'static str) -> Options {
    let all = all.iter().map(|one| (word(*one).to_owned(), words(*one).to_owned()));
    std::iter::once((String::new(), any.to_owned())).chain(all).collect()
}

#[component]
pub fn Filters(choices: RequestChoices) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let (href_with, navigate) = (use_href_with(), use_navigate());
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(form) = form.get_untracked() {
            navigate(&untrack(|| address(&form, &href_with)), NavigateOptions::default());
        }
    };
    let within = std::iter::once((String::new(), "Any time".to_owned()));
    let within = within.chain(WITHIN.iter().filter(|(.., hours)| *hours > 0).map(|(name, words, _)| ((*name).to_owned(), (*words).to_owned()))).collect();
    view! {
        <form method="get" class="c-filters p-filters" role="search" aria-label="Filter requests" node_ref=form on:submit=search>
            <Typed name="q" label="Search" placeholder="Text, id, user" key="/" wide=true/>
            <Pick name="within" label="Time" options=within/>
            <Typed name="prompt" label="Prompt" placeholder="Any prompt" list=choices.prompts/>
            <Pick name="outcome" label="Outcome" options=options("Any status", Outcome::ALL, Outcome::as_str, outcome_words)/>
            <Pick name="cache" label="Cache" options=options("Any cache", CacheVerdict::ALL, CacheVerdict::as_str, |cache| match cache {
                CacheVerdict::Off => "Cache off",
                CacheVerdict::Miss => "Cache miss",
                CacheVerdict::Exact => "Exact hit",
                CacheVerdict::Semantic => "Semantic hit",
            })/>
            <Typed name="model" label="Model" placeholder="Any model" list=choices.models/>
            <More keys=choices.keys/>
            <Kept/>
            <button class="c-btn" data-size="s" type="submit">"Filter"</button>
        </form>
    }
    .into_any()
}

/// The address that the fields make: what is empty is left out.
fn address(form: &HtmlFormElement, href_with: &impl Fn(&[(&'static str, Option<&str>)]) -> String) -> String {
    let data = FormData::new_with_form(form).ok();
    let typed = |name: &str| data.as_ref().and_then(|data| data.get(name).as_string()).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let asked: Vec<_> = RequestQuery::FIELDS.iter().map(|name| (*name, typed(name))).collect();
    let fields = asked.iter().map(|(name, value)| (*name, value.as_deref()));
    href_with(&fields.chain([("cursor", None), ("peek", None)]).collect::<Vec<_>>())
}

/// Fields that are seldom asked.
#[component]
fn More(keys: Vec<(String, String)>) -> impl IntoView {
    let keys = std::iter::once((String::new(), "Any key".to_owned())).chain(keys).collect::<Options>();
    view! {
        <Menu id="more-filters" label="More filters" kind="quiet" button=|| view! { <Icon name="filter"/> }>
            <div class="p-more-filters">
                <Typed name="user" label="User" placeholder="Any user" shown=true/>
                <Typed name="session" label="Session" placeholder="Any session" shown=true/>
                <Typed name="tag" label="Tag" placeholder="Any tag" shown=true/>
                <Typed name="version" label="Version" placeholder="Any version" shown=true/>
                <Pick name="key" label="API key" options=keys shown=true/>
                <Pick name="source" label="Where it was asked" options=options("Anywhere", Source::ALL, Source::as_str, source_words) shown=true/>
                <button class="c-btn" data-kind="primary" data-size="s" type="submit">"Filter"</button>
            </div>
        </Menu>
    }
    .into_any()
}

/// What the form has no field for: moments that a chart has named, a test and its variant, and the live tail.
#[component]
fn Kept() -> impl IntoView {
    let query = use_query_map();
    let kept = move || {
        let inputs = ["from", "to", "live", "experiment", "variant"]
            .into_iter()
            .filter_map(|key| query.with(|query| query.get(key)).map(|value| view! { <input type="hidden" name=key value=value/> }));
        inputs.collect_view()
    };
    kept.into_any()
}

#[component]
fn Typed(
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    /// What is offered.
    #[prop(optional)]
    list: Vec<String>,
    #[prop(optional)] key: Option<&'static str>,
    #[prop(optional)] wide: bool,
    /// With its label over it.
    #[prop(optional)]
    shown: bool,
) -> impl IntoView {
    let query = use_query_map();
    let value = move || query.with(|query| query.get(name).unwrap_or_default());
    let id = format!("filter-{name}");
    let known = (!list.is_empty()).then(|| format!("{id}-known"));
    let datalist = known.clone().map(|id| {
        let options = list.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    });
    view! {
        <span class="p-filter" data-shown=shown.then_some("true") data-wide=wide.then_some("true")>
            <label class=(!shown).then_some("sr") for=id.clone()>{label}</label>
            <input
                class="c-input" data-size="s" id=id type=if wide { "search" } else { "text" } name=name placeholder=placeholder list=known autocomplete="off"
                maxlength="200" data-key=key value=untrack(value) prop:value=value
            />
            {datalist}
        </span>
    }
    .into_any()
}

/// A choice that is asked at once.
#[component]
fn Pick(name: &'static str, label: &'static str, options: Options, #[prop(optional)] shown: bool) -> impl IntoView {
    let query = use_query_map();
    let value = move || query.with(|query| query.get(name).unwrap_or_default());
    let chosen = untrack(value);
    let id = format!("filter-{name}");
    let options = options.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }.into_any()
    });
    let options = options.collect::<Vec<AnyView>>();
    let send = move |event: leptos::ev::Event| {
        let form = event.target().and_then(|target| target.dyn_into::<leptos::web_sys::HtmlSelectElement>().ok()).and_then(|select| select.form());
        // Refused where a field is not valid: the browser says so.
        let _ = form.filter(|_| !shown).map(|form| form.request_submit());
    };
    view! {
        <span class="p-filter" data-shown=shown.then_some("true")>
            <label class=(!shown).then_some("sr") for=id.clone()>{label}</label>
            <select class="c-input" data-size="s" id=id name=name prop:value=value on:change=send>{options}</select>
        </span>
    }
    .into_any()
}

/// What is asked now.
#[component]
pub fn Active() -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let shown = move || {
        let asked = query.with(query_of);
        let chips = asked.pairs().into_iter().filter_map(|(name, value)| {
            let (label, value) = words(name, value)?;
            let href = href_with(&[(name, None), ("cursor", None)]);
            Some(view! {
                <li>
                    <a class="c-filter" href=href aria-label=format!("Drop the filter {label} {value}")>{label}" "<b>{value.clone()}</b><Icon name="x" small=true/></a>
                </li>
            })
        });
        let chips = chips.collect::<Vec<_>>();
        let none: Vec<_> = RequestQuery::FIELDS.iter().copied().chain(["cursor"]).map(|name| (name, None)).collect();
        let all = (chips.len() > 1).then(|| view! { <li><a class="c-link" href=href_with(&none)>"Drop all"</a></li> });
        (!chips.is_empty()).then(|| view! { <ul class="c-filters p-active" aria-label="Filters that hold now">{chips}{all}</ul> })
    };
    shown.into_any()
}

/// A filter in words; the whole of time is none.
fn words(name: &str, value: &str) -> Option<(&'static str, String)> {
    let value = value.to_owned();
    Some(match name {
        "q" => ("Text", value),
        "within" => ("Time", WITHIN.iter().find(|(known, _, hours)| *known == value && *hours > 0)?.1.to_lowercase()),
        "from" => ("From", value),
        "to" => ("Until", value),
        "prompt" => ("Prompt", value),
        "version" => ("Version", value),
        "model" => ("Model", value),
        "outcome" => ("Outcome", Outcome::parse(&value).map_or(value, |outcome| outcome_words(outcome).to_lowercase())),
        "cache" => ("Cache", CacheVerdict::parse(&value).map_or(value, |cache| cache_words(cache).to_owned())),
        "source" => ("Asked in", Source::parse(&value).map_or(value, |source| source_words(source).to_owned())),
        "tag" => ("Tag", value),
        "user" => ("User", value),
        "session" => ("Session", value),
        "experiment" => ("Test", value),
        "variant" => ("Variant", value),
        "key" => ("Key", short(&value)),
        _ => return None,
    })
}
