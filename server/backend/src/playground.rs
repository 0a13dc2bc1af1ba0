//! The playground's bench: what columns can be asked, and what stands beside them.

use std::collections::BTreeMap;

use atelier_domain::{
    account::Action,
    fault::Fault,
    id::{ProjectId, PromptId},
    prompt::{DraftForm, Prompt, Selector, Summary, Version},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx},
    prompt::{PromptRef, keep_draft, version_in, version_of_draft},
    store,
};

const VERSIONS: i64 = 100;
/// Bytes of a stored answer.
const MOCK_MAX: usize = 100_000;

/// A prompt with the versions that columns name.
#[derive(Clone, Debug)]
pub struct Bench {
    pub prompt: Prompt,
    /// Newest first.
    pub history: Vec<Summary>,
    pub draft: bool,
    /// Those that were asked for and can be run, by the number that was asked for: 0 is what the caller works on.
    pub versions: BTreeMap<u32, Version>,
    pub mocks: BTreeMap<String, String>,
    pub may_write: bool,
}

/// # Errors
/// NotFound.
pub async fn open(cx: &Cx, project: ProjectId, prompt: PromptId, wanted: &[u32]) -> Result<Bench, Fault> {
    let person = cx.user().ok().map(|user| user.id);
    cx.read(Action::See, PromptRef::Id(prompt), async |db, prompt: Prompt| {
        if prompt.project != project {
            return Err(Fault::not_found("prompt_not_found", "This prompt"));
        }
        let history = store::prompt::history(db, prompt.id, u32::MAX, VERSIONS).await?;
        let draft = match person {
            Some(person) => store::draft::of(db, prompt.id, person).await?.is_some(),
            None => false,
        };
        let mut versions = BTreeMap::new();
        for number in wanted {
            // What cannot be run yet says so when it is asked.
            let found = match number {
                0 => version_of_draft(db, &prompt, person).await,
                number => version_in(db, &prompt, &Selector::Version(*number)).await,
            };
            versions.extend(found.ok().map(|version| (*number, version)));
        }
        let may_write = cx.actor.check(Action::Write, project, Fault::internal()).is_ok();
        Ok(Bench { mocks: store::mock::of(db, prompt.id).await?, prompt, history, draft, versions, may_write })
    })
    .await
}

/// Makes a version with other texts the caller's draft: `contents` has the text of each message, in order.
///
/// # Errors
/// Invalid where the version has another number of messages; else as [`keep_draft`].
pub async fn edit(cx: &Cx, prompt: PromptId, version: u32, contents: Vec<String>) -> Result<(), Fault> {
    let person = cx.user().ok().map(|user| user.id);
    let mut form = cx
        .read(Action::Write, PromptRef::Id(prompt), async |db, prompt: Prompt| {
            let version = match version {
                0 => version_of_draft(db, &prompt, person).await?,
                number => version_in(db, &prompt, &Selector::Version(number)).await?,
            };
            Ok(DraftForm::of(&version.to_draft(), prompt.latest))
        })
        .await?;
    let texts = if form.text.is_some() { 1 } else { form.contents.len() };
    if contents.len() != texts {
        return Err(Fault::field("contents", "The prompt has other messages by now. Reload the page, and edit them again."));
    }
    if form.text.is_some() {
        form.text = contents.into_iter().next();
    } else {
        form.contents = contents;
    }
    keep_draft(cx, prompt, form).await.map(drop)
}

/// Keeps what a tool answers when nobody does; empty forgets it.
///
/// # Errors
/// Invalid for an answer that is too long.
pub async fn keep_mock(cx: &Cx, prompt: PromptId, tool: &str, answer: &str) -> Result<(), Fault> {
    if tool.is_empty() || tool.len() > 200 || tool.contains('\0') {
        return Err(Fault::field("tool", "A tool has a name of at most 200 characters."));
    }
    if answer.len() > MOCK_MAX || answer.contains('\0') {
        return Err(Fault::field("answer", "A stored answer has at most 100,000 bytes, none of them NUL."));
    }
    cx.write(Action::Write, PromptRef::Id(prompt), async |tx, prompt: Prompt| {
        let (at, by) = (tx.now(), tx.author());
        if answer.trim().is_empty() {
            store::mock::delete(tx, prompt.id, tool).await?;
        } else {
            store::mock::put(tx, prompt.id, tool, answer, at, &by).await?;
        }
        tx.changed(Area::Other, prompt.id.0, Some(prompt.project), "tool.mocked", json!({"name": prompt.name, "tool": tool}));
        Ok(())
    })
    .await
}
