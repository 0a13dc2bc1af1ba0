//! What each variant really said, side by side: the newest requests of each.

use leptos::prelude::*;

use crate::{
    api::experiment::{OpenTest, Said, Sample},
    ask::Reading,
    ui::{Callout, Empty, Load, figure},
};

use super::{letter, project, series};

#[component]
pub fn Samples(test: OpenTest, samples: Reading<Option<Vec<Said>>>) -> impl IntoView {
    if !test.may_look {
        return view! {
            <h2 class="sr">"What they said"</h2>
            <Callout tone="info">"What variants said stands in requests, with what people asked. Owners and editors of this project see those; ask one of them to look with you."</Callout>
        }
        .into_any();
    }
    let key = test.definition.key;
    view! { <h2 class="sr">"What they said"</h2><Load reading=samples rows=6 let:said><Columns key_of=key.clone() said=said.unwrap_or_default()/></Load> }
        .into_any()
}

#[component]
fn Columns(key_of: String, said: Vec<Said>) -> impl IntoView {
    if said.iter().all(|one| one.samples.is_empty()) {
        return view! {
            <Empty title="Nothing to show yet">
                <p class="l-read">"Answers stand here that came through the gateway with " <code>"atelier.experiment"</code> ". Programs that ask a model themselves, after an assignment by REST, keep what was said to themselves."</p>
            </Empty>
        }
        .into_any();
    }
    let all = format!("/p/{}/requests?experiment={key_of}", project());
    let columns = said.into_iter().enumerate().map(|(at, one)| view! { <Column at=at href=format!("{all}&variant={}", one.variant) said=one/> });
    view! { <div class="p-said">{columns.collect_view()}</div> }.into_any()
}

#[component]
fn Column(at: usize, href: String, said: Said) -> impl IntoView {
    let heading = format!("said-{at}-h");
    let labelled = heading.clone();
    let none = said.samples.is_empty().then(|| view! { <p class="c-panel-body c-hint">"No request yet."</p> });
    let items = said.samples.into_iter().map(|sample| view! { <One sample=sample/> }).collect_view();
    view! {
        <section class="c-panel" data-series=series(at) aria-labelledby=heading.clone()>
            <div class="c-panel-head">
                <span class="c-letter" aria-hidden="true">{letter(&said.variant, at)}</span>
                <h3 id=labelled>{figure::variant(&said.variant)}</h3>
                <a class="c-link l-end" href=href>"All requests"<span class="sr">{format!(" of {}", said.variant)}</span></a>
            </div>
            {none}
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn One(sample: Sample) -> impl IntoView {
    let href = format!("/p/{}/requests/{}", project(), sample.id);
    let asked = if sample.asked.is_empty() { "Request".to_owned() } else { sample.asked };
    let said = match sample.said {
        Some(said) => view! { <p class="p-sample" data-failed=sample.failed.then_some("true")>{said}</p> }.into_any(),
        None => view! { <p class="c-hint">"Bodies are not kept in this project."</p> }.into_any(),
    };
    view! {
        <li class="c-section l-stack">
            <p class="c-hint"><a class="c-link" href=href>{asked}</a></p>
            {said}
            <p class="c-hint num">{sample.at.short()}", "{sample.took}</p>
        </li>
    }
    .into_any()
}
