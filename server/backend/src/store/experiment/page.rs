//! What pages show of experiments beside their results: who changed what, and how much traffic a prompt has.

use atelier_domain::{fault::Fault, id::ProjectId, timestamp::Timestamp};
use serde_json::Value;

use crate::{
    db::{Db, Engine, internal},
    store::{get, json},
};

/// One change, as the audit has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `experiment.started`
    pub what: String,
    /// Their name by now; what the audit calls them where they are gone.
    pub by: String,
    pub detail: Value,
    pub at: Timestamp,
}

macro_rules! entries {
    ($key:literal) => {
        concat!(
            "SELECT a.what, a.detail, a.at, COALESCE(u.name, 'key ' || k.name, a.actor) AS by_name FROM audit a \
             LEFT JOIN users u ON a.actor = 'user:' || u.id LEFT JOIN api_keys k ON a.actor = 'key:' || k.id \
             WHERE a.project_id = $1 AND a.what LIKE 'experiment.%' AND ",
            $key,
            " = $2 AND a.at >= $3 ORDER BY a.at DESC, a.id DESC LIMIT $4"
        )
    };
}

/// What happened to the experiment of this key since it was made, the newest first.
pub async fn history(db: &mut Db, engine: Engine, project: ProjectId, key: &str, since: Timestamp, most: i64) -> Result<Vec<Entry>, Fault> {
    let sql = match engine {
        Engine::Sqlite => entries!("a.detail ->> 'key'"),
        Engine::Postgres => entries!("CAST(a.detail AS JSON) ->> 'key'"),
    };
    let rows = sqlx::query(sql).bind(project.to_string()).bind(key).bind(since.0).bind(most).fetch_all(db).await.map_err(internal)?;
    let entry =
        |row: &sqlx::any::AnyRow| Ok(Entry { what: get(row, "what")?, by: get(row, "by_name")?, detail: json(row, "detail")?, at: Timestamp(get(row, "at")?) });
    rows.iter().map(entry).collect()
}

/// Requests of a prompt since a time, how many of them failed, and when the first of them came.
pub async fn traffic(db: &mut Db, project: ProjectId, prompt: &str, since: Timestamp) -> Result<(i64, i64, Option<Timestamp>), Fault> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(t.requests), 0) AS BIGINT) AS requests, CAST(COALESCE(SUM(t.failed), 0) AS BIGINT) AS failed, MIN(t.slot) AS first \
         FROM traffic t JOIN prompts p ON p.id = t.prompt_id WHERE t.project_id = $1 AND p.project_id = $1 AND p.name = $2 AND t.slot >= $3",
    );
    let row = row.bind(project.to_string()).bind(prompt).bind(since.seconds()).fetch_one(db).await.map_err(internal)?;
    Ok((get(&row, "requests")?, get(&row, "failed")?, get::<Option<i64>>(&row, "first")?.map(Timestamp::from_seconds)))
}
