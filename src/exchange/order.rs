//! In which order versions are saved, so that what they are pinned to is there before them.

use std::collections::{BTreeSet, HashMap};

use super::Import;

/// The indices of a prompt and of its version.
type Place = (usize, usize);

/// Indices of prompts and of their versions: a prompt's versions in order, each after those of this file that it
/// includes, else as in the file. Where versions include each other in a circle, the file's order stands.
pub fn order(import: &Import) -> Vec<(usize, usize)> {
    let mut waits: HashMap<Place, BTreeSet<Place>> = HashMap::new();
    let mut wanted: HashMap<Place, Vec<Place>> = HashMap::new();
    let mut open: BTreeSet<Place> = BTreeSet::new();
    for (version, before) in needs(import) {
        open.insert(version);
        before.iter().for_each(|needed| wanted.entry(*needed).or_default().push(version));
        waits.insert(version, before);
    }
    let mut ready: BTreeSet<Place> = open.iter().filter(|version| waits[*version].is_empty()).copied().collect();
    let mut order = Vec::with_capacity(open.len());
    // The first that is open has no version of its own prompt before it, so it may break a circle.
    while let Some(next) = ready.pop_first().or_else(|| open.first().copied()) {
        open.remove(&next);
        order.push(next);
        for waiting in wanted.remove(&next).unwrap_or_default() {
            let Some(waits) = waits.get_mut(&waiting) else { continue };
            waits.remove(&next);
            if waits.is_empty() && open.contains(&waiting) {
                ready.insert(waiting);
            }
        }
    }
    order
}

/// Every version with those that must be there before.
fn needs(import: &Import) -> Vec<(Place, BTreeSet<Place>)> {
    let numbers = |(at, prompt): (usize, &super::ImportedPrompt)| {
        let versions: HashMap<u32, usize> = prompt.versions.iter().enumerate().map(|(index, version)| (version.number, index)).collect();
        (prompt.name.clone(), (at, versions))
    };
    let prompts: HashMap<String, (usize, HashMap<u32, usize>)> = import.prompts.iter().enumerate().map(numbers).collect();
    let mut all = Vec::new();
    for (at, prompt) in import.prompts.iter().enumerate() {
        for (index, version) in prompt.versions.iter().enumerate() {
            let pinned = version.includes.iter().filter_map(|include| {
                let (target, versions) = prompts.get(include.target())?;
                versions.get(&include.version).map(|version| (*target, *version))
            });
            let mut before: BTreeSet<Place> = pinned.filter(|needed| *needed != (at, index)).collect();
            before.extend(index.checked_sub(1).map(|earlier| (at, earlier)));
            all.push(((at, index), before));
        }
    }
    all
}
