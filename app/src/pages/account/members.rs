//! Who is in a project, and as what.

use atelier_domain::account::{Action, Member, Role};
use leptos::prelude::*;

use super::{
    invitations::Invitations,
    land::{load, on_success},
    once::SentPlain,
};
use crate::{
    api::account::{self as api, ListMembers, RemoveMember, SetRole},
    ask::{ActionForm, Change, Reading},
    platform::{ViewerProject, use_viewer},
    ui::{Avatar, ConfirmDialog, ErrorNote, Load, Opens, Panel, Select, Submit, Table, Time, Tools, failure, use_toaster},
};

/// What owners do with a member.
#[derive(Clone, Copy)]
struct Acts {
    /// Only owners may.
    may: bool,
    set_role: Change,
    remove: Change,
}

#[component]
pub fn Members(place: ViewerProject) -> impl IntoView {
    let (project, toaster) = (place.id.clone(), use_toaster());
    let may = Action::Administer.allowed_to(place.role);
    let acts = Acts { may, set_role: Change::by::<SetRole>(), remove: Change::by::<RemoveMember>() };
    let members = Reading::new(move || ListMembers { project: project.clone() });
    let done = move |own: Option<String>, say: &str| match own {
        Some(path) => load(&path),
        None => {
            toaster.push(say);
            members.refetch();
        }
    };
    on_success(acts.set_role, move |own| done(own, "The role is changed."));
    on_success(acts.remove, move |own| done(own, "They are no longer in the project."));
    let id = place.id.clone();
    let say = if may { "A role counts in this project only." } else { "Owners invite people, change roles and remove members." };
    view! {
        <Panel id="members" title="Members" say=say>
            <Tools slot>{may.then(|| view! { <Opens dialog="invite" kind="primary" small=true key="n">"Invite"</Opens> })}</Tools>
            <div class="p-made">
                <ErrorNote fault=failure(acts.set_role)/>
                <SentPlain faults=vec![failure(acts.remove)]/>
            </div>
            <Load reading=members rows=4 table=true let:data>
                <List data=data project=id.clone() acts=acts/>
            </Load>
        </Panel>
        {may.then(|| view! { <Invitations project=place.id.clone()/> })}
    }
    .into_any()
}

#[component]
fn List(data: api::Members, project: String, acts: Acts) -> impl IntoView {
    let api::Members { members, now } = data;
    let owners = members.iter().filter(|member| member.role == Role::Owner).count();
    let heads: &[&str] = if acts.may { &["Name", "E-mail", "Role", "Since", ""] } else { &["Name", "E-mail", "Role", "Since"] };
    let rows = members.into_iter().map(|member| {
        let last = owners == 1 && member.role == Role::Owner;
        view! {
            <tr>
                <th scope="row"><span class="l-row"><Avatar name=member.name.clone()/>{member.name.clone()}</span></th>
                <td>{member.email.clone()}</td>
                <td><RoleOf member=member.clone() fixed=!acts.may || last project=project.clone() acts=acts/></td>
                <td><Time at=member.since now=now/></td>
                {acts.may.then(|| view! { <td data-num="true"><Remove member=member last=last project=project.clone() acts=acts/></td> })}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table caption="Members of this project" heads=heads>
            {rows}
        </Table>
        {(acts.may && owners == 1).then(|| view! {
            <p class="c-panel-foot" id="last-owner">"The last owner stays an owner: make somebody else one first."</p>
        })}
    }
    .into_any()
}

/// The button to send it shows once another role is chosen; by style alone, so without script too.
#[component]
fn RoleOf(member: Member, fixed: bool, project: String, acts: Acts) -> impl IntoView {
    let user = member.user.to_string();
    if fixed {
        return member.role.to_string().into_any();
    }
    let options = Role::ALL.iter().map(|role| (role.as_str().to_owned(), role.to_string())).collect::<Vec<_>>();
    view! {
        <ActionForm action=acts.set_role attr:class="p-role">
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="user" value=user.clone()/>
            <Select label=format!("Role of {}", member.name) name="role" id=format!("role-{user}") options=options value=member.role.as_str()/>
            <Submit pending=acts.set_role.pending() kind="plain" small=true>"Set"</Submit>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Remove(member: Member, last: bool, project: String, acts: Acts) -> impl IntoView {
    let (user, name) = (member.user.to_string(), member.name);
    let own = use_viewer().user.is_some_and(|viewer| viewer.id == user);
    let verb = if own { "Leave" } else { "Remove" };
    if last {
        return view! { <button class="c-btn" type="button" data-size="s" aria-disabled="true" aria-describedby="last-owner">{verb}</button> }.into_any();
    }
    let (title, say) = if own {
        ("Leave this project?".to_owned(), "You no longer see it. An owner can invite you again.".to_owned())
    } else {
        (format!("Remove {name}?"), format!("{name} no longer sees this project. What they wrote stays, with their name."))
    };
    let dialog = format!("remove-{user}");
    view! {
        <Opens dialog=dialog.clone() small=true>{verb}<span class="sr">{(!own).then(|| format!(" {name}"))}</span></Opens>
        <ConfirmDialog id=dialog title=title say=say confirm=verb action=acts.remove>
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="user" value=user/>
        </ConfirmDialog>
    }
    .into_any()
}
