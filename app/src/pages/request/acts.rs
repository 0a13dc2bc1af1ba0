//! What can be done with a request: tried again, run through another version, sent by hand, kept as a test case.

use atelier_domain::{
    case::text_of,
    playground::Setting,
    request::{Exchange, Facts, curl},
};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    api::{
        case::PutCase,
        request::{OpenRequest, OtherVersion},
    },
    ask::{ActionForm, Change},
    ui::{ErrorNote, Icon, Submit, failure},
};

use super::exchange::Fold;

#[component]
pub fn Acts(open: OpenRequest) -> impl IntoView {
    let OpenRequest { line, exchange, versions, may_run, url, .. } = open;
    // Without what was said there is nothing to send again.
    let Some(exchange) = exchange else { return ().into_any() };
    let facts = line.facts;
    let again = facts.prompt.filter(|_| may_run).map(|prompt| {
        let href =
            format!("/p/{}/playground?prompt={prompt}&request={}&cols={}", facts.project, facts.id, Setting::write_all(&[recorded(&facts, &exchange.request)]));
        view! { <a class="c-btn" data-size="s" href=href><Icon name="play"/>"Open in the playground"</a> }
    });
    let keep = (may_run && facts.prompt.is_some() && !exchange.variables.is_empty()).then(|| view! { <Keep facts=facts.clone() exchange=exchange.clone()/> });
    let through = (may_run && versions.len() > 1).then(|| view! { <Through facts=facts.clone() request=exchange.request.clone() versions=versions/> });
    let line = curl(&url, &facts, &exchange.request);
    view! {
        <section class="c-section l-stack" aria-label="What you can do with it">
            <div class="l-row" data-wrap="true">
                {again}
                <button class="c-btn l-script" data-size="s" type="button" data-copy-from="#request-curl">
                    <Icon name="copy"/>
                    <Icon name="check"/>
                    "Copy as curl"
                </button>
                {keep}
            </div>
            {through}
            <Fold title="As curl"><pre class="p-raw" tabindex="0" aria-label="The request as curl" id="request-curl">{line}</pre></Fold>
        </section>
    }
    .into_any()
}

/// The column that asks as it was asked.
fn recorded(facts: &Facts, request: &Value) -> Setting {
    let whole = |name: &str| request.get(name).and_then(Value::as_u64);
    Setting {
        version: facts.version.unwrap_or_default(),
        model: facts.model.clone(),
        temperature: request.get("temperature").and_then(Value::as_f64),
        max_tokens: whole("max_completion_tokens").or_else(|| whole("max_tokens")).and_then(|most| u32::try_from(most).ok()),
        seed: whole("seed"),
    }
}

/// The recorded version and another one, as columns. A version that was asked of its own model is compared with the other's own.
fn columns(facts: &Facts, request: &Value, versions: &[OtherVersion], other: &OtherVersion) -> String {
    let first = recorded(facts, request);
    let own = versions.iter().any(|version| version.number == first.version && version.model.as_deref() == Some(&first.model));
    let model = if own && other.model.is_some() { String::new() } else { first.model.clone() };
    let second = Setting { version: other.number, model, ..first.clone() };
    Setting::write_all(&[first, second])
}

#[component]
fn Through(facts: Facts, request: Value, versions: Vec<OtherVersion>) -> impl IntoView {
    let others = versions.iter().filter(|version| Some(version.number) != facts.version);
    let options = others
        .map(|other| view! { <option value=columns(&facts, &request, &versions, other)>{other.words.clone()}</option> }.into_any())
        .collect::<Vec<AnyView>>();
    let prompt = facts.prompt.map(|prompt| prompt.to_string());
    view! {
        <form method="get" action=format!("/p/{}/playground", facts.project) class="l-row" data-wrap="true" aria-label="Run through another version">
            <input type="hidden" name="prompt" value=prompt/>
            <input type="hidden" name="request" value=facts.id.to_string()/>
            <label class="c-hint" for="through">"The same through"</label>
            <select class="c-input p-through" data-size="s" id="through" name="cols">{options}</select>
            <button class="c-btn" data-size="s" type="submit">"Run through another version"</button>
        </form>
    }
    .into_any()
}

/// Its answer leads to the prompt's test cases.
#[component]
fn Keep(facts: Facts, exchange: Exchange) -> impl IntoView {
    let keep = Change::by::<PutCase>();
    let values =
        exchange.variables.iter().map(|(name, value)| view! { <input type="hidden" name=format!("values[{name}]") value=text_of(value)/> }).collect_view();
    view! {
        <ActionForm action=keep>
            <input type="hidden" name="prompt" value=facts.prompt.map(|prompt| prompt.to_string())/>
            <input type="hidden" name="expected" value=exchange.answer.text/>
            {values}
            <Submit kind="plain" small=true pending=keep.pending()><Icon name="checks"/>"Keep as a test case"</Submit>
        </ActionForm>
        <ErrorNote fault=failure(keep)/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_columns_ask_what_was_asked_unless_each_has_its_own_model() {
        let version = |number, model: Option<&str>| OtherVersion { number, words: String::new(), model: model.map(str::to_owned) };
        let facts = Facts { version: Some(1), model: "a/x".into(), ..Facts::default() };
        for (own, others, wanted) in [(Some("a/x"), Some("a/y"), "1~a/x;2"), (Some("a/z"), Some("a/y"), "1~a/x;2~a/x"), (Some("a/x"), None, "1~a/x;2~a/x")] {
            let versions = [version(2, others), version(1, own)];
            assert_eq!(columns(&facts, &Value::Null, &versions, &versions[0]), wanted);
        }
        let warm = serde_json::json!({"temperature": 0.2, "max_completion_tokens": 40, "seed": 7});
        let versions = [version(2, None), version(1, None)];
        assert_eq!(columns(&facts, &warm, &versions, &versions[0]), "1~a/x~0.2~40~7;2~a/x~0.2~40~7");
    }
}
