//! What can be done with a test, by its state, for who may.

use atelier_domain::{
    experiment::{Decision, State, Variant},
    fault::Kind,
};
use leptos::prelude::*;

use crate::{
    api::experiment::{
        ArchiveExperiment, CopyExperiment, DiscardExperiment, KeepBaseline, OpenTest, PauseExperiment, Place, ShipExperiment, SplitExperiment, Standings,
        StartExperiment,
    },
    ask::{ActionForm, Change},
    pages::{account::land::on_success, prompt::MoveDialog},
    ui::{Close, ConfirmDialog, Dialog, ErrorNote, Field, Icon, Menu, Opens, Submit, close_on_success, failure, figure::variant as name, use_toaster},
};

use super::{project, setup::Shares};

#[derive(Clone, Copy)]
pub struct Changes {
    start: Change,
    pause: Change,
    split: Change,
    ship: Change,
    keep: Change,
    archive: Change,
    copy: Change,
    discard: Change,
}

impl Changes {
    /// `read` is done after each success; not after a failure, whose form still stands open.
    pub fn new(read: impl Fn() + Copy + 'static) -> Self {
        let all = Self {
            start: Change::by::<StartExperiment>(),
            pause: Change::by::<PauseExperiment>(),
            split: Change::by::<SplitExperiment>(),
            ship: Change::by::<ShipExperiment>(),
            keep: Change::by::<KeepBaseline>(),
            archive: Change::by::<ArchiveExperiment>(),
            copy: Change::by::<CopyExperiment>(),
            discard: Change::by::<DiscardExperiment>(),
        };
        let toaster = use_toaster();
        let said = [
            (all.start, "The test runs"),
            (all.pause, "The test is paused: nobody new takes part"),
            (all.split, "The new split holds from now on"),
            (all.keep, "The test is closed, and the baseline stays"),
            (all.archive, "The test is archived"),
        ];
        for (change, words) in said {
            on_success(change, move |()| {
                toaster.push(words);
                read();
            });
        }
        on_success(all.ship, move |said: String| {
            toaster.push(said);
            read();
        });
        all
    }
}

#[component]
pub fn Acts(test: OpenTest, live: RwSignal<Standings>, changes: Changes) -> impl IntoView {
    if !test.may_write {
        return ().into_any();
    }
    let state = test.state;
    let open = matches!(state, State::Running | State::Paused);
    view! {
        {(state == State::Running).then(|| view! { <Pause id=test.id.clone() pause=changes.pause/> })}
        {(state == State::Paused).then(|| view! { <GoOn id=test.id.clone() start=changes.start/> })}
        {open.then(|| view! { <span class="l-wide"><Opens dialog="split" small=true>"Edit split"</Opens></span> <SplitDialog test=test.clone() split=changes.split/> })}
        {(state == State::Draft).then(|| view! { <a class="c-btn" data-kind="primary" data-size="s" href=format!("/p/{}/experiments/{}/setup", project(), test.id)>"Set it up"</a> })}
        {open.then(|| view! { <Ship test=test.clone() live=live ship=changes.ship/> })}
        <More test=test changes=changes/>
    }
    .into_any()
}

#[component]
fn Of(id: String) -> impl IntoView {
    view! {
        <input type="hidden" name="project" value=project()/>
        <input type="hidden" name="experiment" value=id/>
    }
    .into_any()
}

#[component]
fn Pause(id: String, pause: Change) -> impl IntoView {
    view! {
        <ActionForm action=pause attr:id="pause">
            <Of id=id/>
            <span class="l-wide"><Submit kind="plain" small=true pending=pause.pending()>"Pause"</Submit></span>
        </ActionForm>
    }
    .into_any()
}

/// After a pause. Another test may have started on the same prompt meanwhile: that has to be confirmed.
#[component]
fn GoOn(id: String, start: Change) -> impl IntoView {
    close_on_success("resume", start);
    let fault = failure(start);
    let overlaps = move || fault.with(|fault| fault.as_ref().is_some_and(|fault| fault.0.kind == Kind::Conflict && fault.0.code == "experiment_overlaps"));
    view! {
        <Opens dialog="resume" small=true>"Go on"</Opens>
        <Dialog id="resume" title="Go on with the test?" small=true>
            <ActionForm action=start>
                <div class="c-dialog-body">
                    <p>"Units are assigned again, as before the pause: each keeps its variant."</p>
                    <Of id=id/>
                    <Show when=overlaps>
                        <label class="c-check"><input type="checkbox" name="confirmed" value="true" required=true/><span>"I want both tests to run."</span></label>
                    </Show>
                    <ErrorNote fault=fault/>
                </div>
                <div class="c-dialog-foot"><span class="l-end"><Close dialog="resume"/><Submit pending=start.pending()>"Go on"</Submit></span></div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

#[component]
fn SplitDialog(test: OpenTest, split: Change) -> impl IntoView {
    close_on_success("split", split);
    let fault = failure(split);
    let loose = Signal::derive(move || fault.get().filter(|fault| fault.0.fields.iter().all(|error| !error.field.starts_with("form["))));
    view! {
        <Dialog id="split" title="Edit the split" small=true>
            <ActionForm action=split attr:novalidate="">
                <div class="c-dialog-body">
                    <p class="c-hint">"Only as many units move as must. A new phase begins, and results weigh each phase by itself; units seen in two variants are left out."</p>
                    <Of id=test.id/>
                    <Shares definition=test.definition fault=fault/>
                    <ErrorNote fault=loose/>
                </div>
                <div class="c-dialog-foot"><span class="l-end"><Close dialog="split"/><Submit pending=split.pending()>"Split so"</Submit></span></div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// Primary once a winner is earned; before, it says why not.
#[component]
fn Ship(test: OpenTest, live: RwSignal<Standings>, ship: Change) -> impl IntoView {
    let winner = Memo::new(move |_| {
        live.with(|live| Some(&live.results.verdict).filter(|verdict| verdict.decision == Decision::Ship).and_then(|verdict| verdict.variant.clone()))
    });
    let alarm = Memo::new(move |_| live.with(|live| live.results.verdict.decision == Decision::Alarm));
    let only = (test.definition.variants.len() == 2).then(|| format!("Ship {}", name(&test.definition.variants[1].key)));
    move || {
        let won = winner
            .get()
            .and_then(|key| test.definition.variant(&key))
            .and_then(|at| Some((test.definition.variants.get(at)?.clone(), test.places.get(at)?.clone())));
        match won {
            Some((variant, place)) => view! { <ShipWinner id=test.id.clone() variant=variant place=place ship=ship/> }.into_any(),
            None => {
                let why = if alarm.get() { "No winner is shown while an alarm stands" } else { "No variant is shown to be better yet" };
                view! {
                    <button class="c-btn" data-kind="primary" data-size="s" type="button" aria-disabled="true" aria-describedby="ship-why" title=why>
                        {only.clone().unwrap_or_else(|| "Ship".to_owned())}
                    </button>
                    <span class="sr" id="ship-why">{why}</span>
                }
                .into_any()
            }
        }
    }
}

#[component]
fn ShipWinner(id: String, variant: Variant, place: Place, ship: Change) -> impl IntoView {
    let Some(prompt) = place.prompt else { return ().into_any() };
    let more = variant.model.is_some() || variant.params != atelier_domain::prompt::Params::default();
    let apart = more.then(|| {
        view! { <p class="c-callout" data-tone="warn"><Icon name="warn"/><span>"In the test this variant had a model or parameters of its own. A label moves to the version alone: save a version with them to keep them."</span></p> }
    });
    let key = name(&variant.key);
    let say = format!(
        "The test ends for {key}, and its numbers stay as they are now. A label moves to the version that won: code that pulls the label gets it from the next pull on."
    );
    view! {
        <MoveDialog
            id="ship" words=format!("Ship {key}") kind="primary" title=format!("Ship {key}: version {} of {}", variant.version, variant.prompt) say=say
            prompt=prompt labels=place.labels version=variant.version action=ship
        >
            <Of id=id/>
            <input type="hidden" name="variant" value=variant.key/>
            {apart}
        </MoveDialog>
    }
    .into_any()
}

#[component]
fn More(test: OpenTest, changes: Changes) -> impl IntoView {
    let state = test.state;
    let (running, open) = (state == State::Running, matches!(state, State::Running | State::Paused));
    let puts_away = state.may_become(State::Archived) && state != State::Draft;
    let item = |dialog: &'static str, icon: &'static str, words: &'static str| view! { <button type="button" command="show-modal" commandfor=dialog><Icon name=icon/>{words}</button> };
    let baseline = test.definition.variants.first().map(|variant| name(&variant.key)).unwrap_or_default();
    let copy_of = format!("{}-2", test.definition.key);
    let (kept, away, gone) = (test.id.clone(), test.id.clone(), test.id.clone());
    view! {
        <Menu id="test-more" label="More" kind="quiet" side="end" button=|| view! { <Icon name="more"/> }>
            {running.then(|| view! { <button class="l-narrow" type="submit" form="pause"><Icon name="stop"/>"Pause"</button> })}
            {open.then(|| view! { <button class="l-narrow" type="button" command="show-modal" commandfor="split"><Icon name="branch"/>"Edit split"</button> })}
            {open.then(|| item("keep", "pin", "Keep the baseline"))}
            {item("copy", "copy", "Copy to a new draft")}
            {puts_away.then(|| item("archive", "archive", "Archive"))}
            {(state == State::Draft).then(|| item("discard", "trash", "Discard the draft"))}
        </Menu>
        {open.then(|| view! {
            <ConfirmDialog
                id="keep" title=format!("Keep {baseline} and close the test?") confirm="Keep it" kind="primary" action=changes.keep
                say="Everybody gets the baseline from now on. No label moves, and the numbers stay as they are now."
            >
                <Of id=kept/>
            </ConfirmDialog>
        })}
        {puts_away.then(|| view! {
            <ConfirmDialog id="archive" title="Archive this test?" say="It leaves the list; its numbers and its decision stay readable." confirm="Archive it" action=changes.archive>
                <Of id=away/>
            </ConfirmDialog>
        })}
        {(state == State::Draft).then(|| view! {
            <ConfirmDialog id="discard" title="Discard this draft?" say="It has never run, so nothing is lost but its set-up." confirm="Discard it" action=changes.discard>
                <Of id=gone/>
            </ConfirmDialog>
        })}
        <CopyDialog id=test.id key_of=copy_of copy=changes.copy/>
    }
    .into_any()
}

#[component]
fn CopyDialog(id: String, key_of: String, copy: Change) -> impl IntoView {
    let fault = failure(copy);
    view! {
        <Dialog id="copy" title="Copy to a new draft" small=true>
            <ActionForm action=copy attr:novalidate="">
                <div class="c-dialog-body">
                    <Of id=id/>
                    <Field label="Key" name="key" id="copy-key" value=key_of hint="What your programs call the new test by" maxlength=64 fault=fault/>
                    <ErrorNote fault=fault/>
                </div>
                <div class="c-dialog-foot"><span class="l-end"><Close dialog="copy"/><Submit pending=copy.pending()>"Copy it"</Submit></span></div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
