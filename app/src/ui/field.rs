//! Fields of a form, each with its label, hint and the error that names it.

use leptos::{html, prelude::*};

use super::Icon;
use crate::{api::UiError, ask::Change};

/// The error that a change ended with, for `<Field fault>` and `<ErrorNote fault>`.
pub fn failure(change: Change) -> Signal<Option<UiError>> {
    let answer = change.answer();
    Signal::derive(move || answer.with(|answer| answer.as_ref().and_then(|result| result.as_ref().err().cloned())))
}

/// What one field needs around its control: ids, the detail of its error, and what describes it.
#[derive(Clone)]
struct Around {
    id: String,
    detail: Signal<Option<String>>,
    hint: Option<String>,
}

impl Around {
    fn new(name: &str, id: Option<String>, hint: Option<String>, fault: Signal<Option<UiError>>) -> Self {
        let (id, field) = (id.unwrap_or_else(|| format!("f-{name}")), name.to_owned());
        let detail = Signal::derive(move || {
            fault.with(|fault| {
                let fields = &fault.as_ref()?.0.fields;
                fields.iter().find(|error| error.field == field).map(|error| error.detail.clone())
            })
        });
        Self { id, detail, hint }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + use<> {
        let detail = self.detail;
        move || detail.with(Option::is_some).then_some("true")
    }

    fn described(&self) -> impl Fn() -> Option<String> + Send + Sync + use<> {
        let (id, detail, hinted) = (self.id.clone(), self.detail, self.hint.is_some());
        move || match (detail.with(Option::is_some), hinted) {
            (true, _) => Some(format!("{id}-error")),
            (false, true) => Some(format!("{id}-hint")),
            (false, false) => None,
        }
    }

    /// Label above, error or hint below.
    fn frame(self, label: String, control: impl IntoView + 'static) -> AnyView {
        let Self { id, detail, hint } = self;
        let target = id.clone();
        let below = move || match detail.get() {
            Some(detail) => view! {
                <p class="c-error" id=format!("{id}-error")>
                    <Icon name="warn" small=true/>
                    {detail}
                </p>
            }
            .into_any(),
            None => hint.clone().map(|hint| view! { <p class="c-hint" id=format!("{id}-hint")>{hint}</p> }).into_any(),
        };
        view! {
            <div class="c-field">
                <label for=target>{label}</label>
                {control}
                {below}
            </div>
        }
        .into_any()
    }
}

/// One line of text; `kind` is the input's type.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    /// Shows the detail of its field error whose `field` is `name`.
    #[prop(optional, into)]
    fault: Signal<Option<UiError>>,
    /// `f-` and the name, unless given.
    #[prop(optional, into)]
    id: Option<String>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] required: bool,
    /// Takes the focus when the page or dialog opens.
    #[prop(optional)]
    focus: bool,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    if focus {
        // A page that came by a click was not loaded, and so the browser does not look at `autofocus`.
        Effect::new(move || {
            if let Some(input) = input.get() {
                // A browser may refuse, as where a dialog is open.
                let _ = input.focus();
            }
        });
    }
    let around = Around::new(&name, id, hint, fault);
    let control = view! {
        <input
            node_ref=input
            class="c-input"
            id=around.id.clone()
            name=name
            type=kind
            value=value
            autocomplete=autocomplete
            placeholder=placeholder
            required=required
            autofocus=focus
            maxlength=maxlength
            aria-invalid=around.invalid()
            aria-describedby=around.described()
        />
    };
    around.frame(label, control)
}

/// Text of several lines; it grows with what is written where the browser can.
#[component]
pub fn TextArea(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] fault: Signal<Option<UiError>>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(default = 3)] rows: u32,
    /// In the type of code.
    #[prop(optional)]
    code: bool,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] focus: bool,
) -> impl IntoView {
    let around = Around::new(&name, id, hint, fault);
    // A parser drops one line break at the start of a textarea.
    let value = if value.starts_with('\n') && is_server() { format!("\n{value}") } else { value };
    let control = view! {
        <textarea
            class="c-input"
            id=around.id.clone()
            name=name
            rows=rows
            placeholder=placeholder
            required=required
            autofocus=focus
            spellcheck=if code { "false" } else { "true" }
            data-grow="true"
            data-code=code.then_some("true")
            aria-invalid=around.invalid()
            aria-describedby=around.described()
        >
            {value}
        </textarea>
    };
    around.frame(label, control)
}

/// One of a few: `options` are values with their words.
#[component]
pub fn Select(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    options: Vec<(String, String)>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] fault: Signal<Option<UiError>>,
    #[prop(optional, into)] id: Option<String>,
) -> impl IntoView {
    let around = Around::new(&name, id, hint, fault);
    let options = options
        .into_iter()
        .map(|(option, words)| {
            let selected = option == value;
            view! {
                <option value=option selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    let control = view! {
        <select class="c-input" id=around.id.clone() name=name aria-invalid=around.invalid() aria-describedby=around.described()>
            {options}
        </select>
    };
    around.frame(label, control)
}
