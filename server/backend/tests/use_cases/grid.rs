//! Test cases and grids: kept, asked, stopped, gone on with; by one worker, whoever had it before.

use std::{sync::Arc, time::Duration};

use atelier_backend::{case, cx::Cx, grid, prompt, provider, run};
use atelier_domain::{
    account::Role,
    case::CaseForm,
    cost::{ModelEntry, Nanos, Price},
    fault::Kind,
    grid::{Cell, CellState, Grid, GridForm, GridState, Mark},
    id::GridId,
    playground::Setting,
    prompt::{Body, Draft, DraftForm, Message, MessageRole, Prompt},
    provider::{ProviderForm, ProviderKind},
    timestamp::Timestamp,
};
use atelier_upstream::Upstream;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::{
    make,
    support::{TestStudio, for_each_engine},
};

fn form(columns: &str, concurrency: u32, budget: &str) -> GridForm {
    GridForm { columns: Setting::read_all(columns), concurrency, budget: budget.parse().unwrap() }
}

fn values(question: &str, expected: Option<&str>) -> CaseForm {
    CaseForm { values: [("question".to_owned(), json!(question))].into(), expected: expected.map(str::to_owned) }
}

/// A prompt that asks `{{question}}`, with so many cases, and a provider "acme" whose models cost a dollar a token that they say.
async fn bench(test: &TestStudio, upstream: &Upstream, cases: usize) -> Prompt {
    let cx = test.operator();
    let own = ProviderForm { base_url: Some(upstream.url()), key: Some("sk-test-1".to_owned()), ..ProviderForm::default() };
    provider::put(&cx, test.project, &"acme".parse().unwrap(), ProviderKind::Openai, own).await.unwrap();
    let price = Price { output: "1000000".parse().unwrap(), ..Price::default() };
    provider::put_price(&cx, test.project, ModelEntry { name: "acme/echo".into(), price: Some(price), ..ModelEntry::default() }).await.unwrap();
    let prompt = make::prompt(test, "reply").await;
    let draft = Draft::new(Body::Messages(vec![Message::new(MessageRole::User, "{{question}}")]));
    let prompt = prompt::save_version(&cx, prompt.id, draft).await.unwrap().prompt;
    for at in 0..cases {
        case::add(&cx, prompt.id, values(&format!("word{at}"), Some(if at == 0 { "word0 " } else { "other" }))).await.unwrap();
    }
    prompt
}

/// The worker of one process; ending it is killing that process.
fn worker(test: &TestStudio) -> JoinHandle<()> {
    tokio::spawn(grid::follow(Arc::clone(&test.studio)))
}

async fn look(cx: &Cx, grid: GridId) -> (Grid, Vec<Cell>) {
    let (grid, cells, _) = grid::since(cx, grid, Timestamp::default()).await.unwrap();
    (grid, cells)
}

/// Waits until the grid is as wanted.
async fn until(cx: &Cx, grid: GridId, wanted: impl Fn(&Grid, &[Cell]) -> bool) -> (Grid, Vec<Cell>) {
    for _ in 0..1_000 {
        let (grid, cells) = look(cx, grid).await;
        if wanted(&grid, &cells) {
            return (grid, cells);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the grid never came to it: {:?}", look(cx, grid).await);
}

fn count(cells: &[Cell], state: CellState) -> usize {
    cells.iter().filter(|cell| cell.state == state).count()
}

#[tokio::test]
async fn every_case_is_asked_of_every_column_and_marked() {
    for_each_engine(async |test| {
        let (upstream, cx) = (Upstream::start().await.unwrap(), test.cx_as(Role::Editor).await);
        let prompt = bench(test, &upstream, 3).await;
        let mine = Body::Messages(vec![Message::new(MessageRole::User, "Please: {{question}}")]);
        prompt::keep_draft(&cx, prompt.id, DraftForm::of(&Draft::new(mine), 1)).await.unwrap();
        let started = grid::start(&cx, prompt.id, form("1~acme/echo;d~acme/echo~0.5;1~acme/fault-401", 4, "50")).await.unwrap();
        // What is typed and added after the start is not in it.
        prompt::discard_draft(&cx, prompt.id).await.unwrap();
        case::add(&cx, prompt.id, values("late", None)).await.unwrap();
        assert_eq!((started.columns[1].version, started.cases.len()), (0, 3));
        let worker = worker(test);
        let (grid, cells) = until(&cx, started.id, |grid, _| grid.state == GridState::Done).await;
        worker.abort();
        assert_eq!((count(&cells, CellState::Done), count(&cells, CellState::Failed)), (6, 3));
        assert_eq!(cells.iter().map(|cell| (cell.row, cell.column)).collect::<Vec<_>>()[..4], [(0, 0), (0, 1), (0, 2), (1, 0)]);
        assert_eq!((cells[0].output.as_str(), cells[0].met, cells[1].output.as_str(), cells[1].met), ("word0", Some(true), "Please: word0", Some(false)));
        assert!(cells[2].error.as_deref().is_some_and(|error| error.contains("key")) && cells[2].met.is_none(), "{:?}", cells[2]);
        assert!(grid.ended_at.is_some() && grid.why.is_none());
        let kept = run::find(&cx, cells[1].run.unwrap()).await.unwrap();
        assert_eq!((kept.version, kept.params.temperature, kept.started_by), (0, Some(0.5), cx.user().unwrap().name.clone()));
        assert_eq!(run::details(&cx, kept.id).await.unwrap().unwrap().grid, Some(grid.id));

        let reviewer = test.cx_as(Role::Reviewer).await;
        grid::mark(&reviewer, grid.id, (1, 0), Some(Mark::Up), " Good. ").await.unwrap();
        let (_, cell) = grid::cell(&cx, grid.id, 1, 0).await.unwrap();
        assert_eq!((cell.mark, cell.note.as_str(), cell.marked_by), (Some(Mark::Up), "Good.", Some(reviewer.user().unwrap().name.clone())));
        assert_eq!(grid::mark(&reviewer, grid.id, (9, 0), None, "").await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(grid::mark(&reviewer, grid.id, (0, 0), None, &"x".repeat(2_001)).await.unwrap_err().kind, Kind::Invalid);
        assert_eq!(grid::stop(&reviewer, grid.id).await.unwrap_err().kind, Kind::Denied);
        let viewer = test.cx_as(Role::Viewer).await;
        assert_eq!(grid::mark(&viewer, grid.id, (1, 0), None, "").await.unwrap_err().kind, Kind::Denied);
        assert_eq!(grid::list(&viewer, prompt.id).await.unwrap().len(), 1);
        let elsewhere = test.cx_of(test.user("else@where.example").await).await;
        assert_eq!(grid::cell(&elsewhere, grid.id, 0, 0).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_stopped_grid_goes_on_where_it_was_and_a_dead_workers_too() {
    for_each_engine(async |test| {
        let (upstream, cx) = (Upstream::start().await.unwrap(), test.cx_as(Role::Editor).await);
        let prompt = bench(test, &upstream, 4).await;
        // The second column answers for minutes.
        let started = grid::start(&cx, prompt.id, form("1~acme/echo;1~acme/fault-silence", 2, "5")).await.unwrap();
        let first = worker(test);
        // Both answers that are on their way are such.
        let silent = |cells: &[Cell]| cells.iter().filter(|cell| cell.state == CellState::Running && cell.column == 1).count() == 2;
        until(&cx, started.id, |_, cells| silent(cells)).await;
        grid::stop(&cx, started.id).await.unwrap();
        let (stopped, cells) = look(&cx, started.id).await;
        assert_eq!((stopped.state, count(&cells, CellState::Running)), (GridState::Stopped, 0));
        assert!(stopped.why.is_some_and(|why| why.contains("stopped it")));
        // Whoever answers is left at once, not at the next look two seconds later.
        let left = async || {
            while upstream.requests().iter().filter(|request| request.closed_early.is_some()).count() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_millis(1_900), left()).await.expect("the upstream was left");
        let done = count(&cells, CellState::Done);

        grid::resume(&cx, started.id, false, None).await.unwrap();
        until(&cx, started.id, |_, cells| silent(cells)).await;
        // The process dies; another one takes the grid once the hold has run out, and asks again what was on its way.
        first.abort();
        let before = look(&cx, started.id).await.1;
        assert_eq!(count(&before, CellState::Done), done);
        test.studio.clock.advance(20);
        let second = worker(test);
        let (_, after) = until(&cx, started.id, |_, cells| {
            let runs = |cells: &[Cell]| cells.iter().filter(|cell| cell.state == CellState::Running).filter_map(|cell| cell.run).collect::<Vec<_>>();
            runs(cells).len() == 2 && runs(cells) != runs(&before)
        })
        .await;
        assert_eq!(count(&after, CellState::Done), done);
        grid::stop(&cx, started.id).await.unwrap();
        second.abort();
        grid::free(&test.operator()).await.unwrap();
        assert_eq!(grid::free(&cx).await.unwrap_err().kind, Kind::Denied);
    })
    .await;
}

#[tokio::test]
async fn a_grid_stops_at_its_cost_limit_and_goes_on_when_it_is_raised() {
    for_each_engine(async |test| {
        let (upstream, cx) = (Upstream::start().await.unwrap(), test.cx_as(Role::Editor).await);
        let prompt = bench(test, &upstream, 6).await;
        let one = run_cost(test, &cx, &prompt).await;
        // Three answers and a half.
        let limit = Nanos(one.0 * 7 / 2);
        let started = grid::start(&cx, prompt.id, form("1~acme/echo", 1, &limit.to_decimal())).await.unwrap();
        let worker = worker(test);
        let (stopped, cells) = until(&cx, started.id, |grid, _| grid.state != GridState::Running).await;
        assert_eq!((stopped.state, count(&cells, CellState::Done), count(&cells, CellState::Waiting)), (GridState::Stopped, 3, 3));
        assert!(stopped.why.as_deref().is_some_and(|why| why.contains("cost limit")), "{:?}", stopped.why);
        assert_eq!(grid::resume(&cx, started.id, false, Some(Nanos::ZERO)).await.unwrap_err().kind, Kind::Invalid);
        grid::resume(&cx, started.id, false, Some(Nanos(one.0 * 100))).await.unwrap();
        let (_, cells) = until(&cx, started.id, |grid, _| grid.state == GridState::Done).await;
        worker.abort();
        assert_eq!(count(&cells, CellState::Done), 6);
        let (_, _, spent) = grid::since(&cx, started.id, Timestamp::default()).await.unwrap();
        assert_eq!(spent, Nanos(one.0 * 6));
        assert_eq!(grid::resume(&cx, started.id, true, None).await.unwrap_err().kind, Kind::Conflict);
    })
    .await;
}

/// What one answer costs: every case has as many tokens.
async fn run_cost(test: &TestStudio, cx: &Cx, prompt: &Prompt) -> Nanos {
    let started = grid::start(cx, prompt.id, form("1~acme/echo", 4, "1000")).await.unwrap();
    let worker = worker(test);
    let (_, cells) = until(cx, started.id, |grid, _| grid.state == GridState::Done).await;
    worker.abort();
    let costs: Vec<Nanos> = cells.iter().map(|cell| cell.measure.unwrap().cost.unwrap()).collect();
    assert!(costs[0] > Nanos::ZERO && costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    costs[0]
}

#[tokio::test]
async fn what_cannot_run_stops_with_a_sentence() {
    for_each_engine(async |test| {
        let (upstream, cx) = (Upstream::start().await.unwrap(), test.cx_as(Role::Editor).await);
        let prompt = bench(test, &upstream, 1).await;
        assert!(grid::start(&cx, prompt.id, form("7", 1, "1")).await.is_err());
        assert_eq!(grid::start(&test.cx_as(Role::Reviewer).await, prompt.id, form("1", 1, "1")).await.unwrap_err().kind, Kind::Denied);
        let empty = make::prompt_of(test, "empty", &["x"]).await;
        assert!(grid::start(&cx, empty.id, form("1", 1, "1")).await.unwrap_err().message.contains("no test cases"));
        // A variable that no case has, and a model that nobody has.
        let draft = Draft::new(Body::Messages(vec![Message::new(MessageRole::User, "{{question}} {{more}}")]));
        prompt::save_version(&test.operator(), prompt.id, draft).await.unwrap();
        let started = grid::start(&cx, prompt.id, form("2~acme/echo;1~nobody/x", 4, "5")).await.unwrap();
        let worker = worker(test);
        let (_, cells) = until(&cx, started.id, |grid, _| grid.state == GridState::Done).await;
        assert!(cells[0].error.as_deref().is_some_and(|error| error.contains("more")) && cells[0].run.is_none(), "{:?}", cells[0]);
        assert!(cells[1].error.as_deref().is_some_and(|error| error.contains("No provider")), "{:?}", cells[1]);
        // Whoever started it has left the project.
        let started = grid::start(&cx, prompt.id, form("1~acme/fault-silence", 1, "5")).await.unwrap();
        until(&cx, started.id, |_, cells| count(cells, CellState::Running) == 1).await;
        grid::stop(&cx, started.id).await.unwrap();
        atelier_backend::account::remove_member(&test.operator(), test.project, cx.user().unwrap().id).await.unwrap();
        grid::resume(&test.operator(), started.id, false, None).await.unwrap();
        let (stopped, _) = until(&test.operator(), started.id, |grid, _| grid.state == GridState::Stopped).await;
        assert!(stopped.why.is_some_and(|why| why.starts_with("It could not go on.")));
        // Somebody else goes on with it, by their own right.
        let other = test.cx_as(Role::Editor).await;
        grid::resume(&other, started.id, false, None).await.unwrap();
        until(&other, started.id, |_, cells| count(cells, CellState::Running) == 1).await;
        worker.abort();
    })
    .await;
}

#[tokio::test]
async fn cases_are_numbered_changed_imported_and_deleted() {
    for_each_engine(async |test| {
        let (cx, prompt) = (test.cx_as(Role::Editor).await, make::prompt_of(test, "p", &["{{question}}"]).await);
        let first = case::add(&cx, prompt.id, values("one", Some(" "))).await.unwrap();
        assert_eq!((first.number, first.form.expected.clone()), (1, None));
        assert_eq!(case::import(&cx, prompt.id, "question,expected\ntwo,2\nthree,3\n").await.unwrap(), 2);
        assert!(case::import(&cx, prompt.id, "question\n").await.unwrap_err().of("text").is_some());
        let changed = case::change(&cx, prompt.id, first.id, values("uno", Some("1"))).await.unwrap();
        assert_eq!((changed.number, changed.form.expected.as_deref()), (1, Some("1")));
        case::delete(&cx, first.id).await.unwrap();
        assert_eq!(case::delete(&cx, first.id).await.unwrap_err().kind, Kind::NotFound);
        let (_, left) = case::list(&cx, prompt.id).await.unwrap();
        assert_eq!(left.iter().map(|case| (case.number, case.form.expected.as_deref())).collect::<Vec<_>>(), [(2, Some("2")), (3, Some("3"))]);
        assert_eq!(case::add(&cx, prompt.id, values("four", None)).await.unwrap().number, 4);
        let many = (0..500).map(|_| "{\"question\": \"x\"}\n").collect::<String>();
        assert!(case::import(&cx, prompt.id, &many).await.unwrap_err().message.contains("at most 500"));
        let viewer = test.cx_as(Role::Viewer).await;
        assert_eq!(case::add(&viewer, prompt.id, values("x", None)).await.unwrap_err().kind, Kind::Denied);
        assert_eq!(case::count(&viewer, prompt.id).await.unwrap(), 3);
    })
    .await;
}
