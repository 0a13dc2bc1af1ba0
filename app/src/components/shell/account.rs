//! The person at the foot of the navigation: account, theme, shortcuts, signing out.

use leptos::prelude::*;

use super::way::use_project;
use crate::{
    platform::use_viewer,
    ui::{Avatar, Icon, Kbd},
};

#[component]
pub fn Account(sign_out: Option<String>) -> impl IntoView {
    let project = use_project();
    let role = move || project.get().map(|project| project.role.to_string());
    let out = sign_out.map(|action| {
        view! {
            <hr/>
            <form method="post" action=action>
                <button type="submit">
                    <Icon name="log-out"/>
                    "Sign out"
                </button>
            </form>
        }
    });
    use_viewer().user.map(|user| {
        view! {
            <button class="c-nav-item" type="button" popovertarget="account" aria-haspopup="true">
                <Avatar name=user.name.clone() small=true/>
                <span class="c-nav-name">{user.name}</span>
                <span class="c-nav-count">{role}</span>
            </button>
            <div class="c-menu" id="account" popover="auto" data-side="top">
                <h2>{user.email}</h2>
                <a href="/account">
                    <Icon name="user"/>
                    "Account"
                </a>
                {user.admin.then(|| view! {
                    <a href="/admin">
                        <Icon name="users"/>
                        "Administration"
                    </a>
                })}
                <button type="button" class="l-script" command="show-modal" commandfor="shortcuts" aria-haspopup="dialog">
                    <Icon name="keyboard"/>
                    "Keyboard shortcuts"
                    <Kbd>"?"</Kbd>
                </button>
                <Theme/>
                {out}
            </div>
        }
    })
}

/// Light, dark or what the system says; `kit.js` keeps the choice in a cookie that the server reads.
#[component]
fn Theme() -> impl IntoView {
    let chosen = use_viewer().theme.unwrap_or_else(|| "system".to_owned());
    let choices = [("system", "System"), ("light", "Light"), ("dark", "Dark")].map(|(theme, words)| {
        view! {
            <label>
                <input type="radio" name="theme" value=theme checked=chosen == theme/>
                {words}
            </label>
        }
    });
    view! {
        <div class="l-script" role="radiogroup" aria-labelledby="theme-h">
            <h2 id="theme-h">"Theme"</h2>
            <span class="c-seg">{choices.collect_view()}</span>
        </div>
    }
    .into_any()
}
