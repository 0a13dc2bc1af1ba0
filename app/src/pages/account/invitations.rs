//! Invitations that nobody has taken up yet.

use atelier_domain::account::Invitation;
use leptos::prelude::*;

use super::{invite::InviteDialog, land::on_success, once::SentPlain};
use crate::{
    api::account::{Invite, ListInvitations, WithdrawInvitation},
    ask::{ActionForm, Change, Reading},
    ui::{Empty, ErrorNote, Load, Opens, Panel, Submit, Table, Time, failure, use_toaster},
};

#[component]
pub fn Invitations(project: String) -> impl IntoView {
    let (invite, withdraw) = (Change::by::<Invite>(), Change::by::<WithdrawInvitation>());
    let (toaster, asked) = (use_toaster(), project.clone());
    let open = Reading::new(move || ListInvitations { project: asked.clone() });
    on_success(invite, move |_: String| open.refetch());
    on_success(withdraw, move |()| {
        toaster.push("The link no longer works.");
        open.refetch();
    });
    view! {
        <Panel id="open" title="Open invitations" say="A newer one for the same address replaces the older.">
            <div class="p-made">
                <ErrorNote fault=failure(withdraw)/>
                <SentPlain faults=vec![failure(invite)]/>
            </div>
            <Load reading=open rows=2 table=true let:open>
                <List open=open withdraw=withdraw/>
            </Load>
        </Panel>
        <InviteDialog project=project action=invite/>
    }
    .into_any()
}

#[component]
fn List(open: Vec<Invitation>, withdraw: Change) -> impl IntoView {
    if open.is_empty() {
        return view! {
            <Empty title="Nobody is invited at the moment">
                <p>"An invitation is a link that you send yourself. It works once, for seven days."</p>
                <p><Opens dialog="invite" small=true>"Invite somebody"</Opens></p>
            </Empty>
        }
        .into_any();
    }
    let rows = open.into_iter().map(|one| view! { <Row one=one withdraw=withdraw/> }).collect_view();
    view! {
        <Table caption="Invitations that nobody has taken up" heads=&["E-mail", "Role", "Invited by", "Works until", ""]>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn Row(one: Invitation, withdraw: Change) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{one.email.clone()}</th>
            <td>{one.role.to_string()}</td>
            <td>{one.created_by}</td>
            <td><Time at=one.expires_at/></td>
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
