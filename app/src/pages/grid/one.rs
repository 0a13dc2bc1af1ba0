//! A grid: its cases down, its columns across, filling as answers come.

use atelier_domain::grid::{Cell, GridState, Tally};
use futures::{
    StreamExt,
    future::{AbortHandle, Abortable},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

use crate::{
    api::grid::{CaseRow, ColumnHead, News, OpenGrid, ResumeGrid, ShowGrid, StopGrid, follow_grid},
    ask::{ActionForm, Change, Reading},
    components::shell::{Actions, Beside, Page},
    pages::Screen,
    ui::{Callout, Crumb, ErrorNote, Field, Icon, Skeleton, Submit, Time, failure, use_route_params},
};

use super::{GridTag, cell::CellView, cost, letter, seconds, sheet::Sheet};

#[derive(Clone, Copy)]
pub struct GridPage {
    grid: Reading<OpenGrid>,
    stop: Change,
    resume: Change,
}

impl Screen for GridPage {
    fn data() -> Self {
        let params = use_route_params();
        let (stop, resume) = (Change::by::<StopGrid>(), Change::by::<ResumeGrid>());
        let grid = Reading::on(move || {
            let (project, grid) = params.with(|params| (params.get("project").unwrap_or_default(), params.get("grid").unwrap_or_default()));
            (ShowGrid { project, grid }, stop.times() + resume.times())
        });
        Self { grid, stop, resume }
    }

    fn view(this: Self) -> AnyView {
        let shown = move || {
            Suspend::new(async move {
                match this.grid.load().await {
                    Ok(grid) => view! { <Whole grid=grid page=this/> }.into_any(),
                    Err(fault) => view! { <Page title="Grid"><div class="l-scroll"><ErrorNote fault=Signal::stored(Some(fault))/></div></Page> }.into_any(),
                }
            })
        };
        let waiting = || view! { <Page title="Grid"><div class="l-scroll"><Skeleton rows=8 table=true/></div></Page> };
        view! { <Transition fallback=waiting>{shown}</Transition> }.into_any()
    }
}

#[component]
fn Whole(grid: OpenGrid, page: GridPage) -> impl IntoView {
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let (news, cells) = (RwSignal::new(grid.news.clone()), Cells::new(&grid));
    follow(&grid, cells, news, page.grid);
    let trail = vec![
        Crumb::new("Prompts", format!("/p/{project}/prompts")),
        Crumb::new(grid.prompt_name.clone(), format!("/p/{project}/prompts/{}/cases", grid.prompt)),
    ];
    let again = format!("/p/{project}/playground?prompt={}&cols={}", grid.prompt, grid.setting);
    let (id, may) = (grid.id.clone(), grid.may_write);
    view! {
        <Page title="Grid" trail=trail fit=true>
            <Beside slot>{move || view! { <GridTag state=news.with(|news| news.state)/> }}</Beside>
            <Actions slot>
                <a class="c-btn l-wide" data-size="s" href=again>"Open in the playground"</a>
                {may.then(|| view! { <Buttons id=id news=news page=page/> })}
            </Actions>
            <Body grid=grid cells=cells news=news page=page/>
        </Page>
    }
    .into_any()
}

/// Stops it, or goes on.
#[component]
fn Buttons(id: String, news: RwSignal<News>, page: GridPage) -> impl IntoView {
    let state = Memo::new(move |_| news.with(|news| news.state));
    let shown = move || {
        let id = id.clone();
        match state.get() {
            GridState::Running => view! {
                <ActionForm action=page.stop>
                    <input type="hidden" name="grid" value=id/>
                    <Submit kind="plain" small=true pending=page.stop.pending()><Icon name="stop"/>"Stop"</Submit>
                </ActionForm>
            }
            .into_any(),
            GridState::Stopped => view! {
                <ActionForm action=page.resume>
                    <input type="hidden" name="grid" value=id/>
                    <input type="hidden" name="failed" value="false"/>
                    <Submit small=true pending=page.resume.pending()><Icon name="play"/>"Go on"</Submit>
                </ActionForm>
            }
            .into_any(),
            GridState::Done => ().into_any(),
        }
    };
    shown.into_any()
}

/// The cells as the page holds them: each is drawn anew by itself.
#[derive(Clone, Copy)]
pub struct Cells {
    all: StoredValue<Vec<RwSignal<Cell>>>,
    columns: usize,
}

impl Cells {
    fn new(grid: &OpenGrid) -> Self {
        let columns = grid.columns.len();
        let mut all: Vec<Cell> =
            (0..grid.cases.len() * columns).map(|at| Cell { row: at / columns.max(1), column: at % columns.max(1), ..Cell::default() }).collect();
        for cell in &grid.cells {
            if let Some(place) = all.get_mut(cell.row * columns + cell.column) {
                place.clone_from(cell);
            }
        }
        Self { all: StoredValue::new(all.into_iter().map(RwSignal::new).collect()), columns }
    }

    pub fn at(self, row: usize, column: usize) -> Option<RwSignal<Cell>> {
        if column >= self.columns {
            return None;
        }
        self.all.try_with_value(|all| all.get(row * self.columns + column).copied()).flatten()
    }

    pub fn rows(self) -> usize {
        self.all.with_value(Vec::len) / self.columns.max(1)
    }

    fn take(self, news: &News) {
        for cell in &news.cells {
            if let Some(place) = self.at(cell.row, cell.column) {
                place.set(cell.clone());
            }
        }
    }

    fn tally(self, column: usize) -> Tally {
        let cells: Vec<Cell> = (0..self.rows()).filter_map(|row| self.at(row, column).map(|cell| cell.get())).collect();
        Tally::of(cells.iter())
    }
}

#[component]
fn Body(grid: OpenGrid, cells: Cells, news: RwSignal<News>, page: GridPage) -> impl IntoView {
    let looking = RwSignal::new(None::<(usize, usize)>);
    let (shared, may, count) = (StoredValue::new(grid.clone()), grid.may_mark, grid.columns.len());
    let heads = grid.columns.iter().enumerate().map(|(at, column)| view! { <Head at=at column=column.clone() cells=cells/> }).collect_view();
    let rows = grid.cases.iter().enumerate();
    let rows = rows.map(|(row, case)| view! { <Row row=row case=case.clone() columns=count cells=cells looking=looking may=may/> }).collect_view();
    view! {
        <div class="l-pane p-grid-page">
            <Stand grid=grid cells=cells news=news page=page/>
            <div class="c-scroll p-grid-scroll" tabindex="0" role="region" aria-label="Answers, a row for each case">
                <table class="c-table p-grid">
                    <caption class="sr">"Answers to each case, a column for each version and model"</caption>
                    <thead><tr><th scope="col">"Case"</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Sheet grid=shared cells=cells looking=looking/>
        </div>
    }
    .into_any()
}

/// Hears what changes until the grid stands, or the page goes.
fn follow(grid: &OpenGrid, cells: Cells, news: RwSignal<News>, reading: Reading<OpenGrid>) {
    if grid.news.state != GridState::Running {
        return;
    }
    let (id, since) = (grid.id.clone(), grid.started_at.0);
    Effect::new(move || {
        let (handle, registration) = AbortHandle::new_pair();
        on_cleanup(move || handle.abort());
        let id = id.clone();
        spawn_local(async move {
            if Abortable::new(hear(id, since, cells, news), registration).await.is_err() {
                return;
            }
            // The connection was cut, as where the server starts again.
            if news.try_with_untracked(|news| news.state) == Some(GridState::Running) {
                set_timeout(move || reading.refetch(), Duration::from_secs(1));
            }
        });
    });
}

async fn hear(grid: String, since: i64, cells: Cells, news: RwSignal<News>) {
    let Ok(stream) = follow_grid(grid, since).await else { return };
    let (mut stream, mut rest) = (stream.into_inner(), String::new());
    while let Some(Ok(chunk)) = stream.next().await {
        rest.push_str(&chunk);
        let Some(end) = rest.rfind('\n') else { continue };
        let left = rest.split_off(end + 1);
        for line in std::mem::replace(&mut rest, left).lines() {
            let Ok(heard) = serde_json::from_str::<News>(line) else { continue };
            cells.take(&heard);
            news.try_set(News { cells: Vec::new(), ..heard });
        }
    }
}

/// How far it is, what it cost, and why it stands.
#[component]
fn Stand(grid: OpenGrid, cells: Cells, news: RwSignal<News>, page: GridPage) -> impl IntoView {
    let size = grid.cases.len() * grid.columns.len();
    let tally = Memo::new(move |_| {
        let each: Vec<Tally> = (0..cells.columns).map(|column| cells.tally(column)).collect();
        (each.iter().map(|tally| tally.done).sum::<usize>(), each.iter().map(|tally| tally.failed).sum::<usize>())
    });
    let over = move || tally.with(|(done, failed)| done + failed);
    let said = move || {
        let failed = tally.with(|(_, failed)| *failed);
        let failed = if failed > 0 { format!(", {failed} of them failed") } else { String::new() };
        format!("{} of {size} answers{failed}", over())
    };
    let money = move || news.with(|news| format!("{} spent, limit {}", news.spent, news.budget));
    let project = use_route_params().with_untracked(|params| params.get("project").unwrap_or_default());
    let compare = format!("/p/{project}/grids/{}/compare", grid.id);
    let (id, may) = (grid.id.clone(), grid.may_write);
    let why = move || {
        let (state, why) = news.with(|news| (news.state, news.why.clone()));
        (state == GridState::Stopped).then(|| why.map(|why| view! { <Callout tone="warn">{why}</Callout> }))
    };
    let again = move || {
        let (state, failed) = (news.with(|news| news.state), tally.with(|(_, failed)| *failed));
        (may && state != GridState::Running && (failed > 0 || state == GridState::Stopped))
            .then(|| view! { <Again id=id.clone() failed=failed state=state page=page/> })
    };
    let per_mille = move || (over() * 1_000).checked_div(size).unwrap_or_default();
    view! {
        <div class="p-grid-stand">
            <div class="l-row" data-wrap="true">
                <b role="status">{said}</b>
                <span class="c-hint">{money}</span>
                <span class="c-hint">{format!("{}, {} at once, ", grid.started_by, grid.concurrency)}<Time at=grid.started_at now=grid.now/></span>
                <a class="c-btn l-end" data-size="s" href=compare>"Compare"</a>
            </div>
            <svg class="c-bar" data-size="s" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true"><rect width=per_mille height="4"/></svg>
            {why}
            {again}
            <ErrorNote fault=failure(page.stop)/>
            <ErrorNote fault=failure(page.resume)/>
        </div>
    }
    .into_any()
}

/// Another limit, and the failed ones anew.
#[component]
fn Again(id: String, failed: usize, state: GridState, page: GridPage) -> impl IntoView {
    let (raise, retry) = (id.clone(), id);
    let fault = failure(page.resume);
    let raise = (state == GridState::Stopped).then(|| {
        view! {
            <ActionForm action=page.resume>
                <div class="p-raise">
                    <input type="hidden" name="grid" value=raise/>
                    <input type="hidden" name="failed" value="false"/>
                    <Field label="New cost limit in USD" name="budget" fault=fault/>
                    <Submit kind="plain" small=true pending=page.resume.pending()>"Go on up to it"</Submit>
                </div>
            </ActionForm>
        }
    });
    let retry = (failed > 0).then(|| {
        view! {
            <ActionForm action=page.resume>
                <input type="hidden" name="grid" value=retry/>
                <input type="hidden" name="failed" value="true"/>
                <Submit kind="plain" small=true pending=page.resume.pending()><Icon name="retry"/>{format!("Ask the {failed} failed again")}</Submit>
            </ActionForm>
        }
    });
    view! { <div class="l-row" data-wrap="true">{retry}{raise}</div> }.into_any()
}

/// What a column asks, and what it came to so far.
#[component]
fn Head(at: usize, column: ColumnHead, cells: Cells) -> impl IntoView {
    let series = ["8", "1", "2", "3", "4", "5"][at % 6];
    let tally = Memo::new(move |_| cells.tally(at));
    let figures = move || {
        let tally = tally.get();
        let mut parts = vec![tally.median_us.map_or_else(|| "–".to_owned(), |us| format!("median {}", seconds(us))), cost(tally.cost, tally.unpriced)];
        parts.extend((tally.compared > 0).then(|| format!("{} of {} as expected", tally.matched, tally.compared)));
        parts.extend((tally.up + tally.down > 0).then(|| format!("{} good, {} bad", tally.up, tally.down)));
        parts.join(" · ")
    };
    view! {
        <th scope="col" data-series=series>
            <span class="l-row"><span class="c-letter" aria-hidden="true">{letter(at).to_string()}</span><b>{column.title}</b></span>
            <span class="p-grid-model">{column.model}</span>
            {(!column.params.is_empty()).then(|| view! { <span class="c-hint">{column.params}</span> })}
            <span class="c-hint">{figures}</span>
        </th>
    }
    .into_any()
}

#[component]
fn Row(row: usize, case: CaseRow, columns: usize, cells: Cells, looking: RwSignal<Option<(usize, usize)>>, may: bool) -> impl IntoView {
    let number = case.number;
    let answers = (0..columns)
        .filter_map(|column| cells.at(row, column))
        .map(|cell| view! { <CellView cell=cell number=number looking=looking may=may/> })
        .collect_view();
    let expected = case.expected.map(|expected| view! { <span class="p-expected"><b>"Expected: "</b>{expected}</span> });
    view! {
        <tr>
            <th scope="row"><b>{format!("Case {number}")}</b><span class="p-grid-case">{case.summary}</span>{expected}</th>
            {answers}
        </tr>
    }
    .into_any()
}
