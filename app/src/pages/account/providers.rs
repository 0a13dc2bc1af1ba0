//! Providers: who answers besides the model of this machine.

use atelier_domain::{
    account::Action,
    provider::{Provider, ProviderKind},
    timestamp::Timestamp,
};
use leptos::prelude::*;

use super::{
    land::{focus_mistake, on_success, unplaced},
    once::SentPlain,
};
use crate::{
    api::provider::{CheckProvider, ListProviders, Providers as Listed, PutProvider, RemoveProvider},
    ask::{ActionForm, Change, Reading},
    platform::ViewerProject,
    ui::{
        Callout, Close, ConfirmDialog, Dialog, Empty, ErrorNote, Field, Icon, Load, Opens, Panel, Select, Submit, Table, Tag, TextArea, Time, Tools,
        close_dialog, failure, use_toaster,
    },
};

#[derive(Clone, Copy)]
struct Changes {
    put: Change,
    check: Change,
    remove: Change,
}

#[component]
pub fn Providers(place: ViewerProject) -> impl IntoView {
    if !Action::Administer.allowed_to(place.role) {
        return view! { <Callout>"Only owners of this project set up providers. Their models stand in the list of models when you write a prompt."</Callout> }
            .into_any();
    }
    let changes = Changes { put: Change::by::<PutProvider>(), check: Change::by::<CheckProvider>(), remove: Change::by::<RemoveProvider>() };
    let (toaster, project, inside) = (use_toaster(), place.id.clone(), place.id.clone());
    let listed = Reading::new(move || ListProviders { project: project.clone() });
    for change in [changes.put, changes.check] {
        on_success(change, move |provider: Provider| {
            toaster.push(said(&provider));
            close_dialog("new-provider");
            close_dialog(&format!("edit-{}", provider.id));
            listed.refetch();
        });
    }
    on_success(changes.remove, move |()| {
        toaster.push("The provider is removed, and its key with it");
        listed.refetch();
    });
    let faults = vec![failure(changes.put), failure(changes.check), failure(changes.remove)];
    view! {
        <Panel id="providers" title="Providers" say="Who answers besides the model of this machine. Keys are sealed, and nobody is shown them again.">
            <Tools slot><Opens dialog="new-provider" kind="primary" small=true key="n">"Add a provider"</Opens></Tools>
            <div class="p-made"><SentPlain faults=faults/> <ErrorNote fault=failure(changes.check)/></div>
            <Load reading=listed rows=3 table=true let:data>
                <List data=data project=inside.clone() changes=changes/>
            </Load>
        </Panel>
        <Editor project=place.id provider=None put=changes.put/>
    }
    .into_any()
}

fn said(provider: &Provider) -> String {
    match provider.checked.as_ref().and_then(|checked| checked.error.as_ref()) {
        Some(_) => format!("{} does not answer yet: see its row", provider.name),
        None => format!("{} answers and lists {} models", provider.name, provider.models.len()),
    }
}

#[component]
fn List(data: Listed, project: String, changes: Changes) -> impl IntoView {
    let Listed { providers, now } = data;
    if providers.is_empty() {
        return view! {
            <Empty title="No providers yet">
                <p>"The model of this machine answers without a key. With a provider's key, prompts can name its models too: OpenAI, Anthropic, Gemini, or a server of your own that speaks OpenAI's protocol."</p>
                <p><Opens dialog="new-provider" small=true>"Add the first provider"</Opens></p>
            </Empty>
        }
        .into_any();
    }
    let rows = providers.into_iter().map(|provider| view! { <Row provider=provider project=project.clone() now=now changes=changes/> }).collect_view();
    view! {
        <Table caption="Providers of this project" heads=&["Name", "Protocol", "Address", "Key", "Models", "Last look", ""]>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn Row(provider: Provider, project: String, now: Timestamp, changes: Changes) -> impl IntoView {
    let id = provider.id.to_string();
    let key = match provider.key_hint.as_deref() {
        None => view! { <span class="c-dim">"none"</span> }.into_any(),
        Some("") => "set".into_any(),
        Some(hint) => view! { <code>{format!("…{hint}")}</code> }.into_any(),
    };
    let kind = match provider.kind {
        ProviderKind::Openai => "OpenAI’s",
        ProviderKind::Anthropic => "Anthropic’s",
        ProviderKind::Gemini => "Gemini’s",
    };
    let checked = provider.checked.clone().map(|checked| match checked.error {
        Some(error) => view! { <span class="p-check"><Tag tone="bad">"Failed"</Tag> <span>{error}</span></span> }.into_any(),
        None => view! { <span class="l-row"><Tag tone="good">"Answers"</Tag> <Time at=checked.at now=now/></span> }.into_any(),
    });
    let (edit, remove, title) = (format!("edit-{id}"), format!("remove-{id}"), format!("Remove {}?", provider.name));
    let of = format!(" {}", provider.name);
    let (of_change, of_remove, checked_id) = (of.clone(), of.clone(), id.clone());
    view! {
        <tr>
            <th scope="row">{provider.name.to_string()}</th>
            <td>{kind}</td>
            <td>{provider.base_url.clone().unwrap_or_else(|| "its own".to_owned())}</td>
            <td>{key}</td>
            <td data-num="true">{provider.models.len()}</td>
            <td>{checked}</td>
            <td>
                <span class="l-row">
                    <ActionForm action=changes.check>
                        <input type="hidden" name="provider" value=checked_id/>
                        <Submit kind="plain" small=true pending=changes.check.pending()>"Test"<span class="sr">{of}</span></Submit>
                    </ActionForm>
                    <Opens dialog=edit small=true>"Change"<span class="sr">{of_change}</span></Opens>
                    <Opens dialog=remove.clone() small=true>"Remove"<span class="sr">{of_remove}</span></Opens>
                </span>
                <Editor project=project provider=Some(provider) put=changes.put/>
                <ConfirmDialog id=remove title=title say="Its key is deleted. Prompts that name its models fail until it is set up again." confirm="Remove it" action=changes.remove>
                    <input type="hidden" name="provider" value=id/>
                </ConfirmDialog>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Editor(project: String, provider: Option<Provider>, put: Change) -> impl IntoView {
    focus_mistake(put);
    let fault = failure(put);
    let (id, title) = match &provider {
        Some(provider) => (format!("edit-{}", provider.id), format!("Change {}", provider.name)),
        None => ("new-provider".to_owned(), "Add a provider".to_owned()),
    };
    let new = provider.is_none();
    let [name_id, kind_id, url_id, key_id, headers_id, models_id] = ["name", "kind", "url", "key", "headers", "models"].map(|field| format!("{id}-{field}"));
    let name = match &provider {
        Some(provider) => view! { <input type="hidden" name="name" value=provider.name.to_string()/> }.into_any(),
        None => view! { <Field id=name_id label="Name" name="name" hint="Stands before the slash of its models’ names: openai/gpt-4o-mini" maxlength=40 required=true fault=fault/> }.into_any(),
    };
    let kinds = ProviderKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.to_string())).to_vec();
    let kind = provider.as_ref().map_or("openai", |provider| provider.kind.as_str());
    let base = provider.as_ref().and_then(|provider| provider.base_url.clone()).unwrap_or_default();
    let key_hint = if new { "Sealed at once. Leave it empty where none is needed." } else { "Leave it empty to keep the one that is set." };
    let kept = provider.as_ref().map(|provider| provider.headers.join(", ")).filter(|names| !names.is_empty());
    let headers_hint = kept.map_or_else(
        || "A line each, as in “x-team: support”. Sealed as the key is.".to_owned(),
        |names| format!("Set: {names}. Leave it empty to keep them."),
    );
    let typed = provider
        .as_ref()
        .filter(|provider| provider.models_typed)
        .map(|provider| provider.models.iter().map(|model| model.name.clone()).collect::<Vec<_>>().join("\n"));
    view! {
        <Dialog id=id.clone() title=title>
            <ActionForm action=put attr:novalidate="" attr:autocomplete="off">
                <div class="c-dialog-body">
                    <ErrorNote fault=unplaced(fault, &["name", "kind", "base_url", "key", "headers", "models"])/>
                    <input type="hidden" name="project" value=project/>
                    {name}
                    <Select id=kind_id label="Protocol" name="kind" options=kinds value=kind fault=fault/>
                    <Field id=url_id label="Address" name="base_url" value=base placeholder="https://llm.example/v1" hint="Empty for the provider’s own. For vLLM, Ollama, llama.cpp or Azure: where it listens." fault=fault/>
                    <Field id=key_id label="Key" name="key" kind="password" autocomplete="off" hint=key_hint fault=fault/>
                    <details class="p-differs">
                        <summary>"Headers and models"</summary>
                        <div class="l-stack">
                            <TextArea id=headers_id label="Headers" name="headers" rows=2 code=true hint=headers_hint fault=fault/>
                            <TextArea id=models_id label="Models" name="models" rows=3 code=true value=typed.unwrap_or_default() hint="A line each, where the provider has no list of its own. Empty: the provider is asked." fault=fault/>
                        </div>
                    </details>
                </div>
                <div class="c-dialog-foot">
                    <span class="c-hint l-row"><Icon name="lock" small=true/>"It is asked for its models when you save."</span>
                    <span class="l-end">
                        <Close dialog=id/>
                        <Submit pending=put.pending()>"Save and test"</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
