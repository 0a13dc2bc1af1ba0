//! The details of a node, by its type: closed at first, with what they say in a few words.

use atelier_domain::schema::Type;
use leptos::prelude::*;

use crate::ui::Icon;

use super::{
    control::{Control, Look, Typing},
    leaf::{FORMATS, Leaf, gist},
    lean::{memo, part, when},
    sheet::Sheet,
    spot::Spot,
};

/// The control of one thing that a node says.
pub fn control(sheet: Sheet, spot: Spot, leaf: Leaf) -> Control {
    let shown = memo(move || sheet.text(&spot.path.get(), leaf));
    let put = Callback::new(move |typed: String| sheet.put(&spot.path.get_untracked(), leaf, &typed));
    let found = memo(move || sheet.found(&spot.path.get(), leaf.word()));
    Control::new(Typing::new(shown, put), spot.label(leaf.title().1), found, sheet.locked)
}

/// `opened` belongs to the node: its details stay open when its type is another one.
pub fn details(sheet: Sheet, spot: Spot, of: Type, opened: RwSignal<bool>) -> AnyView {
    let gist = memo(move || sheet.read(&spot.path.get(), gist).unwrap_or_default());
    let wrong = memo(move || sheet.wrongs(&spot.path.get(), false) > 0);
    let whose = Signal::derive(move || spot.place.with(|place| if place.is_empty() { " of the whole".to_owned() } else { format!(" of field {place}") }));
    let inside =
        when(memo(move || opened.get()), move || Leaf::of(of, spot.depth == 0).iter().map(|leaf| one(sheet, spot, *leaf, of)).collect_view().into_any());
    view! {
        <details class="c-more c-shape-more" on:toggle=move |_| opened.set(true)>
            <summary>
                <Icon name="right" small=true/>
                <span>"Details"<span class="sr">{whose}</span></span>
                <span class="c-hint">{gist}</span>
                {when(wrong, || view! { <span class="c-error"><Icon name="warn" small=true/>"Look here"</span> }.into_any())}
            </summary>
            <div class="c-shape-details">{inside}</div>
            {kept(sheet, spot)}
        </details>
    }
    .into_any()
}

/// What the form does not show stands in the JSON, and stays there.
fn kept(sheet: Sheet, spot: Spot) -> AnyView {
    let kept = memo(move || {
        let others = sheet.read(&spot.path.get(), |node| node.keep.others().map(|(keyword, _)| keyword.to_owned()).collect::<Vec<_>>());
        others.unwrap_or_default().join(", ")
    });
    let none = memo(move || kept.with(String::is_empty));
    view! { <p class="c-hint" hidden=none>"Only in the JSON: " {kept}</p> }.into_any()
}

fn one(sheet: Sheet, spot: Spot, leaf: Leaf, of: Type) -> AnyView {
    let control = control(sheet, spot, leaf);
    let (words, _) = leaf.title();
    let shown = match leaf {
        Leaf::Nullable => return view! { <div class="c-field">{control.tick(words)}{control.note()}</div> }.into_any(),
        Leaf::Choices => control.area(false, None),
        Leaf::Format => control.choice(formats(control)),
        Leaf::Additional => control.choice(options(&[("", "Not said"), ("no", "Not allowed"), ("yes", "Allowed")])),
        Leaf::Default if of == Type::Boolean => control.choice(options(&[("", "None"), ("true", "Yes"), ("false", "No")])),
        _ => control.line(Look { code: leaf == Leaf::Pattern, number: leaf.is_number(), ..Look::default() }),
    };
    control.field(words, leaf.hint(), shown)
}

pub fn options(all: &[(&'static str, &'static str)]) -> AnyView {
    all.iter().map(|(value, words)| view! { <option value=*value>{*words}</option> }).collect_view().into_any()
}

/// The known formats, and the one that stands there.
fn formats(control: Control) -> AnyView {
    let other = part(move || {
        let format = control.typing.value();
        if FORMATS.iter().any(|(name, _)| *name == format) {
            return ().into_any();
        }
        view! { <option value=format.clone() selected=true>{format.clone()}</option> }.into_any()
    });
    view! {
        {options(&FORMATS)}
        {other}
    }
    .into_any()
}
