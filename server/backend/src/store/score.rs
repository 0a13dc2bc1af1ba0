//! Scores: what may be said, by name and version, and what was said. A score is joined to its request once that is on record.

use atelier_domain::{
    fault::Fault,
    feedback::{Definition, Said, ScoreSource, Target},
    id::{ProjectId, PromptId, RequestId, ScoreId},
    prompt::PromptName,
    timestamp::Timestamp,
};
use serde::Serialize;
use sqlx::any::AnyRow;

use crate::db::{Db, Engine, internal};

use super::{
    broken, get, id, json, number,
    sql::{Bound, Sql},
    text,
};

/// Names of a project that are read at once.
const LONGEST_LIST: i64 = 1_000;
/// How long a request is waited for: it is on record within a second, or was never made.
const PATIENCE: i64 = 3_600;

/// A definition as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Defined {
    pub name: String,
    pub version: u32,
    pub definition: Definition,
    pub created_at: Timestamp,
    pub created_by: String,
    pub archived: bool,
}

/// A score that is to be kept.
#[derive(Clone, Debug)]
pub struct Given {
    pub id: ScoreId,
    /// A hash of the sender's id.
    pub sent: Option<String>,
    pub name: String,
    pub definition: Option<u32>,
    pub said: Said,
    pub comment: Option<String>,
    pub target: Target,
    pub source: ScoreSource,
    pub author: String,
    pub at: Timestamp,
}

/// A score that was kept, with what is known of its request.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    pub id: ScoreId,
    pub name: String,
    pub definition: Option<u32>,
    pub said: Said,
    pub comment: Option<String>,
    pub target: Target,
    pub source: ScoreSource,
    pub author: String,
    pub at: Timestamp,
    pub user: Option<String>,
    pub prompt: Option<(PromptId, Option<PromptName>)>,
    pub version: Option<u32>,
    pub model: Option<String>,
    pub experiment: Option<String>,
    pub variant: Option<String>,
}

/// A joined score as experiments count it.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    pub id: ScoreId,
    pub project: ProjectId,
    pub name: String,
    pub value: Option<i64>,
    pub experiment: Option<String>,
    pub unit: Option<String>,
}

/// Which scores. All that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreFilter {
    pub name: Option<String>,
    pub request: Option<RequestId>,
    pub prompt: Option<PromptId>,
    pub version: Option<u32>,
    pub source: Option<ScoreSource>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: ScoreId,
    sent: Option<&'a str>,
    name: &'a str,
    definition: Option<u32>,
    kind: &'a str,
    value: Option<i64>,
    said: Option<&'a str>,
    comment: Option<&'a str>,
    source: &'static str,
    author: &'a str,
    at: i64,
    request_id: Option<RequestId>,
    trace_id: Option<&'a str>,
    span_id: Option<&'a str>,
}

impl<'a> From<&'a Given> for Row<'a> {
    fn from(given: &'a Given) -> Self {
        let (request_id, trace_id, span_id) = match &given.target {
            Target::Request(request) => (Some(*request), None, None),
            Target::Trace { trace, span } => (None, Some(trace.as_str()), span.as_deref()),
        };
        Self {
            id: given.id,
            sent: given.sent.as_deref(),
            name: &given.name,
            definition: given.definition,
            kind: given.said.kind,
            value: given.said.value,
            said: given.said.words.as_deref(),
            comment: given.comment.as_deref(),
            source: given.source.as_str(),
            author: &given.author,
            at: given.at.0,
            request_id,
            trace_id,
            span_id,
        }
    }
}

macro_rules! put {
    ($rows:literal) => {
        concat!(
            "INSERT INTO scores (id, project_id, sent, name, definition, kind, value, said, comment, source, author, at, request_id, trace_id, span_id, \
             joined, end_user, prompt_id, version, model, experiment, variant, unit) ",
            $rows,
            "ON CONFLICT (project_id, sent) DO UPDATE SET name = excluded.name, definition = excluded.definition, kind = excluded.kind, \
             value = excluded.value, said = excluded.said, comment = excluded.comment, source = excluded.source, author = excluded.author, \
             at = excluded.at, request_id = excluded.request_id, trace_id = excluded.trace_id, span_id = excluded.span_id, \
             joined = excluded.joined, end_user = excluded.end_user, prompt_id = excluded.prompt_id, version = excluded.version, \
             model = excluded.model, experiment = excluded.experiment, variant = excluded.variant, unit = excluded.unit \
             RETURNING id, project_id, name, value, experiment, unit, joined"
        )
    };
}

/// Puts them down in one statement, those whose ids came before in the place of what they were, and gives those that are joined.
/// No two of them may have one id.
pub async fn put(db: &mut Db, engine: Engine, project: ProjectId, given: &[Given]) -> Result<Vec<Counted>, Fault> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let sql = match engine {
        Engine::Sqlite => put!(
            "SELECT j.value ->> 'id', $2, j.value ->> 'sent', j.value ->> 'name', j.value ->> 'definition', j.value ->> 'kind', j.value ->> 'value', \
             j.value ->> 'said', j.value ->> 'comment', j.value ->> 'source', j.value ->> 'author', j.value ->> 'at', j.value ->> 'request_id', \
             j.value ->> 'trace_id', j.value ->> 'span_id', CASE WHEN r.seq IS NULL AND j.value ->> 'request_id' IS NOT NULL THEN 0 ELSE 1 END, \
             r.end_user, r.prompt_id, r.version, r.model, r.experiment, r.variant, r.unit \
             FROM json_each($1) j LEFT JOIN requests r ON r.id = j.value ->> 'request_id' AND r.project_id = $2 WHERE TRUE "
        ),
        Engine::Postgres => put!(
            "SELECT j.id, $2, j.sent, j.name, j.definition, j.kind, j.value, j.said, j.comment, j.source, j.author, j.at, j.request_id, j.trace_id, j.span_id, \
             CASE WHEN r.seq IS NULL AND j.request_id IS NOT NULL THEN 0 ELSE 1 END, \
             r.end_user, r.prompt_id, r.version, r.model, r.experiment, r.variant, r.unit \
             FROM json_to_recordset(CAST($1 AS JSON)) AS j (id TEXT, sent TEXT, name TEXT, definition BIGINT, kind TEXT, value BIGINT, said TEXT, comment TEXT, \
             source TEXT, author TEXT, at BIGINT, request_id TEXT, trace_id TEXT, span_id TEXT) \
             LEFT JOIN requests r ON r.id = j.request_id AND r.project_id = $2 "
        ),
    };
    let rows: Vec<Row> = given.iter().map(Row::from).collect();
    let rows = sqlx::query(sql).bind(text(&rows)).bind(project.to_string()).fetch_all(db).await.map_err(internal)?;
    let joined = |row: &&AnyRow| get::<i64>(row, "joined").is_ok_and(|joined| joined == 1);
    rows.iter().filter(joined).map(counted).collect()
}

/// What was sent under these ids before and counts already.
pub async fn replaced(db: &mut Db, engine: Engine, project: ProjectId, sent: &[&str]) -> Result<Vec<Counted>, Fault> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT id, project_id, name, value, experiment, unit FROM scores WHERE project_id = $1 AND joined = 1 AND sent IN (SELECT value FROM json_each($2))"
        }
        Engine::Postgres => {
            "SELECT id, project_id, name, value, experiment, unit FROM scores WHERE project_id = $1 AND joined = 1 \
             AND sent IN (SELECT json_array_elements_text(CAST($2 AS JSON))) FOR UPDATE"
        }
    };
    sqlx::query(sql).bind(project.to_string()).bind(text(&sent)).fetch_all(db).await.map_err(internal)?.iter().map(counted).collect()
}

/// Joins scores that came before their requests were on record, at most so many, and gives them.
pub async fn join(db: &mut Db, now: Timestamp, most: i64) -> Result<Vec<Counted>, Fault> {
    let rows = sqlx::query(
        "UPDATE scores SET joined = 1, end_user = r.end_user, prompt_id = r.prompt_id, version = r.version, model = r.model, experiment = r.experiment, \
         variant = r.variant, unit = r.unit FROM requests r WHERE r.id = scores.request_id AND r.project_id = scores.project_id AND scores.id IN \
         (SELECT s.id FROM scores s JOIN requests q ON q.id = s.request_id AND q.project_id = s.project_id WHERE s.joined = 0 AND s.at > $1 LIMIT $2) \
         RETURNING scores.id AS id, scores.project_id AS project_id, scores.name AS name, scores.value AS value, scores.experiment AS experiment, \
         scores.unit AS unit",
    );
    let rows = rows.bind(now.plus_seconds(-PATIENCE).0).bind(most).fetch_all(db).await.map_err(internal)?;
    rows.iter().map(counted).collect()
}

/// Whether some wait for requests that are on record by now.
pub async fn waits(db: &mut Db, now: Timestamp) -> Result<bool, Fault> {
    let row = sqlx::query(
        "SELECT s.id FROM scores s JOIN requests r ON r.id = s.request_id AND r.project_id = s.project_id WHERE s.joined = 0 AND s.at > $1 LIMIT 1",
    );
    Ok(row.bind(now.plus_seconds(-PATIENCE).0).fetch_optional(db).await.map_err(internal)?.is_some())
}

fn counted(row: &AnyRow) -> Result<Counted, Fault> {
    Ok(Counted {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        name: get(row, "name")?,
        value: get(row, "value")?,
        experiment: get(row, "experiment")?,
        unit: get(row, "unit")?,
    })
}

/// The newest first: those before this one.
pub async fn list(db: &mut Db, project: ProjectId, filter: &ScoreFilter, before: Option<ScoreId>, limit: i64) -> Result<Vec<Score>, Fault> {
    let mut sql = Sql::new(
        "SELECT s.id, s.name, s.definition, s.kind, s.value, s.said, s.comment, s.source, s.author, s.at, s.request_id, s.trace_id, s.span_id, s.end_user, \
         s.prompt_id, s.version, s.model, s.experiment, s.variant, p.name AS prompt_name FROM scores s LEFT JOIN prompts p ON p.id = s.prompt_id \
         WHERE s.project_id = ",
    );
    let some = |text: String| Some(Bound::Text(text));
    sql.place(Bound::Text(project.to_string()));
    sql.and(false, "s.request_id", " = ", filter.request.and_then(|id| some(id.to_string())));
    sql.and(false, "s.prompt_id", " = ", filter.prompt.and_then(|id| some(id.to_string())));
    sql.and(false, "s.version", " = ", filter.version.map(|version| Bound::Number(version.into())));
    sql.and(false, "s.name", " = ", filter.name.clone().map(Bound::Text));
    sql.and(false, "s.source", " = ", filter.source.and_then(|source| some(source.as_str().to_owned())));
    sql.and(false, "s.at", " >= ", filter.from.map(|from| Bound::Number(from.0)));
    sql.and(false, "s.at", " <= ", filter.to.map(|to| Bound::Number(to.0)));
    sql.and(false, "s.id", " < ", before.and_then(|id| some(id.to_string())));
    sql.text.push_str(" ORDER BY s.id DESC LIMIT ");
    sql.number(limit);
    sql.fetch(db).await?.iter().map(score).collect()
}

fn score(row: &AnyRow) -> Result<Score, Fault> {
    let optional = |column| get::<Option<String>>(row, column);
    let kind: String = get(row, "kind")?;
    let kind = ["number", "yes_no", "category", "text", "correction"].into_iter().find(|known| *known == kind).ok_or_else(|| broken("kind", &kind))?;
    let source: String = get(row, "source")?;
    let target = match (optional("request_id")?, optional("trace_id")?) {
        (Some(_), _) => Target::Request(id(row, "request_id")?),
        (None, trace) => Target::Trace { trace: trace.unwrap_or_default(), span: optional("span_id")? },
    };
    let prompt = match optional("prompt_id")? {
        Some(_) => Some((id(row, "prompt_id")?, optional("prompt_name")?.and_then(|name| name.parse().ok()))),
        None => None,
    };
    Ok(Score {
        id: id(row, "id")?,
        name: get(row, "name")?,
        definition: get::<Option<i64>>(row, "definition")?.map(number),
        said: Said { kind, value: get(row, "value")?, words: optional("said")? },
        comment: optional("comment")?,
        target,
        source: ScoreSource::parse(&source).ok_or_else(|| broken("source", &source))?,
        author: get(row, "author")?,
        at: Timestamp(get(row, "at")?),
        user: optional("end_user")?,
        prompt,
        version: get::<Option<i64>>(row, "version")?.map(number),
        model: optional("model")?,
        experiment: optional("experiment")?,
        variant: optional("variant")?,
    })
}

/// Forgets what an end user said, and what was said of their requests.
pub async fn forget_user(db: &mut Db, project: ProjectId, user: &str) -> Result<(), Fault> {
    let gone = sqlx::query("DELETE FROM scores WHERE project_id = $1 AND end_user = $2").bind(project.to_string()).bind(user);
    gone.execute(db).await.map_err(internal)?;
    Ok(())
}

/// The newest version of each name, in the order of their names.
pub async fn definitions(db: &mut Db, project: ProjectId) -> Result<Vec<Defined>, Fault> {
    let rows = sqlx::query(
        "SELECT d.name, d.version, d.definition, d.created_at, d.created_by, d.archived_at FROM score_definitions d WHERE d.project_id = $1 AND d.version = \
         (SELECT MAX(n.version) FROM score_definitions n WHERE n.project_id = d.project_id AND n.name = d.name) ORDER BY d.name LIMIT $2",
    );
    rows.bind(project.to_string()).bind(LONGEST_LIST).fetch_all(db).await.map_err(internal)?.iter().map(defined).collect()
}

pub async fn insert_definition(db: &mut Db, project: ProjectId, defined: &Defined) -> Result<(), Fault> {
    sqlx::query("INSERT INTO score_definitions (project_id, name, version, definition, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(project.to_string())
        .bind(&defined.name)
        .bind(i64::from(defined.version))
        .bind(text(&defined.definition))
        .bind(defined.created_at.0)
        .bind(&defined.created_by)
        .execute(db)
        .await
        .map_err(internal)?;
    Ok(())
}

fn defined(row: &AnyRow) -> Result<Defined, Fault> {
    Ok(Defined {
        name: get(row, "name")?,
        version: number(get(row, "version")?),
        definition: json(row, "definition")?,
        created_at: Timestamp(get(row, "created_at")?),
        created_by: get(row, "created_by")?,
        archived: get::<Option<i64>>(row, "archived_at")?.is_some(),
    })
}
