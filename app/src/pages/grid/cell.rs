//! One answer in a grid: its beginning, what it took, and what somebody thinks of it.

use atelier_domain::{
    fault::Fault,
    grid::{Cell, CellState, Mark},
};
use leptos::prelude::*;

use crate::{
    api::{UiError, grid::mark_cell},
    ui::{Icon, Tag, use_route_params, use_toaster},
};

use super::{letter, seconds};

#[component]
pub fn CellView(cell: RwSignal<Cell>, number: u32, looking: RwSignal<Option<(usize, usize)>>, may: bool) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let (row, column) = cell.with_untracked(|cell| (cell.row, cell.column));
    let state = move || cell.with(|cell| cell.state.as_str());
    let answer = move || {
        let Cell { state, output, error, run, .. } = cell.get();
        let text = match (state, error) {
            (CellState::Waiting, _) => return view! { <span class="c-dim">"waits"</span> }.into_any(),
            (CellState::Running, _) => return view! { <span class="c-dim l-row"><span class="c-live" aria-hidden="true"></span>"answers"</span> }.into_any(),
            (_, Some(error)) => error,
            (..) if output.trim().is_empty() => "(an empty answer)".to_owned(),
            (..) => output,
        };
        let name = format!("Case {number}, column {}: look at the whole answer", letter(column));
        let href = run.map(|run| format!("/p/{project}/runs/{run}"));
        let open = move |event: leptos::web_sys::MouseEvent| {
            // With a key it opens the run beside, as any link does.
            if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                event.prevent_default();
                looking.set(Some((row, column)));
            }
        };
        view! { <a class="p-cell-text" href=href tabindex="0" title=name on:click=open>{text}</a> }.into_any()
    };
    let took = move || cell.with(|cell| cell.measure.map(|measure| seconds(measure.total_us)));
    let met = move || {
        cell.with(|cell| cell.met).map(|met| {
            if met {
                view! { <Tag tone="ok">"as expected"</Tag> }
            } else {
                view! { <Tag>"differs"</Tag> }
            }
        })
    };
    let note = move || {
        cell.with(|cell| !cell.note.is_empty()).then(|| view! { <span class="p-note-mark" title=move || cell.with(|cell| cell.note.clone())><Icon name="talk" small=true/><span class="sr">"has a note"</span></span> })
    };
    view! {
        <td data-state=state>
            {answer}
            <div class="p-cell-foot" hidden=move || cell.with(|cell| cell.state != CellState::Done)>
                <span class="c-hint">{took}</span>
                {met}
                {note}
                <span class="l-end l-row"><Thumbs cell=cell number=number may=may/></span>
            </div>
        </td>
    }
    .into_any()
}

/// Good or bad; pressed again, neither.
#[component]
pub fn Thumbs(cell: RwSignal<Cell>, number: u32, may: bool) -> impl IntoView {
    let thumb = move |mark: Mark, icon: &'static str, words: &'static str| {
        let pressed = move || cell.with(|cell| cell.mark == Some(mark));
        let press = move |_| {
            let next = (!cell.with_untracked(|cell| cell.mark == Some(mark))).then_some(mark);
            keep(cell, next, cell.with_untracked(|cell| cell.note.clone()));
        };
        let label = move || format!("{words}: case {number}, column {}", letter(cell.with(|cell| cell.column)));
        view! {
            <button
                class="c-btn p-thumb-btn" type="button" data-kind="quiet" data-icon="true" data-size="xs" data-mark=mark.as_str() disabled=!may
                aria-pressed=move || if pressed() { "true" } else { "false" } aria-label=label on:click=press
            >
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        {thumb(Mark::Up, "good", "Good")}
        {thumb(Mark::Down, "bad", "Bad")}
    }
    .into_any()
}

/// Shows the mark at once, and takes it back where it could not be kept.
pub fn keep(cell: RwSignal<Cell>, mark: Option<Mark>, note: String) {
    let before = cell.get_untracked();
    let grid = use_route_params().with_untracked(|params| params.get("grid").unwrap_or_default());
    let toaster = use_toaster();
    cell.update(|cell| (cell.mark, cell.note) = (mark, note.clone()));
    leptos::task::spawn_local(async move {
        let sent = mark_cell(grid, before.row, before.column, mark.map(|mark| mark.as_str().to_owned()).unwrap_or_default(), note).await;
        if let Err(UiError(Fault { message, .. })) = sent {
            cell.try_update(|cell| (cell.mark, cell.note) = (before.mark, before.note));
            toaster.push_bad(message);
        }
    });
}
