//! The fields of a group: a row each, with what is inside below it.

use atelier_domain::schema::Edit;
use leptos::{html, prelude::*};

use crate::ui::Icon;

use super::{
    control::{Control, Look, Note, Typing, icon_button, notes},
    lean::{memo, when},
    node::{node, type_choice},
    rows::Rows,
    sheet::Sheet,
    spot::Spot,
};

/// More of them than that, or deeper than that, are closed at first.
const MANY: usize = 12;
const DEEP: usize = 4;

pub fn fields(sheet: Sheet, group: Spot) -> AnyView {
    let rows = Memo::new(move |old: Option<&Rows>| Rows::follow(old, sheet.names(&group.path.get())));
    let add = NodeRef::<html::Button>::new();
    let to = Signal::derive(move || group.place.with(|place| if place.is_empty() { String::new() } else { format!(" to {place}") }));
    view! {
        <ol class="c-shape-fields">
            <For each=move || rows.get().list key=|(key, _)| *key let((key, _name))>
                {field(sheet, group, Row { rows, key, add })}
            </For>
        </ol>
        <button class="c-btn" type="button" data-size="s" node_ref=add disabled=sheet.locked on:click=move |_| sheet.add(&group.path.get_untracked())>
            <Icon name="plus"/>
            <span>"Add a field"<span class="sr">{to}</span></span>
        </button>
    }
    .into_any()
}

/// One row among the others, and where the focus goes when it is removed.
#[derive(Clone, Copy)]
struct Row {
    rows: Memo<Rows>,
    key: usize,
    add: NodeRef<html::Button>,
}

fn field(sheet: Sheet, group: Spot, row: Row) -> AnyView {
    let Row { rows, key, .. } = row;
    // A row that is gone is at no place, where nothing is found.
    let at = memo(move || rows.with(|rows| rows.place(key).unwrap_or(usize::MAX)));
    let name = memo(move || rows.with(|rows| rows.name(key).unwrap_or_default().to_owned()));
    let spot = group.property(at, name);
    let fresh = sheet.take_fresh();
    let shut = RwSignal::new(!fresh && (spot.depth > DEEP || rows.with_untracked(|rows| rows.list.len() > MANY)));
    // Once it was open it stays on the page: what is typed there and cannot be read yet must not get lost.
    let seen = Memo::new(move |old: Option<&bool>| old.copied().unwrap_or(false) || !shut.get());
    let inside = when(seen, move || node(sheet, spot));
    let unseen = memo(move || {
        let text = match if shut.get() { sheet.wrongs(&spot.path.get(), true) } else { 0 } {
            0 => return None,
            1 => "One thing inside needs a change.".to_owned(),
            many => format!("{many} things inside need a change."),
        };
        Some(Note::error(text))
    });
    view! {
        <li class="c-shape-field">
            <fieldset>
                <legend class="sr">"Field " {spot.place}</legend>
                <div class="c-shape-row">
                    {toggle(spot, shut)}
                    {name_and_type(sheet, spot, name, fresh)}
                    {buttons(sheet, spot, row)}
                </div>
                {notes(unseen, None)}
                <div class="c-shape-in" hidden=shut>{inside}</div>
            </fieldset>
        </li>
    }
    .into_any()
}

fn toggle(spot: Spot, shut: RwSignal<bool>) -> AnyView {
    let expanded = Signal::derive(move || if shut.get() { "false" } else { "true" });
    view! {
        <button
            class="c-btn c-shape-toggle" type="button" data-kind="quiet" data-icon="true" data-size="xs" aria-label=spot.label("Inside of")
            aria-expanded=expanded on:click=move |_| shut.update(|shut| *shut = !*shut)
        >
            <Icon name="right" small=true/>
        </button>
    }
    .into_any()
}

fn name_and_type(sheet: Sheet, spot: Spot, name: Memo<String>, fresh: bool) -> AnyView {
    let input = NodeRef::<html::Input>::new();
    if fresh {
        // By then its value stands there, to be written over.
        request_animation_frame(move || {
            if let Some(input) = input.try_get_untracked().flatten() {
                let _ = input.focus();
                input.select();
            }
        });
    }
    let rename = Callback::new(move |name: String| sheet.edit(&spot.path.get_untracked(), &Edit::Rename(name)));
    let found = memo(move || sheet.found(&spot.path.get(), "name"));
    let named = Control::new(Typing::new(name, rename), spot.label("Name of"), found, sheet.locked);
    let required = memo(move || if sheet.is_required(&spot.path.get()) { "yes" } else { "" }.to_owned());
    let require = Callback::new(move |yes: String| sheet.edit(&spot.path.get_untracked(), &Edit::SetRequired(yes == "yes")));
    let found = memo(move || sheet.found(&spot.path.get(), "required"));
    let required = Control::new(Typing::new(required, require), spot.label("Required:"), found, sheet.locked);
    view! {
        <div class="c-shape-name">{named.line(Look { code: true, input, placeholder: Some("name"), ..Look::default() })}</div>
        {type_choice(sheet, spot)}
        {required.tick("Required")}
        <div class="c-shape-notes">{named.note()} {required.note()}</div>
    }
    .into_any()
}

fn buttons(sheet: Sheet, spot: Spot, row: Row) -> AnyView {
    let (up, down) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let shift = move |edit: Edit, button: NodeRef<html::Button>| {
        Callback::new(move |()| {
            sheet.edit(&spot.path.get_untracked(), &edit);
            let (place, of) = row.rows.with_untracked(|rows| (rows.place(row.key).unwrap_or_default() + 1, rows.list.len()));
            sheet.said.set(format!("{} is number {place} of {of}.", spot.place.get_untracked()));
            focus_later(button); // moving its row takes it from the button
        })
    };
    let remove = Callback::new(move |()| {
        sheet.remove(&spot.path.get_untracked(), &spot.place.get_untracked());
        focus_later(row.add);
    });
    view! {
        <span class="c-shape-buttons">
            {icon_button("up-arrow", spot.label("Move up"), sheet.locked.into(), up, shift(Edit::Up, up))}
            {icon_button("down-arrow", spot.label("Move down"), sheet.locked.into(), down, shift(Edit::Down, down))}
            {icon_button("trash", spot.label("Remove"), sheet.locked.into(), NodeRef::new(), remove)}
        </span>
    }
    .into_any()
}

/// When the page stands as it is now.
pub fn focus_later(button: NodeRef<html::Button>) {
    request_animation_frame(move || {
        if let Some(button) = button.try_get_untracked().flatten() {
            let _ = button.focus();
        }
    });
}
