//! Signing in; it works without script.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::frame::Welcome;
use crate::pages::Screen;
use crate::{
    api::account::{self as api, Door, SignInPage},
    ask::{ActionForm, Change, Reading},
    pages::account::land::{focus_mistake, load_on_success, unplaced},
    ui::{Callout, ErrorNote, Field, Load, Submit, failure},
};

pub struct SignIn {
    door: Reading<Door>,
    sign_in: Change,
}

impl Screen for SignIn {
    fn data() -> Self {
        let query = use_query_map();
        let next = move || query.with(|query| query.get("next"));
        Self { door: Reading::new(move || SignInPage { next: next() }), sign_in: Change::by::<api::SignIn>() }
    }

    fn view(this: Self) -> AnyView {
        let query = use_query_map();
        let asked = move |key: &str| query.with_untracked(|query| query.get(key)).unwrap_or_default();
        let (sign_in, fault) = (this.sign_in, failure(this.sign_in));
        load_on_success(sign_in);
        focus_mistake(sign_in);
        let changed = (!asked("changed").is_empty()).then(|| {
            view! { <Callout tone="ok">"Your password is changed, and every session has ended. Sign in with the new one."</Callout> }
        });
        view! {
            <Welcome title="Sign in" say="to the studio">
                {changed}
                <ActionForm action=sign_in attr:class="l-form" attr:novalidate="">
                    <ErrorNote fault=unplaced(fault, &["email"])/>
                    <input type="hidden" name="next" value=asked("next")/>
                    <Field label="E-mail" name="email" kind="email" value=asked("email") autocomplete="username" required=true focus=true fault=fault/>
                    <Field label="Password" name="password" kind="password" autocomplete="current-password" required=true/>
                    <Submit pending=sign_in.pending()>"Sign in"</Submit>
                </ActionForm>
                <div class="c-hint">
                    "Forgot it? An administrator can make you a link that sets a new one. "
                    <Load reading=this.door rows=0 let:door>
                        <FirstStart door=door/>
                    </Load>
                </div>
            </Welcome>
        }
        .into_any()
    }
}

#[component]
fn FirstStart(door: Door) -> impl IntoView {
    door.needs_setup.then(|| {
        view! {
            "First start? "
            <a class="c-link" href="/setup">"Set up this studio"</a>
            "."
        }
    })
}
