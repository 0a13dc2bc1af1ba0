//! Test cases of prompts: kept, changed, imported.

mod file;

use atelier_domain::{
    account::Action,
    case::{CASES_MAX, Case, CaseForm},
    fault::Fault,
    id::{CaseId, ProjectId, PromptId, RunId},
    prompt::Prompt,
    run::Run,
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, Target, Tx},
    db::Db,
    prompt::PromptRef,
    store,
};

impl Target for CaseId {
    type Found = Case;

    fn missing(&self) -> Fault {
        Fault::not_found("case_not_found", "This test case")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Case)>, Fault> {
        store::case::by_id(db, *self).await
    }
}

/// By number, with the prompt whose they are.
///
/// # Errors
/// NotFound.
pub async fn list(cx: &Cx, prompt: impl Into<PromptRef>) -> Result<(Prompt, Vec<Case>), Fault> {
    cx.read(Action::See, prompt.into(), async |db, prompt: Prompt| {
        let cases = store::case::of(db, prompt.id).await?;
        Ok((prompt, cases))
    })
    .await
}

/// # Errors
/// Invalid for what a case cannot hold, or where the prompt has as many as it may.
pub async fn add(cx: &Cx, prompt: impl Into<PromptRef>, form: CaseForm) -> Result<Case, Fault> {
    let added = add_all(cx, prompt, vec![form]).await?;
    added.into_iter().next().ok_or_else(Fault::internal)
}

/// Adds what a file holds: CSV with a head, a JSON list, or JSON Lines; gives how many there were.
///
/// # Errors
/// Invalid on `text`, with the line at fault.
pub async fn import(cx: &Cx, prompt: impl Into<PromptRef>, text: &str) -> Result<usize, Fault> {
    let forms = file::read(text)?;
    add_all(cx, prompt, forms).await.map(|added| added.len())
}

async fn add_all(cx: &Cx, prompt: impl Into<PromptRef>, forms: Vec<CaseForm>) -> Result<Vec<Case>, Fault> {
    let forms = forms.into_iter().map(CaseForm::tidy).collect::<Result<Vec<_>, _>>()?;
    cx.write(Action::Write, prompt.into(), async |tx, prompt: Prompt| {
        prompt.check_open()?;
        let there = store::case::count(tx, prompt.id).await?;
        if there + forms.len() > CASES_MAX {
            let say = format!("A prompt has at most {CASES_MAX} test cases. It has {there}, and these are {} more.", forms.len());
            return Err(Fault::field("text", say));
        }
        let mut number = store::case::last_number(tx, prompt.id).await?;
        let mut added = Vec::new();
        for form in forms {
            number += 1;
            let case = Case { id: tx.new_id(), prompt: prompt.id, number, form, updated_by: tx.author(), updated_at: tx.now() };
            store::case::insert(tx, &case).await?;
            added.push(case);
        }
        if let Some(first) = added.first() {
            let detail = json!({"name": prompt.name, "from": first.number, "count": added.len()});
            tx.changed(Area::Other, prompt.id.0, Some(prompt.project), "test_case.added", detail);
        }
        Ok(added)
    })
    .await
}

/// What a run was asked, as a case; with its answer as the expected one where `expected`.
///
/// # Errors
/// NotFound.
pub async fn keep_run(cx: &Cx, run: RunId, expected: bool) -> Result<Case, Fault> {
    let Run { prompt, variables, output, .. } = cx.read(Action::Write, run, async |_, run| Ok(run)).await?;
    add(cx, prompt, CaseForm { values: variables, expected: Some(output).filter(|_| expected) }).await
}

/// # Errors
/// NotFound, for a case of another prompt too; Invalid for what a case cannot hold.
pub async fn change(cx: &Cx, prompt: PromptId, case: CaseId, form: CaseForm) -> Result<Case, Fault> {
    let form = form.tidy()?;
    cx.read(Action::See, PromptRef::Id(prompt), async |_, _: Prompt| Ok(())).await?;
    cx.write(Action::Write, case, async |tx, case: Case| {
        if case.prompt != prompt {
            return Err(case.id.missing());
        }
        let case = Case { form, updated_by: tx.author(), updated_at: tx.now(), ..case };
        store::case::update(tx, &case).await?;
        changed(tx, &case, "test_case.changed").await?;
        Ok(case)
    })
    .await
}

/// Gives the prompt whose it was.
///
/// # Errors
/// NotFound.
pub async fn delete(cx: &Cx, case: CaseId) -> Result<PromptId, Fault> {
    cx.write(Action::Write, case, async |tx, case: Case| {
        store::case::delete(tx, case.id).await?;
        changed(tx, &case, "test_case.deleted").await?;
        Ok(case.prompt)
    })
    .await
}

async fn changed(tx: &mut Tx<'_>, case: &Case, what: &'static str) -> Result<(), Fault> {
    let project = store::prompt::by_id(tx, case.prompt).await?.map(|prompt: Prompt| prompt.project);
    tx.changed(Area::Other, case.id.0, project, what, json!({"prompt": case.prompt, "number": case.number}));
    Ok(())
}

/// How many a prompt has.
///
/// # Errors
/// NotFound.
pub async fn count(cx: &Cx, prompt: PromptId) -> Result<usize, Fault> {
    cx.read(Action::See, PromptRef::Id(prompt), async |db, prompt: Prompt| store::case::count(db, prompt.id).await).await
}
