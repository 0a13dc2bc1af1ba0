//! What versions include: pinned within the file, told where it must be in the project.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ImportedInclude, ImportedPrompt, ImportedVersion,
    notes::{Notes, shown},
};
use crate::{
    prompt::{Draft, PRODUCTION},
    template::{Include, Template},
};

/// What a prompt's versions were numbered in the file, and what they are numbered now.
pub(super) type Numbers = BTreeMap<u32, u32>;

/// What of a prompt an include can mean.
struct Target {
    numbers: Numbers,
    labels: BTreeMap<String, u32>,
    latest: Option<u32>,
}

/// Pins that the file tells get today's numbers. Where it tells none, an include means what it would mean in the finished
/// project: its label, else `production`, else the newest version.
pub(super) fn settle(prompts: &mut [(ImportedPrompt, Numbers)], notes: &mut Notes) {
    let target = |(prompt, numbers): &(ImportedPrompt, Numbers)| {
        let latest = prompt.versions.last().map(|version| version.number);
        (prompt.name.clone(), Target { numbers: numbers.clone(), labels: prompt.labels.clone(), latest })
    };
    let targets: BTreeMap<String, Target> = prompts.iter().map(target).collect();
    for (prompt, _) in prompts {
        notes.about(&prompt.name);
        prompt.versions.iter_mut().for_each(|version| settle_one(version, &targets, notes));
    }
}

fn settle_one(version: &mut ImportedVersion, targets: &BTreeMap<String, Target>, notes: &mut Notes) {
    let key = |pin: ImportedInclude| ((pin.name.clone(), pin.label.clone()), pin);
    let mut told: BTreeMap<(String, Option<String>), ImportedInclude> = std::mem::take(&mut version.includes).into_iter().map(key).collect();
    for include in includes(&version.draft) {
        let (name, label) = (include.name.to_string(), include.label.map(|label| label.to_string()));
        let pin = told.remove(&(name.clone(), label.clone()));
        let target = pin.as_ref().map_or(name.as_str(), ImportedInclude::target);
        let Some(known) = targets.get(target) else {
            notes.say(format!("It includes {}, which is not in this file: it must be in the project before.", shown(target)));
            version.includes.extend(pin);
            continue;
        };
        let number = match (&pin, &label) {
            (Some(pin), _) => known.numbers.get(&pin.version).copied(),
            (None, Some(label)) => known.labels.get(label).copied(),
            (None, None) => known.labels.get(PRODUCTION).copied().or(known.latest),
        };
        let Some(number) = number else {
            let what = pin.as_ref().map_or_else(|| format!("label {}", shown(label.as_deref().unwrap_or_default())), |pin| format!("version {}", pin.version));
            notes.say(format!("It includes {} by {what}, which is not in this file.", shown(target)));
            continue;
        };
        let prompt = pin.and_then(|pin| pin.prompt);
        version.includes.push(ImportedInclude { name, label, version: number, prompt });
    }
    version.includes.sort();
    for (name, _) in told.into_keys() {
        notes.say(format!("It is pinned to {}, but does not include it: the pin is left out.", shown(&name)));
    }
}

/// What a draft includes, once each.
pub(super) fn includes(draft: &Draft) -> BTreeSet<Include> {
    let templates = draft.body.texts().into_iter().filter_map(|(_, text)| Template::parse(text).ok());
    templates.flat_map(|template| template.includes().cloned().collect::<Vec<_>>()).collect()
}
