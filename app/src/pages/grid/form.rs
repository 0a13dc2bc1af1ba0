//! A test case as a form.

use atelier_domain::{
    case::{Case, text_of},
    prompt::{Variable, VariableType},
};
use leptos::prelude::*;

use crate::{
    api::case::Cases,
    ask::{ActionForm, Change},
    pages::account::land::unplaced,
    ui::{ConfirmDialog, ErrorNote, Opens, Select, Submit, TextArea, failure, use_href_with},
};

/// A new case, or one that there is.
#[component]
pub fn CaseEditor(prompt: String, cases: Cases, case: Option<Case>, put: Change, delete: Change) -> impl IntoView {
    let (fault, href_with) = (failure(put), use_href_with());
    let back = href_with(&[("case", None)]);
    let title = case.as_ref().map_or_else(|| "New test case".to_owned(), |case| format!("Test case {}", case.number));
    let form = case.as_ref().map(|case| case.form.clone()).unwrap_or_default();
    let fields = cases.variables.into_iter().map(|variable| {
        let value = form.values.get(&variable.name).map(text_of);
        view! { <VariableField variable=variable value=value/> }
    });
    let fields = fields.collect_view();
    let id = case.as_ref().map(|case| case.id.to_string()).unwrap_or_default();
    let remove = case.map(|case| {
        let number = case.number;
        view! {
            <Opens dialog="delete-case" small=true>"Delete"</Opens>
            <ConfirmDialog id="delete-case" title=format!("Delete test case {number}?") say="Grids that asked it keep their answers." confirm="Delete it" action=delete>
                <input type="hidden" name="case" value=case.id.to_string()/>
            </ConfirmDialog>
        }
    });
    view! {
        <section class="c-panel" aria-labelledby="case-h">
            <div class="c-panel-head"><h2 id="case-h">{title}</h2><span class="l-end l-row">{remove}</span></div>
            <div class="c-section">
                <ActionForm action=put>
                    <div class="l-stack p-case-form">
                        <input type="hidden" name="prompt" value=prompt/>
                        <input type="hidden" name="case" value=id/>
                        {fields}
                        <TextArea label="Expected answer" name="expected" value=form.expected.unwrap_or_default() hint="Leave it empty where nobody knows." fault=fault/>
                        <ErrorNote fault=unplaced(fault, &["expected"])/>
                        <div class="l-row">
                            <Submit pending=put.pending()>"Save the case"</Submit>
                            <a class="c-btn" data-kind="quiet" href=back>"Cancel"</a>
                        </div>
                    </div>
                </ActionForm>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn VariableField(variable: Variable, value: Option<String>) -> impl IntoView {
    let (name, id) = (format!("values[{}]", variable.name), format!("case-{}", variable.name));
    let hint = match variable.kind {
        VariableType::Text if variable.description.is_empty() => None,
        VariableType::Text => Some(variable.description),
        kind => Some([kind.as_str(), variable.description.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")),
    };
    let value = value.unwrap_or_default();
    if variable.kind == VariableType::Boolean {
        let options = [("", "not given"), ("true", "yes"), ("false", "no")].map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
        return view! { <Select id=id label=variable.name name=name options=options value=value/> }.into_any();
    }
    let code = matches!(variable.kind, VariableType::Json | VariableType::Messages);
    match hint {
        Some(hint) => view! { <TextArea id=id label=variable.name name=name value=value rows=1 code=code hint=hint/> }.into_any(),
        None => view! { <TextArea id=id label=variable.name name=name value=value rows=1 code=code/> }.into_any(),
    }
}
