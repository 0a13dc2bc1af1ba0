//! Requests: written in groups by the journal's mover, listed by `seq`, found by their words.

mod read;
mod traffic;
mod words;

use atelier_domain::{
    fault::Fault,
    id::ProjectId,
    request::{Facts, Record},
    timestamp::Timestamp,
};

use crate::db::{Db, Engine, internal};

use super::text;

use read::LONGEST;
pub use read::{Wanted, body, by_id, count_since, list};
pub use traffic::{first as first_traffic, slices, steps, upsert as add_traffic};

/// What fits below a request's number in microseconds.
pub const STEP: i64 = 1_024;

/// Writes a request, unless it is there already; says whether it was new.
pub async fn insert(db: &mut Db, seq: i64, record: &Record) -> Result<bool, Fault> {
    let facts = &record.facts;
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let done = sqlx::query(
        "INSERT INTO requests (seq, id, project_id, at, source, endpoint, key_id, end_user, session, trace_id, tags, prompt_id, version, experiment, variant, \
         run_id, model, outcome, status, code, streamed, cache, input, cached, cache_write, image, output, reasoning, estimated, cost, saved, queue_us, upstream_us, \
         first_us, whole_us, retries, asked, unit) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, \
         $31, $32, $33, $34, $35, $36, $37, $38) ON CONFLICT (id) DO NOTHING",
    )
    .bind(seq)
    .bind(facts.id.to_string())
    .bind(facts.project.to_string())
    .bind(facts.at.0)
    .bind(facts.source.as_str())
    .bind(facts.endpoint.as_str())
    .bind(facts.key.map(|key| key.to_string()))
    .bind(facts.user.as_deref())
    .bind(facts.session.as_deref())
    .bind(facts.trace.as_deref())
    .bind(text(&facts.tags))
    .bind(facts.prompt.map(|prompt| prompt.to_string()))
    .bind(facts.version.map(i64::from))
    .bind(facts.experiment.as_deref())
    .bind(facts.variant.as_deref())
    .bind(facts.run.map(|run| run.to_string()))
    .bind(&facts.model)
    .bind(facts.outcome.as_str())
    .bind(i64::from(facts.status))
    .bind(facts.code.as_deref())
    .bind(i64::from(facts.streamed))
    .bind(facts.cache.as_str())
    .bind(count(facts.usage.input))
    .bind(count(facts.usage.cached))
    .bind(count(facts.usage.cache_write))
    .bind(count(facts.usage.image))
    .bind(count(facts.usage.output))
    .bind(count(facts.usage.reasoning))
    .bind(i64::from(facts.estimated))
    .bind(facts.cost.map(|cost| cost.0))
    .bind(facts.saved.0)
    .bind(count(facts.times.queue))
    .bind(count(facts.times.upstream))
    .bind(facts.times.first.map(count))
    .bind(count(facts.times.whole))
    .bind(i64::from(facts.retries))
    .bind(&record.asked)
    .bind(facts.unit.as_deref())
    .execute(&mut *db)
    .await
    .map_err(internal)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for tag in &facts.tags {
        let insert = sqlx::query("INSERT INTO request_tags (project_id, tag, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        insert.bind(facts.project.to_string()).bind(tag).bind(seq).execute(&mut *db).await.map_err(internal)?;
    }
    Ok(true)
}

/// Its texts, compressed, and the words that they are found by.
pub async fn insert_body(db: &mut Db, engine: Engine, seq: i64, body: Vec<u8>, words: &str) -> Result<(), Fault> {
    sqlx::query("INSERT INTO request_bodies (seq, body) VALUES ($1, $2)").bind(seq).bind(body).execute(&mut *db).await.map_err(internal)?;
    insert_words(db, engine, seq, words).await
}

pub async fn insert_words(db: &mut Db, engine: Engine, seq: i64, words: &str) -> Result<(), Fault> {
    let sql = match engine {
        Engine::Sqlite => "INSERT INTO request_words (rowid, words) VALUES ($1, $2)",
        Engine::Postgres => "INSERT INTO request_words (seq, words) VALUES ($1, to_tsvector('simple', $2))",
    };
    // Postgres takes addresses, numbers with a dash and paths for one word each; a search names their parts.
    let words: String = words.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    sqlx::query(sql).bind(seq).bind(words).execute(db).await.map_err(internal)?;
    Ok(())
}

/// How many bytes of a journal's file are in the database.
pub async fn place(db: &mut Db, file: &str) -> Result<i64, Fault> {
    let moved: Option<i64> = sqlx::query_scalar("SELECT moved FROM journal_places WHERE file = $1").bind(file).fetch_optional(db).await.map_err(internal)?;
    Ok(moved.unwrap_or_default())
}

pub async fn put_place(db: &mut Db, file: &str, moved: i64) -> Result<(), Fault> {
    let put = sqlx::query("INSERT INTO journal_places (file, moved) VALUES ($1, $2) ON CONFLICT (file) DO UPDATE SET moved = excluded.moved");
    put.bind(file).bind(moved).execute(db).await.map_err(internal)?;
    Ok(())
}

pub async fn delete_place(db: &mut Db, file: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM journal_places WHERE file = $1").bind(file).execute(db).await.map_err(internal)?;
    Ok(())
}

/// The number of the last request.
pub async fn last(db: &mut Db) -> Result<i64, Fault> {
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(seq) FROM requests").fetch_one(db).await.map_err(internal)?;
    Ok(last.unwrap_or_default())
}

/// The numbers of requests that are to go: those before a time, or of one end user.
pub async fn doomed(db: &mut Db, project: ProjectId, before: Option<Timestamp>, user: Option<&str>, most: i64) -> Result<Vec<i64>, Fault> {
    let sql = match user {
        Some(_) => "SELECT seq FROM requests WHERE project_id = $1 AND end_user = $3 AND at < $2 AND seq < $5 ORDER BY seq LIMIT $4",
        None => "SELECT seq FROM requests WHERE project_id = $1 AND at < $2 AND seq < $5 AND $3 = '' ORDER BY seq LIMIT $4",
    };
    let query = sqlx::query_scalar(sql).bind(project.to_string()).bind(before.map_or(i64::MAX, |before| before.0)).bind(user.unwrap_or_default());
    // Numbers follow the end of requests: what is younger is not even looked at.
    let bound = before.map_or(i64::MAX, |before| before.0.saturating_add(LONGEST).saturating_mul(STEP));
    query.bind(most).bind(bound).fetch_all(db).await.map_err(internal)
}

/// Deletes requests with all that belongs to them. What they cost stays in the sums.
pub async fn delete(db: &mut Db, engine: Engine, seqs: &[i64]) -> Result<(), Fault> {
    let words = match engine {
        Engine::Sqlite => "DELETE FROM request_words WHERE rowid = $1",
        Engine::Postgres => "DELETE FROM request_words WHERE seq = $1",
    };
    // What programs asked through REST is kept as long as its request; what people try out in the studio is theirs.
    let run = "SELECT run_id FROM requests WHERE seq = $1 AND source = 'api'";
    for table in ["run_details WHERE run_id", "runs WHERE id"] {
        for seq in seqs {
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} IN ({run})"))).bind(seq).execute(&mut *db).await.map_err(internal)?;
        }
    }
    for sql in ["DELETE FROM request_bodies WHERE seq = $1", words, "DELETE FROM request_tags WHERE seq = $1", "DELETE FROM requests WHERE seq = $1"] {
        for seq in seqs {
            sqlx::query(sql).bind(seq).execute(&mut *db).await.map_err(internal)?;
        }
    }
    Ok(())
}

/// A request's number, its user and its compressed texts.
pub type Unindexed = (i64, Option<String>, Vec<u8>);

/// Texts without words, as after a restore: the newest of them before `before`.
pub async fn unindexed(db: &mut Db, engine: Engine, before: i64, most: i64) -> Result<Vec<Unindexed>, Fault> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT b.seq, r.end_user, b.body FROM request_bodies b JOIN requests r ON r.seq = b.seq WHERE b.seq < $1 \
             AND NOT EXISTS (SELECT 1 FROM request_words w WHERE w.rowid = b.seq) ORDER BY b.seq DESC LIMIT $2"
        }
        Engine::Postgres => {
            "SELECT b.seq, r.end_user, b.body FROM request_bodies b JOIN requests r ON r.seq = b.seq WHERE b.seq < $1 \
             AND NOT EXISTS (SELECT 1 FROM request_words w WHERE w.seq = b.seq) ORDER BY b.seq DESC LIMIT $2"
        }
    };
    sqlx::query_as(sql).bind(before).bind(most).fetch_all(db).await.map_err(internal)
}

/// Whether the oldest texts have their words: they get them last.
pub async fn is_indexed(db: &mut Db, engine: Engine) -> Result<bool, Fault> {
    let oldest: Option<i64> = sqlx::query_scalar("SELECT MIN(seq) FROM request_bodies").fetch_one(&mut *db).await.map_err(internal)?;
    let Some(oldest) = oldest else { return Ok(true) };
    let sql = match engine {
        Engine::Sqlite => "SELECT rowid FROM request_words WHERE rowid = $1",
        Engine::Postgres => "SELECT seq FROM request_words WHERE seq = $1",
    };
    Ok(sqlx::query(sql).bind(oldest).fetch_optional(db).await.map_err(internal)?.is_some())
}

/// What a number says of when its request ended, and the other way round.
pub fn seq_of(facts: &Facts) -> i64 {
    let whole = i64::try_from(facts.times.whole).unwrap_or_default();
    facts.at.0.saturating_add(whole).saturating_mul(STEP)
}
