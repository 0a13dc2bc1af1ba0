//! The palette's list: groups of options, one of them selected.

use leptos::prelude::*;

use super::entry::{Entry, around};
use crate::ui::{Icon, Kbd};

#[component]
pub fn List(entries: Memo<Vec<Entry>>, at: RwSignal<usize>, query: RwSignal<String>, take: Callback<usize>) -> impl IntoView {
    let groups = move || {
        let entries = entries.get();
        let numbered: Vec<(usize, Entry)> = entries.into_iter().enumerate().collect();
        let groups = numbered.chunk_by(|(_, one), (_, next)| one.group == next.group);
        groups.map(|group| view! { <Group entries=group.to_vec() at=at query=query.get_untracked() take=take/> }).collect_view()
    };
    view! {
        {groups}
        <Show when=move || entries.with(Vec::is_empty)>
            <div role="option" aria-selected="false" aria-disabled="true">
                "Nothing of that name"
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn Group(entries: Vec<(usize, Entry)>, at: RwSignal<usize>, query: String, take: Callback<usize>) -> impl IntoView {
    let name = entries.first().map_or("", |(_, entry)| entry.group);
    let id = format!("palette-{}", name.to_lowercase().replace(' ', "-"));
    let heading = id.clone();
    let options = entries.into_iter().map(|(index, entry)| view! { <Choice index=index entry=entry at=at query=query.clone() take=take/> });
    view! {
        <div role="group" aria-labelledby=id>
            <div role="presentation" id=heading>
                {name}
            </div>
            {options.collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn Choice(index: usize, entry: Entry, at: RwSignal<usize>, query: String, take: Callback<usize>) -> impl IntoView {
    let label = match around(&entry.label, &query) {
        Some((before, hit, after)) => view! { <span>{before.to_owned()}<mark>{hit.to_owned()}</mark>{after.to_owned()}</span> }.into_any(),
        None => view! { <span>{entry.label}</span> }.into_any(),
    };
    let keys = (!entry.keys.is_empty()).then(|| {
        let keys = entry.keys.into_iter().map(|key| view! { <Kbd>{key}</Kbd> }).collect_view();
        view! { <span class="l-row l-end">{keys}</span> }
    });
    view! {
        <div
            role="option"
            id=format!("palette-{index}")
            aria-selected=move || (at.get() == index).to_string()
            on:click=move |_| take.run(index)
            on:mousemove=move |_| at.set(index)
        >
            <Icon name=entry.icon/>
            {label}
            {(!entry.note.is_empty()).then(|| view! { <small>{entry.note}</small> })}
            {keys}
        </div>
    }
    .into_any()
}
