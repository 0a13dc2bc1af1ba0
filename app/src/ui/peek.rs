//! A row's detail beside its list, at `?peek=`. Inside `<div class="l-panes" data-peek>`, after the list.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{Icon, url::use_href_with};

/// Nothing while no row is open. Its link in the row is the first of the row's head: `kit.js` goes from one to the next.
#[component]
pub fn Peek(
    /// What a row is: "Run".
    title: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let (location, href_with) = (use_location(), use_href_with());
    let (path, query) = (location.pathname, location.query);
    let open = ArcMemo::new(move |_| query.with(|query| query.get_str("peek").is_some()));
    let shown = move || {
        let href_with = href_with.clone();
        open.get().then(|| {
            view! {
                <aside class="c-peek" id="peek" aria-labelledby="peek-h">
                    <div class="c-pane-head">
                        <h2 id="peek-h">{title}</h2>
                        <span class="l-row l-end">
                            // A row's own page lies below the list's.
                            <a class="c-btn" data-size="s" href=move || format!("{}/{}", path.get(), query.with(|query| query.get("peek")).unwrap_or_default())>
                                "Open"
                            </a>
                            <a
                                class="c-btn"
                                data-kind="quiet"
                                data-icon="true"
                                data-size="s"
                                data-esc="true"
                                aria-label="Close"
                                href=move || href_with(&[("peek", None)])
                            >
                                <Icon name="x"/>
                            </a>
                        </span>
                    </div>
                    <div class="l-pane-body" tabindex="0" role="region" aria-label=title>
                        {children()}
                    </div>
                </aside>
            }
        })
    };
    shown.into_any()
}
