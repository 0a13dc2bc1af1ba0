//! Invitations that nobody has taken up yet.

use atelier_domain::account::Invitation;
use leptos::{form::ActionForm, prelude::*};

use super::{invite::InviteDialog, land::on_success, once::SentPlain};
use crate::{
    api::account::{Invite, WithdrawInvitation, list_invitations},
    ui::{Empty, ErrorNote, Load, Opens, Submit, failure, use_toaster},
};

#[component]
pub fn Invitations(project: String) -> impl IntoView {
    let (invite, withdraw) = (ServerAction::<Invite>::new(), ServerAction::<WithdrawInvitation>::new());
    let (toaster, asked) = (use_toaster(), project.clone());
    let open = Resource::new(move || asked.clone(), list_invitations);
    on_success(invite, move |_| open.refetch());
    on_success(withdraw, move |()| {
        toaster.push("The link no longer works.");
        open.refetch();
    });
    view! {
        <section class="c-panel" aria-labelledby="open-h">
            <div class="c-panel-head">
                <h2 id="open-h">"Open invitations"</h2>
                <p>"A newer one for the same address replaces the older."</p>
            </div>
            <div class="p-made">
                <ErrorNote fault=failure(withdraw)/>
                <SentPlain faults=vec![failure(invite)]/>
            </div>
            <Load resource=open rows=2 table=true let:open>
                <Table open=open withdraw=withdraw/>
            </Load>
        </section>
        <InviteDialog project=project action=invite/>
    }
    .into_any()
}

#[component]
fn Table(open: Vec<Invitation>, withdraw: ServerAction<WithdrawInvitation>) -> impl IntoView {
    if open.is_empty() {
        return view! {
            <Empty title="Nobody is invited at the moment">
                <p>"An invitation is a link that you send yourself. It works once, for seven days."</p>
                <p><Opens dialog="invite" small=true>"Invite somebody"</Opens></p>
            </Empty>
        }
        .into_any();
    }
    let rows = open.into_iter().map(|one| view! { <Row one=one withdraw=withdraw/> });
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label="Table of open invitations">
            <table class="c-table" data-rows="m">
                <caption class="sr">"Open invitations"</caption>
                <thead>
                    <tr>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Invited by"</th>
                        <th scope="col">"Works until"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(one: Invitation, withdraw: ServerAction<WithdrawInvitation>) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{one.email.clone()}</th>
            <td>{one.role.to_string()}</td>
            <td>{one.created_by}</td>
            <td><time datetime=one.expires_at.to_string()>{one.expires_at.readable()}</time></td>
            <td data-num="true">
                <ActionForm action=withdraw>
                    <input type="hidden" name="invitation" value=one.id.to_string()/>
                    <Submit pending=withdraw.pending() kind="plain" small=true>
                        "Withdraw"
                        <span class="sr">" the invitation of " {one.email}</span>
                    </Submit>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}
