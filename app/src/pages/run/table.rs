//! Runs as rows.

use atelier_domain::run::{Run, State};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    api::run::Runs,
    ui::{Empty, Pager, Tag, Time, use_href_with},
};

#[component]
pub fn RunTable(
    runs: Runs,
    /// A row opens beside the list, at `?peek=`; else on its own page.
    #[prop(optional)]
    peek: bool,
) -> impl IntoView {
    let Runs { runs, now } = runs;
    if runs.data.is_empty() {
        return view! { <Empty title="No runs yet"><p>"Open a prompt and press Run: the answer, its time and its tokens are kept here."</p></Empty> }
            .into_any();
    }
    let (query, href_with) = (use_location().query, use_href_with());
    let row = |run: Run| {
        let id = run.id.to_string();
        let (here, page) = (id.clone(), format!("/p/{}/runs/{id}", run.project));
        let href_with = href_with.clone();
        let open = move || (peek && query.with(|query| query.get_str("peek") == Some(here.as_str()))).then_some("true");
        let href = move || if peek { href_with(&[("peek", Some(id.as_str()))]) } else { page.clone() };
        let first = run.measure.and_then(|measure| measure.first_token_us).map_or("–".to_owned(), |us| format!("{} ms", us / 1_000));
        let tokens = run.measure.map_or("–".to_owned(), |measure| format!("{} + {}", measure.input_tokens, measure.output_tokens));
        let speed = run.measure.and_then(|measure| measure.tokens_per_second()).map_or("–".to_owned(), |speed| format!("{speed:.0}"));
        view! {
            <tr data-open=open>
                <th scope="row"><a class="c-link" href=href><Time at=run.started_at now=now/></a></th>
                <td>{run.prompt_name.to_string()} " " <span class="num">{run.version}</span></td>
                <td><StateTag state=run.state/></td>
                <td data-clip="true">{run.output.chars().take(120).collect::<String>()}</td>
                <td data-num="true">{first}</td>
                <td data-num="true">{speed}</td>
                <td data-num="true">{tokens}</td>
                <td>{run.started_by}</td>
            </tr>
        }
    };
    let rows = runs.data.into_iter().map(row).collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label="Table of runs">
            <table class="c-table">
                <caption class="sr">"Runs, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Started"</th><th scope="col">"Prompt and version"</th><th scope="col">"State"</th><th scope="col">"Answer"</th>
                        <th scope="col" data-num="true">"First token"</th><th scope="col" data-num="true">"Tokens / s"</th><th scope="col" data-num="true">"Tokens"</th>
                        <th scope="col">"By"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pager next=runs.next/>
    }
    .into_any()
}

#[component]
pub fn StateTag(state: State) -> impl IntoView {
    let (tone, words) = match state {
        State::Running => ("info", "running"),
        State::Done => ("ok", "done"),
        State::Stopped => ("warn", "stopped"),
        State::Failed => ("bad", "failed"),
    };
    view! { <Tag tone=tone>{words}</Tag> }.into_any()
}
