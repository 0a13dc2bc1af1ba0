//! A million requests on record: how fast they get there, and how long the Requests page's lists, filters and searches take.
//!
//! On SQLite, and on Postgres where `TEST_DATABASE_URL` is set. Limit on SQLite: 150 ms at the 95th percentile. `REQUESTS` sets another number.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at what it did not expect")]

use std::time::{Duration, Instant};

use atelier_backend::{
    account,
    cx::Cx,
    db::Database,
    journal,
    local::LocalModel,
    prompt, request,
    studio::{Settings, Studio},
};
use atelier_domain::{
    account::Scope,
    cost::{Nanos, Usage},
    id::{KeyId, ProjectId, PromptId, RequestId},
    prompt::{NewPrompt, PromptType},
    request::{CacheVerdict, Exchange, Facts, Outcome, Record, RequestFilter, Said, Source, Times, asked},
};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use uuid::Uuid;

const ROUNDS: usize = 20;
const LIMIT: Duration = Duration::from_millis(150);
const GROUP: usize = 2_000;
const WORDS: [&str; 24] = [
    "where", "order", "lamp", "refund", "invoice", "shade", "broken", "delivery", "norway", "voucher", "colour", "black", "return", "address", "morning",
    "cable", "warranty", "exchange", "gift", "receipt", "email", "phone", "manual", "battery",
];

#[tokio::main]
async fn main() {
    let count = std::env::var("REQUESTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("atelier-requests-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let good = measure("SQLite", &format!("sqlite://{}/atelier.db", folder.display()), &folder, count).await;
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        sqlx::any::install_default_drivers();
        let name = format!("atelier_requests_{}", Uuid::now_v7().simple());
        let mut admin = AnyConnection::connect(&server).await.expect("a Postgres");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.expect("a database");
        measure("Postgres", &format!("{}/{name}", server.rsplit_once('/').expect("an address").0), &folder, count / 10).await;
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await.expect("no database");
    }
    std::fs::remove_dir_all(&folder).expect("no folder");
    if !good {
        println!("over the limit of {LIMIT:?}");
        std::process::exit(1);
    }
}

async fn measure(engine: &str, url: &str, folder: &std::path::Path, count: usize) -> bool {
    let settings = Settings { data: folder.join(engine), ..Settings::default() };
    let studio = Studio::new(Database::open(url).await.expect("a database"), LocalModel::absent(), settings).expect("a studio");
    let cx = Cx::operator(studio.clone());
    let project = account::add_project(&cx, "Scale").await.expect("a project");
    let (key, _) = account::add_key(&cx, project, "app", &[Scope::Gateway]).await.expect("a key");
    let mut prompts = Vec::new();
    for number in 0..20 {
        let new = NewPrompt { name: format!("p{number}"), prompt_type: PromptType::Chat, description: String::new(), tags: Vec::new() };
        prompts.push(prompt::create(&cx, project, new).await.expect("a prompt").id);
    }
    let began = Instant::now();
    for first in (0..count).step_by(GROUP) {
        for number in first..(first + GROUP).min(count) {
            studio.journal.append(&record(&cx, project, key.id, &prompts, number, count));
        }
        journal::drain(&studio).await.expect("a group");
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{engine}: {count} requests with bodies moved from the journal in {seconds:.0} s, {:.0} a second", count as f64 / seconds);
    println!("{:<44} {:>9} {:>9} {:>9}", "ms", "median", "p95", "worst");
    let mut good = true;
    let some = RequestFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let deep = deep_cursor(&cx, project).await;
    let found = request::list(&cx, project, some(), 1, None).await.expect("a list").data.remove(0).facts;
    for (what, filter, cursor) in [
        ("newest", some(), None),
        ("page 200", some(), Some(deep.as_str())),
        ("last hour", RequestFilter { from: Some(cx.now().plus_seconds(-3_600)), ..some() }, None),
        (
            "a day ten days ago",
            RequestFilter { from: Some(cx.now().plus_seconds(-11 * 86_400)), to: Some(cx.now().plus_seconds(-10 * 86_400)), ..some() },
            None,
        ),
        ("prompt", RequestFilter { prompt: Some(prompts[3]), ..some() }, None),
        ("prompt and version", RequestFilter { prompt: Some(prompts[3]), version: Some(2), ..some() }, None),
        ("model", RequestFilter { model: text("acme/large"), ..some() }, None),
        ("user", RequestFilter { user: text("user-4711"), ..some() }, None),
        ("tag, rare", RequestFilter { tag: text("batch-7"), ..some() }, None),
        ("tag, common", RequestFilter { tag: text("checkout"), ..some() }, None),
        ("failed", RequestFilter { outcome: Some(Outcome::Failed), ..some() }, None),
        ("from the cache, of one model", RequestFilter { cache: Some(CacheVerdict::Exact), model: text("acme/large"), ..some() }, None),
        ("failed, of one prompt and user", RequestFilter { outcome: Some(Outcome::Failed), prompt: Some(prompts[3]), user: text("user-1"), ..some() }, None),
        ("from the playground (none)", RequestFilter { source: Some(Source::Studio), ..some() }, None),
        ("search, a common word", RequestFilter { q: text("refund"), ..some() }, None),
        ("search, two words", RequestFilter { q: text("refund norway"), ..some() }, None),
        ("search, one found", RequestFilter { q: text("unique4711"), ..some() }, None),
        ("search, none found", RequestFilter { q: text("nothing"), ..some() }, None),
        ("search, a common word of one prompt", RequestFilter { q: text("refund"), prompt: Some(prompts[3]), ..some() }, None),
        (
            "search, a common word, failed of one model",
            RequestFilter { q: text("refund"), outcome: Some(Outcome::Failed), model: text("acme/large"), ..some() },
            None,
        ),
        ("search, a common word of one user", RequestFilter { q: text("refund"), user: text("user-4711"), ..some() }, None),
        ("search, a common word, rare tag", RequestFilter { q: text("refund"), tag: text("batch-7"), ..some() }, None),
        ("search, a common word, common tag", RequestFilter { q: text("refund"), tag: text("checkout"), ..some() }, None),
        ("by id", RequestFilter { q: Some(found.id.to_string()), ..some() }, None),
    ] {
        good &= timed(what, async || drop(request::list(&cx, project, filter.clone(), 50, cursor).await.expect("a list"))).await;
        if cursor.is_none() {
            good &= timed(&format!("  how many ({what})"), async || {
                let _ = request::count(&cx, project, filter.clone()).await.expect("a count");
            })
            .await;
        }
    }
    good &= timed("one request, whole", async || drop(request::find(&cx, found.id).await.expect("a request"))).await;
    studio.db.close().await;
    good
}

async fn deep_cursor(cx: &Cx, project: ProjectId) -> String {
    let mut cursor = None;
    for _ in 0..50 {
        cursor = request::list(cx, project, RequestFilter::default(), 200, cursor.as_deref()).await.expect("a page").next;
    }
    cursor.expect("more pages")
}

/// One of `count` requests of the last thirty days.
fn record(cx: &Cx, project: ProjectId, key: KeyId, prompts: &[PromptId], number: usize, count: usize) -> Record {
    let mix = |salt: usize| (number.wrapping_mul(2_654_435_761) ^ salt.wrapping_mul(40_503)).rotate_left(13) % 1_000_003;
    let words = |salt: usize, many: usize| (0..many).map(|at| WORDS[mix(salt + at) % WORDS.len()]).collect::<Vec<_>>().join(" ");
    let ago = (count - number) as i64 * 30 * 86_400 / count as i64;
    let question = if number % 100_000 == 4_711 { "unique4711".to_owned() } else { words(1, 14) };
    let facts = Facts {
        id: RequestId(Uuid::now_v7()),
        project,
        at: cx.now().plus_seconds(-ago),
        key: Some(key),
        user: Some(format!("user-{}", mix(2) % 20_000)),
        session: Some(format!("session-{}", number / 4)),
        tags: vec!["checkout".to_owned(), format!("batch-{}", number / 2_000)],
        prompt: Some(prompts[mix(3) % prompts.len()]),
        version: Some(1 + (mix(4) % 5) as u32),
        model: if mix(5) % 3 == 0 { "acme/large" } else { "acme/small" }.to_owned(),
        outcome: if mix(6) % 50 == 0 { Outcome::Failed } else { Outcome::Answered },
        status: 200,
        cache: if mix(7) % 4 == 0 { CacheVerdict::Exact } else { CacheVerdict::Miss },
        usage: Usage { input: 300, output: 80, ..Usage::default() },
        cost: Some(Nanos(40_000 + mix(8) as i64)),
        times: Times { queue: 200, upstream: 900_000, first: Some(200_000), whole: 900_400 },
        ..Facts::default()
    };
    let request = json!({"model": "large", "messages": [{"role": "system", "content": words(9, 60)}, {"role": "user", "content": question}]});
    let answer = Said { text: words(10, 60), finish: Some("stop".to_owned()), ..Said::default() };
    Record { facts, asked: asked(&request), exchange: Some(Exchange { request, answer, ..Exchange::default() }) }
}

async fn timed(what: &str, run: impl AsyncFn()) -> bool {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        run().await;
        times.push(began.elapsed());
    }
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let p95 = times[ROUNDS * 95 / 100 - 1];
    println!("{what:<48} {:>7.2} {:>9.2} {:>9.2}{}", ms(times[ROUNDS / 2]), ms(p95), ms(times[ROUNDS - 1]), if p95 < LIMIT { "" } else { "  over" });
    p95 < LIMIT
}
