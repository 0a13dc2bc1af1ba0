//! The dialog: the form on the left, the JSON on the right; on a narrow screen one of them at a time.

use std::time::Duration;

use atelier_domain::schema::Type;
use leptos::{html, prelude::*};

use crate::ui::{Callout, Dialog};

use super::{
    control::{Control, Look, Note, Typing, notes},
    details::control,
    fields::focus_later,
    leaf::Leaf,
    lean::{flag, memo, part, when},
    node::{node, type_choice},
    sheet::{Of, Sheet},
    spot::Spot,
};

/// Its inside stands on the page only once it was opened.
pub fn dialog(sheet: Sheet) -> AnyView {
    let title = Signal::derive(move || match sheet.of {
        Of::Tool => format!("Tool {}", sheet.name()),
        Of::Answer => "Answer by a schema".to_owned(),
    });
    // Each that is opened gets a form of its own.
    let inside = part(move || if sheet.serial.get() == 0 { ().into_any() } else { panes(sheet) });
    view! { <Dialog id=sheet.of.id() title=title node_ref=sheet.dialog>{inside}</Dialog> }.into_any()
}

fn panes(sheet: Sheet) -> AnyView {
    let pane = RwSignal::new("form");
    let has_form = memo(move || sheet.has_form());
    let form = part(move || {
        if has_form.get() {
            return form(sheet);
        }
        view! { <Callout tone="info">"This is written as JSON: there is no form for its kind."</Callout> }.into_any()
    });
    view! {
        <div class="c-dialog-body c-shape-panes" data-pane=pane>
            {switch(sheet, pane)}
            <div class="c-shape-form" data-locked=flag(sheet.locked)>{form}</div>
            {json(sheet)}
        </div>
        {foot(sheet)}
    }
    .into_any()
}

fn switch(sheet: Sheet, pane: RwSignal<&'static str>) -> AnyView {
    let one = move |value: &'static str, words: &'static str| {
        let checked = Signal::derive(move || pane.get() == value);
        view! {
            <label>
                <input type="radio" name=format!("{}-pane", sheet.of.id()) prop:checked=checked on:change=move |_| pane.set(value)/>
                {words}
            </label>
        }
    };
    view! { <span class="c-seg l-narrow" role="radiogroup" aria-label="Show">{one("form", "Form")} {one("json", "JSON")}</span> }.into_any()
}

fn form(sheet: Sheet) -> AnyView {
    let root = Spot::root();
    // Only a plain group of fields can be asked for; whatever else stands there can become one.
    let is_group = memo(move || sheet.type_of(&root.path.get()).is_none_or(|of| of == Type::Object));
    let is_nullable = memo(move || sheet.text(&root.path.get(), Leaf::Nullable) == "yes");
    let is_odd = memo(move || !is_group.get() || is_nullable.get());
    let of = when(is_odd, move || view! { <div class="c-shape-whole">{type_choice(sheet, root)}</div> }.into_any());
    let nullable = when(is_nullable, move || control(sheet, root, Leaf::Nullable).tick("May be nothing"));
    let warned = memo(move || sheet.found(&root.path.get(), ""));
    let (heading, hint) = match sheet.of {
        Of::Tool => ("What it asks for", "The model fills in these fields when it calls the tool."),
        Of::Answer => ("What the answer holds", "The model answers in these fields, in this order."),
    };
    view! {
        {head(sheet)}
        <section class="l-stack" aria-label=heading>
            <h3>{heading}</h3>
            <p class="c-hint">{hint}</p>
            {notes(warned, None)}
            {of}
            {nullable}
            {node(sheet, root)}
        </section>
    }
    .into_any()
}

fn head(sheet: Sheet) -> AnyView {
    let (name_hint, about_label, about_hint) = match sheet.of {
        Of::Tool => (
            "Letters, digits, _ and -. Your code knows it by this name.",
            "Description of the tool",
            "Tells the model what the tool does, and when to call it.",
        ),
        Of::Answer => ("Letters, digits, _ and -.", "Description of the answer", "Tells the model what the answer is for."),
    };
    let plain = |words: &'static str| Signal::derive(move || words.to_owned());
    let name = Typing::new(memo(move || sheet.name()), Callback::new(move |name| sheet.set_name(name)));
    let name = Control::new(name, plain("Name"), memo(move || sheet.find("name")), sheet.locked);
    let about = Typing::new(memo(move || sheet.about()), Callback::new(move |about| sheet.set_about(about)));
    let about = Control::new(about, plain(about_label), memo(|| None), sheet.locked);
    view! {
        {name.field("Name", Some(name_hint), name.line(Look { code: true, focus: true, ..Look::default() }))}
        {about.field("Description", Some(about_hint), about.area(false, None))}
        {strict(sheet)}
    }
    .into_any()
}

fn strict(sheet: Sheet) -> AnyView {
    let misfits = memo(move || sheet.misfits());
    let hint = when(misfits, move || {
        view! {
            <Callout tone="warn">
                "Strict mode wants every field required, and no others. What was optional may be nothing then."
                <button class="c-btn" type="button" data-size="s" disabled=sheet.locked on:click=move |_| sheet.fit()>"Make it so"</button>
            </Callout>
        }
        .into_any()
    });
    let checked = memo(move || sheet.is_strict());
    view! {
        <div class="l-stack">
            <label class="c-check">
                <input
                    type="checkbox" disabled=sheet.locked prop:checked=checked
                    on:change=move |event| sheet.set_strict(event_target_checked(&event))
                />
                "Strict: the model keeps to these fields exactly"
            </label>
            {hint}
        </div>
    }
    .into_any()
}

fn json(sheet: Sheet) -> AnyView {
    let (id, note) = (format!("{}-json", sheet.of.id()), format!("{}-json-note", sheet.of.id()));
    let (labelled, described) = (id.clone(), note.clone());
    let area = NodeRef::<html::Textarea>::new();
    let fault = memo(move || sheet.json.fault().map(Note::error));
    let wrong = memo(move || fault.with(Option::is_some));
    let described = Signal::derive(move || wrong.get().then(|| described.clone()));
    follow(sheet, area);
    view! {
        <div class="c-field c-shape-json">
            <label for=labelled>"JSON"</label>
            <textarea
                node_ref=area class="c-input" id=id data-code="true" spellcheck="false" readonly=sheet.readonly
                aria-invalid=flag(wrong)
                aria-describedby=described
                on:input=move |event| sheet.json.hear(event_target_value(&event))
            ></textarea>
            {notes(fault, Some(note))}
        </div>
    }
    .into_any()
}

/// A browser takes a tenth of a second to show this much, so it waits until people pause.
const LARGE: usize = 8_000;

fn follow(sheet: Sheet, area: NodeRef<html::Textarea>) {
    let show = move || {
        let text = untrack(|| sheet.json.value());
        if let Some(area) = area.get_untracked().filter(|area| area.value() != text) {
            area.set_value(&text);
        }
    };
    let mut soon = debounce(Duration::from_millis(250), move |()| show());
    Effect::new(move || {
        let (size, shown) = (sheet.json.value().len(), area.get().is_some_and(|area| !area.value().is_empty()));
        if size > LARGE && shown { soon(()) } else { show() }
    });
}

/// Everything is kept as it is typed, so there is nothing to save.
fn foot(sheet: Sheet) -> AnyView {
    let done = NodeRef::<html::Button>::new();
    let wrongs = memo(move || sheet.wrongs_in_all());
    let unread = memo(move || sheet.json.fault().is_some());
    let state = Signal::derive(move || match (unread.get(), wrongs.get()) {
        (true, _) => "The JSON cannot be read yet. Until it can, all stays as it was.".to_owned(),
        (_, 0) => String::new(),
        (_, 1) => "One field needs a change.".to_owned(),
        (_, many) => format!("{many} fields need a change."),
    });
    let undo = part(move || {
        let Some(undo) = sheet.undo.get() else { return ().into_any() };
        let take_back = move |_| {
            sheet.take_back();
            focus_later(done);
        };
        view! {
            <span>{undo.said}</span>
            <button class="c-btn" type="button" data-size="s" disabled=sheet.locked on:click=take_back>"Undo"</button>
        }
        .into_any()
    });
    view! {
        <div class="c-dialog-foot c-shape-foot">
            <span class="c-hint">{state}</span>
            <span class="sr" role="status">{sheet.said}</span>
            <span class="l-row l-end">
                {undo}
                <button class="c-btn" type="button" data-kind="primary" node_ref=done command="close" commandfor=sheet.of.id()>"Done"</button>
            </span>
        </div>
    }
    .into_any()
}
