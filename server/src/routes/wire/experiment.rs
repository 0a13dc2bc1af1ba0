//! Experiments on the wire. What is sent is described in `sent`.

mod sent;

use atelier_backend::experiment::{self as backend, Assigned};
use atelier_domain::{experiment as domain, timestamp::Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Message;

pub use sent::{AssignDraft, Draft, Outcomes};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident as $schema:ident { $($(#[$of:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = $schema)]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl From<domain::$name> for $name {
            fn from(word: domain::$name) -> Self {
                match word { $(domain::$name::$variant => Self::$variant),+ }
            }
        }
    };
}

words! {
    State as ExperimentState { Draft, Running, Paused, Decided, Archived }
}

words! {
    /// Where a metric's values come from.
    Source as MetricSource {
        /// Sent later, by `POST /outcomes`.
        Outcome,
        /// USD, of the requests that the unit made with its variant.
        Cost,
        /// Seconds from a request to the answer's end.
        Latency,
        /// Seconds from a request to the answer's first token.
        FirstToken,
        Tokens,
        /// The share of requests that failed.
        Error,
        /// Scores of requests, once there are some.
        Score,
    }
}

words! {
    Role as MetricRole { Goal, Guardrail }
}

words! {
    Direction as MetricDirection { Up, Down }
}

words! {
    /// What an exposed unit counts as of which nothing was heard.
    Missing as MetricMissing { Exclude, Zero }
}

words! {
    /// Whether a unit's values are added up (`unit`), or all values are divided by their number (`request`).
    Per as MetricPer { Unit, Request }
}

words! {
    Is as ConditionIs { Equals, NotEquals, In, NotIn, Exists, Missing, Greater, Less, Contains, StartsWith }
}

words! {
    Decision as VerdictDecision { Ship, Stop, Continue, Alarm }
}

words! {
    /// Why a unit got what it got.
    Reason as AssignmentReason {
        Split,
        /// As `split`, in a test with an audience.
        TargetingMatch,
        /// A tester's: never counted.
        Forced,
        NotInTraffic,
        NotInAudience,
        /// The test does not run.
        Disabled,
        /// The test is over.
        Decided,
    }
}

words! {
    /// What a sample ratio is of.
    RatioOf as SampleRatioOf { Exposures, Outcomes }
}

words! {
    Standing as ComparisonStanding { Unknown, Open, Better, Worse, Within, Harm }
}

words! {
    /// What a metric's numbers are.
    Measured as MetricMeasured { Share, Money, Seconds, Number }
}

/// A tester, who always gets this variant.
#[derive(Serialize, ToSchema)]
#[schema(as = ForcedVariant)]
pub struct Forced {
    #[schema(min_length = 1, max_length = 200)]
    pub unit: String,
    pub variant: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ExperimentVariant)]
pub struct Variant {
    pub key: String,
    pub weight: f64,
    pub prompt: String,
    #[schema(minimum = 1)]
    pub version: u32,
    #[schema(required)]
    pub model: Option<String>,
    #[schema(value_type = Object)]
    pub params: Value,
}

impl From<domain::Variant> for Variant {
    fn from(variant: domain::Variant) -> Self {
        let domain::Variant { key, weight, prompt, version, model, params } = variant;
        Self { key, weight, prompt, version, model, params: serde_json::to_value(params).unwrap_or_default() }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ExperimentMetric)]
pub struct Metric {
    pub name: String,
    pub source: Source,
    pub role: Role,
    pub direction: Direction,
    pub min_effect: f64,
    pub relative: bool,
    pub missing: Missing,
    pub per: Per,
    #[schema(required)]
    pub denominator: Option<String>,
}

impl From<domain::Metric> for Metric {
    fn from(metric: domain::Metric) -> Self {
        let domain::Metric { name, source, role, direction, min_effect, relative, missing, per, denominator } = metric;
        Self {
            name,
            source: source.into(),
            role: role.into(),
            direction: direction.into(),
            min_effect,
            relative,
            missing: missing.into(),
            per: per.into(),
            denominator,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ExperimentCondition)]
pub struct Condition {
    pub attribute: String,
    pub is: Is,
    #[schema(value_type = Value, required)]
    pub value: Value,
}

/// The weights from a change of the split to the next.
#[derive(Serialize, ToSchema)]
#[schema(as = ExperimentPhase)]
pub struct Phase {
    #[schema(minimum = 1)]
    pub phase: u32,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub weights: Vec<f64>,
}

/// A test and where it is in its life.
#[derive(Serialize, ToSchema)]
pub struct Experiment {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub key: String,
    pub name: String,
    pub hypothesis: String,
    pub state: State,
    pub traffic: f64,
    pub alpha: f64,
    #[schema(minimum = 0)]
    pub planned_units: u64,
    pub variants: Vec<Variant>,
    pub metrics: Vec<Metric>,
    pub audience: Vec<Condition>,
    pub slices: Vec<String>,
    pub stop_on_harm: bool,
    pub forced: Vec<Forced>,
    /// What units are hashed with (SipHash-2-4): assignments can be reproduced offline.
    pub seed: String,
    /// Which stretches of the hash, of 2³² points, are whose: the variant's place and the length.
    #[schema(value_type = Vec<Vec<u64>>)]
    pub segments: Value,
    pub phases: Vec<Phase>,
    /// The variant that was decided for.
    #[schema(required)]
    pub decided: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub created_by: String,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub ended_at: Option<Timestamp>,
}

impl From<backend::Found> for Experiment {
    fn from(found: backend::Found) -> Self {
        let domain::Experiment { id, definition, state, split, created_at, created_by, started_at, ended_at, decided, .. } = found.experiment;
        let domain::Definition { key, name, hypothesis, traffic, alpha, planned_units, variants, metrics, audience, slices, stop_on_harm, forced } = definition;
        let condition = |condition: domain::Condition| Condition { attribute: condition.attribute, is: condition.is.into(), value: condition.value };
        Self {
            id: id.0,
            key,
            name,
            hypothesis,
            state: state.into(),
            traffic,
            alpha,
            planned_units,
            variants: variants.into_iter().map(Variant::from).collect(),
            metrics: metrics.into_iter().map(Metric::from).collect(),
            audience: audience.into_iter().map(condition).collect(),
            slices,
            stop_on_harm,
            forced: forced.into_iter().map(|domain::Forced { unit, variant }| Forced { unit, variant }).collect(),
            seed: split.seed.to_string(),
            segments: serde_json::to_value(&split.segments).unwrap_or_default(),
            phases: found.phases.into_iter().map(|backend::Weights { phase, at, weights }| Phase { phase, at, weights }).collect(),
            decided,
            created_at,
            created_by,
            started_at,
            ended_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AssignedPrompt)]
pub struct AssignedPrompt {
    pub name: String,
    #[schema(minimum = 1)]
    pub version: u32,
}

/// What a unit gets.
#[derive(Serialize, ToSchema)]
pub struct Assignment {
    /// Null for a unit that takes no part: it gets what is published.
    #[schema(required)]
    pub variant: Option<String>,
    pub prompt: AssignedPrompt,
    /// Instead of the version's; null where the version's holds.
    #[schema(required)]
    pub model: Option<String>,
    /// Laid over the version's.
    #[schema(value_type = Object)]
    pub params: Value,
    /// Filled in, where `variables` were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub messages: Option<Vec<Message>>,
    /// The same for the same unit in the same variant.
    #[schema(value_type = String, format = "uuid")]
    pub assignment_id: Uuid,
    pub reason: Reason,
}

impl From<Assigned> for Assignment {
    fn from(assigned: Assigned) -> Self {
        let Assigned { variant, prompt, version, messages, id, reason } = assigned;
        let params = variant.as_ref().map(|variant| serde_json::to_value(&variant.params).unwrap_or_default());
        Self {
            model: variant.as_ref().and_then(|variant| variant.model.clone()),
            variant: variant.map(|variant| variant.key),
            prompt: AssignedPrompt { name: prompt, version },
            params: params.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            messages: messages.map(|messages| messages.into_iter().map(Message::from).collect()),
            assignment_id: id,
            reason: reason.into(),
        }
    }
}

/// What became of outcomes; they are committed.
#[derive(Serialize, ToSchema)]
pub struct OutcomesTaken {
    #[schema(minimum = 0)]
    pub accepted: usize,
    /// Their ids had come before.
    #[schema(minimum = 0)]
    pub repeated: usize,
    /// Their experiments are over: finished numbers do not change.
    #[schema(minimum = 0)]
    pub ignored: usize,
}
