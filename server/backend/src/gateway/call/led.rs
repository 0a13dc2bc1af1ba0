//! What comes before a call's own messages: of a prompt that it names, or of the variant that an experiment gives its unit.

use atelier_domain::{
    completion::LOCAL_MODEL,
    fault::Fault,
    gateway::{Extras, Named},
    id::ProjectId,
};

use super::Told;
use crate::{
    cx::Cx,
    experiment::{Placed, place},
    gateway::{Lead, filled::Open, front::Inbound, meter::Meter},
};

/// What the call's prompt brings, and the model that is asked.
pub(super) async fn lead(cx: &Cx, project: ProjectId, inbound: &Inbound, extras: &Extras, meter: &mut Meter, told: &mut Told) -> Result<(Lead, String), Fault> {
    let by_model = Named::of_model(&inbound.model)?;
    let of_model = by_model.is_some();
    let named = by_model.map_or_else(|| extras.named(), |named| Ok(Some(named)))?;
    let placed = match extras.experiment()? {
        Some((key, unit)) => Some(experiment(cx, project, (key, unit), extras, meter, told).await?),
        None => None,
    };
    let Some(named) = decided(named, placed.as_ref())? else {
        return Ok((Lead::default(), inbound.model.clone()));
    };
    let open = Open::of(cx, project, named).await?;
    meter.facts.prompt = Some(open.prompt);
    meter.facts.version = Some(open.version.number);
    told.prompt = Some(format!("{}@{}", open.name, open.version.number));
    let mut lead = open.lead(&extras.variables)?;
    let variant = placed.as_ref().and_then(Placed::variant);
    if let Some(variant) = variant {
        lead.params = lead.params.over(variant.params.clone());
    }
    let own = || open.version.model.clone().unwrap_or_else(|| LOCAL_MODEL.to_owned());
    let model = match variant.and_then(|variant| variant.model.clone()) {
        Some(model) => model,
        None if of_model => own(),
        None => inbound.model.clone(),
    };
    Ok((lead, model))
}

/// Assigns the call's unit. That it was seen is said by the request's own record.
async fn experiment(cx: &Cx, project: ProjectId, (key, unit): (&str, &str), extras: &Extras, meter: &mut Meter, told: &mut Told) -> Result<Placed, Fault> {
    let placed = place(cx, project, key, unit, &extras.attributes).await.map_err(|fault| Fault { fields: Vec::new(), ..fault }.at("atelier.experiment"))?;
    let variant = placed.variant().map(|variant| variant.key.clone());
    meter.facts.experiment = Some(key.to_owned());
    meter.facts.variant.clone_from(&variant);
    told.variant = variant;
    if let Some(exposure) = placed.exposure(&extras.attributes) {
        meter.facts.unit = Some(unit.to_owned());
        meter.facts.phase = Some(exposure.phase);
        meter.facts.slices = exposure.slices;
    }
    Ok(placed)
}

/// The prompt of the variant. A call may name the prompt as well, and then it has to be one that the experiment compares.
fn decided(named: Option<Named>, placed: Option<&Placed>) -> Result<Option<Named>, Fault> {
    let Some(placed) = placed else { return Ok(named) };
    let compares = |name: &str| placed.planned().is_some_and(|planned| planned.definition.variants.iter().any(|variant| variant.prompt == name));
    match named {
        Some(named) if !compares(&named.name.to_string()) => {
            Err(Fault::field("atelier.experiment", format!("This experiment does not compare versions of “{}”.", named.name)))
        }
        _ => placed.named().map(Some),
    }
}
