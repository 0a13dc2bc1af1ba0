//! The first start: the first administrator and the first project.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::frame::Welcome;
use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        account::{self as api, FirstStart, SetUpPage},
    },
    ask::{ActionForm, Change, Reading},
    pages::account::land::{focus_mistake, load_on_success, unplaced},
    ui::{Check, ErrorNote, Field, Load, Submit, failure},
};

pub struct SetUp {
    start: Reading<FirstStart>,
    set_up: Change,
}

impl Screen for SetUp {
    fn data() -> Self {
        Self { start: Reading::new(|| SetUpPage {}), set_up: Change::by::<api::SetUp>() }
    }

    fn view(this: Self) -> AnyView {
        let set_up = this.set_up;
        load_on_success(set_up);
        focus_mistake(set_up);
        view! {
            <Welcome title="Set up this studio" say="You become its first administrator. Everything stays on this machine.">
                <Load reading=this.start rows=6 let:start>
                    <ActionForm action=set_up attr:class="l-form" attr:novalidate="">
                        <Fields start=start.clone() fault=failure(set_up)/>
                        <Submit pending=set_up.pending()>"Make the studio"</Submit>
                    </ActionForm>
                </Load>
            </Welcome>
        }
        .into_any()
    }
}

/// What was typed comes back in the address where there is no script; the password and the code never do.
#[component]
fn Fields(start: FirstStart, fault: Signal<Option<UiError>>) -> impl IntoView {
    let query = use_query_map();
    let typed = move |key: &str| query.with_untracked(|query| query.get(key)).unwrap_or_default();
    let code = start.needs_code.then(|| {
        let hint = "You are not on the studio's own machine: its log shows this code when it starts.";
        view! { <Field label="One-time code" name="code" hint=hint autocomplete="one-time-code" required=true fault=fault/> }
    });
    let password = "At least 12 characters; a few words work well.";
    view! {
        <ErrorNote fault=unplaced(fault, &["code", "name", "email", "password", "project"])/>
        {code}
        <Field label="Your name" name="name" value=typed("name") autocomplete="name" maxlength=100 required=true focus=true fault=fault/>
        <Field label="E-mail" name="email" kind="email" value=typed("email") autocomplete="username" required=true fault=fault/>
        <Field label="Password" name="password" kind="password" hint=password autocomplete="new-password" required=true fault=fault/>
        <Field label="First project" name="project" value=typed("project") maxlength=100 required=true fault=fault/>
        <Check label="Load the sample project" name="sample" checked=typed("sample") != "no"/>
    }
    .into_any()
}
