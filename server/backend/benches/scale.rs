//! 10,000 prompts with 20 versions each: how long lists, searches and an open prompt take on the server.
//!
//! On SQLite, and on Postgres where `TEST_DATABASE_URL` is set. Limit: 100 ms at the 95th percentile.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at what it did not expect")]

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use atelier_backend::{
    account, backup,
    cx::Cx,
    db::Database,
    local::LocalModel,
    prompt,
    studio::{Settings, Studio},
};
use atelier_domain::{
    id::ProjectId,
    prompt::{Filter, Selector, Sort},
};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use uuid::Uuid;

const PROMPTS: usize = 10_000;
const VERSIONS: usize = 20;
const ROUNDS: usize = 40;
const LIMIT: Duration = Duration::from_millis(100);
const WORDS: [&str; 12] =
    ["greeting", "refund", "summary", "classifier", "outline", "translation", "support", "billing", "contract", "review", "search", "answer"];

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("atelier-scale-{}", Uuid::now_v7()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("seed.jsonl");
    fs::write(&file, seed()).expect("a seed");
    let mut good = measure("SQLite", &format!("sqlite://{}/atelier.db", folder.display()), &file).await;
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        sqlx::any::install_default_drivers();
        let name = format!("atelier_scale_{}", Uuid::now_v7().simple());
        let mut admin = AnyConnection::connect(&server).await.expect("a Postgres");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.expect("a database");
        good &= measure("Postgres", &format!("{}/{name}", server.rsplit_once('/').expect("an address").0), &file).await;
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await.expect("no database");
    }
    fs::remove_dir_all(&folder).expect("no folder");
    if !good {
        println!("over the limit of {LIMIT:?}");
        std::process::exit(1);
    }
}

/// A backup as a studio would make it that was used for a while.
fn seed() -> String {
    let (id, project) = (|| Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let mut text = String::new();
    let mut count = 0;
    let mut line = |table: &str, row: serde_json::Value| {
        count += 1;
        writeln!(text, "{}", json!({"table": table, "row": row})).expect("memory");
    };
    line("projects", json!({"id": project, "name": "Scale", "time_zone": "UTC", "created_at": 1}));
    let prompts: Vec<(usize, String)> = (0..PROMPTS).map(|n| (n, id())).collect();
    for (n, prompt) in &prompts {
        let (a, b) = (WORDS[n % WORDS.len()], WORDS[n / 7 % WORDS.len()]);
        let (name, description) = (format!("{a}/{b}/{n:05}"), format!("Writes a {b} for the {a} team, number {n}."));
        let search = format!("{name}\n{description}\n{a}\n{b}").to_lowercase();
        let at = 1_700_000_000_000_000_i64 + (*n as i64 * 7_919 % 10_007) * 1_000_000;
        let row = json!({"id": prompt, "project_id": project, "name": name, "type": "chat", "description": description, "search": search,
            "latest": VERSIONS, "created_at": at, "updated_at": at, "updated_by": "Mara"});
        line("prompts", row);
    }
    for (n, prompt) in &prompts {
        line("prompt_tags", json!({"prompt_id": prompt, "tag": WORDS[n % WORDS.len()]}));
        line("prompt_tags", json!({"prompt_id": prompt, "tag": format!("batch-{}", n / 500)}));
    }
    for (n, prompt) in &prompts {
        for number in 1..=VERSIONS {
            let content = format!(
                "You answer for {{{{product}}}}, prompt {n}, version {number}. {}",
                "Be kind, be brief, and never promise what we cannot keep. ".repeat(12)
            );
            let body = json!({"messages": [{"role": "system", "content": content}, {"role": "user", "content": "{{question}}"}]}).to_string();
            let row = json!({"id": id(), "prompt_id": prompt, "number": number, "body": body, "params": "{\"temperature\":0.2}", "tools": "[]",
                "note": format!("change {number}"), "variables": "[\"product\",\"question\"]", "content_hash": format!("sha256:{n}-{number}"),
                "author": "Mara", "created_at": 1_700_000_000_000_000_i64});
            line("versions", row);
        }
    }
    for (_, prompt) in &prompts {
        line("labels", json!({"prompt_id": prompt, "label": "production", "version": 18, "moved_at": 1, "moved_by": "Mara"}));
    }
    for (_, prompt) in &prompts {
        line("label_moves", json!({"id": id(), "prompt_id": prompt, "label": "production", "to_version": 18, "moved_at": 1, "moved_by": "Mara"}));
    }
    let head = json!({"format": "atelier-backup-1", "schema": Database::newest_schema(), "version": "bench", "made_at": "2026-01-01T00:00:00Z"});
    format!("{head}\n{text}{}\n", json!({"rows": count}))
}

async fn measure(engine: &str, url: &str, file: &Path) -> bool {
    let began = Instant::now();
    let rows = backup::restore(url, file).await.expect("a restored seed");
    println!("{engine}: {PROMPTS} prompts, {VERSIONS} versions each; {rows} rows restored in {:.1} s", began.elapsed().as_secs_f64());
    let studio = Studio::new(Database::open(url).await.expect("a database"), LocalModel::start("none".into(), 1), Settings::default()).expect("a studio");
    let cx = Cx::operator(studio.clone());
    let project = account::project_named(&cx, "Scale").await.expect("the project").id;
    println!("{:<34} {:>9} {:>9} {:>9}", "ms", "median", "p95", "worst");
    let good = lists(&cx, project).await & opens(&cx, project).await & saves(&cx, project).await;
    studio.db.close().await;
    good
}

async fn lists(cx: &Cx, project: ProjectId) -> bool {
    let deep = deep_cursor(cx, project).await;
    let by_name = || Filter { sort: Sort::Name, ..Filter::default() };
    let mut good = true;
    for (what, filter, cursor) in [
        ("list, last edited first", Filter::default(), None),
        ("list, by name", by_name(), None),
        ("list, by name, page 100", by_name(), Some(deep.as_str())),
        ("list, one folder", Filter { folder: "billing".into(), ..Filter::default() }, None),
        ("list, one tag", Filter { tag: "batch-7".into(), ..Filter::default() }, None),
        ("search, many found", Filter { q: "Refund".into(), ..Filter::default() }, None),
        ("search, one found", Filter { q: "number 4711.".into(), ..Filter::default() }, None),
        ("search, none found", Filter { q: "nothing like this".into(), ..Filter::default() }, None),
        ("search, folder and tag", Filter { q: "billing".into(), folder: "billing".into(), tag: "batch-7".into(), ..Filter::default() }, None),
        ("archived (none)", Filter { archived: true, ..Filter::default() }, None),
    ] {
        good &= timed(what, async |_| drop(prompt::list(cx, project, &filter, 50, cursor).await.expect("a list"))).await;
    }
    good & timed("folders and tags", async |_| drop(prompt::outline(cx, project).await.expect("an outline"))).await
}

async fn deep_cursor(cx: &Cx, project: ProjectId) -> String {
    let filter = Filter { sort: Sort::Name, ..Filter::default() };
    let mut cursor = None;
    for _ in 0..25 {
        cursor = prompt::list(cx, project, &filter, 200, cursor.as_deref()).await.expect("a page").next;
    }
    cursor.expect("more pages")
}

/// What the page of a prompt reads.
async fn opens(cx: &Cx, project: ProjectId) -> bool {
    let filter = Filter { sort: Sort::Name, ..Filter::default() };
    let page = prompt::list(cx, project, &filter, 200, None).await.expect("a list").data;
    timed("open: prompt, history, version, moves", async |round| {
        let id = page[round * 4].id;
        prompt::history(cx, id, 50, None).await.expect("a history");
        prompt::expanded(cx, id, &Selector::Latest).await.expect("a version");
        prompt::label_moves(cx, id).await.expect("moves");
    })
    .await
}

async fn saves(cx: &Cx, project: ProjectId) -> bool {
    let page = prompt::list(cx, project, &Filter::default(), 200, None).await.expect("a list").data;
    let draft = |n: usize| serde_json::from_value(json!({"messages": [{"role": "user", "content": format!("new {n}")}]})).expect("a draft");
    timed("save a version", async |round| drop(prompt::save_version(cx, page[round * 4].id, draft(round)).await.expect("a version"))).await
}

async fn timed(what: &str, run: impl AsyncFn(usize)) -> bool {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let began = Instant::now();
        run(round).await;
        times.push(began.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let p95 = times[ROUNDS * 95 / 100 - 1];
    println!("{what:<38} {:>7.2} {:>9.2} {:>9.2}", ms(times[ROUNDS / 2]), ms(p95), ms(times[ROUNDS - 1]));
    p95 < LIMIT
}
