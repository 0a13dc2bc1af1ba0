//! What came for experiments and is not counted yet. Whoever counts a row deletes it in the same transaction.

use std::collections::HashSet;

use atelier_domain::{fault::Fault, id::ExperimentId, timestamp::Timestamp};
use serde::Serialize;
use serde_json::Value;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    db::{Db, Engine, internal},
    store::{get, id, json, text},
};

/// Of one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub experiment: ExperimentId,
    pub unit: String,
    pub at: Timestamp,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// In millionths.
    Outcome { name: String, value: i64 },
    /// In millionths; or one that counts no longer.
    Score { name: String, value: i64, counts: bool },
    /// JSON.
    Exposure(Value),
    /// JSON.
    Request(Value),
}

#[derive(Serialize)]
struct Row<'a> {
    id: Uuid,
    experiment_id: String,
    unit: &'a str,
    kind: &'static str,
    name: &'a str,
    value: i64,
    more: String,
    at: i64,
}

impl<'a> From<&'a Event> for Row<'a> {
    fn from(event: &'a Event) -> Self {
        let (kind, name, value, more) = match &event.what {
            What::Outcome { name, value } => ("outcome", name.as_str(), *value, String::new()),
            What::Score { name, value, counts: true } => ("score", name.as_str(), *value, String::new()),
            What::Score { name, value, counts: false } => ("unscore", name.as_str(), *value, String::new()),
            What::Exposure(more) => ("exposure", "", 0, text(more)),
            What::Request(more) => ("request", "", 0, text(more)),
        };
        Self { id: Uuid::now_v7(), experiment_id: event.experiment.to_string(), unit: &event.unit, kind, name, value, more, at: event.at.0 }
    }
}

/// One statement for all of them.
pub async fn put(db: &mut Db, engine: Engine, events: &[Event]) -> Result<(), Fault> {
    if events.is_empty() {
        return Ok(());
    }
    let sql = match engine {
        Engine::Sqlite => {
            "INSERT INTO experiment_inbox (id, experiment_id, unit, kind, name, value, more, at) \
             SELECT value ->> 'id', value ->> 'experiment_id', value ->> 'unit', value ->> 'kind', value ->> 'name', value ->> 'value', value ->> 'more', \
             value ->> 'at' FROM json_each($1)"
        }
        Engine::Postgres => {
            "INSERT INTO experiment_inbox (id, experiment_id, unit, kind, name, value, more, at) \
             SELECT id, experiment_id, unit, kind, name, value, more, at FROM json_to_recordset(CAST($1 AS JSON)) AS \
             rows (id TEXT, experiment_id TEXT, unit TEXT, kind TEXT, name TEXT, value BIGINT, more TEXT, at BIGINT)"
        }
    };
    let rows: Vec<Row> = events.iter().map(Row::from).collect();
    sqlx::query(sql).bind(text(&rows)).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Notes these ids of outcomes, and gives those that were not noted before.
pub async fn note_ids(db: &mut Db, engine: Engine, ids: &[(ExperimentId, &str)]) -> Result<HashSet<(ExperimentId, String)>, Fault> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = match engine {
        // Nobody writes between the two. Few were noted before, and each row that comes back takes longer than one that goes in.
        Engine::Sqlite => {
            let known =
                "SELECT o.experiment_id, o.id FROM json_each($1) j CROSS JOIN outcome_ids o ON o.experiment_id = j.value ->> 0 AND o.id = j.value ->> 1";
            let known = sqlx::query(known).bind(text(&ids)).fetch_all(&mut *db).await.map_err(internal)?;
            let known = pairs(&known)?;
            let new = ids.iter().map(|(experiment, id)| (*experiment, (*id).to_owned())).filter(|pair| !known.contains(pair)).collect();
            let sql = "INSERT INTO outcome_ids (experiment_id, id) SELECT value ->> 0, value ->> 1 FROM json_each($1) WHERE TRUE ON CONFLICT DO NOTHING";
            sqlx::query(sql).bind(text(&ids)).execute(db).await.map_err(internal)?;
            return Ok(new);
        }
        Engine::Postgres => {
            let sql = "INSERT INTO outcome_ids (experiment_id, id) SELECT pair ->> 0, pair ->> 1 FROM json_array_elements(CAST($1 AS JSON)) AS pair \
                       ON CONFLICT DO NOTHING RETURNING experiment_id, id";
            sqlx::query(sql).bind(text(&ids)).fetch_all(db).await.map_err(internal)?
        }
    };
    pairs(&rows)
}

fn pairs(rows: &[AnyRow]) -> Result<HashSet<(ExperimentId, String)>, Fault> {
    rows.iter().map(|row| Ok((id(row, "experiment_id")?, get(row, "id")?))).collect()
}

/// Takes the oldest out, at most so many.
pub async fn take(db: &mut Db, experiment: ExperimentId, most: i64) -> Result<Vec<Event>, Fault> {
    let rows = sqlx::query(
        "DELETE FROM experiment_inbox WHERE experiment_id = $1 AND id IN (SELECT id FROM experiment_inbox WHERE experiment_id = $1 ORDER BY id LIMIT $2) \
         RETURNING unit, kind, name, value, more, at",
    );
    let rows = rows.bind(experiment.to_string()).bind(most).fetch_all(db).await.map_err(internal)?;
    let event = |row: &AnyRow| {
        let kind: String = get(row, "kind")?;
        let what = match kind.as_str() {
            "outcome" => What::Outcome { name: get(row, "name")?, value: get(row, "value")? },
            "score" | "unscore" => What::Score { name: get(row, "name")?, value: get(row, "value")?, counts: kind == "score" },
            "exposure" => What::Exposure(json(row, "more")?),
            _ => What::Request(json(row, "more")?),
        };
        Ok(Event { experiment, unit: get(row, "unit")?, at: Timestamp(get(row, "at")?), what })
    };
    rows.iter().map(event).collect()
}

/// Experiments of which something waits.
pub async fn waiting(db: &mut Db) -> Result<Vec<ExperimentId>, Fault> {
    let rows = sqlx::query("SELECT e.id FROM experiments e WHERE EXISTS (SELECT 1 FROM experiment_inbox i WHERE i.experiment_id = e.id)");
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| id(row, "id")).collect()
}

pub async fn is_waiting(db: &mut Db, experiment: ExperimentId) -> Result<bool, Fault> {
    let row = sqlx::query("SELECT id FROM experiment_inbox WHERE experiment_id = $1 LIMIT 1").bind(experiment.to_string());
    Ok(row.fetch_optional(db).await.map_err(internal)?.is_some())
}
