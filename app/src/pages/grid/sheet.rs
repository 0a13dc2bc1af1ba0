//! One answer, whole: what was asked, what was expected, what came, and what is thought of it.

use leptos::{html, prelude::*};

use crate::{
    api::grid::{CellSheet, OpenGrid, ShowCell},
    ask::Reading,
    pages::prompt::Measures,
    ui::{Callout, Dialog, Icon, Load, use_route_params},
};

use super::{
    cell::{Thumbs, keep},
    letter,
    one::Cells,
};

#[component]
pub fn Sheet(grid: StoredValue<OpenGrid>, cells: Cells, looking: RwSignal<Option<(usize, usize)>>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let id = grid.with_value(|grid| grid.id.clone());
    let sheet = Reading::maybe(move || looking.get().map(|(row, column)| ShowCell { grid: id.clone(), row, column }));
    Effect::new(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| looking.get().is_some() && !dialog.open()) {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let title = move || match looking.get() {
        Some((row, column)) => format!("Case {}, column {}", number(grid, row), letter(column)),
        None => "Answer".to_owned(),
    };
    let step = move |by: isize| {
        let next = looking.get_untracked().and_then(|(row, column)| Some((row.checked_add_signed(by)?, column)));
        looking.update(|looking| *looking = next.filter(|(row, _)| *row < cells.rows()).or(*looking));
    };
    let last = move || looking.get().is_none_or(|(row, _)| row + 1 >= cells.rows());
    let first = move || looking.get().is_none_or(|(row, _)| row == 0);
    view! {
        <Dialog id="cell" title=Signal::derive(title) node_ref=dialog>
            <div class="c-dialog-body" tabindex="0" role="region" aria-label="The answer">
                <Load reading=sheet rows=6 let:sheet>
                    {sheet.map(|sheet| view! { <Shown sheet=sheet grid=grid cells=cells/> })}
                </Load>
            </div>
            <div class="c-dialog-foot">
                <button class="c-btn" type="button" disabled=first on:click=move |_| step(-1)><Icon name="up"/>"Previous case"</button>
                <button class="c-btn" type="button" disabled=last on:click=move |_| step(1)><Icon name="down"/>"Next case"</button>
            </div>
        </Dialog>
    }
    .into_any()
}

fn number(grid: StoredValue<OpenGrid>, row: usize) -> u32 {
    grid.with_value(|grid| grid.cases.get(row).map_or(0, |case| case.number))
}

#[component]
fn Shown(sheet: CellSheet, grid: StoredValue<OpenGrid>, cells: Cells) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let Some(cell) = cells.at(sheet.cell.row, sheet.cell.column) else { return ().into_any() };
    let (may, number) = (grid.with_value(|grid| grid.may_mark), number(grid, sheet.cell.row));
    let values =
        sheet.values.into_iter().map(|(name, value)| view! { <dt><code class="c-var">{name}</code></dt><dd class="p-pre">{value}</dd> }).collect_view();
    let expected = sheet.expected.map(|expected| view! { <section class="l-stack"><h3>"Expected"</h3><div class="p-text">{expected}</div></section> });
    let against =
        sheet.against.map(|html| view! { <details class="p-differs"><summary>"Against what was expected"</summary><div inner_html=html></div></details> });
    let measures = sheet.cell.measure.map(|measure| view! { <Measures measure=measure/> });
    let error = sheet.cell.error.map(|error| view! { <Callout tone="bad">{error}</Callout> });
    let run = sheet.cell.run.map(|run| view! { <a class="c-link" href=format!("/p/{project}/runs/{run}")>"Open the run"</a> });
    let note = NodeRef::<html::Textarea>::new();
    let save = move |_| {
        if let Some(field) = note.get_untracked() {
            keep(cell, cell.with_untracked(|cell| cell.mark), field.value());
        }
    };
    let by = sheet.cell.marked_by.map(|by| view! { <span class="c-hint">{format!("last by {by}")}</span> });
    view! {
        <div class="l-stack p-sheet">
            <dl class="c-kv">{values}</dl>
            {expected}
            <section class="l-stack"><h3>"Answer"</h3>{error}<div inner_html=sheet.html></div></section>
            {against}
            {measures}
            <section class="l-stack">
                <div class="l-row"><h3>"What do you think of it?"</h3><Thumbs cell=cell number=number may=may/>{by}</div>
                <textarea node_ref=note class="c-input" rows="2" data-grow="true" aria-label="Note on this answer" placeholder="A note, for whoever looks at it next" readonly=!may on:change=save>
                    {sheet.cell.note}
                </textarea>
            </section>
            <p>{run}</p>
        </div>
    }
    .into_any()
}
