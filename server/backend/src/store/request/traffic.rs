//! Sums of traffic by the quarter of an hour: what dashboards read instead of requests.

use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    request::Facts,
    timestamp::Timestamp,
    traffic::{By, Slice, Sum},
};
use sqlx::any::AnyRow;

use crate::{
    db::{Db, internal},
    store::get,
};

/// Seconds.
const SLOT: i64 = 900;

/// Adds a request to its slot.
pub async fn upsert(db: &mut Db, facts: &Facts) -> Result<(), Fault> {
    let sum = Sum::of(facts);
    sqlx::query(
        "INSERT INTO traffic (project_id, slot, prompt_id, version, model, key_id, source, requests, failed, from_cache, estimated, unpriced, input, cached, \
         output, reasoning, cost, saved) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (project_id, slot, prompt_id, version, model, key_id, source) DO UPDATE SET requests = traffic.requests + excluded.requests, \
         failed = traffic.failed + excluded.failed, from_cache = traffic.from_cache + excluded.from_cache, estimated = traffic.estimated + excluded.estimated, \
         unpriced = traffic.unpriced + excluded.unpriced, input = traffic.input + excluded.input, cached = traffic.cached + excluded.cached, \
         output = traffic.output + excluded.output, reasoning = traffic.reasoning + excluded.reasoning, cost = traffic.cost + excluded.cost, \
         saved = traffic.saved + excluded.saved",
    )
    .bind(facts.project.to_string())
    .bind(facts.at.seconds().div_euclid(SLOT) * SLOT)
    .bind(facts.prompt.map_or_else(String::new, |prompt| prompt.to_string()))
    .bind(facts.version.map_or(0, i64::from))
    .bind(&facts.model)
    .bind(facts.key.map_or_else(String::new, |key| key.to_string()))
    .bind(facts.source.as_str())
    .bind(sum.requests)
    .bind(sum.failed)
    .bind(sum.from_cache)
    .bind(sum.estimated)
    .bind(sum.unpriced)
    .bind(sum.input)
    .bind(sum.cached)
    .bind(sum.output)
    .bind(sum.reasoning)
    .bind(sum.cost)
    .bind(sum.saved)
    .execute(db)
    .await
    .map_err(internal)?;
    Ok(())
}

macro_rules! summed {
    ($value:literal, $($rest:literal),+) => {
        concat!(
            "SELECT ",
            $value,
            ", CAST(SUM(t.requests) AS BIGINT) AS requests, CAST(SUM(t.failed) AS BIGINT) AS failed, CAST(SUM(t.from_cache) AS BIGINT) AS from_cache, ",
            "CAST(SUM(t.estimated) AS BIGINT) AS estimated, CAST(SUM(t.unpriced) AS BIGINT) AS unpriced, CAST(SUM(t.input) AS BIGINT) AS input, ",
            "CAST(SUM(t.cached) AS BIGINT) AS cached, CAST(SUM(t.output) AS BIGINT) AS output, CAST(SUM(t.reasoning) AS BIGINT) AS reasoning, ",
            "CAST(SUM(t.cost) AS BIGINT) AS cost, CAST(SUM(t.saved) AS BIGINT) AS saved FROM traffic t ",
            $($rest),+
        )
    };
}

macro_rules! sliced {
    ($value:literal, $join:literal, $group:literal) => {
        summed!(
            $value,
            $join,
            " WHERE t.project_id = $1 AND t.slot >= $2 AND t.slot < $3 GROUP BY ",
            $group,
            " ORDER BY cost DESC, requests DESC, value LIMIT $4"
        )
    };
}

/// The sums of a project between two times, by one dimension, the dearest first.
pub async fn slices(db: &mut Db, project: ProjectId, from: Timestamp, to: Timestamp, by: By, most: i64) -> Result<Vec<Slice>, Fault> {
    let sql = match by {
        By::Prompt => sliced!("t.prompt_id AS value, MAX(p.name) AS name", "LEFT JOIN prompts p ON p.id = t.prompt_id", "t.prompt_id"),
        By::Version => sliced!(
            "t.prompt_id || '@' || CAST(t.version AS TEXT) AS value, MAX(p.name) AS name",
            "LEFT JOIN prompts p ON p.id = t.prompt_id",
            "t.prompt_id, t.version"
        ),
        By::Model => sliced!("t.model AS value, t.model AS name", "", "t.model"),
        By::Key => sliced!("t.key_id AS value, MAX(k.name) AS name", "LEFT JOIN api_keys k ON k.id = t.key_id", "t.key_id"),
    };
    let rows = sqlx::query(sql).bind(project.to_string()).bind(from.seconds()).bind(to.seconds()).bind(most);
    let slice = |row: &AnyRow| Ok(Slice { value: get(row, "value")?, name: get(row, "name")?, sum: sum(row)? });
    rows.fetch_all(db).await.map_err(internal)?.iter().map(slice).collect()
}

/// The sums of each step of so many seconds, as steps since 1970; steps without traffic are left out.
pub async fn steps(db: &mut Db, project: ProjectId, from: Timestamp, to: Timestamp, seconds: i64) -> Result<Vec<(i64, Sum)>, Fault> {
    let rows = sqlx::query(summed!("t.slot / $4 AS step", "WHERE t.project_id = $1 AND t.slot >= $2 AND t.slot < $3 GROUP BY 1 ORDER BY 1"));
    let rows = rows.bind(project.to_string()).bind(from.seconds()).bind(to.seconds()).bind(seconds).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "step")?, sum(row)?))).collect()
}

/// When a project's first request came, to a quarter of an hour.
pub async fn first(db: &mut Db, project: ProjectId) -> Result<Option<Timestamp>, Fault> {
    let first: Option<i64> =
        sqlx::query_scalar("SELECT MIN(slot) FROM traffic WHERE project_id = $1").bind(project.to_string()).fetch_one(db).await.map_err(internal)?;
    Ok(first.map(Timestamp::from_seconds))
}

fn sum(row: &AnyRow) -> Result<Sum, Fault> {
    Ok(Sum {
        requests: get(row, "requests")?,
        failed: get(row, "failed")?,
        from_cache: get(row, "from_cache")?,
        estimated: get(row, "estimated")?,
        unpriced: get(row, "unpriced")?,
        input: get(row, "input")?,
        cached: get(row, "cached")?,
        output: get(row, "output")?,
        reasoning: get(row, "reasoning")?,
        cost: get(row, "cost")?,
        saved: get(row, "saved")?,
    })
}
