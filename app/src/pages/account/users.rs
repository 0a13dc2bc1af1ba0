//! Everybody who has an account here, and links that set a new password.

use atelier_domain::{account::User, timestamp::Timestamp};
use leptos::prelude::*;

use super::once::Once;
use crate::{
    ask::{ActionForm, Change},
    ui::{Avatar, Callout, ErrorNote, Panel, Submit, Table, Tag, Time, failure},
};

#[component]
pub fn Users(users: Vec<User>, now: Timestamp, reset: Change) -> impl IntoView {
    let names: Vec<_> = users.iter().map(|user| (user.id.to_string(), user.email.clone())).collect();
    let rows = users.into_iter().map(|user| view! { <Row user=user now=now reset=reset/> }).collect_view();
    view! {
        <Panel id="people" title="People" say="Owners invite people into their projects. Who forgot a password needs a link from you.">
            <Made names=names reset=reset/>
            <Table caption="Everybody who has an account" heads=&["Name", "E-mail", "Rights", "Since", ""]>
                {rows}
            </Table>
        </Panel>
    }
    .into_any()
}

#[component]
fn Row(user: User, now: Timestamp, reset: Change) -> impl IntoView {
    let User { id, email, name, admin, created_at: at } = user;
    view! {
        <tr>
            <th scope="row">
                <span class="l-row"><Avatar name=name.clone()/>{name.clone()}</span>
            </th>
            <td>{email}</td>
            <td>{admin.then(|| view! { <Tag tone="accent">"Administrator"</Tag> })}</td>
            <td><Time at=at now=now/></td>
            <td data-num="true">
                <ActionForm action=reset attr:class="l-script">
                    <input type="hidden" name="user" value=id.to_string()/>
                    <Submit pending=reset.pending() kind="plain" small=true>
                        "Make a reset link"
                        <span class="sr">" for " {name}</span>
                    </Submit>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}

/// The link that was made last, and for whom.
#[component]
fn Made(names: Vec<(String, String)>, reset: Change) -> impl IntoView {
    let whom = Callback::new(move |()| {
        let user = reset.sent("user")?;
        names.iter().find(|(known, _)| *known == user).map(|(_, email)| email.clone())
    });
    view! {
        <div class="p-made" role="status">
            <ErrorNote fault=failure(reset)/>
            {move || reset.output::<String>().map(|link| view! {
                <Callout tone="warn">
                    "Send this link to " {whom.run(())} " yourself: Atelier sends no e-mail. It sets a new password, works once and for one day, and is shown only now."
                </Callout>
                <Once value=link copy="Copy the link"/>
            })}
        </div>
    }
    .into_any()
}
