//! What there is of one end user is found, asked about, and erased.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{land::on_success, once::SentPlain};
use crate::{
    api::gateway::{CountUser, EraseUser},
    ask::{Change, Reading},
    ui::{Callout, ConfirmDialog, Load, Opens, Panel, failure},
};

#[component]
pub fn Erasure(project: String) -> impl IntoView {
    let (query, erase, gone) = (use_query_map(), Change::by::<EraseUser>(), RwSignal::new(None::<u64>));
    let (asked, inside) = (project.clone(), project);
    let user = move || query.with(|query| query.get("user").filter(|user| !user.trim().is_empty()));
    let found = Reading::maybe(move || Some(CountUser { project: asked.clone(), user: user()? }));
    on_success(erase, move |count: u64| {
        gone.set(Some(count));
        found.refetch();
    });
    let told = move || gone.get().or_else(|| query.with(|query| query.get_str("erased")?.parse().ok()));
    let said = move || told().map(|count| view! { <div role="status"><Callout tone="ok">{erased(count)}</Callout></div> });
    view! {
        <Panel id="erasure" title="Erase an end user" say="As the user field of requests names them.">
            <div class="c-panel-body l-stack">
                <SentPlain faults=vec![failure(erase)]/>
                <form method="get" role="search" aria-label="End users" class="l-row">
                    <input type="hidden" name="tab" value="gateway"/>
                    <input class="c-input p-user" data-size="s" name="user" aria-label="End user" placeholder="user-8812" maxlength="200" value=query.with_untracked(|query| query.get("user").unwrap_or_default())/>
                    <button class="c-btn" data-size="s" type="submit">"Look"</button>
                </form>
                {said}
                <Load reading=found rows=1 let:count>
                    {count.zip(user()).map(|(count, user)| view! { <Found project=inside.clone() user=user count=count erase=erase/> })}
                </Load>
            </div>
        </Panel>
    }
    .into_any()
}

fn erased(count: u64) -> String {
    match count {
        0 => "There were no requests to erase; budgets no longer know the user.".to_owned(),
        1 => "1 request is gone. What it cost stays in the sums, without the user.".to_owned(),
        _ => format!("{count} requests are gone. What they cost stays in the sums, without the user."),
    }
}

#[component]
fn Found(project: String, user: String, count: i64, erase: Change) -> impl IntoView {
    // Counting ends there. Where there are none, budgets may know the user all the same.
    let many = match count {
        0 => "No requests".to_owned(),
        1 => "1 request".to_owned(),
        10_000.. => "10,000 requests or more".to_owned(),
        count => format!("{count} requests"),
    };
    let (title, say) = (
        format!("Erase {user}?"),
        match count {
            0 => "What budgets know of this user, and answers that are kept to be given again, are deleted. It cannot be taken back.".to_owned(),
            _ => {
                format!("{many} with their texts, and what budgets know of this user, are deleted. What they cost stays in the sums. It cannot be taken back.")
            }
        },
    );
    view! {
        <p class="l-row" data-wrap="true">
            <span>{many} " of " <b>{user.clone()}</b></span>
            <Opens dialog="erase-user" kind="danger" small=true>"Erase them"</Opens>
        </p>
        <ConfirmDialog id="erase-user" title=title say=say confirm="Erase them for good" action=erase>
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="user" value=user/>
        </ConfirmDialog>
    }
    .into_any()
}
