//! The variables that a draft declares: a dialog of rows, whose fields belong to the editor's form.

use atelier_domain::prompt::{DraftForm, VariableType};
use leptos::{html, prelude::*};

use crate::ui::{Dialog, Icon};

use super::keeper::Keeper;

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    name: String,
    kind: String,
    description: String,
    default: String,
    example: String,
    need: String,
}

/// The rows, each with a key of its own; what is typed stands in their fields.
#[derive(Clone, Copy)]
pub struct Declarations {
    rows: RwSignal<Vec<(usize, Row)>>,
    next: StoredValue<usize>,
    keeper: Keeper,
}

impl Declarations {
    pub fn new(form: &DraftForm, keeper: Keeper) -> Self {
        let field = |fields: &[String], at: usize| fields.get(at).cloned().unwrap_or_default();
        let row = |(at, name): (usize, &String)| Row {
            name: name.clone(),
            kind: field(&form.types, at),
            description: field(&form.descriptions, at),
            default: field(&form.defaults, at),
            example: field(&form.examples, at),
            need: field(&form.needs, at),
        };
        let rows: Vec<(usize, Row)> = form.names.iter().enumerate().map(|(at, name)| (at, row((at, name)))).collect();
        Self { next: StoredValue::new(rows.len()), rows: RwSignal::new(rows), keeper }
    }

    /// One more, with this name.
    pub fn add(self, name: &str) {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.rows.update(|rows| rows.push((key, Row { name: name.to_owned(), ..Row::default() })));
        self.keeper.touch();
    }

    fn remove(self, key: usize) {
        self.rows.update(|rows| rows.retain(|(one, _)| *one != key));
        self.keeper.touch();
    }

    fn shift(self, key: usize, by: isize) {
        self.rows.update(|rows| {
            let Some(at) = rows.iter().position(|(one, _)| *one == key) else { return };
            if let Some(to) = at.checked_add_signed(by).filter(|to| *to < rows.len()) {
                rows.swap(at, to);
            }
        });
        self.keeper.touch();
    }

    /// Those that stand in a text and are declared nowhere.
    fn undeclared(self, used: &[String]) -> Vec<String> {
        let declared = self.keeper.declared.get();
        used.iter().filter(|name| !declared.contains(&format!("\"name\":{}", serde_json::Value::from(name.as_str())))).cloned().collect()
    }
}

#[component]
pub fn VariablesDialog(
    declarations: Declarations,
    /// Those that the texts of the version use.
    used: Vec<String>,
    readonly: bool,
) -> impl IntoView {
    let used = StoredValue::new(used);
    let all = move |_| used.with_value(|used| declarations.undeclared(used)).iter().for_each(|name| declarations.add(name));
    let count = move || used.with_value(|used| declarations.undeclared(used)).len();
    let unused = declarations.keeper.unused;
    view! {
        <Dialog id="variables" title="Variables">
            <div class="c-dialog-body l-stack" tabindex="0" role="region" aria-label="Variables of this prompt">
                <p class="c-hint">"What a caller can give. A variable that is not declared is a text that must be given. Callers and test forms see these words."</p>
                <ol class="l-stack">
                    <For each=move || declarations.rows.get() key=|(key, _)| *key let((key, row))>
                        <Declaration key=key row=row declarations=declarations readonly=readonly/>
                    </For>
                </ol>
                <p class="c-hint" hidden=move || declarations.rows.with(|rows| !rows.is_empty())>"None is declared yet."</p>
                <div role="status">
                    {move || unused.get().into_iter().map(|name| view! {
                        <p class="c-callout" data-tone="warn"><Icon name="warn"/><span>"“" {name} "” is declared and stands in no message."</span></p>
                    }).collect_view()}
                </div>
            </div>
            <div class="c-dialog-foot">
                <button class="c-btn" type="button" disabled=readonly on:click=move |_| declarations.add("")><Icon name="plus"/>"Variable"</button>
                <button class="c-btn" data-kind="quiet" type="button" disabled=readonly hidden=move || count() == 0 on:click=all>
                    {move || format!("Declare the {} that are used", count())}
                </button>
                <button class="c-btn l-end" data-kind="primary" type="button" command="close" commandfor="variables">"Done"</button>
            </div>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Declaration(key: usize, row: Row, declarations: Declarations, readonly: bool) -> impl IntoView {
    let name = RwSignal::new(row.name.clone());
    let heading = move || if name.with(String::is_empty) { "New variable".to_owned() } else { name.get() };
    let kinds = VariableType::ALL
        .into_iter()
        .map(|kind| view! { <option value=kind.as_str() selected=kind.as_str() == row.kind>{kind.to_string()}</option> })
        .collect_view();
    let needs = [("required", "must be given"), ("optional", "may be left out")];
    let needs = needs.map(|(value, words)| view! { <option value=value selected=value == row.need>{words}</option> }).collect_view();
    let button = move |icon: &'static str, words: &'static str, act: Callback<()>| {
        view! {
            <button class="c-btn" data-kind="quiet" data-icon="true" data-size="xs" type="button" disabled=readonly aria-label=move || format!("{words} {}", heading()) on:click=move |_| act.run(())>
                <Icon name=icon/>
            </button>
        }
    };
    let text = move |label: &'static str, name: &'static str, value: String, holder: &'static str| {
        view! {
            <label class="c-field">
                <span>{label}</span>
                <textarea class="c-input" data-size="s" form="editor" name=name rows="1" data-grow="true" placeholder=holder readonly=readonly>{value}</textarea>
            </label>
        }
    };
    let named = NodeRef::<html::Input>::new();
    if row.name.is_empty() {
        Effect::new(move || {
            if let Some(input) = named.get() {
                let _ = input.focus();
            }
        });
    }
    view! {
        <li>
            <fieldset class="p-variable">
                <legend class="sr">{heading}</legend>
                <label class="c-field">
                    <span>"Name"</span>
                    <input class="c-input" data-size="s" node_ref=named form="editor" name="form[names][]" value=row.name.clone() maxlength="64" readonly=readonly
                        autocomplete="off" spellcheck="false" on:input=move |event| name.set(event_target_value(&event))/>
                </label>
                <label class="c-field"><span>"Type"</span><select class="c-input" data-size="s" form="editor" name="form[types][]" disabled=readonly>{kinds}</select></label>
                <label class="c-field"><span>"Value"</span><select class="c-input" data-size="s" form="editor" name="form[needs][]" disabled=readonly>{needs}</select></label>
                <span class="l-row p-variable-acts">
                    {button("up-arrow", "Move up", Callback::new(move |()| declarations.shift(key, -1)))}
                    {button("down-arrow", "Move down", Callback::new(move |()| declarations.shift(key, 1)))}
                    {button("trash", "Remove", Callback::new(move |()| declarations.remove(key)))}
                </span>
                {text("Description", "form[descriptions][]", row.description.clone(), "What it means")}
                {text("Default", "form[defaults][]", row.default.clone(), "none")}
                {text("Example", "form[examples][]", row.example.clone(), "fills the form that tries the prompt")}
            </fieldset>
        </li>
    }
    .into_any()
}
