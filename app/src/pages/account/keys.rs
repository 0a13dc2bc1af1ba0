//! API keys: how programs come in.

use atelier_domain::{
    account::{Action, ApiKey},
    timestamp::Timestamp,
};
use leptos::prelude::*;

use super::{land::on_success, limits::Limits, new_key::NewKeyDialog, once::SentPlain};
use crate::{
    api::account::{self as api, AddKey, LimitKey, ListKeys, NewKey, RevokeKey},
    ask::{Change, Reading},
    platform::ViewerProject,
    ui::{Callout, ConfirmDialog, Empty, Load, Opens, Panel, Table, Tag, Time, Tools, failure, use_toaster},
};

#[component]
pub fn Keys(place: ViewerProject) -> impl IntoView {
    if !Action::Administer.allowed_to(place.role) {
        return view! {
            <Callout>"Only owners of this project see its API keys and make new ones. They stand in the list of " <a class="c-link" href="?tab=members">"members"</a> "."</Callout>
        }
        .into_any();
    }
    let (add, revoke, limit) = (Change::by::<AddKey>(), Change::by::<RevokeKey>(), Change::by::<LimitKey>());
    let (toaster, project) = (use_toaster(), place.id.clone());
    let keys = Reading::new(move || ListKeys { project: project.clone() });
    on_success(add, move |_: NewKey| keys.refetch());
    on_success(limit, move |()| {
        toaster.push("The limits hold from the key’s next request on");
        keys.refetch();
    });
    on_success(revoke, move |()| {
        toaster.push("The key is revoked: the next request with it is refused.");
        keys.refetch();
    });
    view! {
        <Panel id="keys" title="API keys" say="For programs. A key belongs to this project, and may do what its scopes say.">
            <Tools slot><Opens dialog="new-key" kind="primary" small=true key="n">"Make a key"</Opens></Tools>
            <div class="p-made"><SentPlain faults=vec![failure(add), failure(revoke), failure(limit)]/></div>
            <Load reading=keys rows=3 table=true let:data>
                <List data=data revoke=revoke limit=limit/>
            </Load>
        </Panel>
        <NewKeyDialog project=place.id action=add/>
    }
    .into_any()
}

#[component]
fn List(data: api::Keys, revoke: Change, limit: Change) -> impl IntoView {
    let api::Keys { keys, now } = data;
    if keys.is_empty() {
        return view! {
            <Empty title="No keys yet">
                <p>"With a key, your code pulls the prompts that you publish here: Authorization: Bearer, and the key."</p>
                <p><Opens dialog="new-key" small=true>"Make the first key"</Opens></p>
            </Empty>
        }
        .into_any();
    }
    let rows = keys.into_iter().map(|key| view! { <Row key=key now=now revoke=revoke limit=limit/> }).collect_view();
    view! {
        <Table caption="API keys of this project" heads=&["Name", "Ends in", "Scopes", "Limits", "Last used", "Made by", ""]>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn Row(key: ApiKey, now: Timestamp, revoke: Change, limit: Change) -> impl IntoView {
    let limits = key.revoked_at.is_none().then(|| view! { <Limits id=key.id.to_string() name=key.name.clone() limits=key.limits limit=limit/> });
    let scopes = key.scopes.into_iter().map(|scope| view! { <Tag>{scope.as_str()}</Tag> }).collect_view();
    let used = match key.last_used_at {
        Some(at) => view! { <Time at=at now=now/> }.into_any(),
        None => view! { <span class="c-dim">"never"</span> }.into_any(),
    };
    let last = match key.revoked_at {
        Some(at) => view! { <Tag tone="bad">"Revoked " {at.relative(now)}</Tag> }.into_any(),
        None => view! { <Revoke id=key.id.to_string() name=key.name.clone() revoke=revoke/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{key.name}</th>
            <td><code>"…" {key.hint}</code></td>
            <td><span class="l-row">{scopes}</span></td>
            <td>{limits}</td>
            <td>{used}</td>
            <td>{key.created_by} ", " <Time at=key.created_at now=now/></td>
            <td data-num="true">{last}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Revoke(id: String, name: String, revoke: Change) -> impl IntoView {
    let (dialog, title) = (format!("revoke-{id}"), format!("Revoke {name}?"));
    let say = "Programs that use it are refused from their next request on. This cannot be taken back: make a new key first.";
    view! {
        <Opens dialog=dialog.clone() small=true>"Revoke"<span class="sr">{format!(" {name}")}</span></Opens>
        <ConfirmDialog id=dialog title=title say=say confirm="Revoke it" action=revoke>
            <input type="hidden" name="key" value=id/>
        </ConfirmDialog>
    }
    .into_any()
}
