//! All of a node but its name and its type, whatever stands inside it too.

use atelier_domain::schema::Type;
use leptos::prelude::*;

use crate::ui::Icon;

use super::{
    control::{Control, Typing, notes},
    details::{control, details, options},
    fields::fields,
    leaf::Leaf,
    lean::{memo, part},
    sheet::Sheet,
    spot::Spot,
};

pub fn node(sheet: Sheet, spot: Spot) -> AnyView {
    let (of, opened) = (type_memo(sheet, spot), RwSignal::new(false));
    let about = control(sheet, spot, Leaf::Description);
    let hidden = memo(move || spot.depth == 0 || of.get() == Type::Raw);
    view! {
        <div class="c-field" hidden=hidden>{about.area(false, Some("What it means"))}</div>
        {part(move || body(sheet, spot, of.get(), opened))}
    }
    .into_any()
}

/// The type; while a node that is gone is still on the page, the one that it had.
fn type_memo(sheet: Sheet, spot: Spot) -> Memo<Type> {
    Memo::new(move |old: Option<&Type>| sheet.type_of(&spot.path.get()).or(old.copied()).unwrap_or(Type::Object))
}

fn body(sheet: Sheet, spot: Spot, of: Type, opened: RwSignal<bool>) -> AnyView {
    match of {
        Type::Object => view! {
            {fields(sheet, spot)}
            {details(sheet, spot, of, opened)}
        }
        .into_any(),
        Type::Array => view! {
            {items(sheet, spot)}
            {details(sheet, spot, of, opened)}
        }
        .into_any(),
        Type::Raw => {
            let raw = control(sheet, spot, Leaf::Raw);
            raw.field("JSON", Leaf::Raw.hint(), raw.area(true, None))
        }
        Type::Null => ().into_any(),
        Type::String | Type::Number | Type::Integer | Type::Boolean => details(sheet, spot, of, opened),
    }
}

/// What each item of a list is.
fn items(sheet: Sheet, spot: Spot) -> AnyView {
    let has = memo(move || sheet.has_items(&spot.path.get()));
    let found = memo(move || sheet.found(&spot.path.get(), "items"));
    let whose = Signal::derive(move || format!(" of field {}", spot.place.get()));
    part(move || {
        if !has.get() {
            return view! {
                <button class="c-btn" type="button" data-size="s" disabled=sheet.locked on:click=move |_| sheet.set_items(&spot.path.get_untracked())>
                    <Icon name="plus"/>
                    <span>"Say what each item is"<span class="sr">{whose}</span></span>
                </button>
                {notes(found, None)}
            }
            .into_any();
        }
        let item = spot.items();
        view! {
            <fieldset class="c-shape-items">
                <legend>"Each item"<span class="sr">{whose}</span></legend>
                <div class="c-shape-whole">{type_choice(sheet, item)}</div>
                <div class="c-shape-in">{node(sheet, item)}</div>
            </fieldset>
        }
        .into_any()
    })
}

/// Another type keeps what still applies, and there is a way back.
pub fn type_choice(sheet: Sheet, spot: Spot) -> AnyView {
    let of = type_memo(sheet, spot);
    let retype = move |word: String| {
        let of = Type::named(&word)?;
        sheet.retype(&spot.path.get_untracked(), of, &spot.place.get_untracked());
        None
    };
    let typing = Typing::new(memo(move || of.get().as_str().to_owned()), Callback::new(retype));
    let found = memo(move || sheet.found(&spot.path.get(), "type"));
    let control = Control::new(typing, spot.label("Type of"), found, sheet.locked);
    let types = Type::ALL.map(|of| (of.as_str(), of.title()));
    view! { <div class="c-shape-type">{control.choice(options(&types))} {control.note()}</div> }.into_any()
}
