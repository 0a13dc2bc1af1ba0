//! Drafts: each person's own, saved as they type. A draft is no version: nothing is pinned, nothing is pulled.

use atelier_domain::{
    account::Action,
    diff::{Side, VersionDiff},
    fault::{Fault, Kind},
    id::{PromptId, UserId},
    prompt::{Body, Draft, DraftForm, Prompt, Resolved, Saving, Selector, StoredDraft, TokenCount, Version},
    template::{Part, Template, tags},
    timestamp::Timestamp,
};
use uuid::Uuid;

use crate::{
    cx::{Actor, Cx},
    db::Db,
    store,
};

use super::{PromptRef, include, version_in};

/// The largest form, in bytes of its texts: what a version may hold, and its JSON.
const FORM_MAX: usize = 6 << 20;

fn person(cx: &Cx) -> Option<UserId> {
    match &cx.actor {
        Actor::User(user) => Some(user.id),
        _ => None,
    }
}

/// What an editor opens: the prompt, the version it was begun from, and what the caller has typed since.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    pub prompt: Prompt,
    pub draft: Option<StoredDraft>,
}

/// # Errors
/// NotFound.
pub async fn draft(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Desk, Fault> {
    let person = person(cx);
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        let draft = match person {
            Some(person) => store::draft::of(db, prompt.id, person).await?,
            None => None,
        };
        Ok(Desk { prompt, draft })
    })
    .await
}

/// What saving a draft tells: its tokens, and which includes there are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub tokens: TokenCount,
    /// Includes that name no prompt, or no version of one, as a sentence each.
    pub missing: Vec<String>,
    /// The newest version of the prompt by now.
    pub latest: u32,
}

/// Keeps what somebody typed, whatever state it is in.
///
/// # Errors
/// Unauthenticated for programs; Invalid where it is too large; Conflict where the prompt is archived.
pub async fn keep_draft(cx: &Cx, prompt: impl Into<PromptRef>, form: DraftForm) -> Result<Kept, Fault> {
    let person = person(cx).ok_or_else(Fault::unauthenticated)?;
    let size: usize = serde_json::to_string(&form).map_or(usize::MAX, |text| text.len());
    if size > FORM_MAX || form.contents.iter().chain(&form.text).any(|text| text.contains('\0')) {
        return Err(Fault::field("messages", "A draft takes at most 6 MiB and holds no NUL character."));
    }
    let prompt = cx
        .write(Action::Write, prompt.into(), async |tx, prompt| {
            prompt.check_open()?;
            let now = tx.now();
            store::draft::put(tx, prompt.id, person, &form, now).await?;
            Ok(prompt)
        })
        .await?;
    let (tokens, missing) = count_in(cx, &prompt, &form).await?;
    Ok(Kept { tokens, missing, latest: prompt.latest })
}

/// Forgets it. What it held comes back by keeping it again.
///
/// # Errors
/// Unauthenticated for programs.
pub async fn discard_draft(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Prompt, Fault> {
    let person = person(cx).ok_or_else(Fault::unauthenticated)?;
    cx.write(Action::Write, prompt.into(), async |tx, prompt| {
        store::draft::delete(tx, prompt.id, person).await?;
        Ok(prompt)
    })
    .await
}

/// Makes a version the draft, on top of the newest version.
///
/// # Errors
/// NotFound for an unknown version; Conflict where the prompt is archived.
pub async fn restore(cx: &Cx, prompt: impl Into<PromptRef>, version: u32) -> Result<Prompt, Fault> {
    let person = person(cx).ok_or_else(Fault::unauthenticated)?;
    cx.write(Action::Write, prompt.into(), async |tx, prompt| {
        prompt.check_open()?;
        let version = version_in(tx, &prompt, &Selector::Version(version)).await?;
        let now = tx.now();
        store::draft::put(tx, prompt.id, person, &DraftForm::of(&version.to_draft(), prompt.latest), now).await?;
        Ok(prompt)
    })
    .await
}

/// Puts a draft that was begun from an older version on top of the newest one, as it is.
///
/// # Errors
/// NotFound where there is no draft.
pub async fn rebase(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<Prompt, Fault> {
    let person = person(cx).ok_or_else(Fault::unauthenticated)?;
    cx.write(Action::Write, prompt.into(), async |tx, prompt| {
        let found = store::draft::of(tx, prompt.id, person).await?;
        let StoredDraft { form, .. } = found.ok_or_else(|| Fault::not_found("draft_not_found", "Your draft"))?;
        let now = tx.now();
        store::draft::put(tx, prompt.id, person, &DraftForm { base: prompt.latest, ..form }, now).await?;
        Ok(prompt)
    })
    .await
}

/// Tokens of a form's texts by the model that it names.
///
/// # Errors
/// NotFound.
pub async fn count_tokens(cx: &Cx, prompt: &Prompt, form: &DraftForm) -> Result<TokenCount, Fault> {
    count_in(cx, prompt, form).await.map(|(tokens, _)| tokens)
}

async fn count_in(cx: &Cx, prompt: &Prompt, form: &DraftForm) -> Result<(TokenCount, Vec<String>), Fault> {
    let mut missing = Vec::new();
    let mut texts = Vec::new();
    cx.read(Action::See, PromptRef::Id(prompt.id), async |db, prompt| {
        for text in form.texts() {
            texts.push(whole(db, &prompt, text, &mut missing).await?);
        }
        Ok(())
    })
    .await?;
    missing.sort();
    missing.dedup();
    Ok((cx.studio.tokens(&form.model, &texts), missing))
}

/// A text with the includes that can be put in put in; as it is where it cannot be read yet.
async fn whole(db: &mut Db, prompt: &Prompt, text: &str, missing: &mut Vec<String>) -> Result<String, Fault> {
    if !tags(text).iter().any(|tag| matches!(tag.part, Ok(Part::Include(_)))) {
        return Ok(text.to_owned());
    }
    let Ok(template) = Template::parse(text) else { return Ok(text.to_owned()) };
    match include::expand_typed(db, prompt, &template).await {
        Ok(whole) => Ok(whole.to_string()),
        Err(fault) if fault.kind == Kind::Internal => Err(fault),
        Err(fault) => {
            missing.push(fault.message);
            Ok(text.to_owned())
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    Version(Box<Version>),
    /// With the version that it was begun from, and what saving it now would pin.
    Draft(Box<Draft>, Option<Resolved>, u32),
    /// Before the first version there was nothing.
    Nothing,
}

/// Which side to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Version(u32),
    Draft,
}

impl Compared {
    /// What it says, for counting.
    pub fn draft(&self) -> Option<Draft> {
        match self {
            Compared::Version(version) => Some(version.to_draft()),
            Compared::Draft(draft, ..) => Some((**draft).clone()),
            Compared::Nothing => None,
        }
    }
}

/// Two sides of a prompt, read at once.
///
/// # Errors
/// NotFound for an unknown version, or where the caller has no draft; Invalid for a draft that cannot be read.
pub async fn compare(cx: &Cx, prompt: impl Into<PromptRef>, from: Which, to: Which) -> Result<(Prompt, Compared, Compared), Fault> {
    let person = person(cx);
    cx.read(Action::See, prompt.into(), async |db, prompt| {
        let from = side(db, &prompt, from, person).await?;
        let to = side(db, &prompt, to, person).await?;
        Ok((prompt, from, to))
    })
    .await
}

async fn side(db: &mut Db, prompt: &Prompt, which: Which, person: Option<UserId>) -> Result<Compared, Fault> {
    let person = match which {
        Which::Version(0) => return Ok(Compared::Nothing),
        Which::Version(number) => return version_in(db, prompt, &Selector::Version(number)).await.map(|version| Compared::Version(Box::new(version))),
        Which::Draft => person,
    };
    let stored = match person {
        Some(person) => store::draft::of(db, prompt.id, person).await?,
        None => None,
    };
    let stored = stored.ok_or_else(|| Fault::not_found("draft_not_found", "Your draft"))?;
    let draft = stored.form.to_draft(prompt.prompt_type)?;
    // What cannot be saved yet can be looked at all the same.
    let resolved = match draft.check(prompt.prompt_type) {
        Ok(templates) => include::resolve(db, prompt, &draft, &templates, &[]).await.ok(),
        Err(_) => None,
    };
    Ok(Compared::Draft(Box::new(draft), resolved, stored.form.base))
}

/// What a person works on: their draft as the version that saving it would make, but numbered 0; the newest version where there
/// is none.
///
/// # Errors
/// NotFound where there is nothing yet; Invalid where it could not be saved, with every field at fault.
pub async fn version_of_draft(db: &mut Db, prompt: &Prompt, person: Option<UserId>) -> Result<Version, Fault> {
    let stored = match person {
        Some(person) => store::draft::of(db, prompt.id, person).await?,
        None => None,
    };
    let Some(stored) = stored else { return version_in(db, prompt, &Selector::Latest).await };
    version_written(db, prompt, stored.form.to_draft(prompt.prompt_type)?).await
}

/// What is written but not saved as the version that saving it would make, but numbered 0.
///
/// # Errors
/// Invalid where it could not be saved, with every field at fault.
pub async fn version_written(db: &mut Db, prompt: &Prompt, draft: Draft) -> Result<Version, Fault> {
    let templates = draft.check(prompt.prompt_type)?;
    let resolved = include::resolve(db, prompt, &draft, &templates, &[]).await?;
    let saving = Saving { id: Uuid::nil().into(), author: String::new(), at: Timestamp::default() };
    let version = Version::next(prompt.id, None, draft, resolved, saving)?.ok_or_else(Fault::internal)?;
    Ok(Version { number: 0, ..version })
}

/// What leads from one side to the other.
pub fn difference(from: &Compared, to: &Compared) -> VersionDiff {
    let nothing = Draft::new(Body::Messages(Vec::new()));
    VersionDiff::new(of(from, &nothing), of(to, &nothing))
}

fn of<'a>(compared: &'a Compared, nothing: &'a Draft) -> Side<'a> {
    match compared {
        Compared::Version(version) => Side::from(&**version),
        Compared::Draft(draft, Some(resolved), _) => Side::from((&**draft, resolved)),
        Compared::Draft(draft, None, _) => Side::from(&**draft),
        Compared::Nothing => Side::from(nothing),
    }
}

/// Whether a person's draft says what the version says: nothing is lost by forgetting it.
pub fn says_the_same(form: &DraftForm, version: &Version) -> bool {
    let plain = DraftForm::of(&version.to_draft(), form.base);
    let form = DraftForm { note: String::new(), ..form.clone() };
    form == plain
}

/// Forgets the draft of whoever saves a version from it.
pub(super) async fn saved(db: &mut Db, actor: &Actor, prompt: PromptId) -> Result<(), Fault> {
    match actor {
        Actor::User(user) => store::draft::delete(db, prompt, user.id).await,
        _ => Ok(()),
    }
}
