//! The frame around every page of somebody who is signed in: navigation, search, shortcuts, news.
//!
//! `Shell` stands once, around the router's outlet, so it outlasts a change of page; each page draws its own
//! bars and content with `Page`.

mod account;
mod nav;
mod page;
mod palette;
mod shortcuts;
mod way;

pub use page::{Actions, Beside, Page, PageProps, Sub};
pub use way::use_project;

use leptos::prelude::*;

use self::{nav::Nav, palette::Palette, shortcuts::Shortcuts};
use crate::{platform::use_viewer, ui::Toasts};

#[component]
pub fn Shell(
    /// Where the form that signs out goes, a server function's path; left out, there is no such button.
    #[prop(optional, into)]
    sign_out: Option<String>,
    children: Children,
) -> impl IntoView {
    let keys = (!use_viewer().shortcuts).then_some("off");
    view! {
        <a class="c-skip" href="#main">"Skip to content"</a>
        <div class="l-app" data-keys=keys>
            <Nav sign_out=sign_out/>
            {children()}
        </div>
        <Palette/>
        <Shortcuts/>
        <Toasts/>
        // What kit.js says aloud, and the last element of every page: the head waits for it before anything is drawn.
        <p class="sr" id="said" role="status"></p>
    }
    .into_any()
}
