//! Everybody who has an account here, and links that set a new password.

use atelier_domain::{account::User, timestamp::Timestamp};
use leptos::{form::ActionForm, prelude::*};

use super::once::Once;
use crate::{
    api::account::MakeResetLink,
    ui::{Avatar, Callout, ErrorNote, Submit, Tag, Time, failure},
};

#[component]
pub fn Users(users: Vec<User>, now: Timestamp, reset: ServerAction<MakeResetLink>) -> impl IntoView {
    let names: Vec<_> = users.iter().map(|user| (user.id.to_string(), user.email.clone())).collect();
    let rows = users.into_iter().map(|user| view! { <Row user=user now=now reset=reset/> });
    view! {
        <section class="c-panel" aria-labelledby="people-h">
            <div class="c-panel-head">
                <h2 id="people-h">"People"</h2>
                <p>"Owners invite people into their projects. Who forgot a password needs a link from you."</p>
            </div>
            <Made names=names reset=reset/>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Table of people">
                <table class="c-table" data-rows="m">
                    <caption class="sr">"Everybody who has an account"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"E-mail"</th>
                            <th scope="col">"Rights"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(user: User, now: Timestamp, reset: ServerAction<MakeResetLink>) -> impl IntoView {
    let User { id, email, name, admin, created_at: at } = user;
    view! {
        <tr>
            <th scope="row">
                <span class="l-row"><Avatar name=name.clone()/>{name.clone()}</span>
            </th>
            <td>{email}</td>
            <td>{admin.then(|| view! { <Tag tone="accent">"Administrator"</Tag> })}</td>
            <td><Time at=at.to_string() text=at.relative(now) full=at.readable()/></td>
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
fn Made(names: Vec<(String, String)>, reset: ServerAction<MakeResetLink>) -> impl IntoView {
    // The input is gone once the answer is there: remember whom it was for.
    let (user, link) = (RwSignal::new(String::new()), Signal::derive(move || reset.value().get().and_then(Result::ok)));
    Effect::new(move || {
        if let Some(input) = reset.input().get() {
            user.set(input.user);
        }
    });
    let whom = Signal::derive(move || user.with(|id| names.iter().find(|(known, _)| known == id).map(|(_, email)| email.clone())));
    view! {
        <div class="p-made" role="status">
            <ErrorNote fault=failure(reset)/>
            {move || link.get().map(|link| view! {
                <Callout tone="warn">
                    "Send this link to " {whom.get()} " yourself: Atelier sends no e-mail. It sets a new password, works once and for one day, and is shown only now."
                </Callout>
                <Once value=link copy="Copy the link"/>
            })}
        </div>
    }
    .into_any()
}
