//! Experiments: set up, started, paused, decided; assignments, outcomes, results.

use std::collections::BTreeMap;

use atelier_backend::experiment::{self, Asked, ExperimentRef, OUTCOMES_MAX, Outcome};
use atelier_domain::{
    account::Action,
    experiment::{Attributes, Condition, Definition, Forced, Metric, Role, Source, State, Variant},
    fault::Fault,
    id::ProjectId,
    prompt::{LabelName, PRODUCTION},
    timestamp::Timestamp,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::{
    extract::{AtKey, Caller, FromBody, FromQuery, Json, Loose, MaybeJson, Query, QueryFields},
    fields::Fields,
    many::Many,
    once::{Made, Once},
    wire::{List, experiment as wire, results::Results},
};
use crate::problem::HttpError;

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read as a text; this is its description")]
pub struct KeyPath {
    #[param(min_length = 1, max_length = 64, example = "greeting")]
    key: String,
}

/// Which experiments to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    #[param(value_type = Option<wire::State>)]
    state: String,
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: u32,
    /// What the page before gave as `next`.
    cursor: Option<String>,
}

impl FromQuery for ListQuery {
    fn read(query: &mut QueryFields<'_>) -> Self {
        Self { state: query.word("state", State::ALL, State::as_str), limit: query.limit(), cursor: query.cursor() }
    }
}

impl FromBody for Definition {
    fn read(body: &mut Fields) -> Option<Self> {
        let key = body.need("key");
        let variants = body.list("variants", Variant::default).unwrap_or_default();
        let metrics = body.list("metrics", || Metric::new("unread", Source::Outcome, Role::Goal)).unwrap_or_default();
        let definition = Self {
            key: key?,
            name: body.take("name").unwrap_or_default(),
            hypothesis: body.take("hypothesis").unwrap_or_default(),
            traffic: body.take("traffic").unwrap_or(1.0),
            alpha: body.take("alpha").unwrap_or(Self::ALPHA),
            planned_units: body.take("planned_units").unwrap_or(Self::PLANNED_UNITS),
            variants,
            metrics,
            audience: body.list("audience", Condition::default).unwrap_or_default(),
            slices: body.take("slices").unwrap_or_default(),
            stop_on_harm: body.take("stop_on_harm").unwrap_or_default(),
            forced: body.list("forced", Forced::default).unwrap_or_default(),
        };
        let definition = definition.tidy();
        body.errors.keep(definition.check());
        Some(definition)
    }
}

fn at(project: ProjectId, key: String) -> ExperimentRef {
    ExperimentRef::Key(project, key)
}

/// Lists the experiments of the project, the newest first.
#[utoipa::path(get, path = "/api/v1/experiments", tag = "Experiments", operation_id = "listExperiments", params(ListQuery),
    responses((status = 200, description = "A page of experiments.", body = List<wire::Experiment>)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn list(caller: Caller, Query(query): Query<ListQuery>) -> Result<axum::Json<List<wire::Experiment>>, HttpError> {
    let all = experiment::list(&caller.cx, caller.project).await?;
    let mut rest = all.into_iter().filter(|found| query.state.is_empty() || found.experiment.state.as_str() == query.state).peekable();
    if let Some(cursor) = &query.cursor {
        // The one that it names may be gone or have another state by now: ids are in the order of time.
        let before: uuid::Uuid = cursor.parse().map_err(|_| Fault::field("cursor", "This cursor is not one that a list gave."))?;
        while rest.next_if(|found| found.experiment.id.0 >= before).is_some() {}
    }
    let data: Vec<_> = rest.by_ref().take(query.limit as usize).map(wire::Experiment::from).collect();
    let next = rest.peek().and(data.last()).map(|last| last.id.to_string());
    Ok(axum::Json(List { data, next }))
}

/// Makes an experiment, as a draft: nobody takes part until it is started. The first variant is the baseline.
#[utoipa::path(post, path = "/api/v1/experiments", tag = "Experiments", operation_id = "createExperiment", request_body = wire::Draft, params(super::IdempotencyKey),
    responses((status = 201, description = "The experiment was made.", body = wire::Experiment, headers(("Location" = String, description = "Where it is."))),
        (status = 409, description = "The key is taken, or the Idempotency-Key came with another request.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn create(caller: Caller, once: Once, body: Json<Definition>) -> Result<Response, HttpError> {
    let (cx, project, definition) = (caller.cx.clone(), caller.project, body.value);
    let work = async move { Made::new(true, &wire::Experiment::from(experiment::create_whole(&cx, project, definition).await?)) };
    once.answer(caller, &body.bytes, work).await
}

/// Gives an experiment, and where it is in its life.
#[utoipa::path(get, path = "/api/v1/experiments/{key}", tag = "Experiments", operation_id = "getExperiment", params(KeyPath),
    responses((status = 200, description = "The experiment.", body = wire::Experiment)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn find(AtKey { cx, project, key }: AtKey) -> Result<axum::Json<wire::Experiment>, HttpError> {
    Ok(axum::Json(experiment::find(&cx, at(project, key)).await?.into()))
}

/// Said by whoever starts a test.
#[derive(Default, utoipa::ToSchema)]
#[schema(as = ExperimentStart)]
pub struct Start {
    /// That another test runs on the same prompt is known.
    #[schema(value_type = Option<bool>)]
    confirm: bool,
}

impl FromBody for Start {
    fn read(body: &mut Fields) -> Option<Self> {
        Some(Self { confirm: body.take("confirm").unwrap_or_default() })
    }
}

/// Starts an experiment, or goes on after a pause.
#[utoipa::path(post, path = "/api/v1/experiments/{key}/start", tag = "Experiments", operation_id = "startExperiment", request_body = Option<Start>, params(KeyPath),
    responses((status = 200, description = "It runs.", body = wire::Experiment),
        (status = 409, description = "It cannot start, or another test runs on the same prompt and that is not confirmed.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn start(AtKey { cx, project, key }: AtKey, MaybeJson(start): MaybeJson<Start>) -> Result<axum::Json<wire::Experiment>, HttpError> {
    Ok(axum::Json(experiment::start(&cx, at(project, key), start.confirm).await?.into()))
}

/// Pauses an experiment: nobody new takes part, and outcomes of those who did still count.
#[utoipa::path(post, path = "/api/v1/experiments/{key}/pause", tag = "Experiments", operation_id = "pauseExperiment", params(KeyPath),
    responses((status = 200, description = "It is paused.", body = wire::Experiment), (status = 409, description = "It does not run.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn pause(AtKey { cx, project, key }: AtKey) -> Result<axum::Json<wire::Experiment>, HttpError> {
    Ok(axum::Json(experiment::pause(&cx, at(project, key)).await?.into()))
}

/// Other weights, or another share of the traffic.
#[derive(utoipa::ToSchema)]
#[schema(as = ExperimentSplit, example = json!({"weights": {"control": 0.2, "b": 0.8}, "traffic": 1.0}))]
pub struct Split {
    /// By the variants' keys; all of them, adding up to 1.
    weights: BTreeMap<String, f64>,
    /// As it is, where it is left out.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    traffic: Option<f64>,
}

impl FromBody for Split {
    fn read(body: &mut Fields) -> Option<Self> {
        Some(Self { traffic: body.take("traffic"), weights: body.need("weights")? })
    }
}

/// Splits a running experiment anew. Only the share of units moves that must; a unit that is seen in two variants is left out.
#[utoipa::path(put, path = "/api/v1/experiments/{key}/split", tag = "Experiments", operation_id = "splitExperiment", request_body = Split, params(KeyPath),
    responses((status = 200, description = "It is split anew.", body = wire::Experiment), (status = 409, description = "It has not started, or is over.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn split(AtKey { cx, project, key }: AtKey, body: Json<Split>) -> Result<axum::Json<wire::Experiment>, HttpError> {
    let Split { weights, traffic } = body.value;
    Ok(axum::Json(experiment::split_by_keys(&cx, at(project, key), &weights, traffic).await?.into()))
}

/// What a test is decided for.
#[derive(utoipa::ToSchema)]
#[schema(as = ExperimentDecision, example = json!({"variant": "b"}))]
pub struct Decide {
    #[schema(max_length = 64)]
    variant: String,
    /// The label that moves to the variant's version; null for none.
    #[schema(value_type = Option<String>, default = "production")]
    label: Option<LabelName>,
}

impl FromBody for Decide {
    fn read(body: &mut Fields) -> Option<Self> {
        let variant = body.need("variant");
        let label = if body.has("label") { body.take::<String>("label") } else { Some(PRODUCTION.to_owned()) };
        let label = label.and_then(|label| body.errors.keep(label.parse::<LabelName>().map_err(|fault| Fault::field("label", fault.message))));
        Some(Self { variant: variant?, label })
    }
}

/// Ends an experiment for one of its variants, and moves the label `production` to its version. Its numbers and its decision stay as they are.
#[utoipa::path(post, path = "/api/v1/experiments/{key}/decide", tag = "Experiments", operation_id = "decideExperiment", request_body = Decide, params(KeyPath),
    responses((status = 200, description = "It is decided.", body = wire::Experiment), (status = 409, description = "It has not started, or is over.")),
    security(("bearer" = ["manage"]), ("x-api-key" = ["manage"])))]
pub async fn decide(AtKey { cx, project, key }: AtKey, body: Json<Decide>) -> Result<axum::Json<wire::Experiment>, HttpError> {
    let Decide { variant, label } = body.value;
    Ok(axum::Json(experiment::decide(&cx, at(project, key), &variant, label).await?.found.into()))
}

impl FromBody for Asked {
    fn read(body: &mut Fields) -> Option<Self> {
        let unit = body.need("unit");
        let attributes: Option<Attributes> = body.take("attributes");
        let variables: Option<Map<String, Value>> = body.take("variables");
        Some(Self { unit: unit?, attributes: attributes.unwrap_or_default(), variables })
    }
}

/// Gives a unit its variant, always the same, and puts down once that it was seen.
#[utoipa::path(post, path = "/api/v1/experiments/{key}/assign", tag = "Experiments", operation_id = "assign", request_body = wire::AssignDraft, params(KeyPath),
    responses((status = 200, description = "What the unit gets.", body = wire::Assignment), (status = 409, description = "The experiment is not set up yet.")),
    security(("bearer" = ["ingest"]), ("x-api-key" = ["ingest"])))]
pub async fn assign(AtKey { cx, project, key }: AtKey, body: Json<Asked>) -> Result<axum::Json<wire::Assignment>, HttpError> {
    Ok(axum::Json(experiment::assign(&cx, Action::Ingest, project, &key, body.value).await?.into()))
}

/// Gives what came of an experiment so far, with all that was acknowledged a second before.
#[utoipa::path(get, path = "/api/v1/experiments/{key}/results", tag = "Experiments", operation_id = "experimentResults", params(KeyPath),
    responses((status = 200, description = "The results.", body = Results)),
    security(("bearer" = ["read"]), ("x-api-key" = ["read"])))]
pub async fn results(AtKey { cx, project, key }: AtKey) -> Result<axum::Json<Results>, HttpError> {
    Ok(axum::Json(experiment::results(&cx, at(project, key)).await?.into()))
}

/// Takes outcomes of units: one, or a list of up to 1,000, all or none.
#[utoipa::path(post, path = "/api/v1/outcomes", tag = "Experiments", operation_id = "sendOutcomes", request_body = wire::Outcomes,
    responses((status = 202, description = "They are committed.", body = wire::OutcomesTaken)),
    security(("bearer" = ["ingest"]), ("x-api-key" = ["ingest"])))]
pub async fn outcomes(caller: Caller, Loose(body): Loose) -> Result<Response, HttpError> {
    let (all, place) = Many::read(body, OUTCOMES_MAX, "outcomes", outcome)?.parts();
    let taken = experiment::take(&caller.cx, caller.project, all, place).await?;
    let wire = wire::OutcomesTaken { accepted: taken.accepted, repeated: taken.repeated, ignored: taken.ignored };
    Ok((StatusCode::ACCEPTED, axum::Json(wire)).into_response())
}

fn outcome(one: Value) -> Result<Outcome, Fault> {
    let mut body = Fields::new(one)?;
    let (experiment, unit, metric) = (body.need("experiment"), body.need("unit"), body.need("metric"));
    let value = body.need::<Value>("value").and_then(|value| match value {
        Value::Bool(truth) => Some(f64::from(u8::from(truth))),
        Value::Number(number) => number.as_f64(),
        _ => {
            body.errors.add("value", "A number, or true or false.");
            None
        }
    });
    let id = body.take("id");
    let at = body.take::<Timestamp>("at");
    body.errors.check()?;
    let whole = || Some(Outcome { id, experiment: experiment?, unit: unit?, metric: metric?, value: value?, at });
    whole().ok_or_else(Fault::internal)
}
