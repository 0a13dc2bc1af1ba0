//! Who changed what, and when.

use atelier_domain::timestamp::Timestamp;
use leptos::prelude::*;

use crate::{
    api::experiment::Happened,
    ask::Reading,
    ui::{Load, Panel, Table, Time},
};

#[component]
pub fn History(happened: Reading<Option<Vec<Happened>>>, now: Timestamp) -> impl IntoView {
    view! {
        <Panel id="history" title="History" say="The newest first">
            <Load reading=happened rows=4 table=true let:all>
                <Table caption="Who changed what, the newest first" heads=&["What", "By", "When"]>
                    {all.unwrap_or_default().into_iter().map(|one| view! { <tr><th scope="row" class="p-what">{one.what}</th><td>{one.by}</td><td><Time at=one.at now=now/></td></tr> }).collect_view()}
                </Table>
            </Load>
        </Panel>
    }
    .into_any()
}
