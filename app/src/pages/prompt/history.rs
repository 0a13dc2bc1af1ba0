//! The history: every version, and every move of a label with a way back.

use atelier_domain::prompt::LabelMove;
use leptos::{form::ActionForm, prelude::*};

use crate::pages::Screen;
use crate::{
    api::{
        UiError,
        prompt::{MoveLabel, OpenPrompt, label_moves},
    },
    ui::{Empty, ErrorNote, Label, Load, Submit, Time, failure, times, use_route_params},
};

use super::frame::{Frame, Open};

pub struct History {
    open: Open,
    moves: Resource<Result<Vec<LabelMove>, UiError>>,
}

impl Screen for History {
    fn data() -> Self {
        let (open, params) = (Open::new(), use_route_params());
        let asked = move || (params.with(|params| params.get("prompt").unwrap_or_default()), times(open.publish.into()));
        Self { open, moves: Resource::new(asked, |(prompt, _)| label_moves(prompt)) }
    }

    fn view(this: Self) -> AnyView {
        let History { open, moves } = this;
        view! {
            <Frame open=open let:page>
                <div class="l-scroll">
                    <Versions page=page.clone()/>
                    <section class="c-panel" aria-labelledby="moves-h">
                        <div class="c-panel-head"><h2 id="moves-h">"Moves of labels"</h2></div>
                        <ErrorNote fault=failure(open.publish)/>
                        <Load resource=moves rows=3 let:moves>
                            <Moves page=page.clone() moves=moves publish=open.publish/>
                        </Load>
                    </section>
                </div>
            </Frame>
        }
        .into_any()
    }
}

#[component]
fn Versions(page: OpenPrompt) -> impl IntoView {
    let base = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
    let labels = page.prompt.labels;
    let rows = page.history.data.into_iter().map(|version| {
        let here = labels.iter().filter(|label| label.version == version.number).map(|label| view! { <Label name=label.label.to_string()/> }).collect_view();
        view! {
            <tr>
                <th scope="row" data-num="true"><a class="c-link" href=format!("{base}?v={}", version.number)>{version.number}</a></th>
                <td><span class="l-row">{here}</span></td>
                <td>{version.note}</td>
                <td>{version.author}</td>
                <td><Time at=version.created_at.to_string() text=version.created_at.relative(page.now) full=version.created_at.readable()/></td>
                <td><code>{version.content_hash.get(7..19).unwrap_or_default().to_owned()}</code></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    if page.version.is_none() {
        return view! { <Empty title="No version yet"><p>"What is saved first becomes version 1."</p><p><a class="c-btn" data-kind="primary" href=base>"Write it"</a></p></Empty> }.into_any();
    }
    view! {
        <section class="c-panel" aria-labelledby="versions-h">
            <div class="c-panel-head"><h2 id="versions-h">"Versions"</h2></div>
            <div class="c-scroll" tabindex="0" role="region" aria-label="Table of versions">
                <table class="c-table">
                    <caption class="sr">"Versions, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col" data-num="true">"Version"</th><th scope="col">"Labels"</th><th scope="col">"Note"</th>
                            <th scope="col">"Author"</th><th scope="col">"Saved"</th><th scope="col">"Content hash"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Moves(page: OpenPrompt, moves: Vec<LabelMove>, publish: ServerAction<MoveLabel>) -> impl IntoView {
    if moves.is_empty() {
        return view! { <p class="c-panel-body c-hint">"No label has moved yet. “Publish” on a version moves one."</p> }.into_any();
    }
    let may = page.may_write && page.prompt.archived_at.is_none();
    let mut newest = std::collections::HashSet::new();
    let rows = moves.into_iter().map(|moved| {
        // Only the last move of a label can be rolled back: an older one is no longer where it stands.
        let label = moved.label.to_string();
        let sent = label.clone();
        let last = newest.insert(label.clone());
        let back = moved.from.filter(|from| may && last && *from != moved.to).map(|from| {
            view! {
                <ActionForm action=publish>
                    <input type="hidden" name="prompt" value=page.prompt.id.to_string()/>
                    <input type="hidden" name="label" value=sent/>
                    <input type="hidden" name="version" value=from/>
                    <input type="hidden" name="expected" value=moved.to/>
                    <Submit kind="plain" small=true pending=publish.pending()>{format!("Roll back to {from}")}</Submit>
                </ActionForm>
            }
        });
        view! {
            <tr>
                <th scope="row"><Label name=label.clone()/></th>
                <td>{moved.from.map_or("first set".to_owned(), |from| format!("from {from}"))} " to " <b class="num">{moved.to}</b></td>
                <td>{moved.moved_by}</td>
                <td><Time at=moved.moved_at.to_string() text=moved.moved_at.relative(page.now) full=moved.moved_at.readable()/></td>
                <td>{back}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label="Table of moves">
            <table class="c-table" data-rows="m">
                <caption class="sr">"Moves of labels, newest first"</caption>
                <thead>
                    <tr><th scope="col">"Label"</th><th scope="col">"Moved"</th><th scope="col">"By"</th><th scope="col">"When"</th><th scope="col"><span class="sr">"Roll back"</span></th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
