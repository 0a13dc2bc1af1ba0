//! In which format the model answers: text, any JSON, or JSON by a schema.

use atelier_domain::{
    fault::Fault,
    schema::{Findings, Json, Kind, Named, ResponseFormat},
};
use leptos::prelude::*;

use crate::ui::{Icon, Toaster, use_toaster};

use super::{
    card::{Card, card},
    control::Note,
    dialog::dialog,
    lean::{memo, when},
    sheet::{Of, Sheet},
    source::{Names, Source},
};

const NAMES: Names = Names { id: "response-format-json", field: "form[response_format]", label: "Answer format as JSON", placeholder: "{ … }" };

/// The answer's format. `text` is the JSON that the form sends, empty for text; form and JSON follow each other.
#[component]
pub fn AnswerFormat(text: String, readonly: bool) -> impl IntoView {
    let answer = Answer::new(text, readonly);
    let fault = memo(move || answer.read.with(|read| read.as_ref().err().map(|fault| Note::error(fault.message.clone()))));
    let shown = memo(move || answer.named(Card::of).unwrap_or_default());
    let wrong = memo(move || answer.shown.with(|format| format.check("").errors.into_iter().next()).map(|error| Note::error(error.detail)));
    let label = Signal::derive(move || format!("{} {}", if readonly { "Look at" } else { "Edit" }, shown.get().name));
    let locked = Signal::derive(move || !readonly && answer.locked.get());
    let has_schema = memo(move || answer.way() == Some(Way::Schema));
    let schema = when(has_schema, move || {
        let edit = view! {
            <button
                class="c-btn l-script" type="button" data-size="s" aria-haspopup="dialog" aria-label=label disabled=locked on:click=move |_| answer.open()
            >
                <Icon name=if readonly { "eye" } else { "edit" }/>
                {if readonly { "Look at" } else { "Edit" }}
            </button>
        };
        card(shown, wrong, edit.into_any())
    });
    let is_known = memo(move || answer.way().is_some());
    view! {
        <section class="c-section c-shape" aria-labelledby="answer-as-h">
            <div class="c-section-head"><h2 id="answer-as-h">"Answer as"</h2></div>
            <span class="c-seg l-script" role="radiogroup" aria-labelledby="answer-as-h">
                {Way::ALL.map(|way| choice(answer, way)).into_iter().collect_view()}
            </span>
            {schema}
            <p class="c-hint" hidden=is_known>"A format of its own, written as JSON below."</p>
            {answer.source.view(NAMES, readonly, fault)}
            {dialog(answer.sheet)}
        </section>
    }
    .into_any()
}

fn choice(answer: Answer, way: Way) -> AnyView {
    let chosen = memo(move || answer.way() == Some(way));
    view! {
        <label>
            <input
                type="radio" name="answer-as" value=way.title() disabled=answer.locked checked=chosen.get_untracked()
                prop:checked=chosen on:change=move |_| answer.choose(way)
            />
            {way.title()}
        </label>
    }
    .into_any()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Text,
    Json,
    Schema,
}

impl Way {
    const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Schema];

    /// `None` for a format that the form does not know.
    fn of(format: &ResponseFormat) -> Option<Self> {
        match format {
            ResponseFormat::Text => Some(Way::Text),
            ResponseFormat::JsonObject => Some(Way::Json),
            ResponseFormat::JsonSchema(_) => Some(Way::Schema),
            ResponseFormat::Raw(_) => None,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Way::Text => "Text",
            Way::Json => "Any JSON",
            Way::Schema => "By a schema",
        }
    }
}

#[derive(Clone, Copy)]
struct Answer {
    source: Source,
    read: Memo<Result<ResponseFormat, Fault>>,
    /// The last that could be read.
    shown: Memo<ResponseFormat>,
    locked: Memo<bool>,
    sheet: Sheet,
    toaster: Toaster,
    /// The schema that was left for another way to answer.
    aside: StoredValue<Option<String>>,
}

impl Answer {
    fn new(text: String, readonly: bool) -> Self {
        let source = Source::new(text);
        let read = memo(move || source.text.with(|text| read(text)));
        let shown = Memo::new(move |old: Option<&ResponseFormat>| read.get().unwrap_or_else(|_| old.cloned().unwrap_or(ResponseFormat::Text)));
        let check = |named: Named| -> Findings { ResponseFormat::JsonSchema(Box::new(named)).check("") };
        let changed = Callback::new(move |json: Json| source.write(json.pretty()));
        let sheet = Sheet::new(Of::Answer, readonly, changed, Callback::new(check));
        let locked = memo(move || readonly || read.with(Result::is_err));
        Self { source, read, shown, locked, sheet, toaster: use_toaster(), aside: StoredValue::new(None) }
    }

    fn way(self) -> Option<Way> {
        self.shown.with(Way::of)
    }

    fn named<T>(self, read: impl FnOnce(&Named) -> T) -> Option<T> {
        self.shown.with(|format| if let ResponseFormat::JsonSchema(named) = format { Some(read(named)) } else { None })
    }

    fn open(self) {
        self.sheet.open(&self.shown.with_untracked(ResponseFormat::to_json), true, false);
    }

    /// What is left is put aside: it is there again when the choice is.
    fn choose(self, way: Way) {
        let (old, was) = (self.source.text.get_untracked(), self.shown.with_untracked(Way::of));
        if self.locked.get_untracked() || was == Some(way) {
            return;
        }
        let new = match way {
            Way::Text => String::new(),
            Way::Json => ResponseFormat::JsonObject.to_json().pretty(),
            Way::Schema => self.aside.get_value().unwrap_or_else(|| begun().to_json().pretty()),
        };
        self.source.write(new);
        if was == Some(Way::Schema) {
            self.aside.set_value(Some(old.clone()));
        }
        if !matches!(was, Some(Way::Text | Way::Json)) {
            self.toaster.push_undo("The schema is put aside", move || {
                if self.source.text.try_get_untracked().is_some() {
                    self.source.write(old.clone());
                }
            });
        }
    }
}

/// A schema to begin with. Strict: the models that know it keep to the schema, the others ignore the word.
fn begun() -> ResponseFormat {
    let mut named = Named { strict: Some(true), ..Named::new("answer") };
    if let Some(Kind::Object(object)) = named.schema.as_mut().map(|schema| &mut schema.kind) {
        object.additional = Some(false);
    }
    ResponseFormat::JsonSchema(Box::new(named))
}

/// # Errors
/// `Invalid` where the text is not an object in JSON.
fn read(text: &str) -> Result<ResponseFormat, Fault> {
    if text.trim().is_empty() {
        return Ok(ResponseFormat::Text);
    }
    match Json::parse(text)? {
        json @ Json::Object(_) => Ok(ResponseFormat::from_json(&json)),
        _ => Err(Fault::field("response_format", "A format is an object in JSON: between “{” and “}”.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_says_how_the_model_answers() {
        let rows = [
            ("", Some(Way::Text)),
            (r#"{"type":"text"}"#, Some(Way::Text)),
            (r#"{"type":"json_object"}"#, Some(Way::Json)),
            (r#"{"type":"json_schema","json_schema":{"name":"n"}}"#, Some(Way::Schema)),
            (r#"{"type":"grammar"}"#, None),
        ];
        for (text, way) in rows {
            assert_eq!(Way::of(&read(text).unwrap()), way, "{text}");
        }
        assert!(read("[]").is_err() && read("{").is_err());
    }

    #[test]
    fn a_schema_begins_without_a_finding() {
        assert_eq!(begun().check(""), Findings::default());
        assert_eq!(Way::of(&read(&begun().to_json().pretty()).unwrap()), Some(Way::Schema));
    }
}
