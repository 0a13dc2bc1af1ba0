//! Prompts as files: everything of a prompt, a folder or a project, out and in again; and in from other tools.

mod syntax;

use std::collections::{BTreeMap, HashMap};

use atelier_domain::{
    account::Action,
    exchange::{self, Choice, Import, ImportedInclude, Planned, Present, Step},
    fault::{Fault, FieldError, Kind},
    id::{ProjectId, PromptId},
    prompt::{Filter, LabelName, NewPrompt, Pin, Prompt, PromptName, Sort, Version},
    template::Include,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    cx::{Area, Cx, Tx},
    db::Db,
    prompt::{make, next_version, set_label},
    store,
};

pub use syntax::Syntax;

/// Bytes of a file that is read.
pub const FILE_MAX: usize = 4 << 20;

/// What is written into one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Prompt(PromptId),
    /// Without the slash at its end; empty for the whole project.
    Folder(String),
}

/// A file for a person's disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub name: String,
    pub text: String,
}

/// Writes prompts with all their versions. Archived ones are left out, unless one is asked for by itself.
///
/// # Errors
/// NotFound for a prompt of another project, and for a folder without prompts.
pub async fn export(cx: &Cx, project: ProjectId, part: &Part, syntax: Syntax) -> Result<Exported, Fault> {
    let (prompts, others) = cx
        .read(Action::See, project, async |db, _| {
            let mut prompts = Vec::new();
            for prompt in chosen(db, project, part).await? {
                let versions = store::prompt::versions(db, prompt.id).await?;
                prompts.push((prompt, versions));
            }
            let others = others(db, &prompts).await?;
            Ok((prompts, others))
        })
        .await?;
    let name = match (part, prompts.first()) {
        (Part::Prompt(_), Some((prompt, _))) => prompt.name.to_string(),
        (Part::Folder(folder), _) if !folder.is_empty() => folder.clone(),
        _ => "prompts".to_owned(),
    };
    let text = syntax.write(&exchange::export(prompts, others))?;
    Ok(Exported { name: format!("{}.{}", name.replace(['/', ' '], "-"), syntax.ending()), text })
}

async fn chosen(db: &mut Db, project: ProjectId, part: &Part) -> Result<Vec<Prompt>, Fault> {
    let folder = match part {
        Part::Prompt(id) => {
            let found = store::prompt::by_id(db, *id).await?.filter(|prompt| prompt.project == project);
            return found.map(|prompt| vec![prompt]).ok_or_else(|| Fault::not_found("prompt_not_found", "This prompt"));
        }
        Part::Folder(folder) => folder,
    };
    let filter = Filter { folder: folder.clone(), sort: Sort::Name, ..Filter::default() };
    let mut prompts: Vec<Prompt> = Vec::new();
    loop {
        let after = prompts.last().map(|last| (last.name.to_string(), last.id.to_string()));
        let more = store::prompt::list(db, project, &filter, after, 200).await?;
        if more.is_empty() {
            break;
        }
        prompts.extend(more);
    }
    if prompts.is_empty() && !folder.is_empty() {
        return Err(Fault::not_found("folder_not_found", "This folder"));
    }
    Ok(prompts)
}

/// The names of what is included and not in the file.
async fn others(db: &mut Db, prompts: &[(Prompt, Vec<Version>)]) -> Result<HashMap<PromptId, String>, Fault> {
    let mut names = HashMap::new();
    for pin in prompts.iter().flat_map(|(_, versions)| versions).flat_map(|version| &version.includes) {
        if !names.contains_key(&pin.prompt)
            && let Some(included) = store::prompt::by_id(db, pin.prompt).await?
        {
            names.insert(pin.prompt, included.name.to_string());
        }
    }
    Ok(names)
}

/// A file as it was given to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Names what has no name of its own; its ending says nothing.
    pub name: String,
    pub text: String,
}

impl Upload {
    /// # Errors
    /// Invalid on `text` for what is neither JSON nor YAML, on `file` for what holds no prompts.
    fn read(&self) -> Result<Import, Fault> {
        if self.text.trim().is_empty() {
            return Err(Fault::field("text", "Choose a file, or paste what is in it."));
        }
        if self.text.len() > FILE_MAX {
            return Err(Fault::field("text", "A file has at most 4 MiB. Export folder by folder, and import them one after another."));
        }
        let value = Syntax::read(&self.text)?;
        exchange::read(&value, &self.name).map_err(|fault| Fault { fields: fault.fields.into_iter().map(at_text).collect(), ..fault })
    }
}

/// The page has one field for the file: its text.
fn at_text(field: FieldError) -> FieldError {
    if field.field == "file" { FieldError { field: "text".to_owned(), ..field } } else { field }
}

/// What importing a file would do.
#[derive(Clone, Debug)]
pub struct Preview {
    pub import: Import,
    pub planned: Vec<Planned>,
    /// The newest version here of each planned prompt.
    pub here: Vec<Option<Version>>,
    /// Names this plan: [`import`] asks for it.
    pub plan: String,
}

/// # Errors
/// Invalid where the file cannot be read.
pub async fn preview(cx: &Cx, project: ProjectId, upload: &Upload) -> Result<Preview, Fault> {
    cx.read(Action::Write, project, async |db, _| {
        let import = upload.read()?;
        let found = Found::load(db, project, &import).await?;
        let planned = exchange::plan(&import, &found.present);
        let mut here = Vec::new();
        for planned in &planned {
            here.push(match found.prompts.get(&planned.name).filter(|prompt| prompt.latest > 0) {
                Some(prompt) => store::prompt::version_of(db, prompt.id, prompt.latest).await?,
                None => None,
            });
        }
        Ok(Preview { plan: name(upload, &planned), import, planned, here })
    })
    .await
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub made: usize,
    pub changed: usize,
    pub left: usize,
}

/// Imports a file: all of it or nothing. `choices` says for prompts that are here, by their index, which of the plan's choices
/// holds; the first does where nothing is said. `plan` is the one that the person has looked at.
///
/// # Errors
/// Conflict where the project changed since then; Invalid for a choice that there is not, and for what cannot be saved.
pub async fn import(cx: &Cx, project: ProjectId, upload: &Upload, choices: &BTreeMap<usize, usize>, plan: &str) -> Result<Imported, Fault> {
    cx.write(Action::Write, project, async |tx, _| {
        let import = upload.read()?;
        let found = Found::load(tx, project, &import).await?;
        let planned = exchange::plan(&import, &found.present);
        if name(upload, &planned) != plan {
            return Err(Fault::conflict("plan_changed", "The prompts here or the file changed since you looked. Look again before you import."));
        }
        // What an import makes it also labels.
        cx.actor.check(Action::Publish, project, Fault::internal())?;
        let mut importing = Importing { import: &import, targets: Vec::new(), done: Imported::default() };
        for planned in &planned {
            let target = importing.target(tx, project, planned, chosen_of(planned, choices)?, &found).await?;
            importing.targets.push(target);
        }
        importing.save(tx).await?;
        importing.label(tx).await?;
        let done = importing.done;
        let detail = json!({"format": import.format, "made": done.made, "changed": done.changed, "left": done.left});
        tx.changed(Area::Other, project.0, Some(project), "prompts.imported", detail);
        Ok(done)
    })
    .await
}

/// Equal for equal plans of equal files.
fn name(upload: &Upload, planned: &[Planned]) -> String {
    let text = serde_json::to_string(planned).unwrap_or_default();
    Sha256::digest(format!("{text}\n{}", upload.text)).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// What happens to a prompt: nothing to choose is `None`.
fn chosen_of(planned: &Planned, choices: &BTreeMap<usize, usize>) -> Result<Option<Choice>, Fault> {
    if planned.choices.is_empty() {
        return Ok(None);
    }
    let choice = choices.get(&planned.prompt).copied().unwrap_or_default();
    if let Some(choice) = planned.choices.get(choice) {
        return Ok(Some(choice.clone()));
    }
    Err(Fault::field(format!("choices[{}]", planned.prompt), "This cannot be done with this prompt. Choose again."))
}

/// The prompts of the project that a file names.
struct Found {
    prompts: HashMap<String, Prompt>,
    present: BTreeMap<String, Present>,
}

impl Found {
    async fn load(db: &mut Db, project: ProjectId, import: &Import) -> Result<Self, Fault> {
        let mut found = Self { prompts: HashMap::new(), present: BTreeMap::new() };
        for wanted in &import.prompts {
            let name: PromptName = wanted.name.parse()?;
            let Some(prompt) = store::prompt::by_name(db, project, &name).await? else { continue };
            let versions = store::prompt::versions(db, prompt.id).await?;
            found.present.insert(wanted.name.clone(), Present::new(&prompt, &versions));
            // A copy takes a name that is free.
            for taken in store::prompt::names_like(db, project, &format!("{}-copy", wanted.name)).await? {
                found.present.entry(taken).or_insert_with(|| Present { prompt_type: prompt.prompt_type, latest: 0, archived: false, fingerprints: Vec::new() });
            }
            found.prompts.insert(wanted.name.clone(), prompt);
        }
        Ok(found)
    }
}

/// Where an imported prompt lands.
struct Target {
    prompt: Prompt,
    /// Indices of the versions that are saved.
    versions: Vec<usize>,
    /// What versions of the file are numbered here.
    numbers: BTreeMap<u32, u32>,
    newest: Option<Version>,
    /// It gets the file's labels.
    made: bool,
}

struct Importing<'a> {
    import: &'a Import,
    targets: Vec<Target>,
    done: Imported,
}

impl Importing<'_> {
    async fn target(&mut self, tx: &mut Tx<'_>, project: ProjectId, planned: &Planned, choice: Option<Choice>, found: &Found) -> Result<Target, Fault> {
        let wanted = &self.import.prompts[planned.prompt];
        let new_name = match (planned.step, &choice) {
            (Step::Make, _) => Some(wanted.name.clone()),
            (_, Some(Choice::Copy(name))) => Some(name.clone()),
            _ => None,
        };
        if let Some(name) = new_name {
            self.done.made += 1;
            let new = NewPrompt { name, prompt_type: wanted.prompt_type, description: wanted.description.clone(), tags: wanted.tags.clone() };
            let prompt = make(tx, project, new).await?;
            return Ok(Target { prompt, versions: (0..wanted.versions.len()).collect(), numbers: BTreeMap::new(), newest: None, made: true });
        }
        let (prompt, present) = (found.prompts.get(&planned.name), found.present.get(&planned.name));
        let (Some(prompt), Some(present)) = (prompt.cloned(), present) else { return Err(Fault::internal()) };
        store::prompt::lock(tx, prompt.id).await?;
        let adds = choice == Some(Choice::AddVersion);
        if adds {
            self.done.changed += 1;
        } else {
            self.done.left += 1;
        }
        let newest = store::prompt::version_of(tx, prompt.id, prompt.latest).await?;
        let versions = if adds { planned.versions.clone() } else { Vec::new() };
        Ok(Target { prompt, versions, numbers: present.numbers(wanted), newest, made: false })
    }

    async fn save(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        for (at, index) in exchange::order(self.import) {
            if !self.targets[at].versions.contains(&index) {
                continue;
            }
            let wanted = &self.import.prompts[at].versions[index];
            let mut pins = Vec::new();
            for include in &wanted.includes {
                pins.extend(self.pin(tx, include).await?);
            }
            let target = &mut self.targets[at];
            let saved = next_version(tx, &mut target.prompt, wanted.draft.clone(), target.newest.take(), &pins).await;
            let saved = saved.map_err(|fault| in_file(fault, &target.prompt, wanted.number))?;
            target.numbers.insert(wanted.number, saved.version.number);
            target.newest = Some(saved.version);
        }
        Ok(())
    }

    /// What an include of the file is pinned to here; nothing where neither the file nor the project can tell.
    async fn pin(&self, db: &mut Db, wanted: &ImportedInclude) -> Result<Option<Pin>, Fault> {
        let include = Include { name: wanted.name.parse()?, label: wanted.label.as_deref().map(str::parse::<LabelName>).transpose()? };
        if let Some(at) = self.import.prompts.iter().position(|prompt| prompt.name == wanted.target()) {
            let target = &self.targets[at];
            let version = target.numbers.get(&wanted.version).copied().or_else(|| target.newest.as_ref().map(|newest| newest.number));
            return Ok(version.map(|version| Pin { include, version, prompt: target.prompt.id }));
        }
        let project = self.targets.first().map(|target| target.prompt.project);
        let (Some(project), Ok(name)) = (project, wanted.target().parse::<PromptName>()) else { return Ok(None) };
        let Some(there) = store::prompt::by_name(db, project, &name).await? else { return Ok(None) };
        // Another project's version of this number may not be here.
        let version = if wanted.version <= there.latest { wanted.version } else { there.latest };
        Ok((version > 0).then_some(Pin { include, version, prompt: there.id }))
    }

    async fn label(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        for (target, wanted) in self.targets.iter().zip(&self.import.prompts).filter(|(target, _)| target.made) {
            for (label, version) in &wanted.labels {
                if let Some(version) = target.numbers.get(version) {
                    set_label(tx, &target.prompt, label.parse()?, None, *version).await?;
                }
            }
        }
        Ok(())
    }
}

/// A fault of one version, as a sentence about the file.
fn in_file(fault: Fault, prompt: &Prompt, version: u32) -> Fault {
    if fault.kind != Kind::Invalid {
        return fault;
    }
    let why = fault.fields.first().map_or(fault.message.as_str(), |first| first.detail.as_str());
    Fault::field("text", format!("Nothing was imported. “{}”, version {version}: {why}", prompt.name))
}
