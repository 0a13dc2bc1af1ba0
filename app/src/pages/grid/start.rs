//! Asking all cases at once: how many at a time, and up to what cost.

use leptos::prelude::*;

use crate::{
    api::grid::StartGrid as StartGridCall,
    ask::{ActionForm, Change},
    pages::account::land::unplaced,
    ui::{ErrorNote, Field, Select, Submit, failure},
};

/// The form that starts a grid. `setting` are its columns, as the playground's address has them.
#[component]
pub fn StartGrid(prompt: String, #[prop(into)] setting: Signal<String>, cases: usize) -> impl IntoView {
    // Its answer leads to the grid.
    let start = Change::by::<StartGridCall>();
    let fault = failure(start);
    let several =
        [1, 2, 4, 8, 16].map(|count: u32| (count.to_string(), if count == 1 { "one at a time".to_owned() } else { format!("{count} at a time") })).to_vec();
    let words = move || {
        let columns = setting.with(|setting| setting.split(';').filter(|one| !one.is_empty()).count());
        let (case, column) = (if cases == 1 { "case" } else { "cases" }, if columns == 1 { "column" } else { "columns" });
        format!("Run {cases} {case} × {columns} {column}")
    };
    view! {
        <ActionForm action=start>
            <div class="p-start">
                <input type="hidden" name="prompt" value=prompt/>
                <input type="hidden" name="cols" value=setting.get_untracked() prop:value=setting/>
                <Select id="grid-concurrency" label="Answers at once" name="concurrency" options=several value="4" fault=fault/>
                <Field id="grid-budget" label="Cost limit in USD" name="budget" value="1" hint="It stops where the next answer could pass this." required=true fault=fault/>
                <Submit pending=start.pending()>{words}</Submit>
            </div>
            <ErrorNote fault=unplaced(fault, &["concurrency", "budget"])/>
        </ActionForm>
    }
    .into_any()
}
