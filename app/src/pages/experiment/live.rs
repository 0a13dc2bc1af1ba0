//! The tab with the results, as they are now.

use leptos::prelude::*;

use crate::api::experiment::{OpenTest, Standings};

use super::{checks::Checks, course::Courses, facts::Facts, scorecard::Scorecard, verdict::Verdict};

#[component]
pub fn Results(test: OpenTest, live: RwSignal<Standings>) -> impl IntoView {
    let (top, score, began) = (test.clone(), test.clone(), test.started_at.is_some());
    view! {
        {move || live.with(|live| view! { <Verdict test=top.clone() standings=live.clone()/> {began.then(|| view! { <Checks standings=live.clone()/> })} })}
        {began.then(|| view! { <div class="l-stack">{move || live.with(|live| view! { <Scorecard test=score.clone() results=live.results.clone()/> })}</div> })}
        <div class="l-two" data-lean="true">
            <div class="l-stack p-courses">{move || live.with(|live| view! { <Courses courses=live.courses.clone() began=began/> })}</div>
            {move || live.with(|live| view! { <Facts test=test.clone() results=live.results.clone()/> })}
        </div>
    }
    .into_any()
}
