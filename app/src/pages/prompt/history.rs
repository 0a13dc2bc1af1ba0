//! The history: every version, and every move of a label with a way back.

use atelier_domain::prompt::LabelMove;
use leptos::prelude::*;

use crate::pages::Screen;
use crate::{
    api::prompt::{LabelMoves, OpenPrompt},
    ask::{ActionForm, Change, Reading},
    ui::{Empty, ErrorNote, Label, Load, Panel, Submit, Table, Time, failure, use_route_params},
};

use super::frame::{Frame, Open};

pub struct History {
    open: Open,
    moves: Reading<Vec<LabelMove>>,
}

impl Screen for History {
    fn data() -> Self {
        let (open, params) = (Open::of_address(), use_route_params());
        let asked = move || (LabelMoves { prompt: params.with(|params| params.get("prompt").unwrap_or_default()) }, open.publish.times());
        Self { open, moves: Reading::on(asked) }
    }

    fn view(this: Self) -> AnyView {
        let History { open, moves } = this;
        view! {
            <Frame open=open let:page>
                <div class="l-scroll">
                    <Versions page=page.clone()/>
                    <Panel id="moves" title="Moves of labels">
                        <ErrorNote fault=failure(open.publish)/>
                        <Load reading=moves rows=3 let:moves>
                            <Moves page=page.clone() moves=moves publish=open.publish/>
                        </Load>
                    </Panel>
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
                <th scope="row"><a class="c-link num" href=format!("{base}?v={}", version.number)>{version.number}</a></th>
                <td><span class="l-row">{here}</span></td>
                <td>{version.note}</td>
                <td>{version.author}</td>
                <td><Time at=version.created_at now=page.now/></td>
                <td><code>{version.content_hash.get(7..19).unwrap_or_default().to_owned()}</code></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    if page.version.is_none() {
        return view! { <Empty title="No version yet"><p>"What is saved first becomes version 1."</p><p><a class="c-btn" data-kind="primary" href=base>"Write it"</a></p></Empty> }.into_any();
    }
    view! {
        <Panel id="versions" title="Versions">
            <Table caption="Versions, newest first" heads=&["Version", "Labels", "Note", "Author", "Saved", "Content hash"]>
                {rows}
            </Table>
        </Panel>
    }
    .into_any()
}

#[component]
fn Moves(page: OpenPrompt, moves: Vec<LabelMove>, publish: Change) -> impl IntoView {
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
                    <input type="hidden" name="sure" value="yes"/>
                    <Submit kind="plain" small=true pending=publish.pending()>{format!("Roll back to {from}")}</Submit>
                </ActionForm>
            }
        });
        view! {
            <tr>
                <th scope="row"><Label name=label.clone()/></th>
                <td>{moved.from.map_or("first set".to_owned(), |from| format!("from {from}"))} " to " <b class="num">{moved.to}</b></td>
                <td>{moved.moved_by}</td>
                <td><Time at=moved.moved_at now=page.now/></td>
                <td>{back}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table caption="Moves of labels, newest first" heads=&["Label", "Moved", "By", "When", ""]>
            {rows}
        </Table>
    }
    .into_any()
}
