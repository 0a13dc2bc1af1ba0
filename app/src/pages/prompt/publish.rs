//! Moving a label: which one, to which version, what that changes, and who would notice.

use std::time::Duration;

use atelier_domain::prompt::{LabelMove, PRODUCTION, Prompt, Usage};
use leptos::prelude::*;

use crate::{
    api::{
        UiError,
        prompt::{LabelReview, MoveLabel, ReviewLabel},
    },
    ask::{ActionForm, Change},
    pages::account::land::on_success,
    ui::{Close, Dialog, ErrorNote, Field, Icon, Skeleton, Submit, close_on_success, failure, use_toaster},
};

#[component]
pub fn Publish(
    prompt: Prompt,
    /// The version looked at.
    version: u32,
    publish: Change,
) -> impl IntoView {
    let labels = prompt.labels.iter().map(|label| (label.label.to_string(), label.version)).collect();
    view! {
        <MoveDialog
            id="publish" words="Publish" title=format!("Publish version {version}") prompt=prompt.id.to_string() labels=labels version=version action=publish
            say="A label points at one version. Code that pulls the label gets this version from the next pull on."
        >
            ""
        </MoveDialog>
    }
    .into_any()
}

/// The button, and the dialog that it opens: every move of a label goes through it. The children are what else the form sends.
#[component]
pub fn MoveDialog(
    id: &'static str,
    /// On the button.
    #[prop(into)]
    words: String,
    #[prop(default = "plain")] kind: &'static str,
    #[prop(into)] title: String,
    /// What will happen, in a sentence or two.
    #[prop(into)]
    say: String,
    prompt: String,
    /// Of the prompt, and the versions that they stand at.
    labels: Vec<(String, u32)>,
    version: u32,
    action: Change,
    children: Children,
) -> impl IntoView {
    close_on_success(id, action);
    let (fault, review) = (failure(action), Change::by::<ReviewLabel>());
    let label = RwSignal::new(PRODUCTION.to_owned());
    let asked = StoredValue::new(prompt.clone());
    let ask = move || {
        review.clear();
        review.send(ReviewLabel { prompt: asked.get_value(), label: label.get_untracked(), version });
    };
    let known = labels.clone();
    // Where the label stands as this page knows it, so that somebody else's move is not overrun.
    let expected = move || known.iter().find(|(name, _)| name == label.get().trim()).map_or(0, |(_, version)| *version);
    view! {
        <button class="c-btn" data-kind=kind data-size="s" type="button" command="show-modal" commandfor=id on:click=move |_| ask()>{words}</button>
        <Dialog id=id title=title>
            <ActionForm action=action>
                <div class="c-dialog-body l-stack" tabindex="0" role="region" aria-label="What changes">
                    <p>{say}</p>
                    {children()}
                    <input type="hidden" name="prompt" value=prompt/>
                    <input type="hidden" name="version" value=version/>
                    <input type="hidden" name="expected" value=expected/>
                    <Which label=label ask=Callback::new(move |()| ask()) labels=labels fault=fault/>
                    <Reviewed review=review version=version label=label/>
                    <Sure label=label/>
                    <ErrorNote fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-row l-end">
                        <Close dialog=id/>
                        <Submit pending=action.pending()>{move || format!("Move {} to version {version}", label.get().trim())}</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// Which label: one there is, or a new one.
#[component]
fn Which(label: RwSignal<String>, ask: Callback<()>, labels: Vec<(String, u32)>, fault: Signal<Option<UiError>>) -> impl IntoView {
    // Once the typing pauses: what is shown must not move under the button that is about to be pressed.
    let pause = StoredValue::new(0);
    let typed = move |event| {
        label.set(event_target_value(&event));
        pause.update_value(|count| *count += 1);
        let now = pause.get_value();
        set_timeout(
            move || {
                if pause.try_get_value() == Some(now) {
                    ask.run(());
                }
            },
            Duration::from_millis(300),
        );
    };
    let known = [PRODUCTION, "staging"].into_iter().map(str::to_owned).chain(labels.into_iter().map(|(name, _)| name));
    let options = known.map(|label| view! { <option value=label></option> }).collect_view();
    view! {
        <div on:input=typed>
            <Field label="Label" name="label" value=PRODUCTION hint="production, staging, or a name of your own" fault=fault required=true/>
        </div>
        <datalist id="labels">{options}</datalist>
    }
    .into_any()
}

/// What the move would change, once the studio has said so.
#[component]
fn Reviewed(review: Change, version: u32, label: RwSignal<String>) -> impl IntoView {
    let (found, unready) = (Memo::new(move |_| review.output::<LabelReview>()), failure(review));
    let body = move || match found.get() {
        None if unready.with(Option::is_some) => view! { <ErrorNote fault=unready/> }.into_any(),
        None => view! { <Skeleton rows=5/> }.into_any(),
        Some(found) => view! { <What found=found version=version label=label.get_untracked()/> }.into_any(),
    };
    view! { <div class="l-stack" aria-live="polite">{body}</div> }.into_any()
}

/// `production` is what customers get: it asks for a word.
#[component]
fn Sure(label: RwSignal<String>) -> impl IntoView {
    let asks = move || label.with(|label| label.trim() == PRODUCTION);
    view! {
        <Show when=asks>
            <label class="c-check">
                <input type="checkbox" name="sure" value="yes" required=true/>
                <span>"Code that pulls production gets this version at once. I want that."</span>
            </label>
        </Show>
    }
    .into_any()
}

/// What is replaced, by what, and who uses it.
#[component]
fn What(found: LabelReview, version: u32, label: String) -> impl IntoView {
    let LabelReview { from, html, usage } = found;
    let say = match from {
        None => format!("“{label}” stands nowhere yet: nothing is replaced."),
        Some(from) if from == version => format!("“{label}” stands at version {version} already."),
        Some(from) => format!("It replaces version {from} by version {version}."),
    };
    view! {
        <p><b>{say}</b></p>
        <Users usage=usage label=label/>
        <div class="l-stack" inner_html=html></div>
    }
    .into_any()
}

#[component]
fn Users(usage: Usage, label: String) -> impl IntoView {
    let (keys, rest): (Vec<_>, Vec<_>) = usage.keys.into_iter().partition(|key| key.label == label || (label == PRODUCTION && key.label.is_empty()));
    let pulls: u64 = keys.iter().map(|key| key.pulls).sum();
    let say = match keys.len() {
        0 => "No key pulled it in the last seven days.".to_owned(),
        count => {
            let names: Vec<String> = keys.iter().map(|key| format!("{} ({})", key.key, key.pulls)).collect();
            format!("{count} {} pulled it {pulls} times in the last seven days: {}.", if count == 1 { "key" } else { "keys" }, names.join(", "))
        }
    };
    let others = (!rest.is_empty()).then(|| view! { <p class="c-hint">{format!("{} more pulled the prompt by another label or version.", rest.len())}</p> });
    let includers: Vec<String> = usage.includers.iter().map(|includer| includer.name.to_string()).collect();
    let included = match includers.len() {
        0 => "No prompt includes it.".to_owned(),
        count => format!(
            "{count} {} it: {}. They keep their version until they take the update.",
            if count == 1 { "prompt includes" } else { "prompts include" },
            includers.join(", ")
        ),
    };
    view! {
        <ul class="l-stack">
            <li class="l-row"><Icon name="key"/><span>{say}</span></li>
            <li class="l-row"><Icon name="link"/><span>{included}</span></li>
        </ul>
        {others}
    }
    .into_any()
}

/// Says what moved, and offers the way back.
pub fn tell(publish: Change) {
    let toaster = use_toaster();
    on_success(publish, move |moved: LabelMove| {
        let message = format!("“{}” now points at version {}", moved.label, moved.to);
        match (moved.from.filter(|from| *from != moved.to), publish.sent("prompt")) {
            (Some(from), Some(prompt)) => toaster.push_undo(message, move || {
                let sure = Some("yes".to_owned());
                publish.send(MoveLabel { prompt: prompt.clone(), label: moved.label.to_string(), version: from, expected: Some(moved.to), sure });
            }),
            _ => toaster.push(message),
        }
    });
}
