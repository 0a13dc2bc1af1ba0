//! Two versions side by side, or a version and a draft; beside it, where both moved on, the other way.

use atelier_domain::prompt::Summary;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::pages::Screen;
use crate::{
    api::prompt::{CompareVersions, Comparison, OpenPrompt},
    ask::Reading,
    ui::{Callout, Icon, Load, use_route_params},
};

use super::frame::{Frame, Open};

pub struct Compare {
    open: Open,
    found: Reading<Comparison>,
    /// What else became of the older side: a draft that was begun from it.
    also: Reading<Option<Comparison>>,
}

impl Screen for Compare {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let asked = move |to: Option<String>| {
            let to = to.unwrap_or_default();
            let (project, prompt) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("prompt").unwrap_or_default()));
            let from = query.with(|query| query.get("from").unwrap_or_default());
            CompareVersions { project, prompt, from, to, side: query.with(|query| query.get_str("view") == Some("side")) }
        };
        let ask = asked.clone();
        let found = Reading::new(move || ask(query.with(|query| query.get("to"))));
        let also = Reading::maybe(move || query.with(|query| query.get("also")).map(|also| asked(Some(also))));
        Self { open: Open::of_address(), found, also }
    }

    fn view(this: Self) -> AnyView {
        let Compare { open, found, also } = this;
        view! {
            <Frame open=open let:page>
                <div class="l-scroll p-compare">
                    <Choice page=page.clone()/>
                    <Load reading=found rows=8 let:found>
                        <Side found=found/>
                    </Load>
                    <Load reading=also rows=1 let:also>
                        <Also also=also page=page.clone()/>
                    </Load>
                </div>
            </Frame>
        }
        .into_any()
    }
}

/// Which two: a form of the address, so it works without script.
#[component]
fn Choice(page: OpenPrompt) -> impl IntoView {
    let query = use_query_map();
    let latest = page.prompt.latest;
    // Without a word, the newest version against the one before it.
    let usual = move |name| match name {
        "from" => latest.saturating_sub(1).to_string(),
        "to" => latest.to_string(),
        _ => String::new(),
    };
    let of = move |name: &'static str| query.with(|query| query.get(name)).filter(|value| !value.is_empty()).unwrap_or_else(|| usual(name));
    let side = move || of("view") == "side";
    let draft = page.may_write && page.draft.is_some();
    let select = move |name: &'static str, label: &'static str, versions: &[Summary]| {
        let options = versions.iter().map(|version| {
            let number = version.number.to_string();
            let words = if version.note.is_empty() {
                format!("Version {number}")
            } else {
                format!("{number} · {}", version.note.chars().take(40).collect::<String>())
            };
            let chosen = number.clone();
            view! { <option value=number selected=move || of(name) == chosen>{words}</option> }
        });
        let options = options.collect_view();
        let own = draft.then(|| view! { <option value="draft" selected=move || of(name) == "draft">"Your draft"</option> });
        view! { <label class="l-row"><span class="c-hint">{label}</span><select class="c-input" data-size="s" name=name>{own}{options}</select></label> }
    };
    let swapped = move || format!("?from={}&to={}{}", of("to"), of("from"), if side() { "&view=side" } else { "" });
    let laid = move |side: bool| format!("?from={}&to={}{}", of("from"), of("to"), if side { "&view=side" } else { "" });
    view! {
        <form method="get" class="l-row p-choice" aria-label="What to compare">
            {select("from", "From", &page.history.data)}
            {select("to", "to", &page.history.data)}
            {move || side().then(|| view! { <input type="hidden" name="view" value="side"/> })}
            <button class="c-btn" data-size="s" type="submit">"Compare"</button>
            <a class="c-btn" data-kind="quiet" data-size="s" href=swapped><Icon name="refresh"/>"Swap"</a>
            <span class="c-seg l-end" role="group" aria-label="Layout">
                <a href=move || laid(false) aria-current=move || (!side()).then_some("true")>"Unified"</a>
                <a href=move || laid(true) aria-current=move || side().then_some("true")>"Side by side"</a>
            </span>
        </form>
    }
    .into_any()
}

#[component]
fn Side(found: Comparison) -> impl IntoView {
    view! {
        <section class="l-stack" aria-label=format!("{} against {}", found.old, found.new)>
            <h2>{format!("{} → {}", found.old, found.new)}</h2>
            <div class="l-stack" inner_html=found.html></div>
        </section>
    }
    .into_any()
}

/// The third way: from the same older side to the draft.
#[component]
fn Also(also: Option<Comparison>, page: OpenPrompt) -> impl IntoView {
    also.map(|also| {
        let edit = format!("/p/{}/prompts/{}", page.prompt.project, page.prompt.id);
        view! {
            <Callout tone="info">"Above is what changed meanwhile, below what you changed. " <a class="c-link" href=edit>"Back to your draft"</a></Callout>
            <Side found=also/>
        }
    })
    .into_any()
}
