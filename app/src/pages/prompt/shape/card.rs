//! A tool or a format in its list: its name, what it is for, how much it asks for.

use atelier_domain::schema::{Json, Kind, Named, Tool};
use leptos::prelude::*;

use super::{
    control::{Note, notes},
    lean::memo,
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    pub name: String,
    pub about: String,
    /// "3 fields"
    pub size: String,
}

impl Card {
    pub fn of(named: &Named) -> Self {
        let size = match named.schema.as_ref().map(|schema| &schema.kind) {
            Some(Kind::Object(object)) if object.properties.len() == 1 => "1 field".to_owned(),
            Some(Kind::Object(object)) if !object.properties.is_empty() => format!("{} fields", object.properties.len()),
            Some(Kind::Object(_)) | None => "no fields".to_owned(),
            Some(_) => "JSON".to_owned(),
        };
        Self { name: named.name.clone(), about: named.description.clone().unwrap_or_default(), size }
    }

    pub fn of_tool(tool: &Tool) -> Self {
        match tool {
            Tool::Function(named) => Self::of(named),
            Tool::Raw(json) => {
                Self { name: json.get("type").and_then(Json::as_str).unwrap_or("tool").to_owned(), about: String::new(), size: "JSON".to_owned() }
            }
        }
    }
}

/// `buttons` stand at the end of the first line.
pub fn card(card: Memo<Card>, fault: Memo<Option<Note>>, buttons: AnyView) -> AnyView {
    let (name, size) = (Signal::derive(move || card.with(|card| card.name.clone())), Signal::derive(move || card.with(|card| card.size.clone())));
    let (about, plain) = (Signal::derive(move || card.with(|card| card.about.clone())), memo(move || card.with(|card| card.about.is_empty())));
    view! {
        <div class="c-shape-card">
            <div class="l-row">
                <code>{name}</code>
                <span class="c-count">{size}</span>
                <span class="c-shape-buttons l-end">{buttons}</span>
            </div>
            <p class="c-hint" hidden=plain>{about}</p>
            {notes(fault, None)}
        </div>
    }
    .into_any()
}
