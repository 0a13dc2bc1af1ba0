//! Who uses a prompt: the prompts that include it, which can take its update together, and the keys that pull it.

use atelier_domain::prompt::{Includer, Usage};
use leptos::prelude::*;

use crate::pages::Screen;
use crate::{
    api::prompt::{OpenPrompt, PromptUsage, TakeUpdate},
    ask::{ActionForm, Change, Reading},
    pages::account::land::on_success,
    ui::{ErrorNote, Load, Panel, Submit, Table, Time, failure, use_route_params, use_toaster},
};

use super::frame::{Frame, Open};

pub struct PromptUsers {
    open: Open,
    usage: Reading<Usage>,
    update: Change,
}

impl Screen for PromptUsers {
    fn data() -> Self {
        let (open, params, update) = (Open::of_address(), use_route_params(), Change::by::<TakeUpdate>());
        let asked = move || (PromptUsage { prompt: params.with(|params| params.get("prompt").unwrap_or_default()) }, open.publish.times() + update.times());
        let toaster = use_toaster();
        on_success(update, move |count: usize| {
            toaster.push(if count == 1 { "One prompt took the update".to_owned() } else { format!("{count} prompts took the update") })
        });
        Self { open, usage: Reading::on(asked), update }
    }

    fn view(this: Self) -> AnyView {
        let PromptUsers { open, usage, update } = this;
        view! {
            <Frame open=open let:page>
                <div class="l-scroll">
                    <Load reading=usage rows=4 let:usage>
                        <Both page=page.clone() usage=usage update=update/>
                    </Load>
                </div>
            </Frame>
        }
        .into_any()
    }
}

#[component]
fn Both(page: OpenPrompt, usage: Usage, update: Change) -> impl IntoView {
    let shown = page.clone();
    view! {
        <Panel id="includers" title="Prompts that include it">
            <Includers page=shown includers=usage.includers update=update/>
        </Panel>
        <Panel id="keys" title="Keys that pulled it" say="in the last seven days">
            <Keys page=page usage=usage.keys/>
        </Panel>
    }
    .into_any()
}

#[component]
fn Includers(page: OpenPrompt, includers: Vec<Includer>, update: Change) -> impl IntoView {
    if includers.is_empty() {
        let name = page.prompt.name.to_string();
        return view! { <p class="c-panel-body c-hint">"No prompt includes it. Write " <code class="c-inc">{format!("{{{{> {name}}}}}")}</code> " in another one to include it."</p> }.into_any();
    }
    let may = page.may_write && page.prompt.archived_at.is_none();
    let project = page.prompt.project.to_string();
    let behind = includers.iter().filter(|includer| includer.pinned != includer.current).count();
    let id = page.prompt.id.to_string();
    let included = id.clone();
    let rows = includers.into_iter().map(|includer| {
        let moved = includer.pinned != includer.current;
        let label = format!("Update {}", includer.name);
        let tick = (may && moved).then(|| view! { <input type="checkbox" name="prompts[]" value=includer.prompt.to_string() checked=true aria-label=label/> });
        let state = if moved {
            let href = format!("/p/{project}/prompts/{included}/diff?from={}&to={}", includer.pinned, includer.current);
            view! { <a class="c-link" href=href>{format!("version {} is out: compare", includer.current)}</a> }.into_any()
        } else {
            "up to date".into_any()
        };
        let by = includer.label.map_or_else(|| "published".to_owned(), |label| label.to_string());
        view! {
            <tr>
                <td>{tick}</td>
                <th scope="row"><a class="c-link" href=format!("/p/{project}/prompts/{}", includer.prompt)>{includer.name.to_string()}</a></th>
                <td data-num="true">{includer.version}</td>
                <td>{by}</td>
                <td data-num="true">{includer.pinned}</td>
                <td>{state}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <ActionForm action=update>
            <input type="hidden" name="included" value=id/>
            <Table caption="Prompts whose newest version includes this one" heads=&["", "Prompt", "Version", "Asks for", "Stands at", "State"]>
                {rows}
            </Table>
            <ErrorNote fault=failure(update)/>
            {(may && behind > 0).then(|| view! {
                <div class="c-panel-foot">
                    <span class="c-hint">"Each takes it by a new version of its own; labels stay where they are."</span>
                    <span class="l-end"><Submit pending=update.pending()>"Update the chosen"</Submit></span>
                </div>
            })}
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Keys(page: OpenPrompt, usage: Vec<atelier_domain::prompt::KeyUse>) -> impl IntoView {
    if usage.is_empty() {
        return view! { <p class="c-panel-body c-hint">"No key pulled it. “Use it” shows how."</p> }.into_any();
    }
    let rows = usage.into_iter().map(|key| {
        view! {
            <tr>
                <th scope="row">{key.key}</th>
                <td>{if key.label.is_empty() { "published, or a version by number".to_owned() } else { key.label }}</td>
                <td data-num="true">{key.pulls}</td>
                <td><Time at=key.last_at now=page.now/></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table caption="Keys that pulled it, the busiest first" heads=&["Key", "Asked for", "Pulls", "Last"]>
            {rows}
        </Table>
    }
    .into_any()
}
