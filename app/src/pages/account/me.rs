//! One's own account.

use leptos::prelude::*;

use super::{
    land::{focus_mistake, load_on_success, unplaced},
    once::Saved,
    password::Password,
};
use crate::pages::Screen;
use crate::{
    api::account::{ChangePassword, SetTheme, SignOut, UpdateAccount},
    ask::{ActionForm, Change},
    components::shell::Page,
    platform::use_viewer,
    ui::{Check, ErrorNote, Field, Icon, Panel, Submit, failure},
};

pub struct Account {
    update: Change,
    password: Change,
    theme: Change,
    sign_out: Change,
}

impl Screen for Account {
    fn data() -> Self {
        Self {
            update: Change::by::<UpdateAccount>(),
            password: Change::by::<ChangePassword>(),
            theme: Change::by::<SetTheme>(),
            sign_out: Change::by::<SignOut>(),
        }
    }

    fn view(this: Self) -> AnyView {
        load_on_success(this.sign_out);
        view! {
            <Page title="Account">
                <div class="l-scroll p-account">
                    <Saved/>
                    <Profile update=this.update/>
                    <Theme choose=this.theme/>
                    <Password change=this.password/>
                    <Panel id="out" title="Sign out" say="Of this browser; other sessions go on.">
                        <div class="c-panel-body">
                            <ActionForm action=this.sign_out>
                                <Submit pending=this.sign_out.pending() kind="plain"><Icon name="log-out"/>"Sign out"</Submit>
                            </ActionForm>
                        </div>
                    </Panel>
                </div>
            </Page>
        }
        .into_any()
    }
}

#[component]
fn Profile(update: Change) -> impl IntoView {
    load_on_success(update);
    focus_mistake(update);
    let (viewer, fault) = (use_viewer(), failure(update));
    let user = viewer.user.unwrap_or_default();
    view! {
        <Panel id="profile" title="You">
            <div class="c-panel-body">
                <ActionForm action=update attr:class="l-form" attr:novalidate="">
                    <ErrorNote fault=unplaced(fault, &["name"])/>
                    <dl class="c-kv">
                        <dt>"E-mail"</dt>
                        <dd>{user.email}</dd>
                    </dl>
                    <Field label="Name" name="name" value=user.name hint="As it stands beside versions that you save." autocomplete="name" maxlength=100 required=true fault=fault/>
                    <div class="l-stack">
                        <Check label="Single keys are shortcuts" name="shortcuts" checked=viewer.shortcuts/>
                        <p class="c-hint">"Such as n for new, or g p for prompts. Switch them off where they get in the way of speech input or a screen reader; Ctrl K stays."</p>
                    </div>
                    <Submit pending=update.pending()>"Save"</Submit>
                </ActionForm>
            </div>
        </Panel>
    }
    .into_any()
}

/// `kit.js` applies the choice at once; without it, a button sends it.
#[component]
fn Theme(choose: Change) -> impl IntoView {
    let chosen = use_viewer().theme.unwrap_or_else(|| "system".to_owned());
    let choices = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")].map(|(theme, words)| {
        view! {
            <label>
                <input type="radio" name="theme" value=theme checked=chosen == theme/>
                {words}
            </label>
        }
    });
    view! {
        <Panel id="look" title="Theme" say="Of this browser.">
            <div class="c-panel-body">
                <ActionForm action=choose attr:class="l-row" attr:data-wrap="true">
                    <span class="c-seg" role="radiogroup" aria-labelledby="look-h">{choices.collect_view()}</span>
                    <span class="p-noscript"><Submit pending=choose.pending() kind="plain" small=true>"Use it"</Submit></span>
                </ActionForm>
            </div>
        </Panel>
    }
    .into_any()
}
