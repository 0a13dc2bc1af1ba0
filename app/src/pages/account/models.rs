//! Models of this machine, by file.

use atelier_domain::{model_file::ModelFile, timestamp::Timestamp};
use leptos::prelude::*;

use super::{
    land::{focus_mistake, on_success, unplaced},
    once::SentPlain,
};
use crate::{
    api::model::{AddModel, ListModels, Models as Listed, RemoveModel},
    ask::{ActionForm, Change, Reading},
    ui::{Close, ConfirmDialog, Dialog, Empty, ErrorNote, Field, Load, Opens, Panel, Submit, Table, Time, Tools, close_dialog, failure, use_toaster},
};

#[component]
pub fn Models() -> impl IntoView {
    let (add, remove, toaster) = (Change::by::<AddModel>(), Change::by::<RemoveModel>(), use_toaster());
    let listed = Reading::on(move || (ListModels {}, add.times() + remove.times()));
    on_success(add, move |file: ModelFile| {
        toaster.push(format!("{} can be asked", file.name.model()));
        close_dialog("new-model");
    });
    on_success(remove, move |()| toaster.push("The model is removed; its file stays where it is"));
    view! {
        <SentPlain faults=vec![failure(add), failure(remove)]/>
        <Panel id="models" title="Models of this machine" say="GGUF files beside those that Atelier brings. Every project’s prompts can name them.">
            <Tools slot><Opens dialog="new-model" small=true>"Add a file"</Opens></Tools>
            <Load reading=listed rows=2 table=true let:listed><List listed=listed remove=remove/></Load>
        </Panel>
        <New add=add/>
    }
    .into_any()
}

#[component]
fn List(listed: Listed, remove: Change) -> impl IntoView {
    let Listed { files, now } = listed;
    if files.is_empty() {
        return view! {
            <Empty title="Only what Atelier brings">
                <p>"A small chat model and two models for embeddings answer already. A larger one that you have as a GGUF file is added by its path on this machine."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = files.into_iter().map(|file| view! { <Row file=file now=now remove=remove/> }).collect_view();
    view! { <Table caption="Models of this machine" heads=&["Model", "Kind", "Size", "Reads at once", "File", "Added", ""]>{rows}</Table> }.into_any()
}

#[component]
fn Row(file: ModelFile, now: Timestamp, remove: Change) -> impl IntoView {
    let ModelFile { name, path, facts, updated_by, updated_at } = file;
    let (dialog, of, title, sent) = (format!("remove-model-{name}"), format!(" {name}"), format!("Remove {name}?"), name.to_string());
    let kind = [facts.architecture, facts.quantisation].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    let mega = facts.bytes as f64 / 1e6;
    let size = if mega >= 1_000.0 { format!("{:.1} GB", mega / 1e3) } else { format!("{mega:.0} MB") };
    view! {
        <tr>
            <th scope="row"><code>{name.model()}</code></th>
            <td>{kind}</td>
            <td data-num="true">{size}</td>
            <td data-num="true">{format!("{} tokens", facts.context)}</td>
            <td>{path}</td>
            <td>{updated_by} ", " <Time at=updated_at now=now/></td>
            <td>
                <Opens dialog=dialog.clone() small=true>"Remove"<span class="sr">{of}</span></Opens>
                <ConfirmDialog id=dialog title=title say="Prompts that name it fail until it is added again. The file stays where it is." confirm="Remove it" action=remove>
                    <input type="hidden" name="name" value=sent/>
                </ConfirmDialog>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn New(add: Change) -> impl IntoView {
    focus_mistake(add);
    let fault = failure(add);
    view! {
        <Dialog id="new-model" title="Add a model file">
            <ActionForm action=add attr:novalidate="">
                <div class="c-dialog-body">
                    <ErrorNote fault=unplaced(fault, &["name", "path"])/>
                    <Field id="model-name" label="Name" name="name" hint="Prompts then name it local/NAME." maxlength=80 required=true fault=fault/>
                    <Field id="model-path" label="Path on this machine" name="path" placeholder="/srv/models/qwen2.5-0.5b-instruct-q4_k_m.gguf" required=true fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end"><Close dialog="new-model"/><Submit pending=add.pending()>"Look at it and add it"</Submit></span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
