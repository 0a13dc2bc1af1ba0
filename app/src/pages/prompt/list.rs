//! Every prompt of a project: folders and tags on the left, the table, and beside it the prompt that `?peek=` names.

use atelier_domain::{
    account::Action,
    prompt::{Filter, Outline, Prompt, Sort},
    timestamp::Timestamp,
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
    params::ParamsMap,
};

use crate::pages::Screen;
use crate::{
    api::prompt::{ArchivePrompt, ListPrompts, Listing, OpenPrompt, PromptPage},
    ask::{ActionForm, Change, Reading},
    components::shell::{Actions, Page, Sub},
    platform::use_viewer,
    ui::{Empty, ErrorNote, Icon, Label, Load, Menu, Pager, Peek, SortHead, Submit, Tag, Time, failure, use_href_with, use_route_params},
};

use super::{glance::Glance, import::Exports};

type Peeked = Reading<Option<OpenPrompt>>;

pub struct PromptList {
    listing: Reading<Listing>,
    peeked: Peeked,
    restore: Change,
}

fn filter(query: &ParamsMap) -> Filter {
    let text = |key| query.get(key).unwrap_or_default();
    let sort = match query.get_str("sort") {
        Some("name") => Sort::Name,
        Some("-name") => Sort::NameDown,
        Some("updated") => Sort::Oldest,
        _ => Sort::Updated,
    };
    Filter { folder: text("folder"), tag: text("tag"), q: text("q"), sort, archived: query.get_str("archived").is_some() }
}

impl Screen for PromptList {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let restore = Change::by::<ArchivePrompt>();
        let project = move || params.with(|params| params.get("project").unwrap_or_default());
        let here = project.clone();
        let asked = move || query.with(|query| (ListPrompts { project: project(), filter: filter(query), cursor: query.get("cursor") }, restore.times()));
        let listing = Reading::on(asked);
        let peeked = Reading::maybe(move || Some(PromptPage { project: here(), prompt: query.with(|query| query.get("peek"))?, version: None }));
        Self { listing, peeked, restore }
    }

    fn view(this: Self) -> AnyView {
        let project = use_route_params().with(|params| params.get("project").unwrap_or_default());
        let (new, may_write) = (format!("/p/{project}/prompts/new"), may_write());
        let (peeked, restore, import) = (this.peeked, this.restore, format!("/p/{project}/prompts/import"));
        let empty_new = new.clone();
        view! {
            <Page title="Prompts" fit=true>
                <Actions slot>
                    <Files import=may_write.then(|| import.clone())/>
                    {may_write.then(|| view! {
                        <a class="c-btn" data-kind="primary" data-size="s" data-key="n" aria-keyshortcuts="n" href=new>
                            <Icon name="plus"/>
                            "New prompt"
                        </a>
                    })}
                </Actions>
                <Sub slot filters=true>
                    <Search/>
                </Sub>
                <Load reading=this.listing rows=8 table=true let:data>
                    <Browse data=data new=empty_new.clone() may_write=may_write peeked=peeked restore=restore/>
                </Load>
            </Page>
        }
        .into_any()
    }
}

/// Prompts in and out as files. What is exported is the folder that is shown.
#[component]
fn Files(import: Option<String>) -> impl IntoView {
    let (params, query) = (use_route_params(), use_query_map());
    let href = move || {
        let folder = ParamsMap::from_iter([("folder", query.with(|query| query.get("folder").unwrap_or_default()))]);
        format!("/p/{}/export{}", params.with(|params| params.get("project").unwrap_or_default()), folder.to_query_string())
    };
    view! {
        <Menu id="files" label="Import and export" kind="quiet" side="end" button=|| view! { <Icon name="more"/> }>
            {import.map(|href| view! { <a href=href><Icon name="plus"/>"Import prompts"</a> })}
            {move || view! { <Exports href=href()/> }}
        </Menu>
    }
    .into_any()
}

/// Whether the viewer may change prompts here.
fn may_write() -> bool {
    let (viewer, params) = (use_viewer(), use_route_params());
    let project = params.with(|params| params.get("project").unwrap_or_default());
    viewer.project(&project).is_some_and(|project| Action::Write.allowed_to(project.role))
}

/// A form, so that it searches without script too; the rest of the address stays.
#[component]
fn Search() -> impl IntoView {
    let (query, input) = (use_query_map(), NodeRef::<html::Input>::new());
    let (href_with, navigate) = (use_href_with(), use_navigate());
    // Not the router's own form: it would send the nameless button too.
    let search = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = input.get_untracked().map(|input| input.value()).filter(|typed| !typed.is_empty());
        navigate(&href_with(&[("q", typed.as_deref()), ("cursor", None), ("peek", None)]), NavigateOptions::default());
    };
    let kept = move || {
        let keep = ["folder", "tag", "sort", "archived"];
        let inputs = keep.into_iter().filter_map(|key| query.with(|query| query.get(key)).map(|value| view! { <input type="hidden" name=key value=value/> }));
        inputs.collect_view()
    };
    view! {
        <form class="l-row p-search" role="search" on:submit=search>
            <input
                node_ref=input class="c-input" data-size="s" type="search" name="q" id="search" data-key="/" aria-label="Search prompts"
                placeholder="Search by name, description or tag" prop:value=move || query.with(|query| query.get("q").unwrap_or_default())
                value=query.with_untracked(|query| query.get("q").unwrap_or_default())
            />
            {kept}
            <button class="c-btn" data-size="s" type="submit">"Search"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Browse(data: Listing, new: String, may_write: bool, peeked: Peeked, restore: Change) -> impl IntoView {
    let Listing { prompts, outline, now } = data;
    let (query, nothing) = (use_query_map(), prompts.data.is_empty());
    let filtered = query.with(|query| ["q", "tag", "folder", "archived", "cursor"].iter().any(|key| query.get_str(key).is_some_and(|value| !value.is_empty())));
    let archived = query.with(|query| query.get_str("archived").is_some());
    if nothing && !filtered && outline.archived == 0 {
        return view! { <First new=new may_write=may_write/> }.into_any();
    }
    view! {
        <div class="l-panes p-browse" data-peek="true">
            <Places outline=outline/>
            <section class="l-pane" aria-label="Prompts">
                <div class="l-pane-body">
                    <ErrorNote fault=failure(restore)/>
                    {if nothing {
                        view! { <Empty title="Nothing found"><p>"No prompt here matches. Take a filter away, or search for less."</p></Empty> }.into_any()
                    } else {
                        view! { <Table prompts=prompts.data now=now archived=archived && may_write restore=restore/> }.into_any()
                    }}
                    <Pager next=prompts.next/>
                </div>
            </section>
            <Peek title="Prompt">
                <Load reading=peeked rows=4 let:page>{page.map(|page| view! { <Glance page=page/> })}</Load>
            </Peek>
        </div>
    }
    .into_any()
}

#[component]
fn First(new: String, may_write: bool) -> impl IntoView {
    view! {
        <div class="l-scroll">
            <Empty title="No prompts yet">
                <p>"A prompt is a text with variables such as {{question}}. Write it here, try it on the model of this machine, publish it, and let your code pull it."</p>
                {may_write.then(|| view! { <p><a class="c-btn" data-kind="primary" href=new>"Write the first prompt"</a></p> })}
            </Empty>
        </div>
    }
    .into_any()
}

/// Folders and tags, with how many prompts each holds.
#[component]
fn Places(outline: Outline) -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let link = move |key: &'static str, value: String, words: String, depth: usize, count: u32| {
        let (href_with, here) = (href_with.clone(), value.clone());
        let current = move || query.with(|query| query.get_str(key).unwrap_or_default() == here && query.get_str("archived").is_none());
        let href = move || href_with(&[(key, (!value.is_empty()).then_some(value.as_str())), ("cursor", None), ("archived", None), ("peek", None)]);
        view! {
            <li data-depth=depth>
                <a href=href aria-current=move || current().then_some("true")>
                    <span>{words}</span>
                    <span class="c-count">{count}</span>
                </a>
            </li>
        }
    };
    let folders = {
        let link = link.clone();
        let one = move |(path, count): (String, u32)| {
            let leaf = path.rsplit('/').next().unwrap_or_default().to_owned();
            link("folder", path.clone(), leaf, path.matches('/').count() + 1, count)
        };
        outline.folders.into_iter().map(one).collect_view()
    };
    let all = link("folder", String::new(), "All prompts".to_owned(), 0, outline.prompts);
    let tags = (!outline.tags.is_empty()).then(|| {
        let tags = outline.tags.into_iter().map(|(tag, count)| link("tag", tag.clone(), tag, 0, count)).collect_view();
        view! {
            <h2 class="c-pane-head">"Tags"</h2>
            <ul class="c-places">{link("tag", String::new(), "Any tag".to_owned(), 0, outline.prompts)} {tags}</ul>
        }
    });
    let archived = (outline.archived > 0)
        .then(|| view! { <p class="p-archived"><a class="c-link" href="?archived=1">{format!("Archived ({})", outline.archived)}</a></p> });
    view! {
        <nav class="l-pane p-places" aria-label="Folders and tags">
            <div class="l-pane-body">
                <h2 class="c-pane-head">"Folders"</h2>
                <ul class="c-places">{all} {folders}</ul>
                {tags}
                {archived}
            </div>
        </nav>
    }
    .into_any()
}

#[component]
fn Table(prompts: Vec<Prompt>, now: Timestamp, archived: bool, restore: Change) -> impl IntoView {
    let rows = prompts.into_iter().map(|prompt| view! { <Row prompt=prompt now=now archived=archived restore=restore/> }).collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label="Table of prompts">
            <table class="c-table" data-rows="m">
                <caption class="sr">"Prompts"</caption>
                <thead>
                    <tr>
                        <SortHead key="name" label="Name" usual="-updated"/>
                        <th scope="col">"Labels"</th>
                        <th scope="col" data-num="true">"Version"</th>
                        <th scope="col">"Tags"</th>
                        <SortHead key="updated" label="Edited" usual="-updated"/>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(prompt: Prompt, now: Timestamp, archived: bool, restore: Change) -> impl IntoView {
    let href = format!("/p/{}/prompts/{}", prompt.project, prompt.id);
    let folder = Some(prompt.name.folder()).filter(|folder| !folder.is_empty()).map(|folder| format!("{folder}/"));
    let labels = prompt.labels.iter().map(|label| view! { <Label name=label.label.to_string() version=i64::from(label.version)/> }).collect_view();
    let tags = prompt.tags.iter().map(ToString::to_string).map(|tag| view! { <Tag>{tag}</Tag> }).collect_view();
    let (query, href_with, id) = (use_location().query, use_href_with(), prompt.id.to_string());
    let (here, peek) = (id.clone(), id.clone());
    let undo = archived.then(|| {
        view! {
            <ActionForm action=restore>
                <input type="hidden" name="prompt" value=id/>
                <input type="hidden" name="archived" value="false"/>
                <Submit kind="plain" small=true pending=restore.pending()>"Bring back"</Submit>
            </ActionForm>
        }
    });
    view! {
        <tr data-open=move || query.with(|query| query.get_str("peek") == Some(here.as_str())).then_some("true")>
            <th scope="row" data-clip="true">
                <span class="l-row p-cell">
                    <a
                        class="c-btn" data-kind="quiet" data-icon="true" data-size="xs" aria-label="Peek"
                        href=move || href_with(&[("peek", Some(peek.as_str()))])
                    >
                        <Icon name="eye"/>
                    </a>
                    <span>
                        <a class="p-name" href=href><span class="p-folder">{folder}</span>{prompt.name.leaf().to_owned()}</a>
                        <small>{prompt.description.clone()}</small>
                    </span>
                </span>
            </th>
            <td><span class="l-row">{labels}</span></td>
            <td data-num="true">{if prompt.latest == 0 { "–".to_owned() } else { prompt.latest.to_string() }}</td>
            <td><span class="l-row">{tags}</span></td>
            <td>
                <Time at=prompt.updated_at now=now/>
                " by " {prompt.updated_by.clone()}
            </td>
            <td>{undo}</td>
        </tr>
    }
    .into_any()
}
