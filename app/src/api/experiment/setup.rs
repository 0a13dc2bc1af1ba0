//! A test's set-up, step by step. Forms speak texts; what is typed is kept on the server from step to step.

use atelier_domain::experiment::Definition;
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    #[default]
    Idea,
    Variants,
    Split,
    Audience,
    Metrics,
    Review,
}

impl Step {
    pub const ALL: [Step; 6] = [Step::Idea, Step::Variants, Step::Split, Step::Audience, Step::Metrics, Step::Review];

    /// As it stands in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Idea => "idea",
            Step::Variants => "variants",
            Step::Split => "split",
            Step::Audience => "audience",
            Step::Metrics => "metrics",
            Step::Review => "review",
        }
    }

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|step| step.as_str() == text).unwrap_or_default()
    }

    pub fn label(self) -> &'static str {
        match self {
            Step::Idea => "Hypothesis",
            Step::Variants => "Variants",
            Step::Split => "Split",
            Step::Audience => "Who takes part",
            Step::Metrics => "Metrics",
            Step::Review => "Review and start",
        }
    }

    fn at(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or_default()
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL.get(self.at() + 1).copied().unwrap_or(Step::Review)
    }

    #[must_use]
    pub fn back(self) -> Self {
        Self::ALL.get(self.at().wrapping_sub(1)).copied().unwrap_or_default()
    }
}

/// What the fields of a step hold; of other steps nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    pub name: String,
    pub hypothesis: String,
    pub variants: Vec<VariantForm>,
    /// In per cent, in the order of the variants.
    pub weights: Vec<String>,
    pub traffic: String,
    pub audience: Vec<ConditionForm>,
    /// Of each variant, a unit a line.
    pub testers: Vec<String>,
    /// Separated by commas.
    pub slices: String,
    pub metrics: Vec<MetricForm>,
    pub planned: String,
    pub stop: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VariantForm {
    pub key: String,
    pub prompt: String,
    pub version: String,
    pub model: String,
    pub temperature: String,
    pub max_tokens: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConditionForm {
    pub attribute: String,
    pub is: String,
    /// A number or truth value where it reads as one, unless quoted; a list by commas.
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricForm {
    pub name: String,
    pub source: String,
    pub role: String,
    pub direction: String,
    pub effect: String,
    /// What `effect` is in: `points`, `own` or `relative`.
    pub unit: String,
    pub missing: String,
    pub per: String,
    pub denominator: String,
}

/// A prompt to choose a version of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromptChoice {
    pub name: String,
    pub latest: u32,
    pub labels: Vec<(String, u32)>,
}

/// A field that is not ready, and the step where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unready {
    pub step: Step,
    pub detail: String,
}

/// A draft on the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    pub id: String,
    pub step: Step,
    /// Another number each time that something is kept.
    pub kept: i64,
    pub definition: Definition,
    pub form: SetupForm,
    pub prompts: Vec<PromptChoice>,
    pub models: Vec<String>,
    pub unready: Vec<Unready>,
    /// Running tests on one of its prompts: test and prompt.
    pub overlaps: Vec<(String, String)>,
    /// Requests of the baseline's prompt that came through the gateway, a day.
    pub requests_a_day: f64,
    /// The part of them that failed.
    pub failed: f64,
    pub may_publish: bool,
}

/// Makes a draft, and leads to its next step.
#[server(prefix = "/fn")]
pub async fn create_experiment(project: String, key: String, name: String, hypothesis: String) -> Result<(), UiError> {
    use crate::backend::{cx, experiment::setup, parse, redirect, reply};
    let made = reply(setup::create(&cx()?, parse(&project)?, key, name, hypothesis).await)?;
    redirect(&format!("/p/{project}/experiments/{made}/setup?step={}", Step::Variants.as_str()));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn show_setup(project: String, experiment: String, step: String) -> Result<Setup, UiError> {
    use crate::backend::{cx, experiment::setup, parse, reply};
    reply(setup::show(&cx()?, parse(&project)?, parse(&experiment)?, Step::parse(&step)).await)
}

/// Keeps what a step holds, and goes where the pressed button leads: `next` only where the step is sound.
#[server(prefix = "/fn")]
pub async fn keep_step(project: String, experiment: String, step: String, then: String, #[server(default)] form: SetupForm) -> Result<(), UiError> {
    use crate::backend::{cx, experiment::setup, parse, redirect, reply};
    let query = reply(setup::keep(&cx()?, parse(&project)?, parse(&experiment)?, Step::parse(&step), &then, form).await)?;
    redirect(&match query {
        Some(query) => format!("/p/{project}/experiments/{experiment}/setup?{query}"),
        None => format!("/p/{project}/experiments"),
    });
    Ok(())
}
