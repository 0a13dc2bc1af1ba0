//! Includes: fixed to a version when a prompt is saved, put in as text when it is pulled.

use std::collections::{HashMap, HashSet};

use atelier_domain::{
    fault::{Fault, Problems},
    id::PromptId,
    prompt::{Body, CONTENT_MAX, Draft, Pin, Prompt, Resolved, Selector, Variable, Version},
    template::{Include, Template},
};

use crate::{db::Db, store};

use super::unknown;

/// How deep includes may nest.
const DEPTH_MAX: usize = 16;

/// Fixes every include of a draft to a version, as `given` says or as things stand, and collects the variables of the whole.
///
/// # Errors
/// Invalid: an include that does not exist, or a way back to `prompt`, with the path; too deep or too large.
pub async fn resolve(db: &mut Db, prompt: &Prompt, draft: &Draft, templates: &[Template], given: &[Pin]) -> Result<Resolved, Fault> {
    let mut pins: Vec<Pin> = Vec::new();
    let mut problems = Problems::default();
    for ((path, _), template) in draft.body.texts().iter().zip(templates) {
        for include in template.includes() {
            if pins.iter().any(|pin| pin.include == *include) {
                continue;
            }
            let pinned = match given.iter().find(|pin| pin.include == *include) {
                Some(given) => no_way_back(db, prompt, given.prompt, given.version).await.map(|()| given.clone()),
                None => pin(db, prompt, include).await,
            };
            match pinned {
                Ok(pin) => pins.push(pin),
                Err(fault) if fault.kind == atelier_domain::fault::Kind::Internal => return Err(fault),
                Err(fault) => problems.add(path, fault.message),
            }
        }
    }
    problems.check()?;
    let mut texts = Texts::default();
    let mut whole = Vec::new();
    for template in templates {
        whole.push(texts.expand(db, template, &pins, DEPTH_MAX).await?);
    }
    let variables: Vec<String> = draft.body.variables(&whole).into_iter().map(str::to_owned).collect();
    let mut inherited: Vec<Variable> = Vec::new();
    for pin in &pins {
        let version = store::prompt::version_of(db, pin.prompt, pin.version).await?.ok_or_else(Fault::internal)?;
        for variable in version.declared.into_iter().chain(version.inherited) {
            if variables.contains(&variable.name) && inherited.iter().all(|known| known.name != variable.name) {
                inherited.push(variable);
            }
        }
    }
    Ok(Resolved { pins, variables, inherited })
}

/// A template as somebody types it, its includes put in as they stand now.
///
/// # Errors
/// Invalid for an include that does not exist or leads back here.
pub async fn expand_typed(db: &mut Db, prompt: &Prompt, template: &Template) -> Result<Template, Fault> {
    let mut pins: Vec<Pin> = Vec::new();
    for include in template.includes() {
        if !pins.iter().any(|pin| pin.include == *include) {
            pins.push(pin(db, prompt, include).await?);
        }
    }
    Texts::default().expand(db, template, &pins, DEPTH_MAX).await
}

async fn pin(db: &mut Db, prompt: &Prompt, include: &Include) -> Result<Pin, Fault> {
    let found = store::prompt::by_name(db, prompt.project, &include.name).await?.ok_or_else(|| unknown(&include.name))?;
    if found.id == prompt.id {
        return Err(cycle(&[&prompt.name.to_string(), &prompt.name.to_string()]));
    }
    let version = found.resolve(&include.label.clone().map_or(Selector::Published, Selector::Label))?;
    no_way_back(db, prompt, found.id, version).await?;
    Ok(Pin { include: include.clone(), version, prompt: found.id })
}

/// # Errors
/// Invalid, with the path, where this version of another prompt leads back to `prompt`.
async fn no_way_back(db: &mut Db, prompt: &Prompt, included: PromptId, version: u32) -> Result<(), Fault> {
    match way_back(db, included, version, prompt.id).await? {
        Some(mut path) => {
            path.insert(0, prompt.name.to_string());
            Err(cycle(&path.iter().map(String::as_str).collect::<Vec<_>>()))
        }
        None => Ok(()),
    }
}

fn cycle(path: &[&str]) -> Fault {
    Fault::field("messages", format!("A prompt cannot contain itself: {}.", path.join(" → ")))
}

/// The names from `start` down to `target`, where any pinned version on the way includes it.
async fn way_back(db: &mut Db, start: PromptId, version: u32, target: PromptId) -> Result<Option<Vec<String>>, Fault> {
    let mut seen = HashSet::from([(start, version)]);
    let mut open = vec![(start, version, vec![name(db, start).await?])];
    while let Some((prompt, number, path)) = open.pop() {
        let Some(version) = store::prompt::version_of(db, prompt, number).await? else { continue };
        for pin in version.includes {
            let mut path = path.clone();
            path.push(name(db, pin.prompt).await?);
            if pin.prompt == target {
                return Ok(Some(path));
            }
            if seen.insert((pin.prompt, pin.version)) {
                open.push((pin.prompt, pin.version, path));
            }
        }
    }
    Ok(None)
}

async fn name(db: &mut Db, prompt: PromptId) -> Result<String, Fault> {
    Ok(store::prompt::by_id(db, prompt).await?.ok_or_else(Fault::internal)?.name.to_string())
}

/// A version's body with its includes put in.
///
/// # Errors
/// Internal: what was saved can be expanded.
pub async fn expand(db: &mut Db, version: &Version) -> Result<Body, Fault> {
    if version.includes.is_empty() {
        return Ok(version.body.clone());
    }
    let mut texts = Texts::default();
    let mut whole = Vec::new();
    for (_, text) in version.body.texts() {
        whole.push(texts.expand(db, &Template::parse(text)?, &version.includes, DEPTH_MAX).await?.to_string());
    }
    let mut whole = whole.into_iter();
    version.body.try_map(|_| whole.next().ok_or_else(Fault::internal))
}

/// Included versions already expanded, and how much text they came to.
#[derive(Default)]
struct Texts {
    known: HashMap<(PromptId, u32), Template>,
    bytes: usize,
}

impl Texts {
    async fn expand(&mut self, db: &mut Db, template: &Template, pins: &[Pin], depth: usize) -> Result<Template, Fault> {
        for include in template.includes() {
            let pin = find(pins, include)?;
            if !self.known.contains_key(&(pin.prompt, pin.version)) {
                let text = Box::pin(self.included(db, pin, depth)).await?;
                self.known.insert((pin.prompt, pin.version), text);
            }
        }
        let whole = template.expand(&mut |include| {
            let pin = find(pins, include)?;
            self.known.get(&(pin.prompt, pin.version)).cloned().ok_or_else(Fault::internal)
        })?;
        self.bytes += whole.to_string().len();
        if self.bytes > 2 * CONTENT_MAX {
            return Err(Fault::field("messages", "With its includes this version is over 6 MiB. Include less, or less often."));
        }
        Ok(whole)
    }

    /// The texts of a chat prompt's messages stand below each other.
    async fn included(&mut self, db: &mut Db, pin: &Pin, depth: usize) -> Result<Template, Fault> {
        if depth == 0 {
            return Err(Fault::field("messages", format!("Includes nest at most {DEPTH_MAX} deep.")));
        }
        let version = store::prompt::version_of(db, pin.prompt, pin.version).await?.ok_or_else(Fault::internal)?;
        let texts: Vec<&str> = version.body.texts().into_iter().map(|(_, text)| text).collect();
        let template = Template::parse(&texts.join("\n\n"))?;
        self.expand(db, &template, &version.includes, depth - 1).await
    }
}

fn find<'p>(pins: &'p [Pin], include: &Include) -> Result<&'p Pin, Fault> {
    pins.iter().find(|pin| pin.include == *include).ok_or_else(Fault::internal)
}
