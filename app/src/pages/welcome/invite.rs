//! An invitation: who has an account joins with its password, everybody else makes one.

use atelier_domain::account::{Link, Role};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::frame::Welcome;
use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        account::{AcceptInvitation, LookAtLink},
    },
    ask::{ActionForm, Change, Reading},
    pages::account::land::{focus_mistake, load_on_success, unplaced},
    ui::{ErrorNote, Field, Load, Submit, failure},
};

pub struct Invite {
    link: Reading<Link>,
    accept: Change,
}

impl Screen for Invite {
    fn data() -> Self {
        let token = token();
        Self { link: Reading::new(move || LookAtLink { token: token() }), accept: Change::by::<AcceptInvitation>() }
    }

    fn view(this: Self) -> AnyView {
        let (accept, token) = (this.accept, token());
        load_on_success(accept);
        focus_mistake(accept);
        view! {
            <Welcome title="Your invitation">
                <Load reading=this.link rows=4 let:link>
                    {match link {
                        Link::Invite { project, role, email, has_account } => view! {
                            <Where project=project role=role email=email/>
                            <ActionForm action=accept attr:class="l-form" attr:novalidate="">
                                <input type="hidden" name="token" value=token/>
                                <Fields has_account=has_account fault=failure(accept)/>
                                <Submit pending=accept.pending()>"Join the project"</Submit>
                            </ActionForm>
                        }
                        .into_any(),
                        Link::Reset { .. } => view! {
                            <p>"This link sets a new password. " <a class="c-link" href=format!("/reset/{}", token())>"Go on"</a> "."</p>
                        }
                        .into_any(),
                    }}
                </Load>
                <p class="c-hint">"In already? " <a class="c-link" href="/signin">"Sign in"</a> "."</p>
            </Welcome>
        }
        .into_any()
    }
}

/// The token of the address.
pub fn token() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let params = use_params_map();
    move || params.with(|params| params.get("token")).unwrap_or_default()
}

#[component]
fn Where(project: String, role: Role, email: String) -> impl IntoView {
    view! {
        <dl class="c-kv">
            <dt>"Project"</dt>
            <dd><b>{project}</b></dd>
            <dt>"As"</dt>
            <dd>{role.to_string()} ": " {role.explains().to_lowercase()}</dd>
            <dt>"Account"</dt>
            <dd>{email}</dd>
        </dl>
    }
    .into_any()
}

#[component]
fn Fields(has_account: bool, fault: Signal<Option<UiError>>) -> impl IntoView {
    let name = use_query_map().with_untracked(|query| query.get("name")).unwrap_or_default();
    if has_account {
        return view! {
            <ErrorNote fault=unplaced(fault, &["password"])/>
            <Field label="Password" name="password" kind="password" hint="The one of your account here." autocomplete="current-password" required=true focus=true fault=fault/>
        }
        .into_any();
    }
    let hint = "At least 12 characters; a few words work well.";
    view! {
        <ErrorNote fault=unplaced(fault, &["name", "password"])/>
        <Field label="Your name" name="name" value=name autocomplete="name" maxlength=100 required=true focus=true fault=fault/>
        <Field label="Choose a password" name="password" kind="password" hint=hint autocomplete="new-password" required=true fault=fault/>
    }
    .into_any()
}
