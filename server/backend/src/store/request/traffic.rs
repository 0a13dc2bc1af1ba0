//! Sums of traffic by the quarter of an hour: what dashboards read instead of requests.

use atelier_domain::{cost::Nanos, fault::Fault, id::ProjectId, request::Facts, timestamp::Timestamp};
use sqlx::any::AnyRow;

use crate::{
    db::{Db, internal},
    store::get,
};

/// Seconds.
const SLOT: i64 = 900;

/// What a slot of one kind of traffic comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub requests: i64,
    pub failed: i64,
    pub from_cache: i64,
    pub estimated: i64,
    pub unpriced: i64,
    pub input: i64,
    pub cached: i64,
    pub output: i64,
    pub reasoning: i64,
    pub cost: i64,
    pub saved: i64,
}

impl Sum {
    fn of(facts: &Facts) -> Self {
        use atelier_domain::request::{CacheVerdict, Outcome};
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let hit = matches!(facts.cache, CacheVerdict::Exact | CacheVerdict::Semantic);
        Self {
            requests: 1,
            failed: i64::from(matches!(facts.outcome, Outcome::Failed | Outcome::Refused)),
            from_cache: i64::from(hit),
            estimated: i64::from(facts.estimated),
            unpriced: i64::from(facts.cost.is_none() && facts.usage.input + facts.usage.output > 0),
            input: count(facts.usage.input),
            cached: count(facts.usage.cached),
            output: count(facts.usage.output),
            reasoning: count(facts.usage.reasoning),
            cost: facts.cost.map_or(0, |cost| cost.0),
            saved: facts.saved.0,
        }
    }
}

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

/// A dimension of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Prompt,
    Version,
    Model,
    Key,
}

/// The sums of a project between two times, by one dimension: its value (a prompt's id, `id@version`, a model, a key's id) and the sum, the dearest first.
pub async fn sums(db: &mut Db, project: ProjectId, from: Timestamp, to: Timestamp, by: By, most: i64) -> Result<Vec<(String, Sum)>, Fault> {
    macro_rules! grouped {
        ($value:literal, $group:literal) => {
            concat!(
                "SELECT ",
                $value,
                " AS value, CAST(SUM(requests) AS BIGINT) AS requests, CAST(SUM(failed) AS BIGINT) AS failed, ",
                "CAST(SUM(from_cache) AS BIGINT) AS from_cache, CAST(SUM(estimated) AS BIGINT) AS estimated, CAST(SUM(unpriced) AS BIGINT) AS unpriced, ",
                "CAST(SUM(input) AS BIGINT) AS input, CAST(SUM(cached) AS BIGINT) AS cached, CAST(SUM(output) AS BIGINT) AS output, ",
                "CAST(SUM(reasoning) AS BIGINT) AS reasoning, CAST(SUM(cost) AS BIGINT) AS cost, CAST(SUM(saved) AS BIGINT) AS saved ",
                "FROM traffic WHERE project_id = $1 AND slot >= $2 AND slot < $3 GROUP BY ",
                $group,
                " ORDER BY 11 DESC, 2 DESC LIMIT $4"
            )
        };
    }
    let sql = match by {
        By::Prompt => grouped!("prompt_id", "prompt_id"),
        By::Version => grouped!("prompt_id || '@' || CAST(version AS TEXT)", "prompt_id, version"),
        By::Model => grouped!("model", "model"),
        By::Key => grouped!("key_id", "key_id"),
    };
    let rows = sqlx::query(sql).bind(project.to_string()).bind(from.seconds()).bind(to.seconds()).bind(most);
    rows.fetch_all(db).await.map_err(internal)?.iter().map(|row| Ok((get(row, "value")?, sum(row)?))).collect()
}

/// The sums of each day, in UTC, as days since 1970.
pub async fn by_day(db: &mut Db, project: ProjectId, from: Timestamp, to: Timestamp) -> Result<Vec<(i64, Sum)>, Fault> {
    let rows = sqlx::query(
        "SELECT slot / 86400 AS day, CAST(SUM(requests) AS BIGINT) AS requests, CAST(SUM(failed) AS BIGINT) AS failed, \
         CAST(SUM(from_cache) AS BIGINT) AS from_cache, CAST(SUM(estimated) AS BIGINT) AS estimated, CAST(SUM(unpriced) AS BIGINT) AS unpriced, \
         CAST(SUM(input) AS BIGINT) AS input, CAST(SUM(cached) AS BIGINT) AS cached, CAST(SUM(output) AS BIGINT) AS output, \
         CAST(SUM(reasoning) AS BIGINT) AS reasoning, CAST(SUM(cost) AS BIGINT) AS cost, CAST(SUM(saved) AS BIGINT) AS saved \
         FROM traffic WHERE project_id = $1 AND slot >= $2 AND slot < $3 GROUP BY slot / 86400 ORDER BY 1",
    );
    let rows = rows.bind(project.to_string()).bind(from.seconds()).bind(to.seconds()).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(|row| Ok((get(row, "day")?, sum(row)?))).collect()
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

impl Sum {
    pub fn cost(&self) -> Nanos {
        Nanos(self.cost)
    }
}
