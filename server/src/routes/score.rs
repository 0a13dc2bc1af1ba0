//! Scores: sent, listed; and what they may say.

use atelier_backend::score::{self, NewScore, SCORES_MAX, ScoreFilter};
use atelier_domain::{
    account::Action,
    fault::Fault,
    feedback::{Definition, Example, Kind, ScoreSource, Target, check_name},
    id::RequestId,
    timestamp::Timestamp,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;
use utoipa::IntoParams;

use super::{
    extract::{AtNamed, Caller, FromBody, FromQuery, Json, Loose, Query, QueryFields},
    fields::Fields,
    many::Many,
    request::PageQuery,
    wire::{List, score as wire},
};
use crate::problem::HttpError;

/// Which scores. All that is given has to hold.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as the domain's filter; this is its description")]
pub struct ScoreQuery {
    #[param(max_length = 100)]
    name: Option<String>,
    #[param(value_type = Option<String>, format = "uuid")]
    request_id: Option<String>,
    /// The prompt's name.
    #[param(max_length = 200)]
    prompt: Option<String>,
    /// Of the prompt; 0 for drafts.
    #[param(value_type = Option<u32>, minimum = 0)]
    version: Option<u32>,
    #[param(value_type = Option<wire::Source>)]
    source: Option<String>,
    /// Those that were given then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Those that were given then or earlier.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

/// As the query is read.
pub struct Listed {
    filter: ScoreFilter,
    prompt: String,
    limit: u32,
    cursor: Option<String>,
}

impl FromQuery for Listed {
    fn read(query: &mut QueryFields<'_>) -> Self {
        let name = Some(query.text("name")).filter(|name| !name.is_empty());
        if let Some(name) = &name {
            query.errors.keep(check_name(name));
        }
        let source = query.word("source", ScoreSource::ALL, ScoreSource::as_str);
        let filter = ScoreFilter {
            name,
            request: query.parsed::<RequestId>("request_id", "An id."),
            prompt: None,
            version: query.draft_or_version("version"),
            source: ScoreSource::parse(&source),
            from: query.parsed::<Timestamp>("from", "A time, like 2026-11-23T10:00:00Z."),
            to: query.parsed::<Timestamp>("to", "A time, like 2026-11-23T10:00:00Z."),
        };
        Self { filter, prompt: query.text("prompt"), limit: query.limit(), cursor: query.cursor() }
    }
}

/// Lists the scores of the project, the newest first.
#[utoipa::path(get, path = "/api/v1/scores", tag = "Scores", operation_id = "listScores", params(ScoreQuery, PageQuery),
    responses((status = 200, description = "A page of scores.", body = List<wire::Score>), (status = 404, description = "There is no such prompt in the key's project.")),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn list(caller: Caller, Query(listed): Query<Listed>) -> Result<axum::Json<List<wire::Score>>, HttpError> {
    let Listed { mut filter, prompt, limit, cursor } = listed;
    if !prompt.is_empty() {
        filter.prompt = Some(score::prompt_named(&caller.cx, caller.project, &prompt).await?);
    }
    Ok(axum::Json(List::from(score::list(&caller.cx, caller.project, filter, limit, cursor.as_deref()).await?)))
}

/// Takes what was said of answers: one score, or a list of up to 1,000, all or none. One that comes again under its id takes the place of what it was.
#[utoipa::path(post, path = "/api/v1/scores", tag = "Scores", operation_id = "sendScores", request_body = wire::Scores,
    responses((status = 202, description = "They are committed.", body = wire::ScoresTaken)),
    security(("bearer" = ["ingest"]), ("x-api-key" = ["ingest"])))]
pub async fn send(caller: Caller, Loose(body): Loose) -> Result<Response, HttpError> {
    let (all, place) = Many::read(body, SCORES_MAX, "scores", read)?.parts();
    let accepted = score::take(&caller.cx, caller.project, all, place).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(wire::ScoresTaken { accepted })).into_response())
}

fn read(one: Value) -> Result<NewScore, Fault> {
    let mut body = Fields::new(one)?;
    let target = body.need::<Value>("target").and_then(|target| target_of(&mut body, target));
    let (name, value) = (body.need("name"), body.need("value"));
    let (id, comment) = (body.take("id"), body.take("comment"));
    let source = body.take::<String>("source").and_then(|source| match source.as_str() {
        "user" => Some(ScoreSource::User),
        "api" => Some(ScoreSource::Api),
        _ => {
            body.errors.add("source", "This is one of user, api.");
            None
        }
    });
    body.errors.check()?;
    let whole = || Some(NewScore { id, target: target?, name: name?, value: value?, comment, source: source.unwrap_or_default() });
    whole().ok_or_else(Fault::internal)
}

fn target_of(body: &mut Fields, target: Value) -> Option<Target> {
    let mut fields = match Fields::new(target) {
        Ok(fields) => fields,
        Err(_) => {
            body.errors.add("target", "An object: {\"request_id\"} or {\"trace_id\", \"span_id\"?}.");
            return None;
        }
    };
    let (request, trace, span) = (fields.take::<RequestId>("request_id"), fields.take::<String>("trace_id"), fields.take::<String>("span_id"));
    if let Err(fault) = fields.errors.check() {
        fault.fields.into_iter().for_each(|error| body.errors.add(format!("target.{}", error.field), error.detail));
        return None;
    }
    match (request, trace, span) {
        (Some(request), None, None) => Some(Target::Request(request)),
        (None, Some(trace), span) => Some(Target::Trace { trace, span }),
        _ => {
            body.errors.add("target", "Either a request_id, or a trace_id and perhaps a span_id.");
            None
        }
    }
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as a text; this is its description")]
pub struct ScorePath {
    #[param(min_length = 1, max_length = 100, example = "helpful")]
    name: String,
}

impl FromBody for Definition {
    fn read(body: &mut Fields) -> Option<Self> {
        let (min, max) = (body.take::<f64>("min"), body.take::<f64>("max"));
        let choices = body.take::<Vec<String>>("choices").unwrap_or_default();
        let ordered = body.take::<bool>("ordered").unwrap_or_default();
        let foreign = [
            ("min", min.is_some(), "number"),
            ("max", max.is_some(), "number"),
            ("choices", !choices.is_empty(), "category"),
            ("ordered", ordered, "category"),
        ];
        let kind = body.need::<String>("kind").and_then(|kind| match kind.as_str() {
            "number" => Some(Kind::Number { min, max }),
            "yes_no" => Some(Kind::YesNo),
            "category" => Some(Kind::Category { choices, ordered }),
            "text" => Some(Kind::Text),
            "correction" => Some(Kind::Correction),
            _ => {
                body.errors.add("kind", "This is one of number, yes_no, category, text, correction.");
                None
            }
        });
        if let Some(kind) = &kind {
            for (field, given, of) in foreign {
                if given && kind.as_str() != of {
                    body.errors.add(field, format!("Only a {of} has this."));
                }
            }
        }
        let (rubric, examples) = (body.take("rubric").unwrap_or_default(), body.list("examples", Example::default).unwrap_or_default());
        if !body.errors.is_empty() {
            return None;
        }
        let definition = Self { kind: kind?, rubric, examples };
        body.errors.keep(definition.check());
        Some(definition)
    }
}

/// Lists what scores may say, each name with its newest version.
#[utoipa::path(get, path = "/api/v1/score-definitions", tag = "Scores", operation_id = "listScoreDefinitions",
    responses((status = 200, description = "All of them, by name.", body = List<wire::Defined>)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn definitions(caller: Caller) -> Result<axum::Json<List<wire::Defined>>, HttpError> {
    let all = score::definitions(&caller.cx, Action::See, caller.project).await?;
    Ok(axum::Json(List { data: all.into_iter().map(wire::Defined::from).collect(), next: None }))
}

/// Says what a score means from now on. A change makes a new version; scores keep the version that they were given on.
#[utoipa::path(put, path = "/api/v1/score-definitions/{name}", tag = "Scores", operation_id = "defineScore", request_body = wire::DefinitionDraft, params(ScorePath),
    responses((status = 200, description = "The newest version.", body = wire::Defined), (status = 201, description = "The score is new.", body = wire::Defined)),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn define(AtNamed { cx, project, name }: AtNamed, body: Json<Definition>) -> Result<Response, HttpError> {
    let (made, defined) = score::define(&cx, project, &name, body.value).await?;
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(wire::Defined::from(defined))).into_response())
}
