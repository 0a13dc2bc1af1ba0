//! Two columns side by side, case by case: of two grids, or of one.

use atelier_domain::grid::{Cell, Mark, Tally};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::grid::{CompareGrids, ComparedGrids, ComparedRow, ComparedSide, OpenGrid, ShowGrid},
    ask::Reading,
    components::shell::Page,
    pages::Screen,
    ui::{Callout, Crumb, Icon, Load, Select, Table, use_route_params},
};

use super::{cost, letter, seconds};

pub struct CompareGridsPage {
    grid: Reading<OpenGrid>,
    compared: Reading<ComparedGrids>,
}

impl Screen for CompareGridsPage {
    fn data() -> Self {
        let (params, query) = (use_route_params(), use_query_map());
        let place = move || params.with(|params| (params.get("project").unwrap_or_default(), params.get("grid").unwrap_or_default()));
        let here = place.clone();
        let grid = Reading::new(move || {
            let (project, grid) = here();
            ShowGrid { project, grid }
        });
        let compared = Reading::new(move || {
            let (project, grid) = place();
            let asked = |key: &str| query.with(|query| query.get(key)).filter(|value| !value.is_empty());
            let other = asked("with");
            // A grid is compared with itself by its first two columns, unless one is chosen.
            let usual = if other.is_none() { "1" } else { "0" };
            let column = |key: &str, usual: &str| asked(key).unwrap_or_else(|| usual.to_owned()).parse().unwrap_or_default();
            CompareGrids { project, to: other.unwrap_or_else(|| grid.clone()), from: grid, a: column("a", "0"), b: column("b", usual) }
        });
        Self { grid, compared }
    }

    fn view(this: Self) -> AnyView {
        let (project, grid) = use_route_params().with_untracked(|params| (params.get("project").unwrap_or_default(), params.get("grid").unwrap_or_default()));
        let trail = vec![Crumb::new("Prompts", format!("/p/{project}/prompts")), Crumb::new("Grid", format!("/p/{project}/grids/{grid}"))];
        view! {
            <Page title="Compare" trail=trail>
                <div class="l-scroll">
                    <Load reading=this.grid rows=2 let:grid><Choose grid=grid compared=this.compared/></Load>
                    <Load reading=this.compared rows=6 let:compared><Shown compared=compared/></Load>
                </div>
            </Page>
        }
        .into_any()
    }
}

/// Which grid, and which column of each.
#[component]
fn Choose(grid: OpenGrid, compared: Reading<ComparedGrids>) -> impl IntoView {
    let query = use_query_map();
    let other = query.with(|query| query.get("with")).unwrap_or_default();
    let grids = std::iter::once((String::new(), "this same grid".to_owned())).chain(grid.others).collect::<Vec<_>>();
    view! {
        <form method="get" class="p-start" aria-label="What is compared">
            <Select id="with" label="With" name="with" options=grids value=other/>
            <Load reading=compared rows=1 let:compared><Columns sides=compared.sides/></Load>
            <button class="c-btn" type="submit">"Compare"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Columns(sides: [ComparedSide; 2]) -> impl IntoView {
    let [one, other] = sides;
    let options = |side: &ComparedSide| {
        let words = |(at, column): (usize, &crate::api::grid::ColumnHead)| (at.to_string(), format!("{}: {}, {}", letter(at), column.title, column.model));
        side.columns.iter().enumerate().map(words).collect::<Vec<_>>()
    };
    view! {
        <div class="l-row" data-wrap="true">
            <Select id="a" label="Before" name="a" options=options(&one) value=one.column.to_string()/>
            <Select id="b" label="After" name="b" options=options(&other) value=other.column.to_string()/>
        </div>
    }
    .into_any()
}

#[component]
fn Shown(compared: ComparedGrids) -> impl IntoView {
    let ComparedGrids { sides, rows, alone, better, worse, same, .. } = compared;
    let count = rows.len();
    let mut said = vec![format!("{same} of {count} answers say the same.")];
    said.extend((better + worse > 0).then(|| format!("{better} went from bad to good, {worse} from good to bad.")));
    said.extend((alone > 0).then(|| format!("{alone} cases are in only one of them, or were changed between.")));
    let figures = sides.map(|side| view! { <Side side=side/> }).collect_view();
    let rows = rows.into_iter().map(|row| view! { <Pair row=row/> }).collect_view();
    view! {
        <p><b>{said.join(" ")}</b></p>
        <Table caption="What each came to" heads=&["", "Column", "Time", "Cost", "As expected", "Good", "Bad", "Failed"]>{figures}</Table>
        <ol class="l-stack p-pairs">{rows}</ol>
    }
    .into_any()
}

#[component]
fn Side(side: ComparedSide) -> impl IntoView {
    let Tally { failed, up, down, compared, matched, cost: spent, unpriced, median_us, .. } = side.tally;
    let words = side.columns.get(side.column).map(|column| format!("{}, {}", column.title, column.model)).unwrap_or_default();
    view! {
        <tr>
            <th scope="row">{side.started_at.readable()}</th>
            <td>{words}</td>
            <td data-num="true">{median_us.map_or_else(|| "–".to_owned(), seconds)}</td>
            <td data-num="true">{cost(spent, unpriced)}</td>
            <td data-num="true">{if compared > 0 { format!("{matched} of {compared}") } else { "–".to_owned() }}</td>
            <td data-num="true">{up}</td>
            <td data-num="true">{down}</td>
            <td data-num="true">{failed}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Pair(row: ComparedRow) -> impl IntoView {
    let ComparedRow { case, cells: [one, other], diff } = row;
    let (before, after) = (marked(&one), marked(&other));
    let failed: Vec<String> = [&one, &other].into_iter().filter_map(|cell| cell.error.clone()).collect();
    let body = match diff {
        _ if !failed.is_empty() => failed.into_iter().map(|error| view! { <Callout tone="bad">{error}</Callout> }).collect_view().into_any(),
        Some(html) => view! { <div inner_html=html></div> }.into_any(),
        None => view! { <div class="p-text">{other.output}</div><p class="c-hint">"The same words."</p> }.into_any(),
    };
    view! {
        <li class="c-panel">
            <div class="c-panel-head"><h2>{format!("Case {}", case.number)}</h2><p>{case.summary}</p><span class="l-end l-row">{before}<Icon name="right" small=true/>{after}</span></div>
            <div class="c-section l-stack">
                {case.expected.map(|expected| view! { <p class="p-expected"><b>"Expected: "</b>{expected}</p> })}
                {body}
            </div>
        </li>
    }
    .into_any()
}

fn marked(cell: &Cell) -> impl IntoView + use<> {
    let (tone, words) = match (cell.mark, &cell.error) {
        (_, Some(_)) => ("bad", "failed"),
        (Some(Mark::Up), _) => ("ok", "good"),
        (Some(Mark::Down), _) => ("bad", "bad"),
        (None, None) => ("", "no mark"),
    };
    view! { <span class="c-tag" data-tone=tone>{words}</span> }
}
