//! What experiments have counted: units, sums, and looks at the results.

use std::collections::HashMap;

use atelier_domain::{
    experiment::{Arm, Arms, Place},
    fault::Fault,
    id::ExperimentId,
    timestamp::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    db::{Db, Engine, internal},
    store::{get, json, number, text},
};

/// The states of these units, of those that are known.
pub async fn units<T: DeserializeOwned>(db: &mut Db, engine: Engine, experiment: ExperimentId, units: &[&str]) -> Result<HashMap<String, T>, Fault> {
    let sql = match engine {
        Engine::Sqlite => "SELECT unit, state FROM experiment_units WHERE experiment_id = $1 AND unit IN (SELECT value FROM json_each($2))",
        Engine::Postgres => "SELECT unit, state FROM experiment_units WHERE experiment_id = $1 AND unit IN (SELECT json_array_elements_text(CAST($2 AS JSON)))",
    };
    let rows = sqlx::query(sql).bind(experiment.to_string()).bind(text(&units)).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "unit")?, json(row, "state")?))).collect()
}

#[derive(Serialize)]
struct UnitRow<'a> {
    unit: &'a str,
    state: String,
}

pub async fn put_units<T: Serialize>(db: &mut Db, engine: Engine, experiment: ExperimentId, units: &[(&str, &T)]) -> Result<(), Fault> {
    let sql = match engine {
        Engine::Sqlite => {
            "INSERT INTO experiment_units (experiment_id, unit, state) SELECT $1, value ->> 'unit', value ->> 'state' FROM json_each($2) WHERE TRUE \
             ON CONFLICT (experiment_id, unit) DO UPDATE SET state = excluded.state"
        }
        Engine::Postgres => {
            "INSERT INTO experiment_units (experiment_id, unit, state) \
             SELECT $1, unit, state FROM json_to_recordset(CAST($2 AS JSON)) AS rows (unit TEXT, state TEXT) \
             ON CONFLICT (experiment_id, unit) DO UPDATE SET state = excluded.state"
        }
    };
    let rows: Vec<UnitRow> = units.iter().map(|(unit, state)| UnitRow { unit, state: text(state) }).collect();
    sqlx::query(sql).bind(experiment.to_string()).bind(text(&rows)).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn arms(db: &mut Db, experiment: ExperimentId) -> Result<Arms, Fault> {
    let rows = sqlx::query("SELECT phase, slice, variant, arm FROM experiment_arms WHERE experiment_id = $1");
    let arm = |row: &sqlx::any::AnyRow| {
        let position = |column| get::<i64>(row, column).map(number);
        Ok((Place { phase: position("phase")?, slice: get(row, "slice")?, variant: position("variant")? }, json(row, "arm")?))
    };
    rows.bind(experiment.to_string()).fetch_all(db).await.map_err(internal)?.iter().map(arm).collect()
}

pub async fn put_arms(db: &mut Db, experiment: ExperimentId, arms: impl Iterator<Item = (&Place, &Arm)>) -> Result<(), Fault> {
    for (place, arm) in arms {
        sqlx::query(
            "INSERT INTO experiment_arms (experiment_id, phase, slice, variant, arm) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (experiment_id, phase, slice, variant) DO UPDATE SET arm = excluded.arm",
        )
        .bind(experiment.to_string())
        .bind(i64::from(place.phase))
        .bind(&place.slice)
        .bind(i64::from(place.variant))
        .bind(text(arm))
        .execute(&mut *db)
        .await
        .map_err(internal)?;
    }
    Ok(())
}

/// Results as they were when so many units had been counted.
pub async fn put_look(db: &mut Db, experiment: ExperimentId, units: i64, at: Timestamp, results: &impl Serialize) -> Result<(), Fault> {
    let insert = sqlx::query("INSERT INTO experiment_looks (experiment_id, units, at, results) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
    insert.bind(experiment.to_string()).bind(units).bind(at.0).bind(text(results)).execute(db).await.map_err(internal)?;
    Ok(())
}

/// Units of the last look.
pub async fn last_look(db: &mut Db, experiment: ExperimentId) -> Result<Option<i64>, Fault> {
    let last = sqlx::query_scalar("SELECT MAX(units) FROM experiment_looks WHERE experiment_id = $1").bind(experiment.to_string());
    last.fetch_one(db).await.map_err(internal)
}

/// The oldest first: units, when, and the results.
pub async fn looks<T: DeserializeOwned>(db: &mut Db, experiment: ExperimentId, most: i64) -> Result<Vec<(i64, Timestamp, T)>, Fault> {
    let rows = sqlx::query("SELECT units, at, results FROM experiment_looks WHERE experiment_id = $1 ORDER BY units LIMIT $2");
    let rows = rows.bind(experiment.to_string()).bind(most).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "units")?, Timestamp(get(row, "at")?), json(row, "results")?))).collect()
}
