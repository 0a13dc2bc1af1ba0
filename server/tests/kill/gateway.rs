//! SIGKILL at full load: every call that was answered in full is on record once, and budgets stand at what the records cost.

use std::{
    collections::HashSet,
    thread,
    time::{Duration, Instant},
};

use atelier_upstream::Upstream;
use sqlx::{AnyConnection, Connection as _, Row};
use uuid::Uuid;

use crate::{block_on, http::Connection, server::Place};

/// `ATELIER_KILLS` sets another number.
const ROUNDS: usize = 12;
const CALLERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(90);

#[test]
fn calls_that_were_answered_are_on_record_once_after_a_kill() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let upstream = runtime.block_on(Upstream::start()).unwrap();
    let place = Place::new(None);
    place.command(&["project", "add", "Northwind"]);
    let key = place.command(&["key", "add", "--project", "Northwind", "--name", "kill", "--scope", "gateway,admin"]).trim().to_owned();
    place.command_with(&["provider", "add", "--project", "Northwind", "--name", "acme", "--kind", "openai", "--base-url", &upstream.url()], "sk-test-1");
    block_on(furnish(&place));
    let rounds = std::env::var("ATELIER_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let (began, mut done, mut answered) = (Instant::now(), 0, HashSet::new());
    while done < rounds && began.elapsed() < PATIENCE.max(Duration::from_secs(4 * rounds as u64)) {
        let server = place.serve();
        let until_kill = Duration::from_millis(300 + u64::from(Uuid::now_v7().as_bytes()[15]) * 3);
        let ids = thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|number| {
                    scope.spawn({
                        let (address, key) = (server.address.clone(), &key);
                        move || call_until_killed(&address, key, number)
                    })
                })
                .collect();
            thread::sleep(until_kill);
            server.kill();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        });
        answered.extend(ids);
        done += 1;
    }
    // The next start moves what was left.
    let server = place.serve();
    server.kill();
    let (recorded, twice, records, budgets, sums) = block_on(look(&place));
    println!("{done} kills in {:.1} s, {} calls answered, {} on record", began.elapsed().as_secs_f64(), answered.len(), recorded.len());
    assert!(done >= 5 && answered.len() > 20 * done, "{done} rounds, {} answers", answered.len());
    assert_eq!(twice, 0, "written twice");
    let lost: Vec<_> = answered.difference(&recorded).take(3).collect();
    assert!(lost.is_empty(), "answered and not on record: {lost:?}");
    assert!(records > 0);
    assert_eq!((budgets, sums), (records, records), "nano-dollars in the budget, and in the sums");
}

/// Whole answers and streams in turn; gives the ids of those that came in full.
fn call_until_killed(address: &str, key: &str, number: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let _ = Connection::open(address, key).and_then(|mut connection| -> std::io::Result<()> {
        for turn in number.. {
            let stream = turn % 2 == 0;
            let body = format!("{{\"model\": \"acme/echo\", \"stream\": {stream}, \"max_tokens\": 20, \"messages\": [{{\"role\": \"user\", \"content\": \"call {turn} of {number}\"}}]}}");
            let (status, answer) = connection.send("POST", "/v1/chat/completions", &body)?;
            assert_eq!(status, 200, "{answer}");
            if !stream || answer.contains("data: [DONE]") {
                ids.push(connection.request.clone());
            }
        }
        Ok(())
    });
    ids
}

/// A price and a budget.
async fn furnish(place: &Place) {
    let mut db = AnyConnection::connect(&place.database).await.unwrap();
    let project: String = sqlx::query_scalar("SELECT id FROM projects").fetch_one(&mut db).await.unwrap();
    for (sql, first, second) in [
        (
            "INSERT INTO prices (project_id, model, entry, updated_at, updated_by) VALUES ($1, $2, $3, 1, 'x')",
            "acme/echo",
            r#"{"name": "acme/echo", "kind": "chat", "price": {"input": "1", "output": "2"}}"#,
        ),
        (
            "INSERT INTO budgets (id, project_id, name, form, updated_at, updated_by) VALUES ($2, $1, 'all', $3, 1, 'x')",
            "01a20472-cd66-71ef-9a03-68d4d1d47d63",
            r#"{"per": "project", "period": "total", "limit": "1000", "warn_at": 80}"#,
        ),
    ] {
        sqlx::query(sql).bind(&project).bind(first).bind(second).execute(&mut db).await.unwrap();
    }
    db.close().await.unwrap();
}

/// The ids on record, how many stand there twice, and the nano-dollars of records, budget and sums.
async fn look(place: &Place) -> (HashSet<String>, usize, i64, i64, i64) {
    let mut db = AnyConnection::connect(&place.database).await.unwrap();
    let rows = sqlx::query("SELECT id FROM requests").fetch_all(&mut db).await.unwrap();
    let ids: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let twice = rows.len() - ids.len();
    let mut sum = async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap() };
    let records = sum("SELECT COALESCE(SUM(cost), 0) FROM requests").await;
    let budgets = sum("SELECT COALESCE(SUM(nanos), 0) FROM budget_spending").await;
    let sums = sum("SELECT COALESCE(SUM(cost), 0) FROM traffic").await;
    db.close().await.unwrap();
    (ids, twice, records, budgets, sums)
}
