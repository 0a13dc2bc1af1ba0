//! Prompts, for the pages.

use atelier_domain::{
    page::Page,
    prompt::{DraftForm, Filter, Inclusion, LabelMove, ModelFacts, Outline, Prompt, Summary, TokenCount, Usage, Version},
    timestamp::Timestamp,
};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::UiError;

/// A prompt in the palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPrompt {
    pub id: String,
    pub name: String,
    pub latest: i64,
    pub labels: Vec<String>,
}

/// A page of the list, with what the side shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub prompts: Page<Prompt>,
    pub outline: Outline,
    pub now: Timestamp,
}

/// A prompt with everything that its page shows around the version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenPrompt {
    pub prompt: Prompt,
    pub history: Page<Summary>,
    pub moves: Vec<LabelMove>,
    /// The version looked at; none before the first.
    pub version: Option<Version>,
    /// Whether the editor is open: else an older version is looked at.
    pub editing: bool,
    /// What the editor shows.
    pub form: DraftForm,
    /// When the caller's draft was kept, where there is one.
    pub draft: Option<Timestamp>,
    pub tokens: TokenCount,
    pub includes: Vec<Inclusion>,
    pub may_write: bool,
    pub now: Timestamp,
    /// Models that a prompt can name here.
    pub models: Vec<ModelFacts>,
    /// The studio's public address.
    pub url: String,
}

/// What keeping a draft told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDraft {
    pub tokens: TokenCount,
    /// Includes that cannot be put in, a sentence each.
    pub missing: Vec<String>,
    /// The newest version by now.
    pub latest: u32,
}

/// What saving a draft would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The diff, as HTML.
    pub html: String,
    pub note: String,
    /// The newest version, which the diff starts from; 0 for none.
    pub latest: u32,
    /// Nothing would change.
    pub same: bool,
}

/// Two sides of a prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The diff, as HTML.
    pub html: String,
    pub old: String,
    pub new: String,
}

/// What moving a label would change, and who would notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelReview {
    /// Where it stands now.
    pub from: Option<u32>,
    /// The diff from there, as HTML; empty where the label is new.
    pub html: String,
    pub usage: Usage,
}

#[server(prefix = "/fn")]
pub async fn find_prompts(project: String, q: String) -> Result<Vec<FoundPrompt>, UiError> {
    use crate::backend::{cx, parse, prompt, reply};
    let filter = Filter { q, sort: atelier_domain::prompt::Sort::Updated, ..Filter::default() };
    let found = reply(prompt::list(&cx()?, parse(&project)?, &filter, 8, None).await)?;
    Ok(found
        .data
        .into_iter()
        .map(|prompt| FoundPrompt {
            id: prompt.id.to_string(),
            name: prompt.name.to_string(),
            latest: prompt.latest.into(),
            labels: prompt.labels.iter().map(|label| label.label.to_string()).collect(),
        })
        .collect())
}

#[server(prefix = "/fn")]
pub async fn list_prompts(project: String, filter: Filter, cursor: Option<String>) -> Result<Listing, UiError> {
    use crate::backend::{cx, parse, prompt, reply};
    let (cx, project) = (cx()?, parse(&project)?);
    let prompts = reply(prompt::list(&cx, project, &filter, 50, cursor.as_deref()).await)?;
    Ok(Listing { prompts, outline: reply(prompt::outline(&cx, project).await)?, now: cx.now() })
}

#[server(prefix = "/fn")]
pub async fn create_prompt(project: String, name: String, kind: String, description: String, tags: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, prompt, redirect, reply};
    let (cx, project) = (cx()?, parse(&project)?);
    let new = prompt::read_new(&name, &kind, description, &tags);
    let made = reply(match new {
        Ok(new) => prompt::create(&cx, project, new).await,
        Err(fault) => Err(fault),
    })?;
    redirect(&format!("/p/{project}/prompts/{}", made.id));
    Ok(())
}

#[server(prefix = "/fn")]
pub async fn prompt_page(project: String, prompt: String, version: Option<u32>) -> Result<OpenPrompt, UiError> {
    use crate::backend::{cx, desk, parse, reply};
    reply(desk::open(&cx()?, parse(&project)?, parse(&prompt)?, version).await)
}

/// Keeps what the editor holds, whatever state it is in.
#[server(prefix = "/fn")]
pub async fn keep_draft(prompt: String, form: DraftForm) -> Result<KeptDraft, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    let kept = reply(prompts::keep_draft(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, form).await)?;
    Ok(KeptDraft { tokens: kept.tokens, missing: kept.missing, latest: kept.latest })
}

#[server(prefix = "/fn")]
pub async fn discard_draft(prompt: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, prompt as prompts, redirect, reply};
    let found = reply(prompts::discard_draft(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?).await)?;
    redirect(&format!("/p/{}/prompts/{}", found.project, found.id));
    Ok(())
}

/// Makes a version the caller's draft.
#[server(prefix = "/fn")]
pub async fn restore_version(prompt: String, version: u32) -> Result<(), UiError> {
    use crate::backend::{cx, parse, prompt as prompts, redirect, reply};
    let found = reply(prompts::restore(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, version).await)?;
    redirect(&format!("/p/{}/prompts/{}", found.project, found.id));
    Ok(())
}

/// Puts the caller's draft on top of the newest version.
#[server(prefix = "/fn")]
pub async fn rebase_draft(prompt: String) -> Result<(), UiError> {
    use crate::backend::{cx, parse, prompt as prompts, redirect, reply};
    let found = reply(prompts::rebase(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?).await)?;
    redirect(&format!("/p/{}/prompts/{}", found.project, found.id));
    Ok(())
}

/// What saving the caller's draft would change.
#[server(prefix = "/fn")]
pub async fn review_draft(prompt: String) -> Result<Review, UiError> {
    use crate::backend::{cx, desk, parse, reply};
    reply(desk::review(&cx()?, parse(&prompt)?).await)
}

/// Two versions, or a version and the caller's draft: `from` and `to` are numbers, or `draft`.
#[server(prefix = "/fn")]
pub async fn compare_versions(project: String, prompt: String, from: String, to: String, side: bool) -> Result<Comparison, UiError> {
    use crate::backend::{cx, desk, parse, reply};
    reply(desk::compare(&cx()?, parse(&project)?, parse(&prompt)?, (&from, &to), side).await)
}

/// Saves the editor's form as a version. `seen` is the newest version that its writer has looked at.
#[server(prefix = "/fn")]
pub async fn save_version(prompt: String, seen: u32, form: DraftForm) -> Result<u32, UiError> {
    use crate::backend::{cx, desk, parse, redirect, reply};
    let saved = reply(desk::save(&cx()?, parse(&prompt)?, seen, &form).await)?;
    redirect(&format!("/p/{}/prompts/{}", saved.prompt.project, saved.prompt.id));
    Ok(saved.version.number)
}

/// What moving a label to a version would change.
#[server(prefix = "/fn")]
pub async fn review_label(prompt: String, label: String, version: u32) -> Result<LabelReview, UiError> {
    use crate::backend::{cx, desk, parse, reply};
    reply(desk::review_label(&cx()?, parse(&prompt)?, &label, version).await)
}

/// Sets a label; `expected` is where the page showed it (0: nowhere). `production` asks for `sure`.
#[server(prefix = "/fn")]
pub async fn move_label(prompt: String, label: String, version: u32, expected: Option<u32>, sure: Option<String>) -> Result<LabelMove, UiError> {
    use crate::backend::{cx, desk, parse, prompt as prompts, reply};
    let label = reply(desk::sure_of(&label, sure.as_deref()))?;
    reply(prompts::move_label(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, label, version, expected).await)
}

/// Who would notice a change of a prompt.
#[server(prefix = "/fn")]
pub async fn prompt_usage(prompt: String) -> Result<Usage, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    reply(prompts::usage(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?).await)
}

/// Fixes the include of `included` anew in each of `prompts`, by a version of its own. Gives how many it made.
#[server(prefix = "/fn")]
pub async fn take_update(included: String, #[server(default)] prompts: Vec<String>) -> Result<usize, UiError> {
    use crate::backend::{cx, parse, prompt, reply};
    let users = prompts.iter().map(|user| parse(user)).collect::<Result<Vec<_>, _>>()?;
    let updated = reply(prompt::take_update(&cx()?, parse(&included)?, &users).await)?;
    Ok(updated.iter().filter(|updated| updated.version.is_some()).count())
}

#[server(prefix = "/fn")]
pub async fn label_moves(prompt: String) -> Result<Vec<LabelMove>, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    reply(prompts::label_moves(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?).await)
}

#[server(prefix = "/fn")]
pub async fn describe_prompt(prompt: String, name: String, description: String, tags: String) -> Result<Prompt, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    let tags: Vec<String> = tags.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    reply(prompts::describe(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, &name, &description, &tags).await)
}

#[server(prefix = "/fn")]
pub async fn archive_prompt(prompt: String, archived: bool) -> Result<Prompt, UiError> {
    use crate::backend::{cx, parse, prompt as prompts, reply};
    reply(prompts::archive(&cx()?, parse::<atelier_domain::id::PromptId>(&prompt)?, archived).await)
}
