//! People, projects and keys, for the pages. What is shown once comes back as the value, never in an address.

use atelier_domain::{
    account::{ApiKey, Invitation, Link, Member, Membership, Project, User},
    timestamp::Timestamp,
};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// What the sign-in page needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    pub needs_setup: bool,
}

/// What the set-up page needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstStart {
    pub needs_code: bool,
}

/// What administrators see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    pub users: Vec<User>,
    pub projects: Vec<Project>,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub members: Vec<Member>,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    pub keys: Vec<ApiKey>,
    pub now: Timestamp,
}

/// A key that was made just now: the only time that its secret is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    pub key: ApiKey,
    pub secret: String,
}

/// Leads on who is signed in already.
#[server(prefix = "/fn")]
pub async fn sign_in_page(next: Option<String>) -> Result<Door, UiError> {
    use crate::backend::{account, cx, redirect, reply};
    let cx = cx()?;
    if cx.user().is_ok() {
        redirect(account::local(next.as_deref()));
    }
    Ok(Door { needs_setup: reply(account::needs_setup(&cx).await)? })
}

/// Where to go on.
#[server(prefix = "/fn")]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<String, UiError> {
    use crate::backend::{account, cx};
    let typed = [("email", email.clone()), ("next", next.clone().unwrap_or_default())];
    let found = account::sign_in(&cx()?, &email, &password, &account::peer().ip).await;
    let user = account::back::<SignIn, _>(found, "/signin", &typed)?;
    account::back::<SignIn, _>(account::begin_session(user).await, "/signin", &typed)?;
    Ok(account::land(account::local(next.as_deref())))
}

#[server(prefix = "/fn")]
pub async fn sign_out() -> Result<String, UiError> {
    use crate::backend::{account, reply};
    reply(account::end_session().await)?;
    Ok(account::land("/signin"))
}

/// Leads to the sign-in page once there is somebody.
#[server(prefix = "/fn")]
pub async fn set_up_page() -> Result<FirstStart, UiError> {
    use crate::backend::{account, cx, redirect, reply};
    if !reply(account::needs_setup(&cx()?).await)? {
        redirect("/signin");
    }
    Ok(FirstStart { needs_code: !account::peer().loopback })
}

#[server(prefix = "/fn")]
pub async fn set_up(name: String, email: String, password: String, project: String, code: Option<String>, sample: Option<String>) -> Result<String, UiError> {
    use crate::backend::{account, cx};
    let ticked = sample.clone().unwrap_or_else(|| "no".to_owned());
    let typed = [("name", name.clone()), ("email", email.clone()), ("project", project.clone()), ("sample", ticked)];
    let form = account::SetUp { name, email, password, project, code, sample: sample.is_some() };
    let project = account::back::<SetUp, _>(account::make_studio(&cx()?, form).await, "/setup", &typed)?;
    Ok(account::land(&format!("/p/{project}/prompts")))
}

#[server(prefix = "/fn")]
pub async fn look_at_link(token: String) -> Result<Link, UiError> {
    use crate::backend::{account, cx, reply};
    reply(account::look_at_link(&cx()?, &token).await)
}

#[server(prefix = "/fn")]
pub async fn accept_invitation(token: String, name: Option<String>, password: String) -> Result<String, UiError> {
    use crate::backend::{account, cx};
    let (name, page) = (name.unwrap_or_default(), format!("/invite/{token}"));
    let accepted = account::accept_invitation(&cx()?, &token, &name, &password).await;
    let user = account::back::<AcceptInvitation, _>(accepted, &page, &[("name", name)])?;
    account::back::<AcceptInvitation, _>(account::begin_session(user).await, &page, &[])?;
    Ok(account::land("/"))
}

#[server(prefix = "/fn")]
pub async fn use_reset(token: String, password: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, reply};
    let user = reply(account::use_reset(&cx()?, &token, &password).await)?;
    reply(account::begin_session(user).await)?;
    Ok(account::land("/"))
}

/// From `home`, who is in one project only goes straight there.
#[server(prefix = "/fn")]
pub async fn my_projects(home: bool) -> Result<Vec<Membership>, UiError> {
    use crate::backend::{account, cx, redirect, reply};
    let mine = reply(account::memberships(&cx()?))?;
    if let [only] = mine.as_slice()
        && home
    {
        redirect(&format!("/p/{}/prompts", only.project));
    }
    Ok(mine)
}

#[server(prefix = "/fn")]
pub async fn add_project(project: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, reply};
    let id = reply(account::add_project(&cx()?, &project).await)?;
    Ok(account::land(&format!("/p/{id}/prompts")))
}

#[server(prefix = "/fn")]
pub async fn rename_project(id: String, project: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, parse, reply};
    let id = parse(&id)?;
    reply(account::rename_project(&cx()?, id, &project).await)?;
    Ok(account::land(&format!("/p/{id}/settings?tab=project&saved=true")))
}

#[server(prefix = "/fn")]
pub async fn update_account(name: String, shortcuts: Option<String>) -> Result<String, UiError> {
    use crate::backend::{account, cx, reply};
    reply(account::update_account(&cx()?, &name, shortcuts.is_some()).await)?;
    Ok(account::land("/account?saved=true"))
}

/// Ends every session, this one too.
#[server(prefix = "/fn")]
pub async fn change_password(current: String, password: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, reply};
    reply(account::change_password(&cx()?, &current, &password).await)?;
    reply(account::end_session().await)?;
    Ok(account::land("/signin?changed=true"))
}

#[server(prefix = "/fn")]
pub async fn set_theme(theme: String) -> Result<(), UiError> {
    use crate::backend::{account, cx, reply};
    reply(account::keep_theme(&cx()?, &theme))
}

#[server(prefix = "/fn")]
pub async fn show_instance() -> Result<Instance, UiError> {
    use crate::backend::{account, cx, reply};
    let cx = cx()?;
    let users = reply(account::list_users(&cx).await)?;
    Ok(Instance { users, projects: reply(account::list_projects(&cx).await)?, now: cx.now() })
}

#[server(prefix = "/fn")]
pub async fn make_reset_link(user: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::check_shown("set the password on the command line: atelier user password --email E."))?;
    reply(account::reset_link(&cx()?, parse(&user)?).await)
}

#[server(prefix = "/fn")]
pub async fn list_members(project: String) -> Result<Members, UiError> {
    use crate::backend::{account, cx, parse, reply};
    let cx = cx()?;
    Ok(Members { members: reply(account::members(&cx, parse(&project)?).await)?, now: cx.now() })
}

/// Where to go on, for who changed their own role.
#[server(prefix = "/fn")]
pub async fn set_role(project: String, user: String, role: String) -> Result<Option<String>, UiError> {
    use crate::backend::{account, cx, parse, reply};
    let (cx, project, user) = (cx()?, parse(&project)?, parse(&user)?);
    reply(account::set_role(&cx, project, user, reply(role.parse())?).await)?;
    Ok(account::land_if_own(&cx, user, &format!("/p/{project}/settings?tab=members")))
}

/// Where to go on, for who left.
#[server(prefix = "/fn")]
pub async fn remove_member(project: String, user: String) -> Result<Option<String>, UiError> {
    use crate::backend::{account, cx, parse, reply};
    let (cx, user) = (cx()?, parse(&user)?);
    reply(account::remove_member(&cx, parse(&project)?, user).await)?;
    Ok(account::land_if_own(&cx, user, "/projects"))
}

#[server(prefix = "/fn")]
pub async fn list_invitations(project: String) -> Result<Vec<Invitation>, UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::invitations(&cx()?, parse(&project)?).await)
}

/// The link.
#[server(prefix = "/fn")]
pub async fn invite(project: String, email: String, role: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::check_shown("add people on the command line: atelier user add --email E."))?;
    reply(account::invite(&cx()?, parse(&project)?, &email, reply(role.parse())?).await)
}

#[server(prefix = "/fn")]
pub async fn withdraw_invitation(invitation: String) -> Result<(), UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::withdraw_invitation(&cx()?, parse(&invitation)?).await)
}

#[server(prefix = "/fn")]
pub async fn list_keys(project: String) -> Result<Keys, UiError> {
    use crate::backend::{account, cx, parse, reply};
    let cx = cx()?;
    Ok(Keys { keys: reply(account::keys(&cx, parse(&project)?).await)?, now: cx.now() })
}

#[server(prefix = "/fn")]
pub async fn add_key(project: String, name: String, #[server(default)] scopes: Vec<String>) -> Result<NewKey, UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::check_shown("make it on the command line: atelier key add --project P --name N --scope read."))?;
    let scopes: Vec<_> = reply(scopes.iter().map(|scope| scope.parse()).collect())?;
    let (key, secret) = reply(account::add_key(&cx()?, parse(&project)?, &name, &scopes).await)?;
    Ok(NewKey { key, secret })
}

#[server(prefix = "/fn")]
pub async fn revoke_key(key: String) -> Result<(), UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::revoke_key(&cx()?, parse(&key)?).await)
}

/// Sets how much a key may do; what is empty has no limit.
#[server(prefix = "/fn")]
pub async fn limit_key(key: String, rate: String, concurrency: String) -> Result<(), UiError> {
    use crate::backend::{account, cx, parse, reply};
    let (cx, key) = (cx()?, parse(&key)?);
    reply(account::limit_form(&cx, key, &rate, &concurrency).await)
}

/// Deletes a project with everything in it. Where to go on.
#[server(prefix = "/fn")]
pub async fn delete_project(project: String, name: String) -> Result<String, UiError> {
    use crate::backend::{account, cx, parse, reply};
    reply(account::delete_project(&cx()?, parse(&project)?, &name).await)?;
    Ok(account::land("/projects"))
}
