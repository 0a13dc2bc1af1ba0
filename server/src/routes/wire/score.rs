//! Scores on the wire.

use atelier_backend::score::{self as backend, Defined as Found};
use atelier_domain::{
    feedback::{self as domain, Kind as DomainKind},
    id::{RequestId, ScoreId},
    timestamp::Timestamp,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, OneOfBuilder, Ref, Schema, Type},
    },
};

/// Who or what gave it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScoreSource)]
pub enum Source {
    /// Whom the answer was for.
    User,
    Api,
    /// A person of the studio.
    Reviewer,
}

/// What it says.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScoreKind)]
pub enum Kind {
    Number,
    YesNo,
    Category,
    Text,
    Correction,
}

/// What it is of: a request, or a trace or one step in it.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoreTarget)]
pub struct Target {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    request_id: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    span_id: Option<String>,
}

/// The version of a prompt that answered.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoredPrompt)]
pub struct Prompt {
    /// Null where it was deleted.
    #[schema(required)]
    name: Option<String>,
    /// 0 for a draft.
    #[schema(required, minimum = 0)]
    version: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Score {
    #[schema(value_type = String, format = "uuid")]
    id: ScoreId,
    target: Target,
    name: String,
    /// The version of the definition that it was given on; null where there was none.
    #[schema(required, minimum = 1)]
    definition: Option<u32>,
    kind: Kind,
    #[schema(value_type = ScoreValue)]
    value: Value,
    #[schema(required)]
    comment: Option<String>,
    source: Source,
    author: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The end user of the request.
    #[schema(required)]
    user: Option<String>,
    #[schema(required)]
    prompt: Option<Prompt>,
    #[schema(required)]
    model: Option<String>,
    /// The experiment's key.
    #[schema(required)]
    experiment: Option<String>,
    #[schema(required)]
    variant: Option<String>,
}

impl From<domain::ScoreSource> for Source {
    fn from(source: domain::ScoreSource) -> Self {
        match source {
            domain::ScoreSource::User => Self::User,
            domain::ScoreSource::Api => Self::Api,
            domain::ScoreSource::Reviewer => Self::Reviewer,
        }
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "number" => Kind::Number,
        "yes_no" => Kind::YesNo,
        "category" => Kind::Category,
        "correction" => Kind::Correction,
        _ => Kind::Text,
    }
}

impl From<backend::Score> for Score {
    fn from(score: backend::Score) -> Self {
        let version = score.version;
        let target = match score.target {
            domain::Target::Request(request) => Target { request_id: Some(request), trace_id: None, span_id: None },
            domain::Target::Trace { trace, span } => Target { request_id: None, trace_id: Some(trace), span_id: span },
        };
        Self {
            id: score.id,
            target,
            name: score.name,
            definition: score.definition,
            kind: kind(score.said.kind),
            value: score.said.json(),
            comment: score.comment,
            source: score.source.into(),
            author: score.author,
            at: score.at,
            user: score.user,
            prompt: score.prompt.map(|(_, name)| Prompt { name: name.map(|name| name.to_string()), version }),
            model: score.model,
            experiment: score.experiment,
            variant: score.variant,
        }
    }
}

/// What was said of an answer.
#[derive(ToSchema)]
#[schema(example = json!({"id": "thumb-7", "target": {"request_id": "01a20472-cd66-71ef-9a03-68d4d1d47d63"}, "name": "helpful", "value": true, "source": "user"}))]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct ScoreDraft {
    /// One that came before is replaced.
    #[schema(min_length = 1, max_length = 200)]
    id: Option<String>,
    target: Target,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    value: ScoreValue,
    #[schema(max_length = 10_000)]
    comment: Option<String>,
    #[schema(value_type = Option<String>, default = "api", pattern = "^(user|api)$")]
    source: Option<String>,
}

/// By the score's definition; a name without one takes what is sent.
pub struct ScoreValue;

impl PartialSchema for ScoreValue {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(-1e9)).maximum(Some(1e9));
        let truth = ObjectBuilder::new().schema_type(Type::Boolean);
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(10_000));
        let about = "By the score's definition; a name without one takes what is sent.";
        AnyOfBuilder::new().item(number).item(truth).item(text).description(Some(about)).into()
    }
}

impl ToSchema for ScoreValue {}

/// One score, or a list of up to 1,000.
pub struct Scores;

impl PartialSchema for Scores {
    fn schema() -> RefOr<Schema> {
        let one = || Ref::from_schema_name(ScoreDraft::name());
        let many = ArrayBuilder::new().items(RefOr::Ref(one())).max_items(Some(1_000));
        OneOfBuilder::new().item(one()).item(many).description(Some("One score, or a list of up to 1,000.")).into()
    }
}

impl ToSchema for Scores {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ScoreDraft::name().into_owned(), ScoreDraft::schema()));
        ScoreDraft::schemas(schemas);
    }
}

#[derive(Serialize, ToSchema)]
pub struct ScoresTaken {
    #[schema(minimum = 0)]
    pub accepted: usize,
}

/// An answer with its score, as a reviewer would give it.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoreExample)]
pub struct Example {
    #[schema(max_length = 10_000)]
    answer: String,
    #[schema(value_type = ScoreValue)]
    value: Value,
    #[schema(max_length = 10_000)]
    why: String,
}

/// What a score may say.
#[derive(ToSchema)]
#[schema(as = ScoreDefinitionDraft, example = json!({"kind": "category", "choices": ["cold", "fine", "warm"], "ordered": true, "rubric": "How the answer sounds to the customer."}))]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct DefinitionDraft {
    kind: Kind,
    /// Of a number.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    min: Option<f64>,
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    max: Option<f64>,
    /// Of a category.
    #[schema(max_items = 50)]
    choices: Option<Vec<String>>,
    /// Whether a category counts by its rank.
    ordered: Option<bool>,
    #[schema(max_length = 10_000)]
    rubric: Option<String>,
    #[schema(max_items = 20)]
    examples: Option<Vec<Example>>,
}

/// What a score may say, since when.
#[derive(Serialize, ToSchema)]
#[schema(as = ScoreDefinition)]
pub struct Defined {
    name: String,
    #[schema(minimum = 1)]
    version: u32,
    kind: Kind,
    #[schema(required)]
    min: Option<f64>,
    #[schema(required)]
    max: Option<f64>,
    /// Of a category, else none.
    choices: Vec<String>,
    ordered: bool,
    rubric: String,
    examples: Vec<Example>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    created_by: String,
}

impl From<Found> for Defined {
    fn from(found: Found) -> Self {
        let definition = found.definition;
        let word = kind(definition.kind.as_str());
        let (min, max, choices, ordered) = match definition.kind {
            DomainKind::Number { min, max } => (min, max, Vec::new(), false),
            DomainKind::Category { choices, ordered } => (None, None, choices, ordered),
            _ => (None, None, Vec::new(), false),
        };
        let example = |example: domain::Example| Example { answer: example.answer, value: example.value, why: example.why };
        Self {
            name: found.name,
            version: found.version,
            kind: word,
            min,
            max,
            choices,
            ordered,
            rubric: definition.rubric,
            examples: definition.examples.into_iter().map(example).collect(),
            created_at: found.created_at,
            created_by: found.created_by,
        }
    }
}
