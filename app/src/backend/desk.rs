//! What stands on the desk of somebody who works on a prompt, put together for its pages.

use atelier_backend::{
    cx::Cx,
    prompt::{self as prompts, Compared, Desk, Saved, Which},
    provider,
};
use atelier_domain::{
    account::Action,
    diff::VersionDiff,
    fault::Fault,
    id::{ProjectId, PromptId},
    prompt::{DraftForm, LabelName, PRODUCTION, Selector, StoredDraft},
};

use crate::{
    api::prompt::{Comparison, LabelReview, OpenPrompt, Review},
    render::diff::{DiffView, Layout, Tokens, diff},
};

use super::prompt::in_project;

/// # Errors
/// NotFound.
pub async fn open(cx: &Cx, project: ProjectId, id: PromptId, wanted: Option<u32>) -> Result<OpenPrompt, Fault> {
    let (prompt, history) = prompts::history(cx, id, 100, None).await?;
    let prompt = in_project(prompt, project)?;
    let number = wanted.unwrap_or(prompt.latest);
    let version = match number {
        0 => None,
        number => Some(prompts::version(cx, id, &Selector::Version(number)).await?.1),
    };
    let may_write = cx.actor.check(Action::Write, project, Fault::internal()).is_ok();
    let latest = number == prompt.latest;
    let kept = if latest && may_write { prompts::draft(cx, id).await?.draft } else { None };
    let plain = version.as_ref().map_or_else(|| DraftForm::blank(prompt.prompt_type), |version| DraftForm::of(&version.to_draft(), version.number));
    // Typed, and taken back by typing: there is nothing to keep.
    let kept = kept.filter(|kept| DraftForm { base: plain.base, note: String::new(), ..kept.form.clone() } != plain);
    // The address names the newest version, but somebody has begun to change it: that stands beside the draft.
    let editing = latest && (wanted.is_none() || kept.is_none());
    let (form, draft) = match kept {
        Some(StoredDraft { form, updated_at }) if editing => (form, Some(updated_at)),
        kept => (plain, kept.map(|kept| kept.updated_at)),
    };
    let tokens = prompts::count_tokens(cx, &prompt, &form).await?;
    let includes = match &version {
        Some(version) => prompts::inclusions(cx, id, version).await?,
        None => Vec::new(),
    };
    let moves = prompts::label_moves(cx, id).await?;
    let (models, url) = (provider::models(cx, project).await?, cx.studio.settings.url.clone());
    Ok(OpenPrompt { prompt, history, moves, version, editing, form, draft, tokens, includes, may_write, now: cx.now(), models, url })
}

/// # Errors
/// Invalid for numbers and JSON that cannot be read; else as every save.
pub async fn save(cx: &Cx, id: PromptId, seen: u32, form: &DraftForm) -> Result<Saved, Fault> {
    let draft = form.to_draft(prompts::find(cx, id).await?.prompt_type)?;
    prompts::save_draft(cx, id, draft, seen).await
}

/// # Errors
/// NotFound; Invalid where the draft could not be saved, naming every field.
pub async fn review(cx: &Cx, id: PromptId) -> Result<Review, Fault> {
    let Desk { prompt, draft } = prompts::draft(cx, id).await?;
    let latest = prompt.latest;
    if draft.is_none() {
        return Ok(Review { html: String::new(), note: String::new(), latest, same: true });
    }
    let (prompt, from, to) = prompts::compare(cx, id, Which::Version(latest), Which::Draft).await?;
    if let Compared::Draft(draft, ..) = &to {
        draft.check(prompt.prompt_type)?;
    }
    let found = prompts::difference(&from, &to);
    let html = html(cx, (&from, &to), &found, (&name(&from), "Your draft"), Layout::Unified, 3);
    let note = if latest == 0 { "First version".to_owned() } else { found.suggest_note() };
    Ok(Review { html, note, latest, same: latest > 0 && found.is_empty() })
}

/// # Errors
/// NotFound for an unknown version, or where the caller has no draft.
pub async fn compare(cx: &Cx, project: ProjectId, id: PromptId, (from, to): (&str, &str), side: bool) -> Result<Comparison, Fault> {
    let prompt = in_project(prompts::find(cx, id).await?, project)?;
    let which = |text: &str, usual: u32| match text {
        "" => Ok(Which::Version(usual)),
        "draft" => Ok(Which::Draft),
        number => number.parse().map(Which::Version).map_err(|_| Fault::not_found("version_not_found", "This version")),
    };
    let (from, to) = (which(from, prompt.latest.saturating_sub(1))?, which(to, prompt.latest)?);
    let (_, from, to) = prompts::compare(cx, id, from, to).await?;
    let (old, new) = (name(&from), name(&to));
    let layout = if side { Layout::SideBySide } else { Layout::Unified };
    let html = html(cx, (&from, &to), &prompts::difference(&from, &to), (&old, &new), layout, 2);
    Ok(Comparison { html, old, new })
}

/// # Errors
/// Invalid for no label; NotFound for an unknown version.
pub async fn review_label(cx: &Cx, id: PromptId, label: &str, version: u32) -> Result<LabelReview, Fault> {
    let label: LabelName = label.trim().parse()?;
    let from = prompts::find(cx, id).await?.label(label.as_str());
    let html = match from {
        Some(from) if from != version => {
            let (_, from, to) = prompts::compare(cx, id, Which::Version(from), Which::Version(version)).await?;
            html(cx, (&from, &to), &prompts::difference(&from, &to), (&name(&from), &name(&to)), Layout::Unified, 3)
        }
        _ => String::new(),
    };
    Ok(LabelReview { from, html, usage: prompts::usage(cx, id).await? })
}

/// # Errors
/// Invalid for no label, or where `production` is moved without a word.
pub fn sure_of(label: &str, sure: Option<&str>) -> Result<LabelName, Fault> {
    let label: LabelName = label.trim().parse()?;
    if label.as_str() == PRODUCTION && sure.is_none_or(str::is_empty) {
        return Err(Fault::field("sure", "Confirm that code which pulls “production” shall get this version."));
    }
    Ok(label)
}

fn name(compared: &Compared) -> String {
    match compared {
        Compared::Version(version) => format!("Version {}", version.number),
        Compared::Draft(..) => "Your draft".to_owned(),
        Compared::Nothing => "Nothing".to_owned(),
    }
}

pub(super) fn html(cx: &Cx, (from, to): (&Compared, &Compared), found: &VersionDiff, (old, new): (&str, &str), layout: Layout, heading: u8) -> String {
    let count = |compared: &Compared| match compared.draft() {
        None => (0, false),
        Some(draft) => {
            let texts: Vec<String> = draft.body.texts().into_iter().map(|(_, text)| text.to_owned()).collect();
            let counted = cx.studio.tokens(draft.model.as_deref().unwrap_or_default(), &texts);
            (counted.total, counted.estimate)
        }
    };
    let (before, after) = (count(from), count(to));
    let tokens = Some(Tokens { old: before.0, new: after.0, estimate: before.1 || after.1 });
    diff(&DiffView { diff: found, old, new, layout, tokens, heading })
}
