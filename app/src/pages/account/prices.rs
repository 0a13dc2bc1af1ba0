//! What models cost: the program's table with its date, and the owner's own entries over it.

use atelier_domain::{account::Action, cost::Rate};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    land::{focus_mistake, on_success, unplaced},
    once::SentPlain,
};
use crate::{
    api::provider::{ListPrices, PriceRow, Prices as Listed, RemovePrice, SetPrice},
    ask::{ActionForm, Change, Reading},
    platform::ViewerProject,
    ui::{
        Callout, Close, ConfirmDialog, Dialog, Empty, ErrorNote, Field, Icon, Load, Opens, Panel, Submit, Table, Tag, Tools, close_on_success, failure,
        use_toaster,
    },
};

#[component]
pub fn Prices(place: ViewerProject) -> impl IntoView {
    if !Action::Administer.allowed_to(place.role) {
        return view! { <Callout>"Only owners of this project see and set prices. What a run cost stands with the run."</Callout> }.into_any();
    }
    let (set, remove, query) = (Change::by::<SetPrice>(), Change::by::<RemovePrice>(), use_query_map());
    let (toaster, project, inside) = (use_toaster(), place.id.clone(), place.id.clone());
    let asked = move || ListPrices { project: project.clone(), q: query.with(|query| query.get("q").unwrap_or_default()) };
    let listed = Reading::on(move || (asked(), set.times() + remove.times()));
    on_success(set, move |()| toaster.push("The price holds from the next request on"));
    on_success(remove, move |()| toaster.push("The program’s own entry holds again"));
    view! {
        <Panel id="prices" title="Prices" say="In USD a million tokens. A request keeps the price that it was charged.">
            <Tools slot><Opens dialog="set-price" kind="primary" small=true key="n">"Set a price"</Opens></Tools>
            <div class="p-made"><SentPlain faults=vec![failure(set), failure(remove)]/></div>
            <form method="get" role="search" class="l-row p-made">
                <input type="hidden" name="tab" value="prices"/>
                <input class="c-input" data-size="s" type="search" name="q" aria-label="Search models" placeholder="Search by model" value=query.with_untracked(|query| query.get("q").unwrap_or_default())/>
                <button class="c-btn" data-size="s" type="submit">"Search"</button>
            </form>
            <Load reading=listed rows=8 table=true let:data>
                <List data=data project=inside.clone() remove=remove/>
            </Load>
        </Panel>
        <SetDialog project=place.id set=set/>
    }
    .into_any()
}

#[component]
fn List(data: Listed, project: String, remove: Change) -> impl IntoView {
    let Listed { as_of, source, entries, found } = data;
    if entries.is_empty() {
        return view! { <Empty title="No such model"><p>"No price is known for a model of this name. Set one, and requests are charged by it."</p></Empty> }
            .into_any();
    }
    let more = (found > entries.len()).then(|| format!(" {} of {found} are shown: search for the others.", entries.len()));
    let rows = entries.into_iter().map(|row| view! { <Row row=row project=project.clone() remove=remove/> }).collect_view();
    view! {
        <Table caption="Models and what they cost" heads=&["Model", "Reads", "In", "In, cached", "Out", "", ""]>
            {rows}
        </Table>
        <p class="c-panel-body c-hint">{format!("{source}, as of {as_of}.")} {more}</p>
    }
    .into_any()
}

#[component]
fn Row(row: PriceRow, project: String, remove: Change) -> impl IntoView {
    let PriceRow { entry, own } = row;
    let price = entry.price;
    let dollars = |rate: Option<Rate>| rate.map_or_else(|| "–".to_owned(), |rate| format!("${}", rate.to_decimal()));
    let dialog = format!("unset-{}", entry.name.replace(['/', '.', ':'], "-"));
    let (name, shown) = (entry.name.clone(), format!(" {}", entry.name));
    let title = format!("Remove the price of {name}?");
    let last = own.then(move || {
        view! {
            <Opens dialog=dialog.clone() small=true>"Remove"<span class="sr">{shown}</span></Opens>
            <ConfirmDialog id=dialog title=title say="What the program’s own table says holds again, or no price is known." confirm="Remove it" action=remove>
                <input type="hidden" name="project" value=project/>
                <input type="hidden" name="model" value=name/>
            </ConfirmDialog>
        }
    });
    let state = match (&entry.retires, own) {
        (_, true) => Some(view! { <Tag>"yours"</Tag> }.into_any()),
        (Some(day), _) => Some(view! { <Tag tone="warn">{format!("until {day}")}</Tag> }.into_any()),
        _ => None,
    };
    view! {
        <tr>
            <th scope="row">{entry.name}</th>
            <td data-num="true">{entry.context.map(|tokens| tokens.to_string())}</td>
            <td data-num="true">{dollars(price.map(|price| price.input))}</td>
            <td data-num="true">{dollars(price.and_then(|price| price.cached))}</td>
            <td data-num="true">{dollars(price.map(|price| price.output))}</td>
            <td>{state}</td>
            <td>{last}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn SetDialog(project: String, set: Change) -> impl IntoView {
    focus_mistake(set);
    close_on_success("set-price", set);
    let fault = failure(set);
    view! {
        <Dialog id="set-price" title="Set a price" small=true>
            <ActionForm action=set attr:novalidate="">
                <div class="c-dialog-body">
                    <ErrorNote fault=unplaced(fault, &["model", "input", "cached", "cache_write", "image", "output", "reasoning", "context"])/>
                    <input type="hidden" name="project" value=project/>
                    <Field label="Model" name="model" hint="Provider and model, as in azure-eu/gpt-4o" required=true fault=fault/>
                    <Field label="USD a million tokens in" name="input" placeholder="0.15" fault=fault/>
                    <Field label="USD a million tokens in, from the provider’s cache" name="cached" hint="Empty: as all that goes in" fault=fault/>
                    <Field label="USD a million tokens out" name="output" placeholder="0.60" fault=fault/>
                    <details class="c-more">
                        <summary><Icon name="right" small=true/>"Rates that some models have"</summary>
                        <div class="l-stack">
                            <Field label="USD a million tokens written to the provider’s cache" name="cache_write" hint="Empty: as all that goes in" fault=fault/>
                            <Field label="USD a million tokens of pictures" name="image" hint="Empty: as all that goes in" fault=fault/>
                            <Field label="USD a million tokens of thought" name="reasoning" hint="Empty: as all that comes out" fault=fault/>
                        </div>
                    </details>
                    <Field label="Tokens that it reads at once" name="context" hint="Empty: as it is known" fault=fault/>
                </div>
                <div class="c-dialog-foot">
                    <span class="l-end">
                        <Close dialog="set-price"/>
                        <Submit pending=set.pending()>"Set it"</Submit>
                    </span>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
