//! Files of prompts, as the page shows them.

use std::collections::BTreeMap;

use atelier_backend::{
    cx::Cx,
    exchange::{self as files, Upload},
    prompt::{self as prompts, Compared},
};
use atelier_domain::{fault::Fault, id::ProjectId, prompt::Version};

use super::desk::html;
use crate::{
    api::exchange::{ImportDone, ImportPreview, PlannedPrompt},
    render::diff::Layout,
};

/// More of them nobody reads before an import.
const DIFFS_MAX: usize = 50;

pub fn upload(name: String, text: String) -> Upload {
    // A form sends every line end as two bytes.
    Upload { name, text: text.replace("\r\n", "\n") }
}

/// # Errors
/// Invalid for what cannot be read.
pub async fn preview(cx: &Cx, project: ProjectId, name: String, text: String) -> Result<ImportPreview, Fault> {
    let found = files::preview(cx, project, &upload(name, text)).await?;
    let mut prompts = Vec::new();
    let mut diffs = 0;
    for (planned, here) in found.planned.into_iter().zip(found.here) {
        let newest = found.import.prompts[planned.prompt].versions.last();
        let html = match (here, newest) {
            (Some(here), Some(newest)) if !planned.choices.is_empty() && diffs < DIFFS_MAX => {
                diffs += 1;
                difference(cx, here, newest.draft.clone())
            }
            _ => String::new(),
        };
        prompts.push(PlannedPrompt {
            at: planned.prompt,
            name: planned.name,
            step: planned.step,
            versions: planned.versions.len(),
            choices: planned.choices,
            html,
        });
    }
    Ok(ImportPreview { format: found.import.format, prompts, notes: found.import.notes, plan: found.plan })
}

fn difference(cx: &Cx, here: Version, file: atelier_domain::prompt::Draft) -> String {
    let words = format!("Version {} here", here.number);
    let base = here.number;
    let (from, to) = (Compared::Version(Box::new(here)), Compared::Draft(Box::new(file), None, base));
    html(cx, (&from, &to), &prompts::difference(&from, &to), (&words, "The file"), Layout::Unified, 3)
}

/// # Errors
/// As [`files::import`].
pub async fn import(cx: &Cx, project: ProjectId, upload: Upload, choices: &BTreeMap<usize, usize>, plan: &str) -> Result<ImportDone, Fault> {
    let done = files::import(cx, project, &upload, choices, plan).await?;
    Ok(ImportDone { made: done.made, changed: done.changed, left: done.left })
}
