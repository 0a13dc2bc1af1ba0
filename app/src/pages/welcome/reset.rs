//! A link that sets a new password.

use atelier_domain::account::Link;
use leptos::prelude::*;

use super::{frame::Welcome, invite::token};
use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        account::{LookAtLink, UseReset},
    },
    ask::{ActionForm, Change, Reading},
    pages::account::land::{focus_mistake, load_on_success, unplaced},
    ui::{ErrorNote, Field, Load, Submit, failure},
};

pub struct Reset {
    link: Reading<Link>,
    reset: Change,
}

impl Screen for Reset {
    fn data() -> Self {
        let token = token();
        Self { link: Reading::new(move || LookAtLink { token: token() }), reset: Change::by::<UseReset>() }
    }

    fn view(this: Self) -> AnyView {
        let (reset, token) = (this.reset, token());
        load_on_success(reset);
        focus_mistake(reset);
        view! {
            <Welcome title="A new password">
                <Load reading=this.link rows=2 let:link>
                    {match link {
                        Link::Reset { email } => view! {
                            <p>"For " <b>{email}</b> ". Every session of this account ends, and a new one begins here."</p>
                            <ActionForm action=reset attr:class="l-form" attr:novalidate="">
                                <input type="hidden" name="token" value=token/>
                                <Password fault=failure(reset)/>
                                <Submit pending=reset.pending()>"Set the password"</Submit>
                            </ActionForm>
                        }
                        .into_any(),
                        Link::Invite { .. } => view! {
                            <p>"This link is an invitation. " <a class="c-link" href=format!("/invite/{}", token())>"Go on"</a> "."</p>
                        }
                        .into_any(),
                    }}
                </Load>
                <p class="c-hint">"Remembered it? " <a class="c-link" href="/signin">"Sign in"</a> "."</p>
            </Welcome>
        }
        .into_any()
    }
}

#[component]
fn Password(fault: Signal<Option<UiError>>) -> impl IntoView {
    let hint = "At least 12 characters; a few words work well.";
    view! {
        <ErrorNote fault=unplaced(fault, &["password"])/>
        <Field label="New password" name="password" kind="password" hint=hint autocomplete="new-password" required=true focus=true fault=fault/>
    }
    .into_any()
}
