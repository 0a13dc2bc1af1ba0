//! Before the first request: how to send it.

use atelier_domain::account::Action;
use leptos::prelude::*;

use crate::{
    platform::use_viewer,
    ui::{Copy, Empty},
};

#[component]
pub fn First(project: String, url: String) -> impl IntoView {
    let owns = use_viewer().project(&project).is_some_and(|project| Action::Administer.allowed_to(project.role));
    let key = if owns {
        view! { "Make a key with the scope “gateway” under " <a class="c-link" href=format!("/p/{project}/settings?tab=keys")>"Settings, API keys"</a> }
            .into_any()
    } else {
        "Ask an owner of this project for a key with the scope “gateway”".into_any()
    };
    let snippet = format!(
        "curl {url}/v1/chat/completions \\\n  -H \"Authorization: Bearer $ATELIER_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"model\": \"local/smollm2-135m-instruct\", \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'"
    );
    view! {
        <section class="c-panel">
            <Empty title="Nothing has come through the gateway yet">
                <p class="l-read">
                    "Point the OpenAI or Anthropic client that your code has at this studio, and each request is counted here: what it cost, by day, prompt, version, model and key. "
                    {key} ", put it into the environment as ATELIER_KEY, and send the first one:"
                </p>
                <div class="c-snippet p-first">
                    <pre tabindex="0" aria-label="The first request"><code id="first-request">{snippet}</code></pre>
                    <Copy label="Copy the first request" from="#first-request"/>
                </div>
            </Empty>
        </section>
    }
    .into_any()
}
