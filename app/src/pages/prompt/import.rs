//! Prompts from a file: choose it, look at what would happen, decide what is in doubt, import.

use atelier_domain::{
    account::Action,
    exchange::{Choice, Step, Why},
};
use leptos::{ev::SubmitEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlButtonElement};

use crate::pages::Screen;
use crate::{
    api::exchange::{ImportDone, ImportPreview, ImportPrompts, PlannedPrompt, PreviewImport},
    ask::Change,
    components::shell::Page,
    pages::{account::land::on_success, missing::NotHere},
    platform::use_viewer,
    ui::{Callout, Crumb, ErrorNote, Icon, Submit, Table, TextArea, failure, use_route_params, use_toaster},
};

/// The two forms of a file, in a menu.
#[component]
pub fn Exports(
    /// With a query: the form is added to it.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    let one = move |format: &str, words: &'static str| {
        // The browser's own: no page of ours.
        view! { <a href=format!("{href}&format={format}") rel="external" download=""><Icon name="download"/>{words}</a> }
    };
    view! { {one("yaml", "Export as YAML")} {one("json", "Export as JSON")} }.into_any()
}

pub struct ImportPage {
    preview: Change,
    import: Change,
}

impl Screen for ImportPage {
    fn data() -> Self {
        let import = Change::by::<ImportPrompts>();
        let toaster = use_toaster();
        on_success(import, move |done: ImportDone| toaster.push(said(done)));
        Self { preview: Change::by::<PreviewImport>(), import }
    }

    fn view(this: Self) -> AnyView {
        let project = use_route_params().with(|params| params.get("project").unwrap_or_default());
        if !use_viewer().project(&project).is_some_and(|project| Action::Write.allowed_to(project.role)) {
            return view! { <NotHere/> }.into_any();
        }
        let ImportPage { preview, import } = this;
        let trail = vec![Crumb::new("Prompts", format!("/p/{project}/prompts"))];
        // One form: what is imported is what was looked at, and the button says which of the two is meant.
        let submit = move |event: SubmitEvent| {
            let by = event.submitter().and_then(|by| by.dyn_into::<HtmlButtonElement>().ok());
            if by.is_some_and(|by| by.name() == "plan") {
                import.submit(&event);
            } else {
                import.clear();
                preview.submit(&event);
            }
        };
        view! {
            <Page title="Import prompts" trail=trail>
                <div class="l-scroll">
                    <form class="l-stack p-import" action=import.url() method="post" on:submit=submit>
                        <input type="hidden" name="project" value=project/>
                        <input type="hidden" name="name" id="import-name"/>
                        <File preview=preview/>
                        <div class="l-row"><Submit kind="plain" pending=preview.pending()>"Look at it first"</Submit></div>
                        <ErrorNote fault=failure(preview)/>
                        {move || preview.output::<ImportPreview>().map(|found| view! { <Plan found=found import=import/> })}
                    </form>
                </div>
            </Page>
        }
        .into_any()
    }
}

fn said(done: ImportDone) -> String {
    format!("{} made, {} with new versions, {} left as they are", prompts(done.made), done.changed, done.left)
}

fn prompts(count: usize) -> String {
    if count == 1 { "1 prompt".to_owned() } else { format!("{count} prompts") }
}

/// The script of the kit puts a chosen file's text into the field below it.
#[component]
fn File(preview: Change) -> impl IntoView {
    let hint = "What Atelier exported (YAML or JSON), a prompt of the LangChain hub, prompts of Langfuse, OpenAI messages, or a promptfoo configuration. At most 4 MiB.";
    view! {
        <div class="c-field">
            <label for="import-file">"File"</label>
            <input
                class="c-input" type="file" id="import-file" accept=".yaml,.yml,.json,.txt" data-fills="f-text" data-names="import-name" data-most="4194304"
                aria-describedby="import-hint"
            />
            <p class="c-hint" id="import-hint">{hint}</p>
        </div>
        // What was looked at is not this any more.
        <div on:input=move |_| preview.clear()>
            <TextArea label="Or paste it" name="text" rows=6 code=true fault=failure(preview)/>
        </div>
    }
    .into_any()
}

#[component]
fn Plan(found: ImportPreview, import: Change) -> impl IntoView {
    let ImportPreview { format, prompts: planned, notes, plan } = found;
    let say = summary(&planned);
    let nothing = planned.iter().all(|prompt| prompt.step == Step::Leave);
    let rows = planned.into_iter().map(|prompt| view! { <Row prompt=prompt/> }).collect_view();
    let notes = (!notes.is_empty()).then(|| {
        let lines = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
        view! {
            <Callout tone="warn">
                "Not everything fits:"
                <ul class="p-notes">{lines}</ul>
            </Callout>
        }
    });
    view! {
        <section class="l-stack" aria-labelledby="plan-h">
            <h2 id="plan-h" tabindex="-1">{format!("{format} file")}</h2>
            <p role="status">{say}</p>
            {notes}
            <Table caption="What would happen to each prompt" heads=&["Prompt", "What happens", "New versions", "Your choice"]>{rows}</Table>
            <ErrorNote fault=failure(import)/>
            {if nothing {
                view! { <p class="c-hint">"Everything in this file is here already."</p> }.into_any()
            } else {
                view! { <div class="l-row"><Submit name="plan" value=plan pending=import.pending()>"Import"</Submit></div> }.into_any()
            }}
        </section>
    }
    .into_any()
}

fn summary(planned: &[PlannedPrompt]) -> String {
    let count = |what: fn(&Step) -> bool| planned.iter().filter(|prompt| what(&prompt.step)).count();
    let (made, changed) = (count(|step| *step == Step::Make), count(|step| *step == Step::Change));
    let (left, asked) = (count(|step| *step == Step::Leave), count(|step| matches!(step, Step::Conflict(_))));
    format!("{} would be made, {changed} would get new versions, {left} stay as they are, {asked} need your choice.", prompts(made))
}

fn happens(step: Step) -> String {
    match step {
        Step::Make => "Is made".to_owned(),
        Step::Leave => "Is here already".to_owned(),
        Step::Change => "The file goes on from what is here".to_owned(),
        Step::Conflict(Why::Differs) => "Differs from what is here".to_owned(),
        Step::Conflict(Why::Older(version)) => format!("The file has version {version}; newer ones are here"),
        Step::Conflict(Why::OtherType) => "Chat on one side, text on the other".to_owned(),
        Step::Conflict(Why::Archived) => "Differs, and is archived here".to_owned(),
    }
}

#[component]
fn Row(prompt: PlannedPrompt) -> impl IntoView {
    let PlannedPrompt { at, name, step, versions, choices, html } = prompt;
    let conflict = matches!(step, Step::Conflict(_));
    let label = format!("What to do with {name}");
    let options = choices.into_iter().enumerate().map(|(at, choice)| {
        let words = match choice {
            Choice::Leave => "Leave what is here".to_owned(),
            Choice::AddVersion => "Add the file's as new versions".to_owned(),
            Choice::Copy(name) => format!("Make a copy: {name}"),
        };
        view! { <option value=at>{words}</option> }
    });
    let options = options.collect_view();
    let choice =
        (!options.is_empty()).then(|| view! { <select class="c-input" data-size="s" name=format!("choices[{at}]") aria-label=label>{options}</select> });
    let diff = (!html.is_empty()).then(|| {
        view! {
            <tr>
                <td colspan="4">
                    <details class="p-differs">
                        <summary>"Compare with what is here"</summary>
                        <div inner_html=html></div>
                    </details>
                </td>
            </tr>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{conflict.then(|| view! { <Icon name="warn" small=true/> " " })} {happens(step)}</td>
            <td data-num="true">{versions}</td>
            <td>{choice}</td>
        </tr>
        {diff}
    }
    .into_any()
}
