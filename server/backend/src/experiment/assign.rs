//! Who gets which variant. Nothing on the way reads the database, once plans and prompts are in memory.

use std::{collections::BTreeMap, sync::Arc};

use atelier_domain::{
    account::Action,
    experiment::{Attributes, Exposed, Exposure, Reason, State, Variant, check_unit},
    fault::Fault,
    gateway::Named,
    id::ProjectId,
    prompt::{self, Message, Selector},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    missing,
    plan::{Planned, Plans},
};
use crate::{cx::Cx, gateway::Open};

/// For whom.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub unit: String,
    pub attributes: Attributes,
    /// Where they are there, the prompt's messages are filled in.
    pub variables: Option<Map<String, Value>>,
}

/// What a unit got.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned {
    /// `None` where the unit takes no part, and gets what is published.
    pub variant: Option<Variant>,
    pub prompt: String,
    pub version: u32,
    pub messages: Option<Vec<Message>>,
    /// The same for the same unit in the same variant and phase.
    pub id: Uuid,
    pub reason: Reason,
}

/// Where a unit belongs.
pub(crate) struct Placed {
    plans: Arc<Plans>,
    key: String,
    variant: Option<usize>,
    pub reason: Reason,
}

impl Placed {
    pub fn planned(&self) -> Option<&Planned> {
        self.plans.by_key.get(&self.key)
    }

    pub fn variant(&self) -> Option<&Variant> {
        self.planned()?.definition.variants.get(self.variant?)
    }

    /// The prompt that answers: the variant's version, else what is published of the baseline's prompt.
    ///
    /// # Errors
    /// Internal for a definition that was never whole.
    pub fn named(&self) -> Result<Named, Fault> {
        let baseline = || self.planned()?.definition.variants.first();
        let (of, selector) = match self.variant() {
            Some(variant) => (variant, Selector::Version(variant.version)),
            None => (baseline().ok_or_else(missing)?, Selector::Published),
        };
        Ok(Named { name: of.prompt.parse().map_err(|_| not_whole(&self.key))?, selector })
    }

    /// That the unit was seen, where it counts.
    pub fn exposure(&self, attributes: &Attributes) -> Option<Exposure> {
        let planned = self.planned().filter(|_| self.reason.is_exposure())?;
        Some(Exposure { variant: self.variant()?.key.clone(), phase: planned.plan.phase, slices: planned.slices(attributes) })
    }
}

fn not_whole(key: &str) -> Fault {
    Fault::conflict("experiment_state", format!("The experiment “{key}” is not set up yet: it names no prompt."))
}

/// # Errors
/// NotFound for an experiment of another project or of none; Invalid on `unit`.
pub(crate) async fn place(cx: &Cx, project: ProjectId, key: &str, unit: &str, attributes: &Attributes) -> Result<Placed, Fault> {
    check_unit(unit)?;
    let plans = Plans::of(&cx.studio, project).await?;
    let planned = plans.by_key.get(key).ok_or_else(missing)?;
    let (variant, reason) = match (planned.state, planned.decided) {
        (State::Running, _) => {
            let assignment = planned.plan.assign(unit, attributes);
            (assignment.variant, assignment.reason)
        }
        (State::Decided | State::Archived, Some(decided)) => (Some(decided), Reason::Decided),
        _ => (None, Reason::Disabled),
    };
    Ok(Placed { key: key.to_owned(), variant, reason, plans })
}

/// Assigns a unit and puts down, once, that it was seen.
///
/// # Errors
/// Denied without the scope; NotFound; Invalid naming the unit, or each missing variable.
pub async fn assign(cx: &Cx, right: Action, project: ProjectId, key: &str, asked: Asked) -> Result<Assigned, Fault> {
    let (placed, assigned) = placed(cx, right, project, key, &asked).await?;
    expose(cx, &placed, &asked.unit, &asked.attributes);
    Ok(assigned)
}

/// As [`assign`], for who may show nothing of it: nobody was exposed.
///
/// # Errors
/// As [`assign`].
pub async fn peek(cx: &Cx, right: Action, project: ProjectId, key: &str, asked: Asked) -> Result<Assigned, Fault> {
    Ok(placed(cx, right, project, key, &asked).await?.1)
}

/// The experiments that somebody could be assigned in, by their keys.
///
/// # Errors
/// Denied without the right.
pub async fn keys(cx: &Cx, right: Action, project: ProjectId) -> Result<Vec<String>, Fault> {
    cx.actor.check(right, project, missing())?;
    let plans = Plans::of(&cx.studio, project).await?;
    let live = plans.by_key.iter().filter(|(_, planned)| !matches!(planned.state, State::Draft | State::Archived));
    let mut keys: Vec<String> = live.map(|(key, _)| key.clone()).collect();
    keys.sort_unstable();
    Ok(keys)
}

async fn placed(cx: &Cx, right: Action, project: ProjectId, key: &str, asked: &Asked) -> Result<(Placed, Assigned), Fault> {
    cx.actor.check(right, project, missing())?;
    let placed = place(cx, project, key, &asked.unit, &asked.attributes).await?;
    let open = Open::by(cx, right, project, placed.named()?).await?;
    let assigned = Assigned {
        id: assignment_id(&placed, &asked.unit),
        variant: placed.variant().cloned(),
        prompt: open.name.to_string(),
        version: open.version.number,
        messages: asked.variables.as_ref().map(|variables| messages(&open, variables)).transpose()?,
        reason: placed.reason,
    };
    Ok((placed, assigned))
}

fn messages(open: &Open, variables: &Map<String, Value>) -> Result<Vec<Message>, Fault> {
    let values: BTreeMap<String, Value> = variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(prompt::render(&open.body, &open.version.specs(), &values)?.into_messages())
}

fn expose(cx: &Cx, placed: &Placed, unit: &str, attributes: &Attributes) {
    let (Some(planned), Some(variant)) = (placed.planned().filter(|_| placed.reason.is_exposure()), placed.variant) else { return };
    if !cx.studio.exposures.note(planned.id, planned.plan.phase, variant, unit) {
        return;
    }
    if let Some(exposure) = placed.exposure(attributes) {
        cx.studio.journal.expose(&Exposed { experiment: planned.id, unit: unit.to_owned(), at: cx.now(), exposure });
    }
}

/// A name of what was assigned, so that a client which asks twice knows it.
fn assignment_id(placed: &Placed, unit: &str) -> Uuid {
    let hash = Sha256::new().chain_update(placed.planned().map_or(Uuid::nil(), |planned| planned.id.0).as_bytes());
    let phase = placed.planned().map_or(0, |planned| planned.plan.phase);
    let variant = placed.variant().map_or("", |variant| variant.key.as_str());
    let hash = hash.chain_update(phase.to_le_bytes()).chain_update(variant).chain_update([0]).chain_update(unit).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
