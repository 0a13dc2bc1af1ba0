//! Test cases, as forms send them.

pub use atelier_backend::case::*;

use std::collections::BTreeMap;

use atelier_backend::{case as cases, cx::Cx, grid, prompt as prompts};
use atelier_domain::{
    account::Action,
    case::{Case, CaseForm},
    fault::{Fault, Kind},
    id::{CaseId, ProjectId, PromptId},
    prompt::{Selector, Variable, Version},
};
use serde_json::Value;

use crate::api::case::{Cases, GridRow};

/// # Errors
/// NotFound, where the address names another project too.
pub async fn page(cx: &Cx, project: ProjectId, prompt: PromptId) -> Result<Cases, Fault> {
    let (found, cases) = cases::list(cx, prompt).await?;
    if found.project != project {
        return Err(Fault::not_found("prompt_not_found", "This prompt"));
    }
    let mut variables = match prompts::version(cx, prompt, &Selector::Latest).await {
        Ok((_, version)) => Version::specs(&version),
        Err(fault) if fault.kind == Kind::NotFound => Vec::new(),
        Err(fault) => return Err(fault),
    };
    for name in cases.iter().flat_map(|case| case.form.values.keys()) {
        if variables.iter().all(|known| known.name != *name) {
            variables.push(Variable::implied(name));
        }
    }
    let grids = grid::list(cx, prompt).await?.into_iter().map(GridRow::from).collect();
    let may_write = cx.actor.check(Action::Write, project, Fault::internal()).is_ok() && found.archived_at.is_none();
    Ok(Cases { cases, variables, grids, may_write, now: cx.now() })
}

/// Adds a case of what a form holds, or changes one.
///
/// # Errors
/// As [`cases::add`].
pub async fn put(cx: &Cx, prompt: PromptId, case: Option<CaseId>, values: BTreeMap<String, String>, expected: String) -> Result<Case, Fault> {
    // A form sends every line end as two bytes.
    let plain = |text: String| text.replace("\r\n", "\n");
    let values = values.into_iter().map(|(name, value)| (name, plain(value))).filter(|(_, value)| !value.is_empty());
    let form = CaseForm { values: values.map(|(name, value)| (name, Value::from(value))).collect(), expected: Some(plain(expected)) };
    match case {
        Some(case) => cases::change(cx, prompt, case, form).await,
        None => cases::add(cx, prompt, form).await,
    }
}

/// The page of a prompt's cases.
///
/// # Errors
/// NotFound.
pub async fn address(cx: &Cx, prompt: PromptId) -> Result<String, Fault> {
    let found = prompts::find(cx, prompt).await?;
    Ok(format!("/p/{}/prompts/{prompt}/cases", found.project))
}
