//! The lines of one text: tables, and folds between them.

use std::cell::Cell;

use atelier_domain::diff::{self, Line, Op, Part, Row, TextDiff, fold, side_by_side, unified};
use leptos::prelude::*;

use super::{
    DiffView, Layout, mark,
    words::{counted, number},
};
use crate::ui::Icon;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;
/// Lines behind one fold: nobody reads more of what did not change.
const FOLD_MAX: usize = 500;
/// Lines of all texts, and as many again behind folds: a megabyte of line breaks would be a page that no browser opens.
const ROOM: usize = 5_000;
/// From here on the column of line numbers is a wide one.
const WIDE: usize = 10_000;

/// How many lines a page still takes. Folds have room of their own, so that they take none from changes.
pub struct Room {
    shown: Cell<usize>,
    folded: Cell<usize>,
}

impl Default for Room {
    fn default() -> Self {
        Self { shown: Cell::new(ROOM), folded: Cell::new(ROOM) }
    }
}

/// As many of `rows` as there is `room` for, and how many are left out.
fn fit<'a>(room: &Cell<usize>, rows: &'a [Row], most: usize) -> (&'a [Row], usize) {
    let given = rows.len().min(most).min(room.get());
    room.set(room.get() - given);
    (&rows[..given], rows.len() - given)
}

/// Where a text stands.
pub struct Sheet<'a> {
    pub view: &'a DiffView<'a>,
    pub room: &'a Room,
    /// The text's name, for captions.
    pub name: String,
    /// Tags in it are chips.
    pub template: bool,
}

impl Sheet<'_> {
    /// A text in its frame; `head` goes on top.
    pub fn frame(&self, text: &TextDiff, head: impl IntoView) -> AnyView {
        let layout = self.layout(text);
        let none = text.rows.is_empty().then(|| view! { <p class="c-diff-rest">"No text."</p> });
        let sides = (layout == Layout::SideBySide).then(|| {
            view! {
                <p class="c-diff-sides" aria-hidden="true">
                    <span>{self.view.old.to_owned()}</span>
                    <span>{self.view.new.to_owned()}</span>
                </p>
            }
        });
        view! {
            <div class="c-diff" data-wide=(text.rows.len() >= WIDE).then_some("true")>
                {head}
                {sides}
                {self.parts(layout, &text.rows)}
                {none}
            </div>
        }
        .into_any()
    }

    /// Two columns are for what two sides have, and say different.
    fn layout(&self, text: &TextDiff) -> Layout {
        let one_sided = text.is_empty() || text.rows.iter().all(|row| row.old_line().is_none()) || text.rows.iter().all(|row| row.new_line().is_none());
        if one_sided { Layout::Unified } else { self.view.layout }
    }

    /// Tables and folds in turn, as far as there is room.
    fn parts(&self, layout: Layout, rows: &[Row]) -> AnyView {
        let (mut parts, mut left) = (Vec::new(), 0);
        for part in fold(rows, CONTEXT) {
            match part {
                Part::Rows(rows) => {
                    let (rows, rest) = fit(&self.room.shown, rows, usize::MAX);
                    parts.extend((!rows.is_empty()).then(|| self.table(layout, rows)));
                    left += rest;
                }
                Part::Folded(rows) if left > 0 => left += rows.len(),
                Part::Folded(rows) => parts.push(self.folded(layout, rows)),
            }
        }
        let rest = (left > 0).then(|| view! { <p class="c-diff-rest">{counted(left as u32, "more line")} " left out: this diff is too long."</p> });
        view! { {parts} {rest} }.into_any()
    }

    fn folded(&self, layout: Layout, rows: &[Row]) -> AnyView {
        let (shown, left) = fit(&self.room.folded, rows, FOLD_MAX);
        let title = counted(rows.len() as u32, "unchanged line");
        if shown.is_empty() {
            return view! { <p class="c-diff-rest">{title}</p> }.into_any();
        }
        let rest = (left > 0).then(|| view! { <p class="c-diff-rest">{number(left as u32)} " more"</p> });
        view! {
            <details class="c-fold">
                <summary>
                    <Icon name="updown" small=true/>
                    {title}
                </summary>
                {self.table(layout, shown)}
                {rest}
            </details>
        }
        .into_any()
    }

    fn table(&self, layout: Layout, rows: &[Row]) -> AnyView {
        let DiffView { old, new, .. } = self.view;
        let (name, heads, body) = match layout {
            Layout::Unified => {
                let heads = vec![format!("Line in {old}"), format!("Line in {new}"), "Change".to_owned(), "Text".to_owned()];
                ("unified", heads, unified(rows).iter().map(|line| self.line(line)).collect_view())
            }
            Layout::SideBySide => {
                let heads = vec![format!("Line in {old}"), (*old).to_owned(), format!("Line in {new}"), (*new).to_owned()];
                ("side", heads, side_by_side(rows).iter().map(|(old, new)| self.pair(old.as_ref(), new.as_ref())).collect_view())
            }
        };
        let heads = heads.into_iter().map(|words| view! { <th scope="col"><span class="sr">{words}</span></th> }).collect_view();
        let from = rows.first().and_then(|row| row.new_line().or(row.old_line())).map(|cell| format!(" from line {}", cell.line));
        view! {
            <table data-layout=name>
                <caption class="sr">{self.name.clone()} {from} ", " {(*old).to_owned()} " against " {(*new).to_owned()}</caption>
                <colgroup><col/><col/><col/><col/></colgroup>
                <thead><tr>{heads}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        }
        .into_any()
    }

    fn line(&self, line: &Line) -> AnyView {
        view! {
            <tr data-op=name(line.op)>
                <td>{line.old}</td>
                <td>{line.new}</td>
                <td>{mark::glyph(line.op)}</td>
                <td>{mark::text(&line.spans, line.op, self.template)}</td>
            </tr>
        }
        .into_any()
    }

    fn pair(&self, old: Option<&diff::Cell>, new: Option<&diff::Cell>) -> AnyView {
        let same = new.or(old).is_some_and(|cell| cell.op == Op::Same);
        view! { <tr data-same=same.then_some("true")>{self.cell(old)} {self.cell(new)}</tr> }.into_any()
    }

    /// A line of one side: its number with what happened to it, and its text.
    fn cell(&self, cell: Option<&diff::Cell>) -> AnyView {
        let Some(cell) = cell else { return view! { <td data-op="none"></td> <td data-op="none"></td> }.into_any() };
        let op = name(cell.op);
        view! {
            <td data-op=op>{cell.line} " " {mark::glyph(cell.op)}</td>
            <td data-op=op>{mark::text(&cell.spans, cell.op, self.template)}</td>
        }
        .into_any()
    }
}

fn name(op: Op) -> Option<&'static str> {
    match op {
        Op::Same => None,
        Op::Delete => Some("del"),
        Op::Add => Some("add"),
    }
}
