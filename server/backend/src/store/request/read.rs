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
    store::{
        get, id, json, number,
        request::STEP,
        sql::{Bound, Sql},
    },
};

use super::words::words_of;

/// No request takes longer, in microseconds: where a list may stop looking for those that began before a time.
pub(super) const LONGEST: i64 = 2 * 3_600 * 1_000_000;

const COLUMNS: &str = concat!(
    "SELECT r.seq, r.id, r.project_id, r.at, r.source, r.endpoint, r.key_id, r.end_user, r.session, r.trace_id, r.tags, r.prompt_id, r.version, ",
    "r.experiment, r.variant, r.unit, r.run_id, r.model, r.outcome, r.status, r.code, r.streamed, r.cache, r.input, r.cached, r.cache_write, r.image, ",
    "r.output, r.reasoning, r.estimated, r.cost, r.saved, r.queue_us, r.upstream_us, r.first_us, r.whole_us, r.retries, r.asked, p.name AS prompt_name, ",
    "k.name AS key_name "
);
const NAMES: &str = "LEFT JOIN prompts p ON p.id = r.prompt_id LEFT JOIN api_keys k ON k.id = r.key_id ";

/// So many that a search found are counted.
const SEARCHED: i64 = 200;
/// So few requests are looked up one by one among the words.
const FEW: i64 = 4_000;

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
    /// At the requests, by the index of one filter.
    Requests,
    /// At the requests with a tag: in the order of the tag's own index.
    Tag,
    /// At the words, the newest first (SQLite): it hands them out as they are wanted, however many there are.
    Words,
}

impl Way {
    fn from(self) -> &'static str {
        match self {
            Self::Requests => "FROM requests r ",
            Self::Tag => "FROM request_tags t JOIN requests r ON r.seq = t.seq ",
            // Not the other way round, whatever the planner thinks.
            Self::Words => "FROM request_words w CROSS JOIN requests r ON r.seq = w.rowid ",
        }
    }

    /// The number of the request, in whose order the rows come.
    fn seq(self) -> &'static str {
        match self {
            Self::Requests => "r.seq",
            Self::Tag => "t.seq",
            Self::Words => "w.rowid",
        }
    }
}

/// How a list is found.
struct Search {
    way: Way,
    /// What the words' index is asked for.
    words: Option<String>,
    /// Each request is looked up among the words: there are few, and the words may be everywhere (SQLite).
    each: bool,
}

impl Search {
    async fn of(db: &mut Db, engine: Engine, project: ProjectId, filter: &RequestFilter) -> Result<Self, Fault> {
        let words = words_of(db, engine, filter).await?;
        let found = Self { way: if filter.tag.is_some() { Way::Tag } else { Way::Requests }, words, each: false };
        let Some(q) = filter.q.as_deref().filter(|_| engine == Engine::Sqlite) else { return Ok(found) };
        // Somebody may be called like a word, and their texts may not be kept.
        let user = sqlx::query("SELECT seq FROM requests WHERE project_id = $1 AND end_user = $2 LIMIT 1").bind(project.to_string()).bind(q.trim());
        if q.trim().parse::<RequestId>().is_ok() || user.fetch_optional(&mut *db).await.map_err(internal)?.is_some() {
            return Ok(found);
        }
        let (_, lead) = leading(filter);
        let lead = RequestFilter { tag: filter.tag.clone(), ..if filter.tag.is_some() { RequestFilter::default() } else { lead } };
        let few = !lead.is_empty() && {
            let plain = Self { way: found.way, words: None, each: false };
            counted(db, engine, project, &Wanted { filter: lead, ..Wanted::default() }, plain, FEW + 1).await? <= FEW
        };
        Ok(if few { Self { each: true, ..found } } else { Self { way: Way::Words, ..found } })
    }
}

/// The filter whose index finds the fewest, as far as one can tell without counting; and its column.
fn leading(filter: &RequestFilter) -> (&'static str, RequestFilter) {
    let none = RequestFilter::default;
    let rare = filter.outcome.filter(|outcome| *outcome != Outcome::Answered);
    let each = [
        ("r.session", RequestFilter { session: filter.session.clone(), ..none() }),
        ("r.end_user", RequestFilter { user: filter.user.clone(), ..none() }),
        ("r.experiment", RequestFilter { experiment: filter.experiment.clone(), variant: filter.variant.clone(), ..none() }),
        ("r.outcome", RequestFilter { outcome: rare, ..none() }),
        ("r.prompt_id", RequestFilter { prompt: filter.prompt, version: filter.version, ..none() }),
        ("r.key_id", RequestFilter { key: filter.key, ..none() }),
        ("r.cache", RequestFilter { cache: filter.cache, ..none() }),
        ("r.source", RequestFilter { source: filter.source, ..none() }),
        ("r.model", RequestFilter { model: filter.model.clone(), ..none() }),
        ("r.outcome", RequestFilter { outcome: filter.outcome, ..none() }),
    ];
    each.into_iter().find(|(_, filter)| !filter.is_empty()).unwrap_or(("r.project_id", none()))
}

/// The newest first, each with its number.
pub async fn list(db: &mut Db, engine: Engine, project: ProjectId, wanted: &Wanted) -> Result<Vec<(i64, Line)>, Fault> {
    let search = Search::of(db, engine, project, &wanted.filter).await?;
    let mut sql = Sql::new(COLUMNS);
    sql.text.push_str(search.way.from());
    sql.text.push_str(NAMES);
    let seq = search.way.seq();
    sql.filters(engine, project, wanted, search);
    sql.text.push_str(" ORDER BY ");
    sql.text.push_str(seq);
    sql.text.push_str(" DESC LIMIT ");
    sql.number(wanted.limit);
    let rows = sql.fetch(db).await?;
    rows.iter().map(|row| Ok((get(row, "seq")?, line(row)?))).collect()
}

/// How many there are, up to `most` or, of searches, [`SEARCHED`]; and whether there are more.
pub async fn count_since(db: &mut Db, engine: Engine, project: ProjectId, wanted: &Wanted, most: i64) -> Result<(i64, bool), Fault> {
    let search = Search::of(db, engine, project, &wanted.filter).await?;
    let most = if wanted.filter.q.is_some() { most.min(SEARCHED) } else { most };
    let count = counted(db, engine, project, wanted, search, most + 1).await?;
    Ok((count.min(most), count > most))
}

/// How many there are, up to `most`.
async fn counted(db: &mut Db, engine: Engine, project: ProjectId, wanted: &Wanted, search: Search, most: i64) -> Result<i64, Fault> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 AS one ");
    sql.text.push_str(search.way.from());
    sql.filters(engine, project, wanted, search);
    sql.text.push_str(" LIMIT ");
    sql.number(most);
    sql.text.push_str(") AS found");
    let rows = sql.fetch(db).await?;
    rows.first().map_or(Ok(0), |row| sqlx::Row::try_get(row, 0).map_err(internal))
}

impl Sql {
    fn filters(&mut self, engine: Engine, project: ProjectId, wanted: &Wanted, Search { way, words, each }: Search) {
        let filter = &wanted.filter;
        let project_id = || Some(Bound::Text(project.to_string()));
        // The first condition has an index of its own, in whose order the rows come.
        self.text.push_str("WHERE 1 = 1");
        match way {
            Way::Tag => {
                self.and(false, "t.project_id", " = ", project_id());
                self.and(false, "t.tag", " = ", filter.tag.clone().map(Bound::Text));
            }
            Way::Words => self.and(false, "w.words", " MATCH ", words.clone().map(Bound::Text)),
            Way::Requests => {}
        }
        let lead = if way == Way::Requests { leading(filter).0 } else { "" };
        let idle = |column| engine == Engine::Sqlite && lead != column;
        // A prompt is of this project, whoever asks has checked that; then its index may tell all.
        if lead != "r.prompt_id" {
            let within = way == Way::Requests && lead != "r.key_id";
            self.and(engine == Engine::Sqlite && !within, "r.project_id", " = ", project_id());
        }
        // A number is the end of its request, so it is never smaller than the request's time.
        let number = |number: i64| Some(Bound::Number(number));
        self.and(false, way.seq(), " >= ", filter.from.and_then(|from| number(from.0.saturating_mul(STEP))));
        self.and(false, "r.at", " >= ", filter.from.and_then(|from| number(from.0)));
        self.and(false, way.seq(), " <= ", filter.to.and_then(|to| number(to.0.saturating_add(LONGEST).saturating_mul(STEP))));
        self.and(false, "r.at", " <= ", filter.to.and_then(|to| number(to.0)));
        self.and(false, way.seq(), " < ", wanted.before.and_then(number));
        self.and(false, way.seq(), " > ", wanted.after.and_then(number));
        let text = |text: &Option<String>| text.clone().map(Bound::Text);
        let name = |name: &'static str| Bound::Text(name.to_owned());
        for (column, value) in [
            ("r.prompt_id", filter.prompt.map(|prompt| Bound::Text(prompt.to_string()))),
            ("r.model", text(&filter.model)),
            ("r.end_user", text(&filter.user)),
            ("r.session", text(&filter.session)),
            ("r.experiment", text(&filter.experiment)),
            ("r.key_id", filter.key.map(|key| Bound::Text(key.to_string()))),
            ("r.outcome", filter.outcome.map(|outcome| name(outcome.as_str()))),
            ("r.cache", filter.cache.map(|cache| name(cache.as_str()))),
            ("r.source", filter.source.map(|source| name(source.as_str()))),
        ] {
            self.and(idle(column), column, " = ", value);
        }
        // These go on in the index of the prompt, and of the experiment.
        self.and(idle("r.prompt_id"), "r.version", " = ", filter.version.map(|version| Bound::Number(version.into())));
        self.and(idle("r.experiment"), "r.variant", " = ", text(&filter.variant));
        if let Some(tag) = filter.tag.clone().filter(|_| way == Way::Words) {
            self.text.push_str(" AND EXISTS (SELECT 1 FROM request_tags WHERE seq = w.rowid");
            self.and(false, "project_id", " = ", project_id());
            self.and(false, "tag", " = ", Some(Bound::Text(tag)));
            self.text.push(')');
        }
        match (filter.q.as_ref(), words) {
            (Some(_), Some(words)) if each => {
                self.text.push_str(" AND EXISTS (SELECT 1 FROM request_words WHERE rowid = ");
                self.text.push_str(way.seq());
                self.and(false, "words", " MATCH ", Some(Bound::Text(words)));
                self.text.push(')');
            }
            (Some(q), words) if way != Way::Words => self.search(engine, project, q, words),
            _ => {}
        }
    }

    /// Words, a user, or a request's id.
    fn search(&mut self, engine: Engine, project: ProjectId, q: &str, words: Option<String>) {
        self.text.push_str(match engine {
            Engine::Sqlite => " AND r.seq IN (SELECT rowid FROM request_words WHERE words MATCH ",
            Engine::Postgres => " AND r.seq IN (SELECT seq FROM request_words WHERE words @@ to_tsquery('simple', ",
        });
        self.place(Bound::Text(words.unwrap_or_default()));
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
