//! Tables sort and turn pages by their address: `?sort=-name`, `?cursor=`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Icon, url::use_href_with};

/// A table that scrolls by itself; the children are its rows.
#[component]
pub fn Table(
    /// Says what is in it, to who cannot see it.
    caption: &'static str,
    /// The columns' words; the column without holds actions.
    heads: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    let heads = heads.iter().map(|words| {
        let words = if words.is_empty() { view! { <span class="sr">"Actions"</span> }.into_any() } else { (*words).into_any() };
        view! { <th scope="col">{words}</th> }
    });
    let heads = heads.collect_view();
    view! {
        <div class="c-scroll" tabindex="0" role="region" aria-label=caption>
            <table class="c-table" data-rows="m">
                <caption class="sr">{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A column's head that sorts: once upwards, again downwards.
#[component]
pub fn SortHead(
    key: &'static str,
    #[prop(into)] label: String,
    /// A column of numbers.
    #[prop(optional)]
    num: bool,
    /// The list is sorted this way when the address says nothing: `name` or `-updated`.
    #[prop(default = "")]
    usual: &'static str,
) -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    // Some(true) while this column is sorted upwards.
    let sorted = ArcMemo::new(move |_| {
        let sort = query.with(|query| query.get_str("sort").unwrap_or(usual).to_owned());
        (sort.strip_prefix('-').unwrap_or(&sort) == key).then(|| !sort.starts_with('-'))
    });
    let (by, of) = (sorted.clone(), sorted.clone());
    let href = move || {
        let sort = if sorted.get() == Some(true) { format!("-{key}") } else { key.to_owned() };
        href_with(&[("sort", Some(&sort)), ("cursor", None)])
    };
    let order = move || by.get().map(|up| if up { "ascending" } else { "descending" });
    let arrow = move || of.get().map(|up| view! { <Icon name=if up { "up-arrow" } else { "down-arrow" } small=true/> });
    view! {
        <th scope="col" data-num=num.then_some("true") aria-sort=order>
            <a class="c-sort" href=href>
                {label}
                {arrow}
            </a>
        </th>
    }
    .into_any()
}

/// The way to the rest of a list; nothing when this was all.
#[component]
pub fn Pager(#[prop(into)] next: Option<String>) -> impl IntoView {
    let (query, href_with) = (use_query_map(), use_href_with());
    let first = {
        let href_with = href_with.clone();
        move || {
            let href = href_with(&[("cursor", None)]);
            query.with(|query| query.get_str("cursor").is_some()).then(|| view! { <a class="c-link" href=href>"Back to the start"</a> })
        }
    };
    let more = next.map(|cursor| {
        view! {
            <a class="c-btn" data-size="s" rel="next" href=move || href_with(&[("cursor", Some(&cursor))])>
                "More"
            </a>
        }
    });
    view! {
        <nav class="c-pager" aria-label="Pages">
            {more}
            {first}
        </nav>
    }
    .into_any()
}
