//! A prompt at a glance, beside the list.

use leptos::prelude::*;

use crate::{
    api::prompt::OpenPrompt,
    ui::{Label, Time},
};

#[component]
pub fn Glance(page: OpenPrompt) -> impl IntoView {
    let OpenPrompt { prompt, version, now, models, .. } = page;
    let labels = prompt.labels.iter().map(|label| view! { <Label name=label.label.to_string() version=i64::from(label.version)/> }).collect_view();
    let latest = match version {
        Some(version) => view! {
            <h2>{format!("Version {}", version.number)}</h2>
            <dl class="c-kv">
                <dt>"Note"</dt>
                <dd>{if version.note.is_empty() { "No note".to_owned() } else { version.note }}</dd>
                <dt>"Model"</dt>
                <dd>{version.model.or_else(|| models.into_iter().next().map(|model| model.name))}</dd>
                <dt>"Saved"</dt>
                <dd>{version.author} ", " <Time at=version.created_at now=now/></dd>
            </dl>
        }
        .into_any(),
        None => view! { <p class="c-hint">"No version yet."</p> }.into_any(),
    };
    view! {
        <section class="c-section l-stack">
            <h2>{prompt.name.to_string()}</h2>
            <p>{prompt.description}</p>
            <span class="l-row" data-wrap="true">{labels}</span>
        </section>
        <section class="c-section">{latest}</section>
    }
    .into_any()
}
