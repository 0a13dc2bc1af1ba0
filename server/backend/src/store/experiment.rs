//! Experiments: their definitions and lives. What they count stands in [`count`], what waits to be counted in [`inbox`], what
//! pages show beside in [`page`].

mod count;
mod inbox;
mod page;

use atelier_domain::{
    experiment::{Definition, Evidence, Exposed, Requested, Results, Split, State},
    fault::Fault,
    id::{ExperimentId, ProjectId},
    request::Facts,
    timestamp::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::db::{Db, Engine, internal, unique_or_internal};

use super::{broken, get, id, json, text};

pub use count::{arms, last_look, looks, put_arms, put_look, put_units, units};
pub use inbox::{Event, What, is_waiting, note_ids, put as put_events, take, waiting};
pub use page::{Entry, history, traffic};

/// Experiments of a project that are read at once: more than a project may have open.
const LONGEST_LIST: i64 = 1_000;

/// The weights that a phase began with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    pub phase: u32,
    pub at: Timestamp,
    pub weights: Vec<f64>,
}

/// What results need beside what was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    pub phases: Vec<Weights>,
    pub evidence: Evidence,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// `None` where it was archived without one.
    pub variant: Option<String>,
    pub by: String,
    pub at: Timestamp,
    /// The label that was moved to the variant's version.
    pub label: Option<String>,
    /// As they were then.
    pub results: Results,
}

/// An experiment as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: ExperimentId,
    pub project: ProjectId,
    pub definition: Definition,
    pub state: State,
    pub split: Split,
    pub marks: Marks,
    pub decision: Option<Decision>,
    pub created_at: Timestamp,
    pub created_by: String,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, state, definition, split, marks, decision, created_at, created_by, started_at, ended_at, updated_at FROM experiments ",
            $rest
        )
    };
}

fn stored(row: &AnyRow) -> Result<Stored, Fault> {
    let state: String = get(row, "state")?;
    let decision: Option<String> = get(row, "decision")?;
    Ok(Stored {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        definition: json(row, "definition")?,
        state: State::parse(&state).ok_or_else(|| broken("state", &state))?,
        split: json(row, "split")?,
        marks: json(row, "marks")?,
        decision: decision.map(|_| json(row, "decision")).transpose()?,
        created_at: Timestamp(get(row, "created_at")?),
        created_by: get(row, "created_by")?,
        started_at: get::<Option<i64>>(row, "started_at")?.map(Timestamp),
        ended_at: get::<Option<i64>>(row, "ended_at")?.map(Timestamp),
        updated_at: Timestamp(get(row, "updated_at")?),
    })
}

/// # Errors
/// Conflict where the project has one of this key.
pub async fn insert(db: &mut Db, experiment: &Stored) -> Result<(), Fault> {
    let key = &experiment.definition.key;
    let taken = Fault::conflict("experiment_exists", format!("The project has an experiment “{key}” already. Choose another key.")).at("key");
    sqlx::query(
        "INSERT INTO experiments (id, project_id, key, state, definition, split, marks, decision, created_at, created_by, started_at, ended_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(experiment.id.to_string())
    .bind(experiment.project.to_string())
    .bind(key)
    .bind(experiment.state.as_str())
    .bind(text(&experiment.definition))
    .bind(text(&experiment.split))
    .bind(text(&experiment.marks))
    .bind(experiment.decision.as_ref().map(text))
    .bind(experiment.created_at.0)
    .bind(&experiment.created_by)
    .bind(experiment.started_at.map(|at| at.0))
    .bind(experiment.ended_at.map(|at| at.0))
    .bind(experiment.updated_at.0)
    .execute(db)
    .await
    .map_err(unique_or_internal(taken))?;
    Ok(())
}

/// All but its key, its project and who made it.
pub async fn update(db: &mut Db, experiment: &Stored) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE experiments SET state = $2, definition = $3, split = $4, marks = $5, decision = $6, started_at = $7, ended_at = $8, updated_at = $9 \
         WHERE id = $1",
    )
    .bind(experiment.id.to_string())
    .bind(experiment.state.as_str())
    .bind(text(&experiment.definition))
    .bind(text(&experiment.split))
    .bind(text(&experiment.marks))
    .bind(experiment.decision.as_ref().map(text))
    .bind(experiment.started_at.map(|at| at.0))
    .bind(experiment.ended_at.map(|at| at.0))
    .bind(experiment.updated_at.0)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

/// The alarms' marks alone: whoever counts changes nothing else.
pub async fn put_marks(db: &mut Db, experiment: ExperimentId, marks: &Marks) -> Result<(), Fault> {
    sqlx::query("UPDATE experiments SET marks = $2 WHERE id = $1").bind(experiment.to_string()).bind(text(marks)).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn by_id(db: &mut Db, experiment: ExperimentId) -> Result<Option<Stored>, Fault> {
    let row = sqlx::query(columns!("WHERE id = $1")).bind(experiment.to_string()).fetch_optional(db).await.map_err(internal)?;
    row.as_ref().map(stored).transpose()
}

/// The same, and nobody else counts it until this transaction ends.
pub async fn hold(db: &mut Db, engine: Engine, experiment: ExperimentId) -> Result<Option<Stored>, Fault> {
    let sql = match engine {
        // There is one writer.
        Engine::Sqlite => columns!("WHERE id = $1"),
        Engine::Postgres => columns!("WHERE id = $1 FOR UPDATE"),
    };
    sqlx::query(sql).bind(experiment.to_string()).fetch_optional(db).await.map_err(internal)?.as_ref().map(stored).transpose()
}

pub async fn by_key(db: &mut Db, project: ProjectId, key: &str) -> Result<Option<Stored>, Fault> {
    let row = sqlx::query(columns!("WHERE project_id = $1 AND key = $2")).bind(project.to_string()).bind(key);
    row.fetch_optional(db).await.map_err(internal)?.as_ref().map(stored).transpose()
}

pub async fn id_of(db: &mut Db, project: ProjectId, key: &str) -> Result<Option<ExperimentId>, Fault> {
    let row = sqlx::query("SELECT id FROM experiments WHERE project_id = $1 AND key = $2").bind(project.to_string()).bind(key);
    row.fetch_optional(db).await.map_err(internal)?.map(|row| id(&row, "id")).transpose()
}

/// The newest first.
pub async fn list(db: &mut Db, project: ProjectId) -> Result<Vec<Stored>, Fault> {
    let rows = sqlx::query(columns!("WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2")).bind(project.to_string()).bind(LONGEST_LIST);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(stored).collect()
}

/// How many there are.
pub async fn count(db: &mut Db, project: ProjectId) -> Result<i64, Fault> {
    sqlx::query_scalar("SELECT COUNT(*) FROM experiments WHERE project_id = $1").bind(project.to_string()).fetch_one(db).await.map_err(internal)
}

/// An end user's assignments and outcomes are nobody's from now on; what they added to sums stays. Gives how many there were.
pub async fn forget_unit(db: &mut Db, project: ProjectId, unit: &str, instead: &str) -> Result<u64, Fault> {
    let mut gone = 0;
    for sql in [
        "UPDATE experiment_inbox SET unit = $3 WHERE unit = $1 AND experiment_id IN (SELECT id FROM experiments WHERE project_id = $2)",
        "UPDATE experiment_units SET unit = $3 WHERE unit = $1 AND experiment_id IN (SELECT id FROM experiments WHERE project_id = $2)",
    ] {
        let done = sqlx::query(sql).bind(unit).bind(project.to_string()).bind(instead).execute(&mut *db).await.map_err(internal)?;
        gone = done.rows_affected();
    }
    Ok(gone)
}

impl Event {
    pub fn exposed(exposed: &Exposed) -> Self {
        let Exposed { experiment, unit, at, exposure } = exposed;
        Self { experiment: *experiment, unit: unit.clone(), at: *at, what: What::Exposure(json!(exposure)) }
    }

    /// `None` for a request that took no part.
    pub fn requested(experiment: ExperimentId, facts: &Facts) -> Option<Self> {
        let requested = Requested::of(facts)?;
        Some(Self { experiment, unit: facts.unit.clone()?, at: facts.at, what: What::Request(json!(requested)) })
    }
}

/// With what was counted of it.
pub async fn delete(db: &mut Db, experiment: ExperimentId) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM experiment_inbox WHERE experiment_id = $1",
        "DELETE FROM outcome_ids WHERE experiment_id = $1",
        "DELETE FROM experiment_units WHERE experiment_id = $1",
        "DELETE FROM experiment_arms WHERE experiment_id = $1",
        "DELETE FROM experiment_looks WHERE experiment_id = $1",
        "DELETE FROM experiments WHERE id = $1",
    ] {
        sqlx::query(sql).bind(experiment.to_string()).execute(&mut *db).await.map_err(internal)?;
    }
    Ok(())
}
