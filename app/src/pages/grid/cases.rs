//! The test cases of a prompt, and what became of them.

use atelier_domain::{
    case::{Case, text_of},
    timestamp::Timestamp,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::case::{Cases, DeleteCase, GridRow, ImportCases, ListCases, PutCase},
    ask::{ActionForm, Change, Reading},
    pages::{
        Screen,
        account::land::{on_success, unplaced},
        prompt::{Frame, Open},
    },
    ui::{
        Close, Dialog, Empty, ErrorNote, Load, Opens, Panel, Submit, Table, TextArea, Time, Tools, close_dialog, failure, use_href_with, use_route_params,
        use_toaster,
    },
};

use super::{GridTag, form::CaseEditor, start::StartGrid};

#[derive(Clone, Copy)]
pub struct PromptCases {
    open: Open,
    cases: Reading<Cases>,
    put: Change,
    delete: Change,
    import: Change,
}

impl Screen for PromptCases {
    fn data() -> Self {
        let params = use_route_params();
        let (put, delete, import) = (Change::by::<PutCase>(), Change::by::<DeleteCase>(), Change::by::<ImportCases>());
        let cases = Reading::on(move || {
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt").unwrap_or_default()));
            (ListCases { project, prompt }, put.times() + delete.times() + import.times())
        });
        tell(put, delete, import);
        Self { open: Open::of_address(), cases, put, delete, import }
    }

    fn view(this: Self) -> AnyView {
        view! {
            <Frame open=this.open let:page>
                <div class="l-scroll">
                    <Load reading=this.cases rows=6 table=true let:cases>
                        <Shown page=this prompt=page.prompt.id.to_string() cases=cases/>
                    </Load>
                </div>
            </Frame>
        }
        .into_any()
    }
}

/// Says what was done, and closes what it was done in. The answers lead back to the list.
fn tell(put: Change, delete: Change, import: Change) {
    let toaster = use_toaster();
    on_success(put, move |number: u32| toaster.push(format!("Test case {number} is kept")));
    on_success(delete, move |()| toaster.push("The test case is deleted"));
    on_success(import, move |count: usize| {
        toaster.push(format!("{count} test cases are added"));
        close_dialog("import-cases");
    });
}

#[component]
fn Shown(page: PromptCases, prompt: String, cases: Cases) -> impl IntoView {
    let query = use_query_map();
    let (all, id) = (cases.clone(), prompt.clone());
    let editor = move || {
        let wanted = query.with(|query| query.get("case")).filter(|_| all.may_write)?;
        let case = all.cases.iter().find(|case| case.id.to_string() == wanted).cloned();
        Some(view! { <CaseEditor prompt=id.clone() cases=all.clone() case=case put=page.put delete=page.delete/> })
    };
    let may = cases.may_write && !cases.cases.is_empty();
    let start = may.then(|| view! { <Start prompt=prompt.clone() cases=cases.clone()/> });
    let grids = (!cases.grids.is_empty()).then(|| view! { <Grids grids=cases.grids.clone() now=cases.now/> });
    view! {
        {editor}
        <List prompt=prompt cases=cases import=page.import/>
        {start}
        {grids}
    }
    .into_any()
}

#[component]
fn List(prompt: String, cases: Cases, import: Change) -> impl IntoView {
    let (href_with, may) = (use_href_with(), cases.may_write);
    let add = href_with(&[("case", Some("new"))]);
    let body = if cases.cases.is_empty() {
        view! {
            <Empty title="No test cases yet">
                <p>"A test case is a set of values for this prompt’s variables, with the answer that you expect where you know it. Ask all of them of several versions and models at once, and see what a change does."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = cases.cases.iter().map(|case| row(case, &href_with(&[("case", Some(&case.id.to_string()))]), may)).collect_view();
        view! { <Table caption="Test cases of this prompt" heads=&["Case", "Values", "Expected answer", "Changed"]>{rows}</Table> }.into_any()
    };
    view! {
        <Panel id="cases" title="Test cases">
            <Tools slot>
                {may.then(|| view! {
                    <span class="l-row">
                        <Opens dialog="import-cases" small=true>"Import"</Opens>
                        <a class="c-btn" data-size="s" href=add>"Add a case"</a>
                    </span>
                })}
            </Tools>
            {body}
        </Panel>
        {may.then(|| view! { <Import prompt=prompt import=import/> })}
    }
    .into_any()
}

fn row(case: &Case, href: &str, may: bool) -> impl IntoView + use<> {
    let cut = |text: String| text.chars().take(300).collect::<String>();
    let values = case
        .form
        .values
        .iter()
        .map(|(name, value)| view! { <div class="p-value-line"><code class="c-var">{name.clone()}</code> <span>{cut(text_of(value))}</span></div> });
    let values = values.collect_view();
    let number = format!("Case {}", case.number);
    let head = if may { view! { <a class="c-link" href=href.to_owned()>{number}</a> }.into_any() } else { number.into_any() };
    let expected = case.form.expected.clone().map_or_else(|| view! { <span class="c-dim">"not said"</span> }.into_any(), |text| cut(text).into_any());
    view! {
        <tr>
            <th scope="row">{head}</th>
            <td class="p-case-values">{values}</td>
            <td class="p-case-values">{expected}</td>
            <td>{case.updated_by.clone()} ", " <Time at=case.updated_at/></td>
        </tr>
    }
}

#[component]
fn Import(prompt: String, import: Change) -> impl IntoView {
    let fault = failure(import);
    view! {
        <Dialog id="import-cases" title="Import test cases">
            <ActionForm action=import>
                <div class="c-dialog-body">
                    <input type="hidden" name="prompt" value=prompt/>
                    <p class="c-hint">"CSV with a head, a JSON list, or JSON Lines. The column “expected” is the expected answer, every other one a variable."</p>
                    <div class="c-field l-script">
                        <label for="cases-file">"A file"</label>
                        <input class="c-input" id="cases-file" type="file" accept=".csv,.tsv,.json,.jsonl,.txt" data-fills="cases-text" data-names="cases-name" data-most="3145728"/>
                        <input type="hidden" id="cases-name"/>
                    </div>
                    <TextArea id="cases-text" label="Or paste them" name="text" rows=6 code=true fault=fault placeholder="question,expected"/>
                    <ErrorNote fault=unplaced(fault, &["text"])/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end"><Close dialog="import-cases"/><Submit pending=import.pending()>"Add them"</Submit></span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// With the columns of the newest grid, else the newest version as it is.
#[component]
fn Start(prompt: String, cases: Cases) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let newest = cases.grids.first();
    let setting = newest.map_or_else(|| "d".to_owned(), |grid| grid.setting.clone());
    let columns = newest.map_or_else(|| vec!["What you work on, with its own model".to_owned()], |grid| grid.columns.clone());
    let columns = columns.into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
    let choose = format!("/p/{project}/playground?prompt={prompt}&cols={setting}");
    let count = cases.cases.len();
    view! {
        <Panel id="start" title="Run all of them" say="Every case is asked of every column">
            <div class="c-section l-stack">
                <div class="l-row" data-wrap="true"><ul class="p-columns">{columns}</ul><a class="c-btn" data-size="s" href=choose>"Choose columns in the playground"</a></div>
                <StartGrid prompt=prompt setting=Signal::stored(setting) cases=count/>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Grids(grids: Vec<GridRow>, now: Timestamp) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let rows = grids.into_iter().map(|grid| {
        let href = format!("/p/{project}/grids/{}", grid.id);
        view! {
            <tr>
                <th scope="row"><a class="c-link" href=href><Time at=grid.started_at now=now/></a></th>
                <td><GridTag state=grid.state/></td>
                <td>{grid.columns.join("; ")}</td>
                <td>{format!("{} × {}", grid.cases, grid.columns.len())}</td>
                <td>{grid.started_by}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Panel id="grids" title="Grids" say="What cases were asked, newest first">
            <Table caption="Grids of this prompt" heads=&["Started", "State", "Columns", "Size", "By"]>{rows}</Table>
        </Panel>
    }
    .into_any()
}
