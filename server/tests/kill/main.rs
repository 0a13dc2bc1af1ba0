//! SIGKILL in a loop while others write: nothing that was answered 2xx is missing, nothing is half there; on both databases.

// The lints know helpers of tests by this.
#![cfg(test)]

mod experiment;
mod gateway;
mod http;
mod server;
mod strain;
mod writer;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use uuid::Uuid;

use server::Place;
use writer::Writer;

const ROUNDS: usize = 100;
const WRITERS: usize = 4;
/// Where a machine is too slow for all rounds; it must still get through some.
const PATIENCE: Duration = Duration::from_secs(90);

/// What must never be found. A save writes its version, the prompt's number, an audit row and the feed; a move its label and history.
const BROKEN: [(&str, &str); 7] = [
    (
        "prompts without their newest version",
        "SELECT COUNT(*) FROM prompts p WHERE latest <> (SELECT COALESCE(MAX(number), 0) FROM versions v WHERE v.prompt_id = p.id)",
    ),
    ("prompts with a gap", "SELECT COUNT(*) FROM prompts p WHERE latest <> (SELECT COUNT(*) FROM versions v WHERE v.prompt_id = p.id)"),
    (
        "labels of no version",
        "SELECT COUNT(*) FROM labels l WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.prompt_id = l.prompt_id AND v.number = l.version)",
    ),
    (
        "labels without their move",
        "SELECT COUNT(*) FROM labels l WHERE version <> (SELECT MAX(to_version) FROM label_moves m WHERE m.prompt_id = l.prompt_id AND m.label = l.label)",
    ),
    (
        "moves without their label",
        "SELECT COUNT(*) FROM label_moves m WHERE NOT EXISTS (SELECT 1 FROM labels l WHERE l.prompt_id = m.prompt_id AND l.label = m.label)",
    ),
    (
        "versions and moves without an audit row",
        "SELECT (SELECT COUNT(*) FROM versions) + (SELECT COUNT(*) FROM label_moves) - \
         (SELECT COUNT(*) FROM audit WHERE what IN ('prompt.version.saved', 'prompt.label.moved'))",
    ),
    (
        "prompts that the feed does not know",
        "SELECT COUNT(*) FROM prompts p WHERE NOT EXISTS (SELECT 1 FROM changes c WHERE c.area = 'prompt' AND c.entity = p.id)",
    ),
];

#[test]
fn nothing_answered_is_lost_by_a_kill_on_sqlite() {
    let place = Place::new(None);
    try_to_break(&place);
}

#[test]
fn nothing_answered_is_lost_by_a_kill_on_postgres() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "TEST_DATABASE_URL must be set in CI");
        println!("TEST_DATABASE_URL is not set: not tested on Postgres");
        return;
    };
    let name = format!("atelier_kill_{}", Uuid::now_v7().simple());
    let run = |sql: String| {
        block_on(async {
            let mut admin = AnyConnection::connect(&server).await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        });
    };
    run(format!("CREATE DATABASE {name}"));
    let place = Place::new(Some(format!("{}/{name}", server.rsplit_once('/').unwrap().0)));
    try_to_break(&place);
    run(format!("DROP DATABASE {name} WITH (FORCE)"));
}

fn try_to_break(place: &Place) {
    place.command(&["project", "add", "Northwind"]);
    let key: Arc<str> = place.command(&["key", "add", "--project", "Northwind", "--name", "kill", "--scope", "read,manage"]).trim().into();
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, key.clone())).collect();
    let (began, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS && began.elapsed() < PATIENCE {
        let server = place.serve();
        let address = server.address.clone();
        let until_kill = Duration::from_millis(u64::from(5 + Uuid::now_v7().as_bytes()[15] % 146));
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(|| writer.write_until_killed(&address));
            }
            thread::sleep(until_kill);
            server.kill();
        });
        rounds += 1;
        block_on(check(place, &writers, rounds));
    }
    let answered: usize = writers.iter().map(Writer::answered).sum();
    println!("{rounds} kills in {:.1} s, {answered} writes answered, none lost", began.elapsed().as_secs_f64());
    assert!(rounds >= 20 && answered > rounds, "{rounds} rounds, {answered} answers");
    let server = place.serve();
    writers.iter().for_each(|writer| writer.check_pull(&server.address));
    server.kill();
}

async fn check(place: &Place, writers: &[Writer], round: usize) {
    let mut db = AnyConnection::connect(&place.database).await.unwrap();
    for (what, sql) in BROKEN {
        let broken: i64 = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
        assert_eq!(broken, 0, "round {round}: {what}");
    }
    for writer in writers {
        writer.check(&mut db, round).await;
    }
    db.close().await.unwrap();
}

fn block_on<T>(run: impl Future<Output = T>) -> T {
    sqlx::any::install_default_drivers();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run)
}
