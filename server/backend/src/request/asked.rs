//! A search as it is typed: which prompt it means, and what there is to choose from.

use atelier_domain::{
    account::Action,
    fault::Fault,
    id::{KeyId, ProjectId, PromptId},
    prompt::PromptName,
    request::{RequestFilter, RequestQuery},
};

use crate::{cx::Cx, store};

/// Prompts and keys to choose from: whoever looks for another one types its name.
const CHOICES: usize = 200;

#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub prompts: Vec<String>,
    pub keys: Vec<(KeyId, String)>,
}

/// # Errors
/// Invalid naming each field at fault, a prompt that is not in this project too; NotFound and Denied where that is looked up.
pub async fn read(cx: &Cx, project: ProjectId, query: &RequestQuery) -> Result<RequestFilter, Fault> {
    let filter = query.read(cx.now())?;
    if query.prompt.is_empty() {
        return Ok(filter);
    }
    let prompt = cx
        .read(Action::SeeRequests, project, async |db, project| {
            let found = match (query.prompt.parse::<PromptId>(), query.prompt.parse::<PromptName>()) {
                (Ok(id), _) => store::prompt::by_id(db, id).await?,
                (_, Ok(name)) => store::prompt::by_name(db, project.id, &name).await?,
                _ => None,
            };
            Ok(found.filter(|prompt| prompt.project == project.id))
        })
        .await?;
    let prompt = prompt.ok_or_else(|| Fault::field("prompt", "There is no prompt of this name in the project."))?;
    Ok(RequestFilter { prompt: Some(prompt.id), ..filter })
}

/// # Errors
/// NotFound; Denied for viewers.
pub async fn choices(cx: &Cx, project: ProjectId) -> Result<Choices, Fault> {
    cx.read(Action::SeeRequests, project, async |db, project| {
        let mut prompts = store::prompt::names(db, project.id).await?;
        prompts.truncate(CHOICES);
        let keys = store::key::list(db, project.id).await?.into_iter().take(CHOICES);
        Ok(Choices { prompts, keys: keys.map(|key| (key.id, key.name)).collect() })
    })
    .await
}
