//! "Use it": what an engineer pastes to pull, fill in or run this prompt.

use leptos::prelude::*;

use crate::pages::Screen;
use crate::{
    api::prompt::OpenPrompt,
    ui::{Callout, Copy, Empty, Panel},
};

use super::{
    frame::{Frame, Open},
    snippets,
};

pub struct UseIt {
    open: Open,
}

impl Screen for UseIt {
    fn data() -> Self {
        Self { open: Open::of_address() }
    }

    fn view(this: Self) -> AnyView {
        let open = this.open;
        view! {
            <Frame open=open let:page>
                <div class="l-scroll"><Snippets page=page/></div>
            </Frame>
        }
        .into_any()
    }
}

#[component]
fn Snippets(page: OpenPrompt) -> impl IntoView {
    let edit = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let Some(version) = page.version else {
        return view! { <Empty title="Nothing to pull yet"><p>"Save a version first."</p><p><a class="c-btn" data-kind="primary" href=edit>"Write it"</a></p></Empty> }.into_any();
    };
    let published = page.prompt.label("production");
    let hint = published.is_none().then(|| {
        view! { <Callout tone="info">"The label production stands nowhere yet, so these calls get the newest version. Publish a version to decide which one they get."</Callout> }
    });
    let keys = format!("/p/{}/settings?tab=keys", page.prompt.project);
    let call = snippets::Call { url: &page.url, name: page.prompt.name.as_str(), variables: &version.variables };
    let shown =
        [("curl", "curl", snippets::curl(&call)), ("python", "Python", snippets::python(&call)), ("typescript", "TypeScript", snippets::typescript(&call))];
    let panels = shown.map(|(id, title, text)| view! { <Snippet id=id title=title text=text/> });
    view! {
        {hint}
        <p class="l-read">
            "Make a key with the scope “read” under " <a class="c-link" href=keys>"Settings, API keys"</a>
            ", put it into the environment as ATELIER_KEY, and paste. " <a class="c-link" href="/api/docs" rel="external">"Every call is described here"</a> "."
        </p>
        {panels.into_iter().collect_view()}
    }
    .into_any()
}

#[component]
fn Snippet(id: &'static str, title: &'static str, text: String) -> impl IntoView {
    view! {
        <Panel id=id title=title>
            <div class="c-panel-body">
                <div class="c-snippet">
                    <pre tabindex="0" aria-labelledby=format!("{id}-h")><code id=id>{text}</code></pre>
                    <Copy label=format!("Copy the {title} example") from=format!("#{id}")/>
                </div>
            </div>
        </Panel>
    }
    .into_any()
}
