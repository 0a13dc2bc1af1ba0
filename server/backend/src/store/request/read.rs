//! Finding requests.

use atelier_domain::{
    cost::{Nanos, Usage},
    fault::Fault,
    id::{ProjectId, RequestId},
    prompt::PromptName,
    request::{CacheVerdict, Endpoint, Facts, Line, Outcome, RequestFilter, Source, Times},
    timestamp::Timestamp,
};
use sqlx::any::AnyRow;

use crate::{
    db::{Db, Engine, internal},
    store::{get, id, json, number, request::STEP},
};

/// No request takes longer, in microseconds: where a list may stop looking for those that began before a time.
pub(super) const LONGEST: i64 = 2 * 3_600 * 1_000_000;

const COLUMNS: &str = concat!(
    "SELECT r.seq, r.id, r.project_id, r.at, r.source, r.endpoint, r.key_id, r.end_user, r.session, r.trace_id, r.tags, r.prompt_id, r.version, ",
    "r.experiment, r.variant, r.unit, r.run_id, r.model, r.outcome, r.status, r.code, r.streamed, r.cache, r.input, r.cached, r.cache_write, r.image, ",
    "r.output, r.reasoning, r.estimated, r.cost, r.saved, r.queue_us, r.upstream_us, r.first_us, r.whole_us, r.retries, r.asked, p.name AS prompt_name, ",
    "k.name AS key_name "
);
const NAMES: &str = "LEFT JOIN prompts p ON p.id = r.prompt_id LEFT JOIN api_keys k ON k.id = r.key_id ";

/// Words that so many requests have are common.
const COMMON: i64 = 100_000;
/// So many that a search found are counted.
const SEARCHED: i64 = 500;

/// What a list looks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub filter: RequestFilter,
    /// Only those with a smaller number.
    pub before: Option<i64>,
    /// Only those with a larger number.
    pub after: Option<i64>,
    pub limit: i64,
}

/// A request by its id, with its number.
pub async fn by_id(db: &mut Db, request: RequestId) -> Result<Option<(i64, Line)>, Fault> {
    let mut sql = Sql::new(COLUMNS);
    sql.text.push_str("FROM requests r ");
    sql.text.push_str(NAMES);
    sql.text.push_str("WHERE r.id = ");
    sql.place(Bound::Text(request.to_string()));
    let rows = sql.fetch(db).await?;
    rows.first().map(|row| Ok((get(row, "seq")?, line(row)?))).transpose()
}

/// The compressed texts of a request.
pub async fn body(db: &mut Db, seq: i64) -> Result<Option<Vec<u8>>, Fault> {
    sqlx::query_scalar("SELECT body FROM request_bodies WHERE seq = $1").bind(seq).fetch_optional(db).await.map_err(internal)
}

/// Where a search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// At the requests, by the filters' indexes.
    Requests,
    /// At the requests with a tag: in the order of the tag's own index.
    Tag,
    /// At common words, the newest first (SQLite): most of what is met is wanted.
    Words,
}

impl Way {
    async fn of(db: &mut Db, engine: Engine, project: ProjectId, filter: &RequestFilter) -> Result<Self, Fault> {
        if filter.tag.is_some() {
            return Ok(Self::Tag);
        }
        let alone = RequestFilter { q: None, from: None, to: None, ..filter.clone() }.is_empty();
        let words = filter.q.as_deref().map(|q| words_of(engine, q)).filter(|words| alone && engine == Engine::Sqlite && !words.is_empty());
        let Some(words) = words else { return Ok(Self::Requests) };
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM request_words WHERE words MATCH $1 LIMIT $2)";
        let count: i64 = sqlx::query_scalar(sql).bind(words).bind(COMMON).fetch_one(&mut *db).await.map_err(internal)?;
        if count < COMMON {
            return Ok(Self::Requests);
        }
        // Somebody may be called like a common word, and their texts may not be kept.
        let user = sqlx::query("SELECT seq FROM requests WHERE project_id = $1 AND end_user = $2 LIMIT 1").bind(project.to_string()).bind(filter.q.as_deref());
        Ok(if user.fetch_optional(db).await.map_err(internal)?.is_some() { Self::Requests } else { Self::Words })
    }

    fn from(self) -> &'static str {
        match self {
            Self::Requests => "FROM requests r ",
            Self::Tag => "FROM request_tags t JOIN requests r ON r.seq = t.seq ",
            // Not the other way round, whatever the planner thinks.
            Self::Words => "FROM request_words w CROSS JOIN requests r ON r.seq = w.rowid ",
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Requests => " ORDER BY r.seq DESC LIMIT ",
            Self::Tag => " ORDER BY t.seq DESC LIMIT ",
            Self::Words => " ORDER BY w.rowid DESC LIMIT ",
        }
    }
}

/// The newest first, each with its number.
pub async fn list(db: &mut Db, engine: Engine, project: ProjectId, wanted: &Wanted) -> Result<Vec<(i64, Line)>, Fault> {
    let way = Way::of(db, engine, project, &wanted.filter).await?;
    let mut sql = Sql::new(COLUMNS);
    sql.text.push_str(way.from());
    sql.text.push_str(NAMES);
    sql.filters(engine, project, wanted, way);
    sql.text.push_str(way.order());
    sql.number(wanted.limit);
    let rows = sql.fetch(db).await?;
    rows.iter().map(|row| Ok((get(row, "seq")?, line(row)?))).collect()
}

/// How many there are, up to `most` or, of searches, [`SEARCHED`]; and whether there are more.
pub async fn count_since(db: &mut Db, engine: Engine, project: ProjectId, wanted: &Wanted, most: i64) -> Result<(i64, bool), Fault> {
    let way = Way::of(db, engine, project, &wanted.filter).await?;
    let most = if wanted.filter.q.is_some() { most.min(SEARCHED) } else { most };
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 AS one ");
    sql.text.push_str(way.from());
    sql.filters(engine, project, wanted, way);
    sql.text.push_str(" LIMIT ");
    sql.number(most + 1);
    sql.text.push_str(") AS found");
    let rows = sql.fetch(db).await?;
    let count: i64 = rows.first().map_or(Ok(0), |row| sqlx::Row::try_get(row, 0).map_err(internal))?;
    Ok((count.min(most), count > most))
}

/// A query for the index of words: every word has to be there, the last one may go on.
pub fn words_of(engine: Engine, text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(20).collect();
    let last = words.len().saturating_sub(1);
    let each = words.iter().enumerate().map(|(at, word)| match (engine, at == last) {
        (Engine::Sqlite, false) => format!("\"{word}\""),
        (Engine::Sqlite, true) => format!("\"{word}\"*"),
        (Engine::Postgres, false) => format!("'{word}'"),
        (Engine::Postgres, true) => format!("'{word}':*"),
    });
    each.collect::<Vec<_>>().join(if engine == Engine::Sqlite { " AND " } else { " & " })
}

enum Bound {
    Text(String),
    Number(i64),
}

/// A statement put together from fixed parts; values are always bound.
struct Sql {
    text: String,
    bound: Vec<Bound>,
}

impl Sql {
    fn new(head: &'static str) -> Self {
        Self { text: head.to_owned(), bound: Vec::new() }
    }

    fn place(&mut self, value: Bound) {
        self.bound.push(value);
        self.text.push('$');
        self.text.push_str(&self.bound.len().to_string());
    }

    fn number(&mut self, value: i64) {
        self.place(Bound::Number(value));
    }

    fn and(&mut self, condition: &'static str, value: Option<Bound>) {
        if let Some(value) = value {
            self.text.push_str(condition);
            self.place(value);
        }
    }

    fn filters(&mut self, engine: Engine, project: ProjectId, wanted: &Wanted, way: Way) {
        let filter = &wanted.filter;
        let text = |text: &Option<String>| text.clone().map(Bound::Text);
        // The first condition has an index of its own, in whose order the rows come.
        match (way, filter.tag.clone(), filter.q.as_deref()) {
            (Way::Tag, Some(tag), _) => {
                self.text.push_str("WHERE t.project_id = ");
                self.place(Bound::Text(project.to_string()));
                self.and(" AND t.tag = ", Some(Bound::Text(tag)));
                self.and(" AND t.seq < ", wanted.before.map(Bound::Number));
            }
            (Way::Words, _, Some(q)) => {
                self.text.push_str("WHERE w.words MATCH ");
                self.place(Bound::Text(words_of(engine, q)));
                self.and(" AND w.rowid < ", wanted.before.map(Bound::Number));
                self.and(" AND r.project_id = ", Some(Bound::Text(project.to_string())));
            }
            // A prompt is of this project: whoever asks has checked, and its index tells the rest.
            _ if (RequestFilter { prompt: None, version: None, from: None, to: None, ..filter.clone() }).is_empty() && filter.prompt.is_some() => {
                self.text.push_str("WHERE 1 = 1");
            }
            _ => {
                self.text.push_str("WHERE r.project_id = ");
                self.place(Bound::Text(project.to_string()));
            }
        }
        // A number is the end of its request, so it is never smaller than the request's time.
        self.and(" AND r.seq >= ", filter.from.map(|from| Bound::Number(from.0.saturating_mul(STEP))));
        self.and(" AND r.at >= ", filter.from.map(|from| Bound::Number(from.0)));
        self.and(" AND r.seq <= ", filter.to.map(|to| Bound::Number(to.0.saturating_add(LONGEST).saturating_mul(STEP))));
        self.and(" AND r.at <= ", filter.to.map(|to| Bound::Number(to.0)));
        self.and(" AND r.seq < ", wanted.before.map(Bound::Number));
        self.and(" AND r.seq > ", wanted.after.map(Bound::Number));
        self.and(" AND r.prompt_id = ", filter.prompt.map(|prompt| Bound::Text(prompt.to_string())));
        self.and(" AND r.version = ", filter.version.map(|version| Bound::Number(version.into())));
        self.and(" AND r.model = ", text(&filter.model));
        self.and(" AND r.end_user = ", text(&filter.user));
        self.and(" AND r.session = ", text(&filter.session));
        self.and(" AND r.experiment = ", text(&filter.experiment));
        self.and(" AND r.variant = ", text(&filter.variant));
        self.and(" AND r.key_id = ", filter.key.map(|key| Bound::Text(key.to_string())));
        self.and(" AND r.outcome = ", filter.outcome.map(|outcome| Bound::Text(outcome.as_str().to_owned())));
        self.and(" AND r.cache = ", filter.cache.map(|cache| Bound::Text(cache.as_str().to_owned())));
        self.and(" AND r.source = ", filter.source.map(|source| Bound::Text(source.as_str().to_owned())));
        if let Some(q) = filter.q.as_ref().filter(|_| way != Way::Words) {
            self.search(engine, project, q);
        }
    }

    /// Words, a user, or a request's id.
    fn search(&mut self, engine: Engine, project: ProjectId, q: &str) {
        let words = words_of(engine, q);
        self.text.push_str(match engine {
            Engine::Sqlite => " AND r.seq IN (SELECT rowid FROM request_words WHERE words MATCH ",
            Engine::Postgres => " AND r.seq IN (SELECT seq FROM request_words WHERE words @@ to_tsquery('simple', ",
        });
        // Nothing but punctuation: a word that stands nowhere.
        self.place(Bound::Text(if words.is_empty() { "\"\u{fffd}\"".to_owned() } else { words }));
        if engine == Engine::Postgres {
            self.text.push(')');
        }
        self.text.push_str(" UNION ALL SELECT seq FROM requests WHERE project_id = ");
        self.place(Bound::Text(project.to_string()));
        self.text.push_str(" AND end_user = ");
        self.place(Bound::Text(q.trim().to_owned()));
        if let Ok(id) = q.trim().parse::<RequestId>() {
            self.text.push_str(" UNION ALL SELECT seq FROM requests WHERE id = ");
            self.place(Bound::Text(id.to_string()));
        }
        self.text.push(')');
    }

    async fn fetch(self, db: &mut Db) -> Result<Vec<AnyRow>, Fault> {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(self.text));
        for value in self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(db).await.map_err(internal)
    }
}

fn line(row: &AnyRow) -> Result<Line, Fault> {
    let optional = |column| get::<Option<String>>(row, column);
    let count = |column| Ok::<u64, Fault>(u64::try_from(get::<i64>(row, column)?).unwrap_or_default());
    fn some<I: From<uuid::Uuid>>(row: &AnyRow, column: &'static str) -> Result<Option<I>, Fault> {
        get::<Option<String>>(row, column)?.map(|_| id(row, column)).transpose()
    }
    let facts = Facts {
        id: id(row, "id")?,
        project: id(row, "project_id")?,
        at: Timestamp(get(row, "at")?),
        source: Source::parse(&get::<String>(row, "source")?).unwrap_or_default(),
        endpoint: Endpoint::parse(&get::<String>(row, "endpoint")?).unwrap_or_default(),
        key: some(row, "key_id")?,
        user: optional("end_user")?,
        session: optional("session")?,
        trace: optional("trace_id")?,
        tags: json(row, "tags")?,
        prompt: some(row, "prompt_id")?,
        version: get::<Option<i64>>(row, "version")?.map(number),
        experiment: optional("experiment")?,
        variant: optional("variant")?,
        unit: optional("unit")?,
        phase: None,
        slices: Vec::new(),
        run: some(row, "run_id")?,
        model: get(row, "model")?,
        outcome: Outcome::parse(&get::<String>(row, "outcome")?).unwrap_or_default(),
        status: u16::try_from(get::<i64>(row, "status")?).unwrap_or_default(),
        code: optional("code")?,
        streamed: get::<i64>(row, "streamed")? != 0,
        cache: CacheVerdict::parse(&get::<String>(row, "cache")?).unwrap_or_default(),
        usage: Usage {
            input: count("input")?,
            cached: count("cached")?,
            cache_write: count("cache_write")?,
            image: count("image")?,
            output: count("output")?,
            reasoning: count("reasoning")?,
        },
        estimated: get::<i64>(row, "estimated")? != 0,
        cost: get::<Option<i64>>(row, "cost")?.map(Nanos),
        saved: Nanos(get(row, "saved")?),
        times: Times {
            queue: count("queue_us")?,
            upstream: count("upstream_us")?,
            first: get::<Option<i64>>(row, "first_us")?.and_then(|us| u64::try_from(us).ok()),
            whole: count("whole_us")?,
        },
        retries: number(get(row, "retries")?),
    };
    let prompt_name: Option<String> = optional("prompt_name")?;
    let prompt_name = prompt_name.and_then(|name| name.parse::<PromptName>().ok());
    Ok(Line { facts, asked: get(row, "asked")?, prompt_name, key_name: optional("key_name")? })
}
