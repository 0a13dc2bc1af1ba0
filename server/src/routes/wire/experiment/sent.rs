//! What is sent for experiments: read as the domain's own types, described here.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

use super::{Direction, Forced, Is, Missing, Per, Role, Source};
use crate::routes::wire::draft::ParamsDraft;

/// A variant to be compared.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read as the domain's; this is its description")]
pub struct VariantDraft {
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    key: String,
    /// All add up to 1.
    #[schema(minimum = 0, maximum = 1)]
    weight: f64,
    /// The prompt's name.
    #[schema(min_length = 1, max_length = 200)]
    prompt: String,
    #[schema(minimum = 1)]
    version: u32,
    /// Instead of the version's.
    #[schema(min_length = 1, max_length = 200)]
    model: Option<String>,
    /// Laid over the version's.
    #[schema(nullable = false)]
    params: Option<ParamsDraft>,
}

/// A metric; what is left out follows from its source.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read as the domain's; this is its description")]
pub struct MetricDraft {
    /// Of outcomes, the name that they are sent under. It does not begin with `$`.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(nullable = false)]
    source: Option<Source>,
    #[schema(nullable = false)]
    role: Option<Role>,
    direction: Option<Direction>,
    /// Of a goal, the smallest gain that matters; of a guardrail, the harm that is put up with.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    min_effect: Option<f64>,
    /// Whether `min_effect` is a part of the baseline's mean.
    #[schema(nullable = false)]
    relative: Option<bool>,
    #[schema(nullable = false)]
    missing: Option<Missing>,
    per: Option<Per>,
    /// Another outcome, by which this one is divided, unit by unit.
    #[schema(max_length = 100)]
    denominator: Option<String>,
}

/// Who takes part.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read as the domain's; this is its description")]
pub struct ConditionDraft {
    #[schema(min_length = 1, max_length = 100)]
    attribute: String,
    is: Is,
    /// A list for `in` and `not_in`; none for `exists` and `missing`.
    #[schema(value_type = Value)]
    value: Option<Value>,
}

/// A test to be made. The first variant is the baseline.
#[derive(ToSchema)]
#[schema(as = ExperimentDraft, example = json!({
    "key": "greeting", "hypothesis": "One warm sentence gets more replies rated helpful.", "traffic": 1.0, "alpha": 0.05, "planned_units": 2400,
    "variants": [{"key": "control", "weight": 0.5, "prompt": "support/reply", "version": 1}, {"key": "b", "weight": 0.5, "prompt": "support/reply", "version": 2}],
    "metrics": [{"name": "resolved", "source": "outcome", "role": "goal", "direction": "up", "min_effect": 0.02, "missing": "exclude"},
        {"name": "cost", "source": "cost", "role": "guardrail", "direction": "down"}]
}))]
#[expect(dead_code, reason = "read as the domain's definition; this is its description")]
pub struct Draft {
    /// Callers name it.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    key: String,
    /// For people.
    #[schema(max_length = 100)]
    name: Option<String>,
    #[schema(max_length = 2_000)]
    hypothesis: Option<String>,
    /// The part of the audience that takes part.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    traffic: Option<f64>,
    /// The chance of a false winner, over all goals, variants and looks.
    #[schema(minimum = 0.001, maximum = 0.2)]
    alpha: Option<f64>,
    /// Units of all variants together.
    #[schema(minimum = 100, maximum = 1_000_000_000_u64)]
    planned_units: Option<u64>,
    #[schema(min_items = 2, max_items = 8)]
    variants: Vec<VariantDraft>,
    #[schema(min_items = 1, max_items = 20)]
    metrics: Vec<MetricDraft>,
    /// All must hold.
    #[schema(max_items = 20)]
    audience: Option<Vec<ConditionDraft>>,
    /// Attributes that results are sliced by.
    #[schema(max_items = 3)]
    slices: Option<Vec<String>>,
    /// Pauses by itself once harm is shown.
    stop_on_harm: Option<bool>,
    #[schema(max_items = 100)]
    forced: Option<Vec<Forced>>,
}

/// Who is asked for.
#[derive(ToSchema)]
#[schema(example = json!({"unit": "user-42", "attributes": {"locale": "sv"}, "variables": {"question": "Where is my lamp?"}}))]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct AssignDraft {
    /// A stable id of whom or what the test is split by.
    #[schema(min_length = 1, max_length = 200)]
    unit: String,
    /// What the conditions of the audience are asked of.
    #[schema(value_type = Option<Object>)]
    attributes: Option<BTreeMap<String, Value>>,
    /// Where they are sent, the messages come filled in.
    #[schema(value_type = Option<Object>)]
    variables: Option<BTreeMap<String, Value>>,
}

/// What became of a unit.
#[derive(ToSchema)]
#[schema(example = json!({"id": "ticket-7", "experiment": "greeting", "unit": "user-42", "metric": "resolved", "value": 1}))]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct OutcomeDraft {
    /// One that came before counts once.
    #[schema(min_length = 1, max_length = 200)]
    id: Option<String>,
    /// The experiment's key.
    #[schema(max_length = 64)]
    experiment: String,
    #[schema(min_length = 1, max_length = 200)]
    unit: String,
    #[schema(max_length = 100)]
    metric: String,
    value: OutcomeValue,
    /// When, by your clock; nothing depends on it.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
}

/// A number, or true for 1 and false for 0.
pub struct OutcomeValue;

impl PartialSchema for OutcomeValue {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(-1e9)).maximum(Some(1e9));
        let truth = ObjectBuilder::new().schema_type(Type::Boolean);
        OneOfBuilder::new().item(number).item(truth).description(Some("A number, or true for 1 and false for 0.")).into()
    }
}

impl ToSchema for OutcomeValue {}

/// One outcome, or a list of up to 1,000.
pub struct Outcomes;

impl PartialSchema for Outcomes {
    fn schema() -> RefOr<Schema> {
        let one = || Ref::from_schema_name(OutcomeDraft::name());
        let many = ArrayBuilder::new().items(RefOr::Ref(one())).max_items(Some(1_000));
        OneOfBuilder::new().item(one()).item(many).description(Some("One outcome, or a list of up to 1,000.")).into()
    }
}

impl ToSchema for Outcomes {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((OutcomeDraft::name().into_owned(), OutcomeDraft::schema()));
        OutcomeDraft::schemas(schemas);
    }
}
