//! What the gateway keeps of a project's traffic, what it takes out before, and what it answers again.

use atelier_domain::{
    account::Action,
    gateway::{CacheMode, GatewaySettings},
};
use leptos::{ev::SubmitEvent, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlButtonElement};

use super::{
    erasure::Erasure,
    land::{focus_mistake, on_success, unplaced},
    once::SentPlain,
};
use crate::{
    api::{
        UiError,
        gateway::{EmptyCache, SetGateway, ShowGateway, TryRedaction},
    },
    ask::{Change, Reading},
    platform::ViewerProject,
    ui::{Callout, Check, ConfirmDialog, ErrorNote, Field, Load, Opens, Panel, Select, Submit, TextArea, failure, use_toaster},
};

/// What stands beside its field in the form.
const FIELDS: &[&str] = &["days", "patterns", "cache", "keep", "unit", "origins", "sample"];

#[component]
pub fn Gateway(place: ViewerProject) -> impl IntoView {
    if !Action::Administer.allowed_to(place.role) {
        return view! { <Callout>"Only owners of this project decide what is kept of its requests."</Callout> }.into_any();
    }
    let (set, empty, toaster, project) = (Change::by::<SetGateway>(), Change::by::<EmptyCache>(), use_toaster(), place.id.clone());
    let settings = Reading::new(move || ShowGateway { project: project.clone() });
    on_success(set, move |()| toaster.push("Saved: it holds from the next request on"));
    on_success(empty, move |count: u64| {
        toaster.push(if count == 1 { "1 answer is forgotten".to_owned() } else { format!("{count} answers are forgotten") });
    });
    let (inside, of_cache) = (place.id.clone(), place.id.clone());
    view! {
        <SentPlain faults=vec![failure(set), failure(empty)]/>
        <Load reading=settings rows=8 let:settings>
            <Form project=inside.clone() settings=settings set=set/>
        </Load>
        <Panel id="cache" title="Cached answers" say="They go by themselves when their time is over.">
            <p class="c-panel-body"><Opens dialog="empty-cache" small=true>"Empty the cache"</Opens></p>
        </Panel>
        <ConfirmDialog id="empty-cache" title="Empty the cache?" say="Every cached answer of this project is forgotten: the next requests ask the models again, and cost what that costs." confirm="Empty it" action=empty>
            <input type="hidden" name="project" value=of_cache/>
        </ConfirmDialog>
        <Erasure project=place.id/>
    }
    .into_any()
}

/// The settings, and a text to try redaction on with what is typed now. Its button sends the same fields somewhere else.
#[component]
fn Form(project: String, settings: GatewaySettings, set: Change) -> impl IntoView {
    focus_mistake(set);
    let attempt = Change::by::<TryRedaction>();
    let fault = failure(set);
    let submit = move |event: SubmitEvent| {
        let button = event.submitter().and_then(|by| by.dyn_into::<HtmlButtonElement>().ok());
        if button.is_some_and(|button| button.name() == "try") { attempt.submit(&event) } else { set.submit(&event) }
    };
    view! {
        <form class="p-gateway" action=set.url() method="post" novalidate="" autocomplete="off" on:submit=submit>
            <input type="hidden" name="project" value=project/>
            // Enter presses a form's first button, and must not try the redaction.
            <button type="submit" class="sr" tabindex="-1" aria-hidden="true">"Save"</button>
            <Kept settings=settings.clone() fault=fault/>
            <Redacted settings=settings.clone() set=set attempt=attempt/>
            <Repeated settings=settings.clone() fault=fault/>
            <Browsers settings=settings fault=fault/>
            <div class="l-stack">
                <ErrorNote fault=unplaced(fault, FIELDS)/>
                <p><Submit pending=set.pending()>"Save"</Submit></p>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Kept(settings: GatewaySettings, fault: Signal<Option<UiError>>) -> impl IntoView {
    view! {
        <Panel id="kept" title="Records" say="Who asked, when, what it cost: that is always kept.">
            <div class="c-panel-body l-form">
                <Check label="Keep questions and answers too" name="bodies" checked=settings.bodies/>
                <Field label="Days that requests are kept" name="days" value=settings.days.to_string() hint="Between 1 and 3,650. Sums and budgets stay." fault=fault/>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Redacted(settings: GatewaySettings, set: Change, attempt: Change) -> impl IntoView {
    let redact = settings.redact;
    let (fault, tried) = (failure(set), failure(attempt));
    // Whichever was pressed last finds fault with the patterns.
    let either = Signal::derive(move || tried.get().or_else(|| fault.get()));
    let becomes = move || {
        attempt.output::<String>().map(
            |text| view! { <div class="p-becomes" role="status"><span class="c-label">"It becomes"</span><pre class="p-text" tabindex="0">{text}</pre></div> },
        )
    };
    let sample = "Mara (mara@northwind.example, +47 22 12 34 56) paid with 4111 1111 1111 1111.";
    view! {
        <Panel id="redaction" title="Redaction" say="Taken out before anything is stored; models see the text as it was sent. Ids of users stay: by them they are erased.">
            <div class="c-panel-body l-form">
                <fieldset class="c-field p-ticks">
                    <legend>"Replace"</legend>
                    <Check label="E-mail addresses" name="email" checked=redact.email/>
                    <Check label="Phone numbers" name="phone" checked=redact.phone/>
                    <Check label="Card numbers" name="card" checked=redact.card/>
                    <Check label="API keys and tokens" name="key" checked=redact.key/>
                </fieldset>
                <TextArea label="Own patterns" name="patterns" rows=3 code=true value=redact.patterns.join("\n") placeholder="EMP-[0-9]{5}" hint="Regular expressions, one a line, at most 20. What they find becomes [redacted]." fault=either/>
                <div class="l-stack l-script p-try">
                    <TextArea label="Try it on a text" name="sample" rows=2 value=sample hint="With what is typed above, saved or not." fault=tried/>
                    <p><Submit kind="plain" small=true name="try" value="true" pending=attempt.pending()>"Try it"</Submit></p>
                    <ErrorNote fault=unplaced(tried, FIELDS)/>
                    {becomes}
                </div>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Repeated(settings: GatewaySettings, fault: Signal<Option<UiError>>) -> impl IntoView {
    let modes = [("off", "Off: every request asks its model"), ("exact", "Exact: the same request gets the same answer")];
    let modes = modes.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    let mode = if settings.cache == CacheMode::Off { "off" } else { "exact" };
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let seconds = settings.cache_seconds;
    let unit = units.iter().map(|(unit, _)| *unit).find(|unit| seconds.is_multiple_of(*unit)).unwrap_or(60);
    let keep = seconds.div_ceil(unit).to_string();
    let options = units.map(|(unit, words)| (unit.to_string(), words.to_owned())).to_vec();
    view! {
        <Panel id="repeat" title="Cache" say="A request may ask otherwise for itself.">
            <div class="c-panel-body l-form">
                <Select label="Where a request says nothing" name="cache" options=modes value=mode fault=fault/>
                <div class="p-for">
                    <Field label="An answer is given again for" name="keep" value=keep fault=fault/>
                    <Select label="Unit" name="unit" options=options value=unit.to_string() fault=fault/>
                </div>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Browsers(settings: GatewaySettings, fault: Signal<Option<UiError>>) -> impl IntoView {
    view! {
        <Panel id="browsers" title="Web pages" say="Pages that ask for experiments in their visitors' browsers, with a key that may read and nothing else.">
            <div class="c-panel-body l-form">
                <TextArea label="Their origins" name="origins" rows=2 code=true value=settings.origins.join("\n") placeholder="https://shop.example" hint="One a line, at most 20, without a path. Your own servers need none." fault=fault/>
            </div>
        </Panel>
    }
    .into_any()
}
